"""The cookie of a browser that signed in, and the proof that a form is one of our pages.

The cookie stands for pages alone. The API takes tokens and nothing else, so that no other site
can make a browser write records.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from flask import g, request
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
    return _with_cookie(response, sign_in.begin(crm().graph, crm().clock, code))


def begin_with_token(response: Response, token: str) -> Response:
    """The response with the cookie of a session that permits what the token does; Unauthenticated where it is none."""
    return _with_cookie(response, sign_in.begin_with_token(crm().graph, crm().clock, token))


def end(response: Response) -> Response:
    """The response without the cookie, after its session was ended."""
    if secret := _secret():
        sign_in.end(crm().graph, crm().clock, secret)
    response.delete_cookie(_cookie_name(), path="/", secure=is_secure(), httponly=True, samesite="Strict")
    return response


def form_token() -> str:
    """What a form of this browser carries; another site can read neither it nor the cookie that it is made from.

    A browser that has no session gets a cookie for this alone, so that no other site signs it in as somebody else.
    """
    secret = _secret() or _form_secret()
    if not secret:
        secret = g.new_form_secret = g.get("new_form_secret") or secrets.token_urlsafe(32)
    return _form_token(secret)


def add_form_cookie(response: Response) -> None:
    """Send the cookie that the forms of this answer were made with, where the browser has none yet."""
    if secret := g.get("new_form_secret"):
        response.set_cookie(
            _cookie_name("form"), secret, path="/", secure=is_secure(), httponly=True, samesite="Strict"
        )


def is_own_form() -> bool:
    """Whether the form that was sent was drawn for this browser and comes from a page of this site."""
    secret = _secret() or _form_secret()
    given = request.form.get(FORM_FIELD, "")
    is_drawn = hmac.compare_digest(given.encode("utf-8", "surrogatepass"), _form_token(secret).encode())
    return bool(secret) and is_drawn and _is_from_here()


def is_secure() -> bool:
    """Whether browsers reach this site by https, so that cookies may be kept from anything else."""
    return base_url().startswith("https://")


def _is_from_here() -> bool:
    """What the browser says about the page that sent this; True where it says nothing, as old ones and programs do."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site == "same-origin"
    origin = request.headers.get("Origin")
    # A proxy that speaks https to the browser may reach us by http, so hosts are compared.
    return origin is None or origin == base_url() or origin.partition("://")[2] == request.host


def _with_cookie(response: Response, secret: str) -> Response:
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


def _form_token(secret: str) -> str:
    return hmac.new(secret.encode(), b"form", hashlib.sha256).hexdigest()


def _secret() -> str:
    return request.cookies.get(_cookie_name(), "")


def _form_secret() -> str:
    return request.cookies.get(_cookie_name("form"), "")


def _cookie_name(kind: str = "session") -> str:
    # Browsers keep cookies by host and not by port; two accounts on one machine would sign each other out.
    port = request.host.rpartition(":")[2]
    return f"crm_graph_{kind}_{port}" if port.isascii() and port.isdigit() else f"crm_graph_{kind}"
