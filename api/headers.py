"""The headers that every answer of the API has."""

from __future__ import annotations

import uuid
from typing import Any

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


def correlation_id(environ: dict[str, Any]) -> str:
    """The id of a request in answer and log, made at its first use."""
    found: str | None = environ.get(_CORRELATION_KEY)
    if found is None:
        found = environ[_CORRELATION_KEY] = str(uuid.uuid4())
    return found


def standard(environ: dict[str, Any]) -> list[tuple[str, str]]:
    """Correlation id and rate limits as the answer to a request has them."""
    own = (CORRELATION, correlation_id(environ))
    return [own] if environ["PATH_INFO"].endswith("/search") else [own, *RATE_LIMITS]
