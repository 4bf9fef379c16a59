"""Reads parts of a filter of a list; whoever is wrong is told where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm_graph.errors import InvalidInput

Body = dict[str, Any]

_MISSING = object()


def malformed(at: str, rule: str) -> InvalidInput:
    """The error for something at a place such as `filterBranch.filterBranches[0]`."""
    return InvalidInput(f"The list's filters are not valid: {at}: {rule}.", location=[at])


def object_of(given: Any, at: str) -> Body:
    """A JSON object."""
    if not isinstance(given, dict):
        raise malformed(at, "an object is needed")
    return given


def list_of(body: Body, name: str, at: str) -> list[Any]:
    """A list; empty where it was left out."""
    given = body.get(name)
    if given is None:
        return []
    if not isinstance(given, list):
        raise malformed(f"{at}.{name}", "a list is needed")
    return given


def text_of(body: Body, name: str, at: str, default: Any = _MISSING) -> str:
    """A text."""
    given = body.get(name)
    if given is None and default is not _MISSING:
        return str(default)
    if not isinstance(given, str) or not given:
        raise malformed(f"{at}.{name}", "a text is needed")
    return given


def one_of(body: Body, name: str, at: str, permitted: Sequence[str], default: Any = _MISSING) -> str:
    """One of the texts that are permitted."""
    given = text_of(body, name, at, default)
    if given not in permitted:
        raise malformed(f"{at}.{name}", f"{given[:100]!r} is none of {', '.join(permitted)}")
    return given


def integer_of(
    body: Body, name: str, at: str, *, default: Any = _MISSING, least: int | None = None, most: int = 2**53
) -> int:
    """A whole number from `least`, else from the negative of `most`, to `most`; also written as a text."""
    given = body.get(name)
    if given is None and default is not _MISSING:
        return int(default)
    if isinstance(given, str) and given.lstrip("-").isascii() and given.lstrip("-").isdigit() and len(given) < 17:
        given = int(given)
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if not isinstance(given, int) or isinstance(given, bool):
        raise malformed(f"{at}.{name}", "a whole number is needed")
    if not (-most if least is None else least) <= given <= most:
        raise malformed(f"{at}.{name}", f"{given} is not from {-most if least is None else least} to {most}")
    return given


def boolean_of(body: Body, name: str, at: str) -> bool:
    """Whether something is wanted; no where it was left out."""
    given = body.get(name)
    if given is None:
        return False
    if not isinstance(given, bool):
        raise malformed(f"{at}.{name}", "true or false is needed")
    return given
