"""What is left unread of a body is read before the answer goes."""

from __future__ import annotations

import io
from typing import Any

from api import bodies
from api.bodies import WholeBodies


def ask(stream: io.BytesIO, **environ: Any) -> None:
    def refuse(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        return [b"refused"]

    given = {"wsgi.input": stream, "CONTENT_LENGTH": str(len(stream.getvalue())), **environ}
    assert WholeBodies(refuse)(given, None) == [b"refused"]


def test_body_that_nobody_read_is_read() -> None:
    stream = io.BytesIO(b"x" * 200_000)
    ask(stream, **{"wsgi.input_terminated": True})
    assert stream.read() == b""


def test_no_more_is_read_than_a_limit() -> None:
    stream = io.BytesIO(bytes(bodies.MOST_BYTES + bodies.CHUNK_BYTES))
    ask(stream, **{"wsgi.input_terminated": True})
    assert len(stream.read()) == bodies.CHUNK_BYTES


def test_nothing_is_read_where_the_end_is_not_told() -> None:
    stream = io.BytesIO(b"next request")
    ask(stream)
    assert stream.read() == b"next request"
