"""Object types with pipelines: a record is always in a stage of its pipeline."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.pipeline import Pipeline, Stage
from crm_graph.errors import Fault
from crm_graph.records.hooks import Behaviour, Change
from crm_graph.unit import Unit


def stage_of(object_type: ObjectType, change: Change) -> Stage | None:
    """The stage in which the record will be after the write; None where it has none that is defined."""
    pipeline = object_type.pipeline(change.result(object_type.pipeline_property or "") or "")
    return pipeline.stage(change.result(object_type.stage_property or "") or "") if pipeline else None


def writes_stage(object_type: ObjectType, change: Change) -> bool:
    """Whether the write sets pipeline or stage."""
    return not change.values.keys().isdisjoint(names(object_type))


def names(object_type: ObjectType) -> Collection[str]:
    """Names of the pipeline and the stage property."""
    return [name for name in (object_type.pipeline_property, object_type.stage_property) if name]


def _place(unit: Unit, object_type: ObjectType, changes: Sequence[Change]) -> None:
    if not object_type.pipeline_property or not object_type.stage_property or not object_type.live_pipelines:
        return
    for change in changes:
        if change.is_new or writes_stage(object_type, change):
            _place_one(object_type, change, object_type.pipeline_property, object_type.stage_property)


def _place_one(object_type: ObjectType, change: Change, pipeline_name: str, stage_name: str) -> None:
    pipeline_id, stage_id = change.result(pipeline_name), change.result(stage_name)
    if pipeline_id is None:
        pipeline = _only_with(object_type, stage_id) or object_type.live_pipelines[0]
        change.values[pipeline_name] = pipeline.id
    else:
        found = object_type.pipeline(pipeline_id)
        if found is None:
            options = ", ".join(each.id for each in object_type.live_pipelines)
            change.faults.append(_fault(pipeline_name, pipeline_id, options))
            return
        pipeline = found
    if stage_id is None or (stage_name not in change.values and pipeline.stage(stage_id) is None):
        change.values[stage_name] = min(_live(pipeline), key=lambda stage: stage.display_order).id
    elif pipeline.stage(stage_id) is None:
        change.faults.append(_fault(stage_name, stage_id, ", ".join(stage.id for stage in _live(pipeline))))


def _only_with(object_type: ObjectType, stage_id: str | None) -> Pipeline | None:
    found = object_type.pipeline_of_stage(stage_id) if stage_id else None
    return found[0] if found else None


def _live(pipeline: Pipeline) -> list[Stage]:
    return [stage for stage in pipeline.stages if not stage.archived]


def _fault(name: str, value: str, options: str) -> Fault:
    return Fault("INVALID_OPTION", name, f"{value} was not one of the allowed options: [{options}]", value[:200])


STAGED = Behaviour(before=_place, reads=names)
