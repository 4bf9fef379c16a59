"""Deleted segments that nobody can restore any more: nothing of them is kept, neither members nor who was one."""

from __future__ import annotations

from collections.abc import Callable

from crm_graph.clock import DAY_MS
from crm_graph.crm import Crm
from crm_graph.definitions.changes.publication import Audit, audit_row
from crm_graph.graph.queries import load
from crm_graph.unit import Actor, Unit

_ACTOR = Actor(user_id=0, is_super_admin=True)


def purge(crm: Crm, stopping: Callable[[], bool] = lambda: False) -> None:
    """Remove the segments that were deleted before the days in which they can be restored, batch by batch."""
    while not stopping() and crm.run(_ACTOR, _batch):
        pass


def _batch(unit: Unit) -> bool:
    """Whether there was something to remove."""
    at = unit.clock.now()
    row = unit.graph.change(
        load("segments").purge,
        before=at - unit.limits.segment_restore_days * DAY_MS,
        limit=unit.limits.segment_batch,
        audit=audit_row(unit, Audit(action="PURGE", subject="segment"), at),
    )
    return row["was_there"] is not False
