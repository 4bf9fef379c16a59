"""Members of a segment, page by page, and the segments that records are in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import InvalidInput, QueryTooExpensive, RecordNotFound, TooMany
from crm_graph.graph.queries import load
from crm_graph.records.record import is_id
from crm_graph.search.members import compile_matches, compile_member_count
from crm_graph.segments.filters import condition_of, conditions_of
from crm_graph.segments.segment import Segment, read
from crm_graph.segments.source import Joined, Source
from crm_graph.unit import Unit

_QUERIES = "segments"
_LISTS_AT_ONCE = 50
"""Segments whose filters are looked at in one statement."""
_BEFORE_ALL = -1
_BEHIND_ALL = 2**62
_UNSETTLED = "u"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPage:
    """Members in order; `after` and `before` are cursors of the pages around it, None where there is none."""

    members: tuple[Joined, ...]
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """A segment that a record is in; times in ms since 1970, of the first and the last time that it came."""

    segment: Segment
    first: int
    last: int
    is_settled: bool = True


def page(
    unit: Unit,
    segment: Segment,
    known: Mapping[int, Segment],
    *,
    after: str | None = None,
    before: str | None = None,
    limit: int,
    by_time: bool = False,
) -> MemberPage:
    """Members by id, or `by_time` in the order in which they came, those who are not settled last.

    The page behind `after`, or the one before `before`. Raises InvalidInput for cursors that no page gave or where the
    filters use what is gone, QueryTooExpensive when the time is used up.
    """
    if after is not None and before is not None:
        raise InvalidInput("`after` and `before` exclude each other.", after=[after], before=[before])
    source = Source(unit, segment, known)
    backward = before is not None
    start = _read_cursor(before if backward else after, by_time=by_time, backward=backward)
    found = _by_time(source, start, limit + 1, backward) if by_time else _by_id(source, start, limit + 1, backward)
    shown, has_more = found[:limit], len(found) > limit
    if backward:
        shown.reverse()
    ends = (_cursor(shown[0], by_time), _cursor(shown[-1], by_time)) if shown else (None, None)
    return MemberPage(
        members=tuple(shown),
        after=ends[1] if has_more or backward else None,
        before=ends[0] if (has_more if backward else after is not None) else None,
    )


def count(unit: Unit, segment: Segment, known: Mapping[int, Segment]) -> int | None:
    """How many live members a segment has; None where that cannot be found out, or not within the time of a search."""
    found = unit.model.object_types.get(segment.object_type)
    if found is None or found.archived:
        return None
    try:
        filters = condition_of(segment, unit.model, known, unit.clock.read(), unit.limits)
        condition = filters.condition if filters else None
        statement, parameters = compile_member_count(found, condition, unit.model, unit.limits.search_ms)
        number: int = unit.graph.ask(statement, segment=segment.id, **parameters)["number"]
        return number
    except (InvalidInput, QueryTooExpensive):
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Memberships:
    """Of several records the segments they are in, in the order in which they were named; `missing` are not there."""

    memberships: tuple[tuple[ObjectType, str, list[Membership]], ...]
    missing: tuple[str, ...]


def of_record(unit: Unit, object_type: ObjectType, record_id: str) -> list[Membership]:
    """The segments that a record is in; RecordNotFound where there is no live one."""
    found = of_records(unit, object_type, [record_id])
    if not is_id(record_id) or int(record_id) not in found:
        raise RecordNotFound
    return found[int(record_id)]


def of_several(unit: Unit, records: Sequence[tuple[str, str]]) -> Memberships:
    """The segments that records are in, each given by its object type and id; TooMany above the size of a batch."""
    if len(records) > unit.limits.batch_size:
        raise TooMany(f"At most {unit.limits.batch_size} records can be read at once, not {len(records)}.")
    by_type: dict[str, list[str]] = {}
    for name, record_id in records:
        by_type.setdefault(unit.model.object_type(name).name, []).append(record_id)
    found = {name: of_records(unit, unit.model.object_types[name], ids) for name, ids in by_type.items()}
    memberships, missing = [], []
    for name, record_id in records:
        object_type = unit.model.object_type(name)
        known = found[object_type.name].get(int(record_id)) if is_id(record_id) else None
        if known is None:
            missing.append(record_id)
        else:
            memberships.append((object_type, record_id, known))
    return Memberships(memberships=tuple(memberships), missing=tuple(missing))


def of_records(unit: Unit, object_type: ObjectType, record_ids: Sequence[str]) -> dict[int, list[Membership]]:
    """By id of the live records among these the segments they are in, in the order of the segments' ids.

    Segments whose filters use what is gone are left out.
    """
    ids = [int(each) for each in dict.fromkeys(record_ids) if is_id(each)]
    rows = unit.graph.ask(load(_QUERIES).of_type, object_type=object_type.name, limit=unit.limits.segments)["segments"]
    known = {each.id: each for each in map(read, rows)}
    live = [each for each in known.values() if each.deleted_at is None and each.object_type == object_type.name]
    live.sort(key=lambda each: each.id)
    evaluated = conditions_of(live, unit.model, known, unit.clock.read(), unit.limits)
    found: dict[int, list[Membership]] = {}
    keys = [f"{object_type.id}:{each}" for each in ids]
    chunks = [live[n : n + _LISTS_AT_ONCE] for n in range(0, len(live), _LISTS_AT_ONCE)] or [[]]
    for chunk in chunks:
        asked = [each for each in chunk if each.id in evaluated]
        statement, parameters = compile_matches(
            object_type, [evaluated[each.id].condition for each in asked], unit.model
        )
        for record_id, changed_at, is_live, truths, kept in unit.graph.ask(statement, keys=keys, **parameters)[
            "records"
        ]:
            if is_live:
                true = {each.id for each, truth in zip(asked, truths, strict=True) if truth}
                memberships = _memberships(chunk, true, kept, changed_at)
                found.setdefault(record_id, []).extend(memberships)
    return found


def _memberships(
    segments: Iterable[Segment], true: set[int], kept: Sequence[Any], changed_at: int
) -> Iterator[Membership]:
    since: dict[int, list[int]] = {}
    present: dict[int, int] = {}
    for segment_id, came, left in kept:
        since.setdefault(segment_id, []).append(came)
        if left is None:
            present[segment_id] = came
    for each in segments:
        last = present.get(each.id)
        if (each.id in true) if each.is_dynamic else last is not None:
            guessed = max(changed_at, each.filters_updated_at) if last is None else last
            first = min([*since.get(each.id, ()), guessed])
            yield Membership(segment=each, first=first, last=guessed, is_settled=last is not None)


@dataclass(frozen=True, slots=True)
class _Start:
    since: int | None
    id: int
    is_settled: bool = True


def _by_id(source: Source, start: _Start, limit: int, backward: bool) -> list[Joined]:
    return source.read(limit, after=start.id, backward=backward)


def _by_time(source: Source, start: _Start, limit: int, backward: bool) -> list[Joined]:
    """Those that are settled in the order in which they came, then the others by id; backward the other way round."""
    found: list[Joined] = []
    phases = [True, False] if source.segment.is_dynamic else [True]
    if backward:
        phases.reverse()
    if start.is_settled in phases:
        phases = phases[phases.index(start.is_settled) :]
    edge = _BEHIND_ALL if backward else _BEFORE_ALL
    for settled in phases:
        if len(found) < limit:
            begin = start if settled is start.is_settled else _Start(edge, edge, settled)
            since = edge if begin.since is None else begin.since
            how: dict[str, Any] = {"by_time": True, "since": since} if settled else {"unsettled": True}
            found += source.read(limit - len(found), after=begin.id, backward=backward, **how)
    return found


def _cursor(member: Joined, by_time: bool) -> str:
    if not by_time:
        return str(member.record_id)
    return f"{member.since if member.is_settled else _UNSETTLED}-{member.record_id}"


def _read_cursor(given: str | None, *, by_time: bool, backward: bool) -> _Start:
    if not given:
        return _Start(None, _BEHIND_ALL if backward else _BEFORE_ALL, is_settled=not backward)
    since, _, record_id = given.partition("-") if by_time else ("0", "", given)
    if is_id(record_id) and (is_id(since) or since == _UNSETTLED):
        return _Start(None if since == _UNSETTLED else int(since), int(record_id), since != _UNSETTLED)
    raise InvalidInput(f"The cursor {given[:100]!r} is none that a page gave; leave it out to begin anew.")
