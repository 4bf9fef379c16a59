"""A lock file that is held exactly as long as some process has it open, however that process ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def take_lock(path: Path) -> int | None:
    """An open file descriptor that holds the lock, None while another process holds it.

    The lock belongs to the open file, so a child that inherits the descriptor holds it too;
    it is free again when the last copy is closed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


@contextmanager
def held(path: Path, *, pause_s: float = 0.1, check: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold the lock, waiting for it; `check` is called at each pause and may raise to give up."""
    while (descriptor := take_lock(path)) is None:
        check()
        time.sleep(pause_s)
    try:
        yield
    finally:
        os.close(descriptor)
