"""The cookie of a browser that signed in, and the proof that a form is one of our pages.

The cookie stands for pages alone. The API takes tokens and nothing else, so that no other site
can make a browser write records.
"""

from __future__ import annotations

import hashlib
import hmac

from flask import request
from werkzeug.wrappers import Response

from api.endpoint import ACTOR_KEY, crm
from api.paging import base_url
from crm_graph.accounts import sign_in
from crm_graph.unit import Actor

FORM_FIELD = "csrf_token"


def actor() -> Actor | None:
    """Who makes this request; None where the browser is not signed in."""
    secret = _secret()
    if not secret:
        return None
    found = sign_in.find(crm().graph, crm().clock, secret)
    if found is not None:
        request.environ[ACTOR_KEY] = found
    return found


def begin(response: Response, code: str) -> Response:
    """The response with the cookie of a new session; Unauthenticated where the code is none or no longer one."""
    secret = sign_in.begin(crm().graph, crm().clock, code)
    response.set_cookie(
        _cookie_name(),
        secret,
        max_age=sign_in.SESSION_MS // 1000,
        path="/",
        secure=is_secure(),
        httponly=True,
        samesite="Strict",
    )
    return response


def end(response: Response) -> Response:
    """The response without the cookie, after its session was ended."""
    if secret := _secret():
        sign_in.end(crm().graph, crm().clock, secret)
    response.delete_cookie(_cookie_name(), path="/", secure=is_secure(), httponly=True, samesite="Strict")
    return response


def form_token() -> str:
    """What a form of this session carries; another site can read neither it nor the cookie that it is made from."""
    return hmac.new(_secret().encode(), b"form", hashlib.sha256).hexdigest()


def is_own_form() -> bool:
    """Whether the form that was sent was drawn for this session."""
    given = request.form.get(FORM_FIELD, "")
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), form_token().encode())


def _secret() -> str:
    return request.cookies.get(_cookie_name(), "")


def _cookie_name() -> str:
    # Browsers keep cookies by host and not by port; two accounts on one machine would sign each other out.
    port = request.host.rpartition(":")[2]
    return f"crm_graph_session_{port}" if port.isascii() and port.isdigit() else "crm_graph_session"


def is_secure() -> bool:
    """Whether browsers reach this site by https, so that cookies may be kept from anything else."""
    return base_url().startswith("https://")
