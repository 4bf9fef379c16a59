"""Writers of one process that want the same records take turns, in the order in which they came.

Neo4j gives a lock to whoever asks in the right millisecond: of eight writers at one record the
unluckiest waits for many times the eight (docs/decisions/0010). What is right never rests on
these turns; locks in the graph see to that, whoever else writes.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager


class Turns:
    """Turns at records, by their keys; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last: dict[str, threading.Event] = {}
        """Of the writers at a record the one that came last, by the record's key; set when it is done."""

    @contextmanager
    def taken(self, keys: Collection[str], seconds: float) -> Iterator[None]:
        """Runs the block when all who came before for any of the records are done, or have taken too long.

        A writer comes for all its records in one moment, so that no two wait for each other.
        """
        if not keys:
            yield
            return
        mine = threading.Event()
        with self._lock:
            before = {self._last[key] for key in keys if key in self._last}
            self._last.update(dict.fromkeys(keys, mine))
        try:
            end = time.monotonic() + seconds
            for each in before:
                each.wait(max(0.0, end - time.monotonic()))
            yield
        finally:
            mine.set()
            with self._lock:
                for key in keys:
                    if self._last.get(key) is mine:
                        del self._last[key]
