"""Pages: how many, behind which cursor, and the link to the next one."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from functools import lru_cache
from string import punctuation
from typing import Any
from urllib.parse import quote, unquote_plus

from flask import current_app, request
from marshmallow import fields
from werkzeug.wsgi import get_current_url

from api.aliases import PATH_KEY
from crm_graph.config import Settings
from crm_graph.errors import InvalidInput, TooMany

Body = dict[str, Any]

_BASE_URL_KEY = "crm_graph.base_url"
_ADDRESS = ("wsgi.url_scheme", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT")
"""What of a request says which host it was made to."""
_AS_WRITTEN = punctuation
"""Characters of a query string that a link repeats as the client wrote them."""


class Names(fields.Field[tuple[str, ...]]):
    """Names in a query string, separated by commas, given several times, or both."""

    is_list = True

    def __init__(self, **options: Any) -> None:
        super().__init__(metadata={"type": "array", "items": {"type": "string"}}, **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_: Any) -> tuple[str, ...]:
        return split_names(value)


def split_names(values: Sequence[str]) -> tuple[str, ...]:
    """Each name once, in the order given."""
    return tuple(dict.fromkeys(name for value in values for part in value.split(",") if (name := part.strip())))


def page_size(given: int | None, most: int, default: int = 10) -> int:
    """How many things a page has; TooMany above the limit."""
    if given is None:
        return min(default, most)
    if given > most:
        raise TooMany(f"`limit` may be at most {most}, not {given}.", limit=[str(given)])
    if given < 1:
        raise InvalidInput("`limit` is at least 1.", limit=[str(given)])
    return given


def paged(results: list[Body], after: int | str | None) -> Body:
    """A page of results; `paging` is there when more follow behind `after`."""
    body: Body = {"results": results}
    if after is not None:
        body["paging"] = next_page(after)
    return body


def next_page(after: int | str) -> Body:
    """Cursor of the next page and the link that leads to it, with every parameter of this request."""
    return {"next": {"after": str(after), "link": _link("after", after)}}


def previous_page(before: int | str) -> Body:
    """Cursor of the page before this one and the link that leads to it."""
    return {"prev": {"before": str(before), "link": _link("before", before)}}


def _link(name: str, cursor: int | str) -> str:
    environ = request.environ
    query = f"{name}={quote(str(cursor), safe='')}"
    if given := environ.get("QUERY_STRING"):
        kept = [each for each in given.split("&") if each and _name(each) not in ("after", "before")]
        query = quote("&".join([*kept, query]), _AS_WRITTEN, "latin-1")
    return f"{base_url()}{environ.get(PATH_KEY) or request.path}?{query}"


def _name(parameter: str) -> str:
    return unquote_plus(parameter.partition("=")[0])


def base_url() -> str:
    """Scheme and host of links: those that the settings name, else those of the request."""
    environ = request.environ
    known: str | None = environ.get(_BASE_URL_KEY)
    if known is None:
        settings: Settings = current_app.extensions["settings"]
        known = environ[_BASE_URL_KEY] = settings.base_url.rstrip("/") or _url_of(*map(environ.get, _ADDRESS))
    return known


@lru_cache(maxsize=100)  # reading the host costs more than all else about a link, and clients use one
def _url_of(*address: str | None) -> str:
    """Scheme and host of a request with these values of `_ADDRESS`, of which some may be missing."""
    given = {name: value for name, value in zip(_ADDRESS, address, strict=True) if value is not None}
    return get_current_url(given, host_only=True).rstrip("/")


def association_cursor(record_id: int) -> str:
    """The cursor of a page of associations: base64, as clients know it."""
    return base64.b64encode(str(record_id).encode()).decode()


def read_association_cursor(given: str | None) -> int:
    """The record id in a cursor, -1 without one; InvalidInput for what no page gave. Plain ids are taken too."""
    if not given:
        return -1
    try:
        text = given if given.isdigit() else base64.b64decode(given, validate=True).decode("ascii")
        if text.isdigit() and len(text) <= 18:
            return int(text)
    except (binascii.Error, ValueError):
        pass
    raise InvalidInput(f"The cursor {given[:100]!r} is none that a page gave; leave `after` out to begin anew.")
