"""One resource, several paths: clients differ in which they use, and the handlers know one of them.

What a handler sees is the canonical path without a slash at its end; nothing is ever redirected,
since bodies and credentials get lost on the way. The path that the client used stays in the
environment for links and for what differs between versions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

PATH_KEY = "crm_graph.path"
"""The path as the client wrote it."""
VERSION_KEY = "crm_graph.version"
"""The version in the client's path where it is a date, such as `2026-03`."""

_DATED = r"(?P<date>20\d\d-\d\d)"

ALIASES: tuple[tuple[str, str], ...] = (
    (rf"/crm/objects/(?:{_DATED}|v4)/(?P<rest>[^/]+/[^/]+/associations/.+)", "/crm/v4/objects/{rest}"),
    (rf"/crm/objects/(?:{_DATED}|v3|v4)/(?P<rest>.+)", "/crm/v3/objects/{rest}"),
    (r"/crm/v4/objects/(?P<rest>(?![^/]+/[^/]+/associations/).+)", "/crm/v3/objects/{rest}"),
    (rf"/crm/associations/(?:{_DATED}|v4)/definitions/(?P<rest>.+)", "/crm/associations/v4/definitions/{rest}"),
    (r"/crm/v4/associations/definitions/(?P<rest>.+)", "/crm/associations/v4/definitions/{rest}"),
    (rf"/crm/associations/(?:{_DATED}|v4)/(?P<rest>.+)", "/crm/v4/associations/{rest}"),
    (r"/crm/associations/v3/(?P<rest>.+)", "/crm/v3/associations/{rest}"),
    (rf"/crm-object-schemas/(?:{_DATED}|v3)/schemas(?P<rest>(?:/.*)?)", "/crm/v3/schemas{rest}"),
    (
        rf"/crm/(?P<noun>properties|property-validations|pipelines|owners|lists|imports|exports|limits|schemas|object-library)/(?:{_DATED}|v3)(?P<rest>(?:/.*)?)",
        "/crm/v3/{noun}{rest}",
    ),
)
"""Pattern of a path → the canonical one, the first that fits; `/crm/v3/…` is canonical and never looked up."""

_PATTERNS = tuple((re.compile(pattern), canonical) for pattern, canonical in ALIASES)


def canonical(path: str) -> tuple[str, str]:
    """The canonical path, and the date in the given one or `''`."""
    path = path.rstrip("/") or "/"
    if not path.startswith("/crm") or path.startswith("/crm/v3/"):
        return path, ""
    for pattern, target in _PATTERNS:
        if found := pattern.fullmatch(path):
            groups = found.groupdict()
            date = groups.pop("date", None) or ""
            return target.format_map(groups), date
    return path, ""


class Aliases:
    """Middleware that gives the application canonical paths."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer under the canonical path."""
        given = environ.get("PATH_INFO", "/")
        environ[PATH_KEY] = given
        environ["PATH_INFO"], environ[VERSION_KEY] = canonical(given)
        return self._application(environ, start_response)


def is_dated(environ: Mapping[str, Any]) -> bool:
    """Whether the client used a path whose version is a date."""
    return bool(environ.get(VERSION_KEY))
