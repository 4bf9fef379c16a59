"""The one source of time, transaction ids and random values; tests put another in its place.

Times are integers, milliseconds since 1970-01-01 UTC. `now` never gives the same
millisecond twice in one process, so that times order the writes of a process.
"""

from __future__ import annotations

import random
import secrets
import threading
import time


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
