"""Members put into a segment and taken out by hand: in one transaction, or by a job where they are too many for one.

What a transaction can hold is written by the request itself. More than that is written down, whole, with a job that
does it batch by batch; from then until the job has come to its end the segment is PROCESSING and nobody else changes
its members.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from crm_graph.definitions.changes.publication import Audit, audit_row
from crm_graph.errors import Busy, InvalidInput, NotFound, TooMany
from crm_graph.graph.failures import ConstraintViolated
from crm_graph.graph.queries import Query, load
from crm_graph.jobs import job
from crm_graph.records.record import is_id
from crm_graph.segments.segment import Segment, frozen
from crm_graph.segments.source import Source
from crm_graph.unit import Unit

KIND = "segment"
"""The kind of the jobs that write members."""

_QUERIES = "segments"
_NO_JOB = ""

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Ids of records that came, that left, and of which there are none."""

    added: tuple[int, ...] = ()
    removed: tuple[int, ...] = ()
    missing: tuple[int, ...] = ()


class _Many(Exception):
    """More members than one transaction can hold."""


def change(unit: Unit, segment: Segment, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Changes:
    """Records put into a segment that is filled by hand, then others taken out: all of it or nothing.

    InvalidInput for a dynamic segment, or for ids that are none; Busy while its members are being written.
    """
    _refuse_dynamic(segment)
    given = len(add) + len(remove)
    if given > unit.limits.segment_changes:
        raise TooMany(f"At most {unit.limits.segment_changes} records can be changed at once, not {given}.")
    joining, leaving = (sorted(_record_ids(each)) for each in (add, remove))
    if len(joining) + len(leaving) > unit.limits.segment_batch:
        return _change_by_job(unit, segment, joining, leaving)
    at = unit.clock.now()

    def work(inner: Unit) -> Changes:
        added = write(inner, segment, load(_QUERIES).add, joining, at)
        removed = write(inner, segment, load(_QUERIES).remove, leaving, at)
        missing = sorted({*added["missing"], *removed["missing"]})
        return Changes(added=tuple(added["added"]), removed=tuple(removed["removed"]), missing=tuple(missing))

    return _together(unit, work)


def empty(unit: Unit, segment: Segment) -> None:
    """Take all members out of a segment that is filled by hand; InvalidInput for a dynamic one."""
    _refuse_dynamic(segment)
    size, at = unit.limits.segment_batch, unit.clock.now()

    def work(inner: Unit) -> None:
        if empty_some(inner, segment, size + 1, at) > size:
            raise _Many

    try:
        unit.together(work)
    except _Many:  # nothing was taken out
        _begin(unit, segment, {"do": "empty"}, at)


def add_from(unit: Unit, segment: Segment, source: Segment, known: Mapping[int, Segment]) -> None:
    """Put all members of another segment into one that is filled by hand; InvalidInput unless both are of one type."""
    _refuse_dynamic(segment)
    if segment.object_type != source.object_type:
        raise InvalidInput(
            f"List {source.id} is one of {source.object_type}, list {segment.id} of {segment.object_type}.",
            listId=[str(segment.id), str(source.id)],
        )
    refuse_unfinished([source, *known.values()])
    at = unit.clock.now()
    found = Source(unit, source, known, now=at).few(unit.limits.segment_batch)
    if found is None:
        _begin(unit, segment, copying(source, known), at)
    else:
        _together(unit, lambda inner: write(inner, segment, load(_QUERIES).add, found, at))


def refuse_unfinished(segments: Iterable[Segment]) -> None:
    """Busy where the members of one of these are still being written."""
    for each in segments:
        if each.job is not None:
            raise _unfinished(each)


def copying(source: Segment, known: Mapping[int, Segment]) -> dict[str, Any]:
    """What a job is told that copies members: the source, and what it depends on, as they are now."""
    return {"do": "copy", "source": frozen(source), "known": [frozen(each) for each in known.values()]}


def write(
    unit: Unit, segment: Segment, query: Query, ids: Sequence[int], at: int, job_id: str = _NO_JOB
) -> Mapping[str, Any]:
    """What `add` or `remove` did with these ids, of which one transaction can hold as many as there are."""
    if not ids:
        return {"added": [], "removed": [], "missing": []}
    statement = query.on(node_label=unit.model.object_type(segment.object_type).node_label)
    row = unit.graph.change(statement, segment_id=segment.id, ids=list(ids), at=at, job=job_id)
    _refuse(segment, row)
    return row


def empty_some(unit: Unit, segment: Segment, limit: int, at: int, job_id: str = _NO_JOB) -> int:
    """How many members were taken out, the limit at most."""
    row = unit.graph.change(load(_QUERIES).empty, segment_id=segment.id, limit=limit, at=at, job=job_id)
    _refuse(segment, row)
    return int(row["removed"])


def begin_within(unit: Unit, segment: Segment, task: Mapping[str, Any], at: int, job_id: str) -> None:
    """Have a job do the task, which says what with `do`, in the transaction that makes it necessary."""
    job.add_within(unit, KIND, {**task, "segment": frozen(segment), "at": at}, job_id=job_id)


def _begin(unit: Unit, segment: Segment, task: Mapping[str, Any], at: int) -> None:
    job_id = unit.clock.new_id()
    subject = f"segment_members:{segment.id}"

    def work(inner: Unit) -> None:
        audit = audit_row(inner, Audit(action="UPDATE", subject=subject, values={"do": task["do"]}), at)
        _refuse(segment, inner.graph.change(load(_QUERIES).begin_job, segment_id=segment.id, job=job_id, audit=audit))
        begin_within(inner, segment, task, at, job_id)

    unit.together(work)


def _change_by_job(unit: Unit, segment: Segment, add: Sequence[int], remove: Sequence[int]) -> Changes:
    statement = load(_QUERIES).foreseen.on(node_label=unit.model.object_type(segment.object_type).node_label)
    row = unit.graph.ask(statement, segment_id=segment.id, add=list(add), remove=list(remove))
    _begin(unit, segment, {"do": "change", "add": list(add), "remove": list(remove)}, unit.clock.now())
    members = {*row["members"], *row["joining"]}
    return Changes(
        added=tuple(row["joining"]),
        removed=tuple(each for each in remove if each in members),
        missing=tuple(sorted({*add, *remove}.difference(row["present"]))),
    )


def _together(unit: Unit, work: Callable[[Unit], T]) -> T:
    """What `work` returns when all of it was written; where the answer was lost it is simply done again."""
    try:
        return unit.together(work)
    except ConstraintViolated:
        # Somebody else put one of them in at the same moment; now it is seen.
        return unit.together(work)


def _refuse_dynamic(segment: Segment) -> None:
    if segment.is_dynamic:
        raise InvalidInput(
            f"List {segment.id} is DYNAMIC: its filters say who is in it, and nobody is put in or taken out by hand.",
            listId=[str(segment.id)],
        )


def _unfinished(segment: Segment) -> Busy:
    return Busy(f"The members of list {segment.id} are still being written; try again.")


def _refuse(segment: Segment, row: Mapping[str, Any]) -> None:
    if row["is_busy"]:
        raise _unfinished(segment)
    if row["found"] is False:
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
