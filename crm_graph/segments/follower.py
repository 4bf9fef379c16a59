"""The follower of the feed: it keeps who is in a dynamic segment since when, and who was.

What a segment's members are never depends on it. A change of a record, or of its associations, leads it to that record
and to those it is associated with; a segment whose filters look at other records, at other segments or at the clock is
gone through as a whole some time after. Any number of processes may follow: the place in the feed moves in the
transaction that writes what was found up to there, and stands still in the one that goes through a part of a segment.
A segment that was gone through while another follower looked at its records is gone through once more; one that cannot
be, since it takes too long, keeps no other waiting.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_graph.crm import Crm
from crm_graph.errors import CRMError, GraphUnavailable, ReadTooLong
from crm_graph.feed.number import number
from crm_graph.feed.read import Event
from crm_graph.feed.read import read as read_feed
from crm_graph.graph.queries import load
from crm_graph.search.members import compile_matches, compile_members
from crm_graph.segments.filters import Filters, conditions_of
from crm_graph.segments.history import is_due
from crm_graph.segments.segment import Segment, read
from crm_graph.unit import Actor, Unit

log = logging.getLogger(__name__)

NAME = "segments"
INTERVAL_S = 0.5
"""How long the worker waits when there was nothing to follow."""

_QUERIES = "segments"
_ACTOR = Actor(user_id=0, is_super_admin=True)
_AT_ONCE = 20
"""Segments whose filters are looked at in one statement."""
_EVENTS = 500
_AGAIN_MS = 5_000
"""A segment is gone through as a whole not sooner than this after the last time."""
_TIMED_MS = 60_000
_FAILED_MS = 300_000
"""When a segment that could not be gone through is tried again; whoever changes its filters need not wait."""
"""And one that changes as time goes by not later than this."""


@dataclass(slots=True)
class _Followed:
    """The dynamic segments that can be evaluated, with what their filters come to."""

    seq: int | None
    segments: dict[int, Segment] = field(default_factory=dict)
    filters: dict[int, Filters] = field(default_factory=dict)


@dataclass(slots=True)
class _Moves:
    """Who joins and who leaves one segment: [record key, id, since], [id, until]."""

    joins: list[list[Any]] = field(default_factory=list)
    leaves: list[list[Any]] = field(default_factory=list)


def follow(crm: Crm, stopping: Callable[[], bool] = lambda: False) -> bool:
    """One page of the feed from where the follower is, then one segment as a whole at most; whether more is left."""
    followed = crm.run(_ACTOR, _known)
    if stopping():
        return False
    taken = _follow_feed(crm, followed)
    if stopping():
        return False
    if taken:  # events may ask for a segment to be gone through
        followed = crm.run(_ACTOR, _known)
    return _sweep_one(crm, followed, stopping) or taken == _EVENTS


def _follow_feed(crm: Crm, followed: _Followed) -> int:
    """How many events were taken in."""
    if not followed.segments or followed.seq is None:
        upto = number(crm.graph).seq
        if followed.seq != upto:
            crm.run(_ACTOR, lambda unit: _move(unit, followed.seq, upto, {}, set(), []))
        return 0
    page = read_feed(crm.graph, followed.seq, min(_EVENTS, crm.graph.limits.feed_batch))
    if page.events:
        crm.run(_ACTOR, lambda unit: _take(unit, _known(unit), page.events, followed.seq, page.after))
    return len(page.events)


def _known(unit: Unit) -> _Followed:
    row = unit.graph.ask(load(_QUERIES).followed, name=NAME)
    known = {each.id: each for each in map(read, row["segments"])}
    live = [each for each in known.values() if each.deleted_at is None]
    filters = conditions_of(live, unit.model, known, unit.clock.read(), unit.limits)
    return _Followed(row["seq"], {each: known[each] for each in filters}, filters)


def _take(unit: Unit, followed: _Followed, events: Sequence[Event], seq: int | None, after: int) -> None:
    touched, names = _touched(unit, events)
    moves: dict[int, _Moves] = {}
    seen: list[Segment] = []
    slow: set[int] = set()
    for name, times in touched.items():
        own = [each for each in followed.segments.values() if each.object_type == name]
        seen += own
        for first in range(0, len(own), _AT_ONCE):
            together = own[first : first + _AT_ONCE]
            try:
                _compare(unit, name, together, followed.filters, times, moves)
            except ReadTooLong:
                slow |= {each.id for each in together}
    swept = slow | {each for each, filters in followed.filters.items() if filters.reaches & names}
    _move(unit, seq, after, moves, swept, seen)


def _touched(unit: Unit, events: Iterable[Event]) -> tuple[dict[str, dict[int, int]], set[str]]:
    """By name of the object type the records that events are about, with the time of the last one; and all names."""
    found: dict[str, dict[int, int]] = {}
    for event in events:
        ends = (event.added, event.removed, event.received_added, event.received_removed)
        keys = [event.record_key, *(far for each in ends for far, _ in each)]
        for key in keys:
            object_type = unit.model.find_object_type(key.partition(":")[0])
            if object_type is not None:
                times = found.setdefault(object_type.name, {})
                record_id = int(key.partition(":")[2])
                times[record_id] = max(times.get(record_id, 0), event.at)
    return found, set(found)


def _compare(
    unit: Unit,
    name: str,
    segments: Sequence[Segment],
    filters: Mapping[int, Filters],
    times: Mapping[int, int],
    moves: dict[int, _Moves],
) -> None:
    object_type = unit.model.object_types[name]
    conditions = [filters[each.id].condition for each in segments]
    statement, parameters = compile_matches(object_type, conditions, unit.model)
    keys = [f"{object_type.id}:{each}" for each in times]
    for record_id, _, is_live, truths, kept in unit.graph.ask(statement, keys=keys, **parameters)["records"]:
        present = {segment_id for segment_id, _, until in kept if until is None}
        at = times[record_id]
        for each, truth in zip(segments, truths if is_live else [False] * len(segments), strict=True):
            moved = moves.setdefault(each.id, _Moves())
            if truth and each.id not in present:
                moved.joins.append([f"{object_type.id}:{record_id}", record_id, max(at, each.filters_updated_at)])
            elif not truth and each.id in present:
                moved.leaves.append([record_id, at])


def _move(
    unit: Unit,
    from_seq: int | None,
    seq: int,
    moves: Mapping[int, _Moves],
    swept: set[int],
    seen: Iterable[Segment],
) -> None:
    rows = [{"segment_id": each, "joins": moved.joins, "leaves": moved.leaves} for each, moved in moves.items()]
    unit.graph.change(
        load(_QUERIES).follow,
        name=NAME,
        from_seq=-1 if from_seq is None else from_seq,
        seq=seq,
        rows=[row for row in rows if row["joins"] or row["leaves"]],
        turns=[[each.id, each.turn] for each in seen],
        swept=sorted(swept),
        at=unit.clock.read(),
    )


def _sweep_one(crm: Crm, followed: _Followed, stopping: Callable[[], bool]) -> bool:
    """Go through the segment that has waited longest for it; whether another one waits."""
    now = crm.clock.read()
    ready = [each for each in followed.segments.values() if not _is_put_off(each, now)]
    due = [each for each in ready if _is_due(each, followed.filters[each.id], now)]
    converting = [each for each in ready if each.conversion and each not in due]
    ripe = crm.run(_ACTOR, lambda unit: [each for each in converting if is_due(unit, each)]) if converting else []
    waiting = sorted([*ripe, *due], key=lambda each: max(each.settled_at or 0, each.sweep_failed_at or 0))
    if not waiting:
        return False
    try:
        sweep(crm, waiting[0].id, stopping)
    except GraphUnavailable:
        raise
    except CRMError as error:
        log.warning("list %d was not gone through: %s", waiting[0].id, error.message)
        crm.run(_ACTOR, lambda unit: _put_off(unit, waiting[0]))
    return len(waiting) > 1


def _put_off(unit: Unit, segment: Segment) -> None:
    unit.graph.change(load(_QUERIES).sweep_failed, segment_id=segment.id, at=unit.clock.read())


def _is_put_off(segment: Segment, now: int) -> bool:
    """Whether it failed a short time ago, with the filters that it has."""
    failed_at = segment.sweep_failed_at or 0
    return failed_at > segment.filters_updated_at and now < failed_at + _FAILED_MS


def _is_due(segment: Segment, filters: Filters, now: int) -> bool:
    if segment.settled_at is None:
        return True
    is_asked = (segment.sweep_asked_at or 0) >= segment.settled_at and now >= segment.settled_at + _AGAIN_MS
    return is_asked or (filters.is_timed and now >= segment.settled_at + _TIMED_MS)


def sweep(crm: Crm, segment_id: int, stopping: Callable[[], bool] = lambda: False) -> None:
    """Keep as members of a dynamic segment exactly those whom its filters find, and convert it when it is due.

    Where its filters are changed meanwhile it is not settled, and gone through once more.
    """
    started_at = crm.clock.read()
    begun = crm.run(_ACTOR, _known).segments.get(segment_id)
    if begun is None:
        return
    after: int | None = -1
    while after is not None:
        if stopping():
            return
        after = crm.run(_ACTOR, lambda unit, after=after: _sweep_page(unit, segment_id, after))  # type: ignore[misc]

    def settle(unit: Unit) -> None:
        segment = _known(unit).segments.get(segment_id)
        if segment is not None:
            unit.graph.change(
                load(_QUERIES).settled,
                segment_id=segment_id,
                version=begun.version,
                at=started_at,
                converts=is_due(unit, segment),
            )

    crm.run(_ACTOR, settle)


def _sweep_page(unit: Unit, segment_id: int, after: int) -> int | None:
    """Compare the members with ids behind `after` with those that are kept; where to go on, None at the end.

    No follower moves meanwhile: whatever changes after this has looked is still to come in the feed, and who was found
    to join or to leave does not do it twice.
    """

    def page(inner: Unit) -> int | None:
        inner.graph.change(load(_QUERIES).hold_followers, name=NAME)
        followed = _known(inner)
        segment = followed.segments.get(segment_id)
        if segment is None:
            return None
        return _settle_page(inner, segment, followed.filters[segment_id], after)

    return unit.together(page)


def _settle_page(unit: Unit, segment: Segment, filters: Filters, after: int) -> int | None:
    object_type, size = unit.model.object_types[segment.object_type], unit.limits.segment_batch
    statement, parameters = compile_members(object_type, filters.condition, unit.model)
    given = {**parameters, "segment": segment.id, "after": after, "limit": size}
    kept: list[int] = unit.graph.ask(load(_QUERIES).kept, segment_id=segment.id, after=after, limit=size)["ids"]
    wanted = [row[0] for row in unit.graph.ask(statement, **given)["members"]]
    # Where a page is full, what lies behind its end is not known yet.
    ends = [ids[-1] for ids in (wanted, kept) if len(ids) == size]
    end = min(ends) if ends else None
    is_here = (lambda each: True) if end is None else (lambda each: each <= end)
    found, was = set(filter(is_here, wanted)), set(filter(is_here, kept))
    if found != was:
        unit.graph.change(
            load(_QUERIES).settle,
            segment_id=segment.id,
            joins=[[f"{object_type.id}:{each}", each] for each in sorted(found - was)],
            leaves=sorted(was - found),
            at=unit.clock.now(),
        )
    return end
