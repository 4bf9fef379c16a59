"""A sentence that the next page shows once: what was done before a redirect led there.

It travels in a cookie, which only this browser has, so that no link can put words into a page.
"""

from __future__ import annotations

import base64
import binascii

from flask import g, request
from werkzeug.wrappers import Response

_COOKIE = "crm_graph_notice"
_SECONDS = 60
_LENGTH = 500


def flash(text: str) -> None:
    """Show the sentence on the page that the answer to this request leads to."""
    g.notice_to_send = text[:_LENGTH]


def taken() -> str | None:
    """The sentence for this page, if there is one; it is not shown again."""
    given = request.cookies.get(_COOKIE)
    if given is None:
        return None
    g.notice_was_shown = True
    try:
        return base64.urlsafe_b64decode(given.encode()).decode()[:_LENGTH] or None
    except (binascii.Error, ValueError):
        return None


def add_to(response: Response, *, secure: bool) -> None:
    """Send the sentence along, or have the browser forget the one that was shown."""
    if text := g.get("notice_to_send"):
        value = base64.urlsafe_b64encode(text.encode()).decode()
        response.set_cookie(_COOKIE, value, max_age=_SECONDS, path="/", secure=secure, httponly=True, samesite="Strict")
    elif g.get("notice_was_shown"):
        response.delete_cookie(_COOKIE, path="/", secure=secure, httponly=True, samesite="Strict")
