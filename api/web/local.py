"""Paths within this site: the only places to which a request can make a page lead."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import request, url_for

_LOCAL = re.compile(r"/(?![/\\])[!#-;=?-\[\]_a-z~]{0,2000}")
"""A slash and no second one, then printable ASCII without quotes, angles, braces and backslashes."""


def local_path(given: str) -> str:
    """The path and query given, where they stay on this site; else the first page.

    Browsers take `//host` for another site, and read `/\\host` and what tabs and line ends hide as the same.
    """
    return given if _LOCAL.fullmatch(given) else "/"


def here() -> str:
    """Path and query of this request, as a link has them; the first page for what is not opened by a link."""
    if request.method not in ("GET", "HEAD"):
        return "/"
    query = request.query_string.decode("latin-1")
    return local_path(quote(request.path, safe="/:@!$&'()*+,;=~") + (f"?{query}" if query else ""))


def way_in() -> str:
    """Where a stranger signs in and then comes back to this page."""
    path = here()
    return url_for("web.sign_in", next=None if path == "/" else path)
