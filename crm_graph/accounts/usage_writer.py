"""What this process counted of requests is written down every few seconds."""

from __future__ import annotations

import threading
from contextlib import suppress

from crm_graph.accounts.usage import written
from crm_graph.crm import Crm
from crm_graph.errors import CRMError
from crm_graph.unit import Actor

INTERVAL_S = 10.0

_SYSTEM = Actor(user_id=0)


def write_down(crm: Crm) -> None:
    """Write down what this process has counted of one day; nothing where there is nothing."""
    day, more = crm.requests.take()
    if more:
        crm.run(_SYSTEM, lambda unit: written(unit, crm.requests, day, more))


class UsageWriter:
    """A thread that writes down every few seconds what this process counted."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="usage", daemon=True)

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread after what was counted is written down, if the graph answers soon."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(1.0)

    def _run(self) -> None:
        while not self._stop.wait(INTERVAL_S):
            self._write()
        self._write()

    def _write(self) -> None:
        # Where the graph is away it is tried again at the next turn; what was taken was given back.
        with suppress(CRMError):
            write_down(self._crm)
