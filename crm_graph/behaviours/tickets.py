"""Tickets: when they were closed and how long that took."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from crm_graph.behaviours import pipelines
from crm_graph.definitions.object_type import ObjectType
from crm_graph.graph.convert import to_milliseconds
from crm_graph.records.hooks import Behaviour, Change
from crm_graph.unit import Unit


def _close(unit: Unit, object_type: ObjectType, changes: Sequence[Change]) -> None:
    for change in changes:
        if not change.is_new and not pipelines.writes_stage(object_type, change):
            continue
        stage = pipelines.stage_of(object_type, change)
        if stage is None:
            continue
        if not stage.is_closed:
            if change.result("closed_date") is not None:
                change.values.update(closed_date=None, time_to_close=None)
        elif change.result("closed_date") is None:
            opened = change.result("createdate")
            opened_at = to_milliseconds(opened) if opened is not None else change.created_at
            change.values["closed_date"] = datetime.fromtimestamp(change.at / 1000, UTC)
            change.values["time_to_close"] = max(change.at - opened_at, 0)


CLOSE = Behaviour(before=_close, reads=pipelines.names)
