"""Keeps the lease of a job for as long as its work goes on, however long it is between two batches."""

from __future__ import annotations

import logging
import threading
from types import TracebackType

from crm_graph.errors import CRMError
from crm_graph.jobs.job import Held

log = logging.getLogger(__name__)

BEATS = 4
"""How often in the time of a lease it is kept: two beats may fail and it is still held."""


class Heartbeat:
    """A thread that keeps the lease until the block is left, or until it finds that another worker has it.

    It ends with the process, so that the job of a worker that was killed is free when the lease has run out.
    """

    def __init__(self, held: Held) -> None:
        self._held = held
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._over.wait(self._held.lease_ms / 1000 / BEATS):
            try:
                if not self._held.keep():
                    return
            except CRMError as error:
                # A graph that is away is met by the work too; where it comes back in time the job goes on.
                log.warning("the lease of job %s could not be kept: %s", self._held.job.id, error)
            except Exception:
                # Not a reason to give the job away either: the next beat may do.
                log.exception("the lease of job %s could not be kept", self._held.job.id)
