"""The job that writes more members than one transaction can hold: what `jobs.worker` runs.

Each batch is a transaction with the job's cursor in it, so none is written twice or left out, whoever dies when. Who is
copied is looked at once, by filters as they were and from the present as it was when the request was made; the members
have its time. The transaction of the last batch makes the segment COMPLETE.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from crm_graph.crm import Crm
from crm_graph.errors import CRMError, NotFound, StaleModel, Unavailable
from crm_graph.graph.queries import load
from crm_graph.jobs.job import Cancelled, Held, LeaseLost
from crm_graph.segments.segment import Segment
from crm_graph.segments.source import Source
from crm_graph.segments.writing import empty_some, write
from crm_graph.unit import Actor, Unit

_QUERIES = "segments"
_ACTOR = Actor(user_id=0, is_super_admin=True)
_GOES_ON = (LeaseLost, Cancelled, Unavailable, StaleModel)
"""What ends the work of this worker and not the job."""


def work(crm: Crm, held: Held) -> bool:
    """Write members from the job's cursor on; the segment has FAILED where that cannot be done."""
    if not held.job.parameters:  # a worker ended between the last batch and the end of the job
        return True
    step = _STEPS[held.job.parameters["do"]]
    after: int | None = held.job.cursor
    try:
        while after is not None:
            if held.stopping():
                return False
            after = crm.run(_ACTOR, lambda unit, after=after: step(unit, held, after))  # type: ignore[misc]
    except _GOES_ON:
        raise
    except NotFound:  # purged meanwhile
        return True
    except Exception:
        with suppress(CRMError):
            crm.run(_ACTOR, lambda unit: _end(unit, held, failed=True))
        raise
    return True


def _copy(unit: Unit, held: Held, after: int) -> int | None:
    given, size = held.job.parameters, unit.limits.segment_batch
    known = {each.id: each for each in (Segment(**node) for node in given["known"])}
    ids, following = Source(unit, Segment(**given["source"]), known, now=given["at"]).part(after, size)
    segment = Segment(**given["segment"])

    def batch(inner: Unit) -> None:
        held.advance(inner, cursor=after if following is None else following, done=len(ids))
        write(inner, segment, load(_QUERIES).add, ids, given["at"], held.job.id)
        if following is None:
            _end(inner, held)

    unit.together(batch)
    return following


def _change(unit: Unit, held: Held, after: int) -> int | None:
    """Here the cursor counts the records that are put in, then those that are taken out."""
    given, end = held.job.parameters, after + unit.limits.segment_batch
    first = len(given["add"])
    adding, removing = given["add"][after:end], given["remove"][max(after - first, 0) : max(end - first, 0)]
    has_ended = end >= first + len(given["remove"])
    segment = Segment(**given["segment"])

    def batch(inner: Unit) -> None:
        held.advance(inner, cursor=end, done=len(adding) + len(removing))
        write(inner, segment, load(_QUERIES).add, adding, given["at"], held.job.id)
        write(inner, segment, load(_QUERIES).remove, removing, given["at"], held.job.id)
        if has_ended:
            _end(inner, held)

    unit.together(batch)
    return None if has_ended else end


def _empty(unit: Unit, held: Held, after: int) -> int | None:
    given, size = held.job.parameters, unit.limits.segment_batch
    segment = Segment(**given["segment"])

    def batch(inner: Unit) -> int:
        held.advance(inner, cursor=after + size)
        removed = empty_some(inner, segment, size, given["at"], held.job.id)
        if removed < size:
            _end(inner, held)
        return removed

    return None if unit.together(batch) < size else after + size


_STEPS: Mapping[str, Callable[[Unit, Held, int], int | None]] = {"copy": _copy, "change": _change, "empty": _empty}
"""What a job may have to do: each writes one batch behind a cursor and gives the next cursor, None at the end."""


def _end(unit: Unit, held: Held, *, failed: bool = False) -> None:
    segment = Segment(**held.job.parameters["segment"])
    unit.graph.change(load(_QUERIES).end_job, segment_id=segment.id, job=held.job.id, failed=failed)
    held.forget(unit)
