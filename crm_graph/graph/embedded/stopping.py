"""Ctrl-C and SIGTERM as a flag that a loop looks at, so that nothing is interrupted half way through."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from types import FrameType
from typing import Any


class Stopping:
    """While entered, the first SIGINT or SIGTERM sets the flag, and each further one calls `at_once`.

    A plain attribute, as an Event that a signal handler sets can block the thread that waits for it.
    """

    def __init__(self, at_once: Callable[[], None] = lambda: None) -> None:
        self.requested = False
        self._at_once = at_once
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Stopping:
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._received)
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def __call__(self) -> bool:
        return self.requested

    def wait(self, seconds: float) -> bool:
        """Whether a stop was requested, at once or within that time."""
        end = time.monotonic() + seconds
        while not self.requested and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, 0.1))
        return self.requested

    def _received(self, number: int, frame: FrameType | None) -> None:
        if self.requested:
            self._at_once()
        self.requested = True
