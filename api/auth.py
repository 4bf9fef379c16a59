"""From the headers of a request to the token that it was made with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_graph.errors import Unauthenticated


def bearer(environ: Mapping[str, Any]) -> str:
    """The token in the Authorization header of a request; Unauthenticated where there is none."""
    header: str = environ.get("HTTP_AUTHORIZATION", "")
    kind, _, token = header.partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token:
        raise Unauthenticated("The request has no token.")
    return token
