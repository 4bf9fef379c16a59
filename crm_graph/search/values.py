"""Values of filters: read from the wire by the table of property types, and a little more forgiving.

An option need not be defined (it finds nothing), and a date may be any moment, as clients
compare dates with the present. Every reader raises ValueError with a sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from crm_graph.definitions.property_types import ValueRefused, read_moment
from crm_graph.records.record import Native
from crm_graph.search.operators import Kind

Reader = Callable[[Any], Native]

_DAY = timedelta(days=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def reader(kind: Kind, parser: Reader) -> Reader:
    """Reads values to be compared with those of a property; `parser` is the property's own."""
    if kind in (Kind.TEXT, Kind.OPTION):
        return text
    if kind is Kind.OPTIONS:
        return options
    return lambda raw: _parsed(parser, raw)


def text(raw: Any) -> str:
    """The value as text."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if not isinstance(raw, str | int | float):
        raise ValueError("a string is needed")
    found = str(raw)
    try:
        found.encode()
    except UnicodeEncodeError:
        raise ValueError("it is not valid Unicode") from None
    if not found.strip():
        raise ValueError("it is empty; HAS_PROPERTY and NOT_HAS_PROPERTY ask whether there is a value")
    return found


def options(raw: Any) -> list[str]:
    """The options of a list, joined by `;` on the wire."""
    found = [option for option in text(raw).split(";") if option]
    if not found:
        raise ValueError("it names no option")
    return found


def record_id(raw: Any) -> int:
    """A record id as the number by which the graph knows it."""
    found = text(raw)
    if not found.isascii() or not found.isdigit() or len(found) > 18:
        raise ValueError("a record id is a whole number")
    return int(found)


def instant(raw: Any) -> int:
    """Milliseconds since 1970, UTC, of a time given so or in ISO 8601."""
    return (moment(raw) - _EPOCH) // timedelta(milliseconds=1)


def moment(raw: Any) -> datetime:
    """A time given in milliseconds since 1970 or in ISO 8601; UTC where that names no zone."""
    text(raw)
    found = read_moment(raw)
    if found is None:
        raise ValueError("a time is given in milliseconds since 1970 or as 2026-03-01T10:00:00Z")
    return found


def day(raw: Any, parser: Reader, *, up: bool) -> date:
    """The date, or for a time within a day that day, with `up` the next: what it is compared with comes to the same."""
    try:
        found: date = _parsed(parser, raw)
        return found
    except ValueError:
        time = moment(raw)
        is_midnight = (time - _EPOCH) % _DAY == timedelta(0)
        return time.date() + (_DAY if up and not is_midnight else timedelta(0))


def _parsed(parser: Reader, raw: Any) -> Native:
    text(raw)
    try:
        return parser(raw)
    except ValueRefused as refused:
        raise ValueError(refused.message.rstrip(".")) from None
