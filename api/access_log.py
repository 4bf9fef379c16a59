"""A line of JSON for every request: what was asked and how it ended, never a value or a token."""

from __future__ import annotations

import fcntl
import os
import re
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import orjson

from api.aliases import Application
from api.endpoint import ACTOR_KEY, ROUTE_KEY
from api.headers import correlation_id
from crm_graph.graph.convert import instant

ROTATE_BYTES = 16 * 1024 * 1024
_NAME = re.compile(r"(?:^|&)([A-Za-z]{1,40})=")
KEPT = 5
"""Files kept beside the current one: `access.jsonl.1` is the youngest."""


class AccessLog:
    """Middleware that writes a line when the answer has begun."""

    def __init__(self, application: Application, path: Path) -> None:
        self._application = application
        self._file = RotatedFile(path)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer and remember."""
        began = time.perf_counter()
        status = ""

        def start(line: str, headers: Any, exc_info: Any = None) -> Any:
            nonlocal status
            status = line[:3]
            return start_response(line, headers, exc_info) if exc_info else start_response(line, headers)

        try:
            return self._application(environ, start)
        finally:
            self._file.write(orjson.dumps(_line(environ, status, time.perf_counter() - began)) + b"\n")


class RotatedFile:
    """A file that several processes append to, and that whoever finds it too long sets aside."""

    def __init__(self, path: Path, *, most: int = ROTATE_BYTES, kept: int = KEPT) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path, self._most, self._kept = path, most, kept
        self._lock = threading.Lock()
        self._file = self._opened()

    def write(self, line: bytes) -> None:
        """Append a line, whole."""
        with self._lock:
            if os.fstat(self._file).st_size > self._most:
                self._rotate()
            os.write(self._file, line)

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)

    def _opened(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def _rotate(self) -> None:
        lock = os.open(f"{self._path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._path.exists() and os.path.samestat(os.fstat(self._file), self._path.stat()):
                for number in range(self._kept, 0, -1):
                    older = Path(f"{self._path}.{number - 1}") if number > 1 else self._path
                    if older.exists():
                        older.replace(f"{self._path}.{number}")
            os.close(self._file)
            self._file = self._opened()
        finally:
            os.close(lock)


def _line(environ: dict[str, Any], status: str, seconds: float) -> dict[str, Any]:
    actor = environ.get(ACTOR_KEY)
    return {
        "at": instant.__wrapped__(time.time_ns() // 1_000_000),  # kept, it would push out what records show
        "id": correlation_id(environ),
        "method": environ["REQUEST_METHOD"],
        "route": environ.get(ROUTE_KEY),
        "parameters": sorted(set(_NAME.findall(environ.get("QUERY_STRING", "")))),
        "status": int(status or 0),
        "ms": round(seconds * 1000, 1),
        "bytes_in": int(environ.get("CONTENT_LENGTH") or 0),
        "user": actor.name if actor else None,
        "token": actor.source_id if actor else None,
        "from": environ.get("REMOTE_ADDR"),
    }
