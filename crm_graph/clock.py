"""The one source of time, transaction ids and random values; tests put another in its place.

Times are integers, milliseconds since 1970-01-01 UTC. `now` never gives the same
millisecond twice in one process, so that times order the writes of a process.
"""

from __future__ import annotations

import calendar
import random
import secrets
import threading
import time
from datetime import datetime

DAY_MS = 24 * 60 * 60 * 1000
"""Milliseconds of a day in UTC."""


class Clock:
    """Time and ids as the machine gives them."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = threading.Lock()

    def now(self) -> int:
        """Milliseconds since 1970-01-01 UTC, greater than at the last call in this process."""
        with self._lock:
            self._last = max(self._last + 1, self.read())
            return self._last

    def read(self) -> int:
        """Milliseconds as the machine's clock shows them; may repeat."""
        return time.time_ns() // 1_000_000

    def new_id(self) -> str:
        """A random id for a transaction, a job or an error, as 32 hexadecimal digits; it is no secret."""
        return f"{random.getrandbits(128):032x}"

    def new_secret(self) -> str:
        """256 random bits as text, for tokens."""
        return secrets.token_urlsafe(32)


def months_later(moment: datetime, months: int) -> datetime:
    """The same day so many months later, the last one of the month where it has fewer days.

    Raises ValueError or OverflowError beyond the years that there are.
    """
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))
