"""Object types with pipelines: a record is always in a stage of its pipeline."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.pipeline import Pipeline, Stage
from crm_graph.definitions.property import Option
from crm_graph.definitions.property_types import no_option
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
    if any(fault.name in (pipeline_name, stage_name) for fault in change.faults):
        return  # what is not even a text has been refused already
    pipeline_id, stage_id = change.result(pipeline_name), change.result(stage_name)
    pipelines = object_type.open_pipelines
    if pipeline_id is None:
        pipeline = next((each for each in pipelines if _has(each, stage_id)), None) or next(iter(pipelines), None)
    elif pipeline_name in change.values:
        pipeline = next((each for each in pipelines if each.id == pipeline_id), None)
    else:
        pipeline = object_type.pipeline(pipeline_id)  # it is in there already
    if pipeline is None:
        change.faults.append(_fault(pipeline_name, pipeline_id or "", pipelines))
        if stage_name in change.values and not any(_has(each, stage_id) for each in pipelines):
            known = [stage for each in pipelines for stage in each.open_stages]
            change.faults.append(_fault(stage_name, stage_id or "", known, ", the stages of all pipelines"))
        return
    if pipeline_id is None:
        change.values[pipeline_name] = pipeline.id
    stages = pipeline.open_stages
    if stages and (stage_id is None or (stage_name not in change.values and not _has(pipeline, stage_id))):
        change.values[stage_name] = stages[0].id
    elif not _has(pipeline, stage_id):
        whose = f', the stages of pipeline "{pipeline.display_name}" ({pipeline.id})'
        change.faults.append(_fault(stage_name, stage_id or "", stages, whose))


def _has(pipeline: Pipeline, stage_id: str | None) -> bool:
    return any(stage.id == stage_id for stage in pipeline.open_stages)


def _fault(name: str, value: str, permitted: Sequence[Pipeline] | Sequence[Stage], whose: str = "") -> Fault:
    options = [Option(value=each.id, display_name=each.display_name) for each in permitted]
    return Fault("INVALID_OPTION", name, f"{no_option(value, options)}{whose}", value[:200])


STAGED = Behaviour(before=_place, reads=names)
