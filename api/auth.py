"""From the headers of a request to the token that it was made with."""

from __future__ import annotations

from flask import Request

from crm_graph.errors import Unauthenticated


def bearer(request: Request) -> str:
    """The token in the Authorization header; Unauthenticated where there is none."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token:
        raise Unauthenticated("The request has no token.")
    return token
