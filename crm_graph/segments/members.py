"""Members of a segment: read page by page, put in and taken out, and the segments that records are in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crm_graph.definitions.changes.publication import schema_of
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import InvalidInput, NotFound, QueryTooExpensive, RecordNotFound, TooMany
from crm_graph.graph.failures import ConstraintViolated
from crm_graph.graph.queries import Query, load
from crm_graph.records.record import is_id
from crm_graph.search.conditions import Condition
from crm_graph.search.members import compile_matches, compile_member_count, compile_members
from crm_graph.segments.filters import condition_of, conditions_of
from crm_graph.segments.segment import Segment, read
from crm_graph.unit import Unit

_QUERIES = "segments"
_LISTS_AT_ONCE = 50
"""Segments whose filters are looked at in one statement."""
_BEFORE_ALL = -1
_BEHIND_ALL = 2**62
_UNSETTLED = "u"


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A record in a segment, since a time in ms since 1970.

    Where it is not `is_settled`, the follower of the feed has not come to it yet, and the time is that of the last
    change of the record or of the filters, which is when it may have become a member.
    """

    record_id: int
    since: int
    is_settled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPage:
    """Members in order; `after` and `before` are cursors of the pages around it, None where there is none."""

    members: tuple[Joined, ...]
    after: str | None = None
    before: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Ids of records that came, that left, and of which there are none."""

    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()


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
    source = _Source(unit, segment, known)
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


def change(unit: Unit, segment: Segment, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Changes:
    """Records put into a segment that is filled by hand, then others taken out; in batches, each a transaction.

    InvalidInput for a dynamic segment, or for ids that are none.
    """
    _refuse_dynamic(segment)
    given = len(add) + len(remove)
    if given > unit.limits.segment_changes:
        raise TooMany(f"At most {unit.limits.segment_changes} records can be changed at once, not {given}.")
    ids = [sorted(_record_ids(each)) for each in (add, remove)]
    added = _changed(unit, segment, load(_QUERIES).add, ids[0], "added")
    removed = _changed(unit, segment, load(_QUERIES).remove, ids[1], "removed")
    return Changes(added=tuple(added[0]), removed=tuple(removed[0]), missing=tuple(sorted({*added[1], *removed[1]})))


def empty(unit: Unit, segment: Segment) -> None:
    """Take all members out of a segment that is filled by hand; InvalidInput for a dynamic one."""
    _refuse_dynamic(segment)
    size = unit.limits.segment_batch
    while True:
        row = _apart(unit).graph.change(load(_QUERIES).empty, segment_id=segment.id, limit=size, at=unit.clock.now())
        _refuse_gone(segment, row)
        if row["removed"] < size:
            return


def add_from(unit: Unit, segment: Segment, source: Segment, known: Mapping[int, Segment]) -> None:
    """Put all members of another segment into one that is filled by hand; InvalidInput unless both are of one type."""
    _refuse_dynamic(segment)
    if segment.object_type != source.object_type:
        raise InvalidInput(
            f"List {source.id} is one of {source.object_type}, list {segment.id} of {segment.object_type}.",
            listId=[str(segment.id), str(source.id)],
        )
    _copy(unit, segment, _Source(unit, source, known))


def fill(unit: Unit, segment: Segment, condition: Condition) -> None:
    """Put all records into a segment for which the condition is true."""
    _copy(unit, segment, _Source(unit, segment, {}, condition))


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


class _Source:
    """Reads members of a segment page by page."""

    def __init__(
        self, unit: Unit, segment: Segment, known: Mapping[int, Segment], condition: Condition | None = None
    ) -> None:
        self.unit = unit
        self.segment = segment
        self.object_type = unit.model.object_type(segment.object_type)
        if condition is None:
            filters = condition_of(segment, unit.model, known, unit.clock.read(), unit.limits)
            condition = filters.condition if filters else None
        self.condition = condition

    def read(self, limit: int, *, after: int, backward: bool = False, **how: Any) -> list[Joined]:
        """Members behind an id, or before it."""
        since = how.pop("since", None)
        statement, parameters = compile_members(
            self.object_type,
            self.condition,
            self.unit.model,
            backward=backward,
            limit_ms=self.unit.limits.search_ms,
            **how,
        )
        if since is not None:
            parameters["since"] = since
        given = {**parameters, "segment": self.segment.id, "after": after, "limit": limit}
        try:
            rows = self.unit.graph.ask(statement, **given)["members"]
        except QueryTooExpensive:
            raise QueryTooExpensive(
                f"Finding members of list {self.segment.id} took longer than {self.unit.limits.search_ms} ms. Narrow "
                "its filters by a property that is indexed."
            ) from None
        return [self._member(*row) for row in rows]

    def ids(self) -> Iterator[list[int]]:
        """The ids of all members, batch by batch."""
        size, after = self.unit.limits.segment_batch, _BEFORE_ALL
        while True:
            found = [each.record_id for each in self.read(size, after=after)]
            if found:
                yield found
                after = found[-1]
            if len(found) < size:
                return

    def _member(self, record_id: int, since: int | None, changed_at: int) -> Joined:
        if since is not None:
            return Joined(record_id=record_id, since=since)
        guessed = max(changed_at, self.segment.filters_updated_at)
        return Joined(record_id=record_id, since=guessed, is_settled=False)


@dataclass(frozen=True, slots=True)
class _Start:
    since: int | None
    id: int
    is_settled: bool = True


def _by_id(source: _Source, start: _Start, limit: int, backward: bool) -> list[Joined]:
    return source.read(limit, after=start.id, backward=backward)


def _by_time(source: _Source, start: _Start, limit: int, backward: bool) -> list[Joined]:
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


def _copy(unit: Unit, segment: Segment, source: _Source) -> None:
    for ids in source.ids():
        _changed(unit, segment, load(_QUERIES).add, ids, "added")


def _changed(unit: Unit, segment: Segment, query: Query, ids: Sequence[int], done: str) -> tuple[list[int], list[int]]:
    """What a statement did with these ids, batch by batch, and of which of them there is no live record."""
    found: tuple[list[int], list[int]] = ([], [])
    if not ids:
        return found
    statement = query.on(node_label=unit.model.object_type(segment.object_type).node_label)
    at, size = unit.clock.now(), unit.limits.segment_batch
    for first in range(0, len(ids), size):
        given: dict[str, Any] = {"segment_id": segment.id, "ids": list(ids[first : first + size]), "at": at}
        try:
            row = _apart(unit).graph.change(statement, **given)
        except ConstraintViolated:
            # Somebody else put one of them in at the same moment; now it is seen.
            row = _apart(unit).graph.change(statement, **given)
        _refuse_gone(segment, row)
        found[0].extend(row[done])
        found[1].extend(row["missing"])
    return found


def _apart(unit: Unit) -> Unit:
    """A unit whose write leaves no trace by which a lost answer is found: it is simply made again."""
    transaction_id = unit.clock.new_id()
    graph = schema_of(unit).statements(unit.graph.guard, transaction_id)
    return replace(unit, graph=graph, transaction_id=transaction_id)


def _refuse_dynamic(segment: Segment) -> None:
    if segment.is_dynamic:
        raise InvalidInput(
            f"List {segment.id} is DYNAMIC: its filters say who is in it, and nobody is put in or taken out by hand.",
            listId=[str(segment.id)],
        )


def _refuse_gone(segment: Segment, row: Mapping[str, Any]) -> None:
    if not row["found"]:
        raise NotFound(
            f"List {segment.id} does not exist any more, or is not filled by hand.", listId=[str(segment.id)]
        )


def _record_ids(given: Iterable[str]) -> set[int]:
    found = set()
    for each in given:
        if not is_id(each):
            raise InvalidInput(f"The record id {each[:100]!r} is not a whole number.", recordId=[each[:100]])
        found.add(int(each))
    return found
