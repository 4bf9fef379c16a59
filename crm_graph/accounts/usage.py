"""How many requests an account had in a day (UTC): counted by each process, and written down now and then.

Counting must cost a request nothing, so the graph learns of it every few seconds and whenever it is
asked. What a process that was killed had counted since then is lost.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass

from crm_graph.clock import DAY_MS
from crm_graph.errors import CRMError
from crm_graph.graph.queries import load
from crm_graph.unit import Unit

KEPT_DAYS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Requests of one day so far; times are ms since 1970, UTC."""

    requests: int
    collected_at: int
    resets_at: int


class RequestCounter:
    """Counts the requests of this process; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counted: Counter[int] = Counter()

    def add(self, day: int, requests: int = 1) -> None:
        """Count requests of a day."""
        with self._lock:
            self._counted[day] += requests

    def take(self, day: int | None = None) -> tuple[int, int]:
        """A day and what was counted of it since the last call; any day that has something where none is given."""
        with self._lock:
            if day is None:
                day = next(iter(self._counted), 0)
            return day, self._counted.pop(day, 0)


def day_of(milliseconds: int) -> int:
    """The day of a time, counted from 1970 in UTC."""
    return milliseconds // DAY_MS


def today(unit: Unit, counter: RequestCounter) -> Usage:
    """Requests of all processes today: exact for this one, of others what they have written down."""
    now = unit.clock.read()
    day, more = counter.take(day_of(now))
    requests = written(unit, counter, day, more)
    return Usage(requests=requests, collected_at=now, resets_at=(day + 1) * DAY_MS)


def written(unit: Unit, counter: RequestCounter, day: int, more: int) -> int:
    """Requests of a day by all processes, these too; what could not be written down is given back to the counter."""
    try:
        row = unit.graph.change(load("usage").add, day=day, more=more, kept_from=day - KEPT_DAYS)
    except CRMError:
        counter.add(day, more)
        raise
    return row["total"] or more  # None where it was counted and the answer lost
