"""No answer before the whole request was read: a server ends a connection on which part of a body is left unread.

A client that is still sending, or that keeps the connection, would see it break in place of the
refusal that it was given, be that a 401, a 413 or the 503 of a graph that is away.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from api.aliases import Application

MOST_BYTES = 64 * 1024 * 1024
"""What is read of a body that nobody wants; who sends more sees the connection end."""
CHUNK_BYTES = 64 * 1024


class WholeBodies:
    """Middleware that reads, and forgets, what the application has not read of a body."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer when nothing is left to be read."""
        answer = self._application(environ, start_response)
        # Where a server does not tell the end of a body, reading on would wait for the next request.
        if environ.get("wsgi.input_terminated") and _has_body(environ):
            with suppress(OSError):
                _read_on(environ["wsgi.input"])
        return answer


def _has_body(environ: dict[str, Any]) -> bool:
    return environ.get("CONTENT_LENGTH", "0") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ


def _read_on(stream: Any) -> None:
    left = MOST_BYTES
    while left > 0 and (chunk := stream.read(CHUNK_BYTES)):
        left -= len(chunk)
