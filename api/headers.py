"""The headers that every answer of the API has, and the response that carries them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from flask import Response

CONTENT_TYPE = "application/json;charset=utf-8"
CORRELATION = "X-HubSpot-Correlation-Id"
RATE_LIMITS = (
    ("X-HubSpot-RateLimit-Daily", "650000"),
    ("X-HubSpot-RateLimit-Daily-Remaining", "650000"),
    ("X-HubSpot-RateLimit-Interval-Milliseconds", "10000"),
    ("X-HubSpot-RateLimit-Max", "190"),
    ("X-HubSpot-RateLimit-Remaining", "190"),
    ("X-HubSpot-RateLimit-Secondly", "19"),
    ("X-HubSpot-RateLimit-Secondly-Remaining", "19"),
)
"""Clients slow down by these; no limit is enforced, so nothing is ever used up. Searches have none."""

_CORRELATION_KEY = "crm_graph.correlation_id"


class APIResponse(Response):
    """An answer with correlation id and rate limits.

    These are added last: werkzeug checks and copies each of its headers several times.
    """

    default_mimetype = None

    def get_wsgi_response(self, environ: dict[str, Any]) -> tuple[Iterable[bytes], str, list[tuple[str, str]]]:
        """Body, status and headers as they are sent in answer to the request."""
        body, status, headers = super().get_wsgi_response(environ)
        headers.append((CORRELATION, correlation_id(environ)))
        if not environ["PATH_INFO"].endswith("/search"):
            headers += RATE_LIMITS
        return body, status, headers


class JSONResponse(APIResponse):
    """A body as JSON, None for no body."""

    def __init__(self, body: Any, status: int, headers: Mapping[str, str] | None = None) -> None:
        if body is None:
            super().__init__(b"", status, headers)
        else:
            super().__init__(orjson.dumps(body), status, headers, content_type=CONTENT_TYPE)


def correlation_id(environ: dict[str, Any]) -> str:
    """The id of a request in answer and log, made at its first use."""
    found: str | None = environ.get(_CORRELATION_KEY)
    if found is None:
        found = environ[_CORRELATION_KEY] = _new_id()
    return found


def _new_id() -> str:
    """A random UUID. It tells requests apart and is no secret, so the system need not be asked for random bytes."""
    digits = f"{random.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:]}"
