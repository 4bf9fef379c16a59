"""How many members a segment had, and when it was edited or is to be filled by hand from then on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from crm_graph.clock import DAY_MS
from crm_graph.errors import InvalidInput, NotFound
from crm_graph.graph.queries import load
from crm_graph.segments import store
from crm_graph.segments.segment import Segment
from crm_graph.unit import Unit

_QUERIES = "segments"
_DAYS_MAX = 366 * 2
_EDITS_MAX = 1_000

UNITS: Mapping[str, int] = {"DAY": 1, "WEEK": 7, "MONTH": 30}
"""Units of inactivity, in days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Sizes at the end of each day, [ms since 1970, number], and when the segment was edited, newest first."""

    sizes: tuple[tuple[int, int], ...]
    edits: tuple[int, ...]


def between(unit: Unit, segment_id: str, since: str, until: str) -> History:
    """The history from one day to another, both included; of a dynamic segment as its follower found it.

    InvalidInput for what is no date, or for more than two years.
    """
    segment, _ = store.find(unit, segment_id)
    begin, end = _day(since, "startDate"), _day(until, "endDate") + DAY_MS
    days = (end - begin) // DAY_MS
    if not 0 < days <= _DAYS_MAX:
        raise InvalidInput(f"From startDate to endDate are 1 to {_DAYS_MAX} days.", startDate=[since], endDate=[until])
    row = unit.graph.ask(
        load(_QUERIES).history,
        segment_id=segment.id,
        since=begin,
        until=end,
        subject=segment.subject,
        limit=_EDITS_MAX,
    )
    change: Counter[int] = Counter()
    for came, number in row["now_there"]:
        change[begin if came is None else came] += number
    for came, went, number in row["no_longer"]:
        change[begin if came is None else came] += number
        change[begin if went is None else went] -= number
    sizes, size = [], 0
    last = unit.clock.read()
    for day in range(begin, end, DAY_MS):
        if day <= last:
            size += change[day]
            sizes.append((min(day + DAY_MS - 1, last), size))
    return History(sizes=tuple(sizes), edits=tuple(row["edits"]))


def conversion(unit: Unit, segment_id: str) -> Segment:
    """A segment whose conversion is scheduled or was made; NotFound where neither is so."""
    segment, _ = store.find(unit, segment_id)
    if segment.conversion is None and segment.converted_at is None:
        raise NotFound(f"No conversion of list {segment.id} is scheduled.", listId=[str(segment.id)])
    return segment


def schedule(unit: Unit, segment_id: str, given: Mapping[str, Any]) -> Segment:
    """The dynamic segment, to become one that is filled by hand on a day or when nobody came or left for a while."""
    segment, _ = store.find(unit, segment_id)
    _refuse_static(segment)
    kept: dict[str, Any]
    match given.get("conversionType"):
        case "CONVERSION_DATE":
            kept = {name: _number(given, name) for name in ("year", "month", "day")}
            _due_on(kept)
        case "INACTIVITY":
            unit_name = given.get("timeUnit")
            if unit_name not in UNITS:
                raise InvalidInput(f"timeUnit is one of {', '.join(UNITS)}.", timeUnit=[str(unit_name)[:100]])
            offset = _number(given, "offset")
            if not 1 <= offset <= 1_000:
                raise InvalidInput("offset is from 1 to 1000.", offset=[str(offset)])
            kept = {"offset": offset, "timeUnit": unit_name}
        case other:
            raise InvalidInput("conversionType is CONVERSION_DATE or INACTIVITY.", conversionType=[str(other)[:100]])
    return store.change(unit, segment, conversion={"conversionType": given["conversionType"], **kept})


def unschedule(unit: Unit, segment_id: str) -> None:
    """Let the segment stay dynamic; NotFound where nothing is scheduled."""
    segment = conversion(unit, segment_id)
    if segment.converted_at is not None:
        raise NotFound(f"List {segment.id} was converted already.", listId=[str(segment.id)])
    store.change(unit, segment, conversion=None)


def is_due(unit: Unit, segment: Segment) -> bool:
    """Whether the time has come to convert a segment."""
    wanted = segment.conversion
    if wanted is None or not segment.is_dynamic:
        return False
    now = unit.clock.read()
    if wanted["conversionType"] == "CONVERSION_DATE":
        return now >= _due_on(wanted)
    last = unit.graph.ask(load(_QUERIES).last_change, segment_id=segment.id)["at"] or 0
    quiet_since = max(last, segment.created_at, segment.filters_updated_at)
    quiet_ms: int = wanted["offset"] * UNITS[wanted["timeUnit"]] * DAY_MS
    return now >= quiet_since + quiet_ms


def _refuse_static(segment: Segment) -> None:
    if not segment.is_dynamic:
        raise InvalidInput(
            f"List {segment.id} is {segment.processing_type}; only a DYNAMIC list can be converted.",
            listId=[str(segment.id)],
        )


def _due_on(given: Mapping[str, Any]) -> int:
    try:
        moment = datetime(given["year"], given["month"], given["day"], tzinfo=UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(
            "year, month and day are no day of the calendar.", **{k: [str(v)] for k, v in given.items()}
        ) from None
    return int(moment.timestamp()) * 1_000


def _number(given: Mapping[str, Any], name: str) -> int:
    value = given.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidInput(f"{name} is a whole number.", **{name: [str(value)[:100]]})
    return value


def _day(given: str, name: str) -> int:
    """Midnight in UTC of a date or of the day of a time, in ms since 1970."""
    try:
        if given.isascii() and given.isdigit() and len(given) > 8:
            found = datetime.fromtimestamp(int(given) / 1_000, UTC).date()
        else:
            found = date.fromisoformat(given[:10])
        return ((found - date(1970, 1, 1)) // timedelta(days=1)) * DAY_MS
    except (ValueError, OverflowError, OSError):
        raise InvalidInput(f"{name} is a date such as 2026-03-01.", **{name: [given[:100]]}) from None
