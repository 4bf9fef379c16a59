"""Cursors of a search: the contract's offset, and the position behind a record, which knows no end.

An offset is a number. A position begins with a letter; a client asks for positions by
`"after": "start"`, and each page then gives the next one.
"""

from __future__ import annotations

import base64
import binascii
import json
import math
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NoReturn

from crm_graph.errors import InvalidInput
from crm_graph.records.record import Native
from crm_graph.search.operators import Kind

START = "start"
_MARK = "k"
_INTEGER_MAX = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Position:
    """The place behind the record with that id and that value of the sort property; before all records without id."""

    value: Native = None
    id: int | None = None

    def write(self, order: str) -> str:
        """The position as opaque text; `order` names the sort for which alone it holds."""
        packed = json.dumps([order, self.value, self.id], ensure_ascii=False, separators=(",", ":"))
        return _MARK + base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def read(given: Any, order: str, kind: Kind) -> int | Position:
    """The offset or position that a page gave; InvalidInput for anything else, or for a position in another order."""
    if given in (None, ""):
        return 0
    if isinstance(given, int) and not isinstance(given, bool) and given >= 0:
        return given
    if not isinstance(given, str):
        _refuse(given)
    if given == START:
        return Position()
    if given.isascii() and given.isdigit() and len(given) <= 18:
        return int(given)
    if not given.startswith(_MARK):
        _refuse(given)
    return _unpack(given, order, kind)


def _unpack(given: str, order: str, kind: Kind) -> Position:
    try:
        packed = base64.b64decode(given[1:] + "=" * (-len(given[1:]) % 4), altchars=b"-_", validate=True)
        was, value, record_id = json.loads(packed)
        position = Position(_native(value, kind), _integer(record_id))
    except (ValueError, TypeError, binascii.Error, RecursionError):
        _refuse(given)
    if was != order:
        raise InvalidInput("The cursor in `after` is of a search with another sort.", after=[given])
    return position


def _native(value: Any, kind: Kind) -> Native:
    if value is None:
        return None
    if isinstance(value, bool) or kind is Kind.BOOLEAN:
        if isinstance(value, bool) and kind is Kind.BOOLEAN:
            return value
    elif isinstance(value, int) and kind in (Kind.NUMBER, Kind.DATETIME):
        return _integer(value)
    elif isinstance(value, float) and kind is Kind.NUMBER and math.isfinite(value):
        return value
    elif isinstance(value, str) and kind in (Kind.TEXT, Kind.OPTION, Kind.OPTIONS):
        value.encode()
        return value
    elif isinstance(value, str) and kind is Kind.DATE:
        return date.fromisoformat(value)
    elif isinstance(value, str) and kind is Kind.DATETIME:
        found = datetime.fromisoformat(value)
        if found.tzinfo is not None:
            return found
    raise ValueError(value)


def _integer(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and -_INTEGER_MAX <= value <= _INTEGER_MAX:
        return value
    raise ValueError(value)


def _refuse(given: Any) -> NoReturn:
    raise InvalidInput(
        "`after` must be what a page gave as paging.next.after; leave it out to begin anew.", after=[str(given)[:200]]
    )
