"""Deals: what follows from the stage, stored so that reports can ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from crm_graph.behaviours import pipelines
from crm_graph.definitions.object_type import ObjectType
from crm_graph.records.hooks import Behaviour, Change
from crm_graph.unit import Unit


def _follow_stage(unit: Unit, object_type: ObjectType, changes: Sequence[Change]) -> None:
    for change in changes:
        if not change.is_new and not pipelines.writes_stage(object_type, change):
            continue
        stage = pipelines.stage_of(object_type, change)
        if stage is None:
            continue
        probability = stage.probability
        followed = {
            "hs_is_closed": stage.is_closed,
            "hs_is_closed_won": stage.is_closed and probability == 1,
            "hs_is_closed_lost": stage.is_closed and probability == 0,
            "hs_deal_stage_probability": probability,
        }
        change.values.update((name, value) for name, value in followed.items() if name in object_type.properties)
        was_closed = bool(change.stored and change.stored.get("hs_is_closed"))
        if stage.is_closed and not was_closed and change.result("closedate") is None:
            change.values["closedate"] = datetime.fromtimestamp(change.at / 1000, UTC)


CLOSE = Behaviour(before=_follow_stage, reads=pipelines.names)
