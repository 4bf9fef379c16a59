"""Pipelines and stages: made, replaced, changed, removed. A pipeline is always written whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from crm_graph.definitions import constraints
from crm_graph.definitions.changes import checks
from crm_graph.definitions.changes.checks import Findings, refused
from crm_graph.definitions.changes.properties import whole
from crm_graph.definitions.changes.publication import (
    Audit,
    confirm,
    publish,
    save_object_type,
    save_pipelines,
    save_properties,
    schema_of,
    stored,
)
from crm_graph.definitions.changes.removals import close_first
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.pipeline import Pipeline, Stage
from crm_graph.definitions.property import Property
from crm_graph.errors import (
    DefinitionExists,
    DefinitionNotFound,
    InUse,
    InvalidInput,
    ReferencedByRecords,
)
from crm_graph.graph.queries import load
from crm_graph.unit import Unit

Metadata = dict[str, str]

_AUDITS = 100
_METADATA = 50
"""Entries of a stage's metadata."""
_PIPELINE, _STAGE = "hs_pipeline", "hs_pipeline_stage"


def find(object_type: ObjectType, pipeline_id: str) -> Pipeline:
    """The live pipeline; DefinitionNotFound otherwise."""
    found = object_type.pipeline(pipeline_id)
    if found is None:
        raise DefinitionNotFound(f"Pipeline {pipeline_id} does not exist", pipelineId=[pipeline_id])
    return found


def find_stage(pipeline: Pipeline, stage_id: str) -> Stage:
    """The live stage of a pipeline; DefinitionNotFound otherwise."""
    found = pipeline.stage(stage_id)
    if found is None:
        raise DefinitionNotFound(f"Pipeline stage {stage_id} does not exist", stageId=[stage_id])
    return found


def with_stage(object_type: ObjectType, stage_id: str) -> Pipeline:
    """The live pipeline that has a stage; DefinitionNotFound where none has it, or where more than one does."""
    found = [each for each in object_type.live_pipelines if each.stage(stage_id)]
    if len(found) != 1:
        raise DefinitionNotFound(
            f"{len(found)} pipelines have a stage {stage_id}; name one of them", stageId=[stage_id]
        )
    return found[0]


def create(unit: Unit, object_type: ObjectType, wanted: Pipeline) -> Pipeline:
    """The new pipeline, with ids where none were given.

    Raises DefinitionExists for an id or display name in use, InvalidInput for a type without pipelines.
    """
    if not object_type.pipeline_property:
        if object_type.built_in:
            raise InvalidInput(f"{object_type.display_name_plural} have no pipelines.", objectType=[object_type.name])
        object_type = _staged(unit, object_type)
    checks.check_count("pipelines", len(object_type.live_pipelines) + 1, unit.limits.pipelines_per_type)
    _check_whole(object_type, wanted)
    at = unit.clock.now()
    made = replace(
        wanted,
        id=wanted.id or _new_id(unit),
        stages=tuple(_made(unit, object_type, stage, at) for stage in wanted.stages),
        created_at=at,
        updated_at=at,
    )
    if any(pipeline.id == made.id for pipeline in object_type.live_pipelines):
        raise DefinitionExists(f"A pipeline with id '{made.id}' already exists.", pipelineId=[made.id])
    return _save(unit, object_type, made, "CREATE")


def replace_pipeline(
    unit: Unit, object_type: ObjectType, pipeline_id: str, wanted: Pipeline, *, refuse_used: bool = False
) -> Pipeline:
    """The pipeline with another name, order and stages; a stage that keeps its id stays the same stage.

    With `refuse_used` InUse names records that stand in a stage that would go.
    """
    known = find(object_type, pipeline_id)
    _check_whole(object_type, wanted)
    at = unit.clock.now()
    stages = tuple(_made(unit, object_type, stage, at, known.stage(stage.id)) for stage in wanted.stages)
    gone = {stage.id for stage in known.live_stages} - {stage.id for stage in stages}
    changed = replace(
        known, display_name=wanted.display_name, display_order=wanted.display_order, stages=stages, updated_at=at
    )
    _check(object_type, changed)
    if refuse_used and gone:
        _Removal(object_type, known, frozenset(gone)).close_first(unit)
    return _save(unit, object_type, changed, "UPDATE", narrows=bool(gone))


def update(unit: Unit, object_type: ObjectType, pipeline_id: str, changes: Mapping[str, Any]) -> Pipeline:
    """The pipeline after its display name or order changed; `{"archived": False}` brings a removed one back."""
    if changes.get("archived") is False:
        archived = next((each for each in object_type.pipelines if each.id == pipeline_id and each.archived), None)
        known = archived or find(object_type, pipeline_id)
    else:
        known = find(object_type, pipeline_id)
        if changes.get("archived"):
            raise refused("archived", True, "is only for bringing an archived pipeline back; DELETE removes it")
    return _save(unit, object_type, replace(known, **changes, updated_at=unit.clock.now()), "UPDATE")


def archive(unit: Unit, object_type: ObjectType, pipeline_id: str, *, refuse_used: bool = False) -> None:
    """Remove a pipeline with its stages; records keep the ids. InUse when `refuse_used` and records stand in it."""
    known = find(object_type, pipeline_id)
    removal = _Removal(object_type, known)
    if all(each.id == pipeline_id for each in object_type.open_pipelines):
        if removal.is_closed:
            unit.undo(removal.reopen)
        raise InUse(f"{object_type.display_name_plural} need a pipeline; {pipeline_id} is the last that is open.")
    if refuse_used:
        removal.close_first(unit)
    removed = replace(known, archived=True, closing=False, updated_at=unit.clock.now())
    _publish(unit, object_type, removed, "DELETE", narrows=True)


def create_stage(unit: Unit, object_type: ObjectType, pipeline_id: str, wanted: Stage) -> Stage:
    """The new stage of a pipeline; DefinitionExists for an id or display name in use."""
    pipeline = find(object_type, pipeline_id)
    made = _made(unit, object_type, wanted, unit.clock.now())
    if pipeline.stage(made.id):
        raise DefinitionExists(f"A pipeline stage with id '{made.id}' already exists.", stageId=[made.id])
    _save_stage(unit, object_type, pipeline, made, "CREATE")
    return made


def replace_stage(unit: Unit, object_type: ObjectType, pipeline_id: str, stage_id: str, wanted: Stage) -> Stage:
    """The stage with another name, order and metadata."""
    pipeline = find(object_type, pipeline_id)
    known = find_stage(pipeline, stage_id)
    made = _made(unit, object_type, replace(wanted, id=stage_id), unit.clock.now(), known)
    _save_stage(unit, object_type, pipeline, made, "UPDATE")
    return made


def update_stage(
    unit: Unit, object_type: ObjectType, pipeline_id: str, stage_id: str, changes: Mapping[str, Any]
) -> Stage:
    """The stage after the fields given changed; metadata is united with what there was.

    `{"archived": False}` brings a removed one back.
    """
    pipeline = find(object_type, pipeline_id)
    removed = next((each for each in pipeline.stages if each.id == stage_id and each.archived), None)
    known = removed if removed and changes.get("archived") is False else find_stage(pipeline, stage_id)
    if changes.get("archived"):
        raise refused("archived", True, "is only for bringing an archived stage back; DELETE removes it")
    metadata = {**known.metadata, **changes.get("metadata", {})}
    wanted = replace(known, **{**changes, "metadata": metadata, "archived": False, "closing": False})
    made = _made(unit, object_type, wanted, unit.clock.now(), known)
    _save_stage(unit, object_type, pipeline, made, "UPDATE")
    return made


def archive_stage(
    unit: Unit, object_type: ObjectType, pipeline_id: str, stage_id: str, *, refuse_used: bool = False
) -> None:
    """Remove a stage; records keep its id. InUse for the last one, and when `refuse_used` and records stand in it."""
    pipeline = find(object_type, pipeline_id)
    known = find_stage(pipeline, stage_id)
    removal = _Removal(object_type, pipeline, frozenset({stage_id}))
    if all(each.id == stage_id for each in pipeline.open_stages):
        if removal.is_closed:
            unit.undo(removal.reopen)
        raise InUse(f"Pipeline {pipeline_id} needs a stage; {stage_id} is the last that is open.", stageIds=[stage_id])
    if refuse_used:
        removal.close_first(unit)
    removed = replace(known, archived=True, closing=False, updated_at=unit.clock.now())
    _save_stage(unit, object_type, pipeline, removed, "DELETE", narrows=True)


def audits(unit: Unit, object_type: ObjectType, pipeline_id: str, stage_id: str | None = None) -> list[dict[str, Any]]:
    """Changes of a pipeline or a stage, newest first; DefinitionNotFound where there is no such pipeline."""
    pipeline = find(object_type, pipeline_id)
    if stage_id is not None:
        find_stage(pipeline, stage_id)
    subject = _subject(object_type, pipeline_id, stage_id)
    rows: list[dict[str, Any]] = unit.graph.ask(load("definitions").audits, subject=subject, limit=_AUDITS)["audits"]
    return rows


def _probability(metadata: Metadata) -> Metadata:
    text = metadata.get("probability", "")
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise refused("metadata.probability", text, "a deal stage needs a probability from 0.0 to 1.0")
    return {**metadata, "isClosed": "true" if value in (0, 1) else "false"}


def _ticket_state(metadata: Metadata) -> Metadata:
    state = metadata.get("ticketState", "OPEN")
    if state not in ("OPEN", "CLOSED"):
        raise refused("metadata.ticketState", state, "is OPEN or CLOSED")
    return {**metadata, "ticketState": state, "isClosed": "true" if state == "CLOSED" else "false"}


STAGE_RULES: Mapping[str, Callable[[Metadata], Metadata]] = {
    "deal_close": _probability,
    "ticket_close": _ticket_state,
}
"""What the stages of object types with a behaviour need in their metadata, and what follows from it."""


def _made(unit: Unit, object_type: ObjectType, wanted: Stage, at: int, known: Stage | None = None) -> Stage:
    return replace(
        wanted,
        id=wanted.id or _new_id(unit),
        metadata=_metadata(object_type, wanted),
        created_at=known.created_at if known else at,
        updated_at=at,
    )


def _metadata(object_type: ObjectType, wanted: Stage) -> Metadata:
    """The metadata of a stage with what follows from it; InvalidInput with everything that is wrong with the stage."""
    found, metadata = Findings(), dict(wanted.metadata)
    found.look(checks.check_text, "stages.label", wanted.display_name, required=True)
    found.look(checks.check_count, "metadata", len(metadata), _METADATA)
    for name, text in metadata.items():
        found.look(checks.check_name, "metadata", name, checks.IDENTIFIER, checks.IDENTIFIER_RULE)
        found.look(checks.check_text, f"metadata.{name}", text)
    for behaviour in object_type.behaviours:
        if rule := STAGE_RULES.get(behaviour):
            metadata = found.look(rule, metadata) or metadata
    found.refuse()
    return metadata


def _check_whole(object_type: ObjectType, wanted: Pipeline) -> None:
    """InvalidInput with everything that is wrong with a pipeline and its stages, which may be without ids yet."""
    found = Findings()
    for n, stage in enumerate(wanted.stages):
        found.look(_metadata, object_type, stage, within=f"stages.{n}")
    found.look(_check_parts, object_type, wanted)
    found.refuse()


def _check_parts(object_type: ObjectType, wanted: Pipeline) -> None:
    found, live = Findings(), wanted.live_stages
    found.look(checks.check_text, "label", wanted.display_name, required=True)
    if not live:
        found.add(refused("stages", "", "a pipeline needs at least one stage"))
    found.look(checks.check_count, "stages", len(live), object_type.stage_limit)
    ids = [stage.id for stage in live if stage.id]
    for field, given in (("pipelineId", [wanted.id] if wanted.id else []), ("stages.stageId", ids)):
        for identifier in given:
            found.look(checks.check_name, field, identifier, checks.IDENTIFIER, checks.IDENTIFIER_RULE)
    found.look(checks.check_distinct, "stages.stageId", ids)
    found.look(checks.check_distinct, "stages.label", [stage.display_name for stage in live])
    found.refuse()


def _check(object_type: ObjectType, wanted: Pipeline) -> None:
    _check_parts(object_type, wanted)
    for other in object_type.live_pipelines:
        if other.id != wanted.id and other.display_name == wanted.display_name:
            raise DefinitionExists(f"A pipeline with label '{wanted.display_name}' already exists.")


def _save(unit: Unit, object_type: ObjectType, wanted: Pipeline, action: str, *, narrows: bool = False) -> Pipeline:
    wanted = replace(wanted, archived=False, closing=False)
    _check(object_type, wanted)
    _publish(unit, object_type, wanted, action, narrows=narrows)
    return wanted


def _save_stage(
    unit: Unit, object_type: ObjectType, pipeline: Pipeline, stage: Stage, action: str, *, narrows: bool = False
) -> None:
    stages = tuple(each for each in pipeline.stages if each.id != stage.id)
    changed = replace(pipeline, stages=(*stages, stage), updated_at=stage.updated_at)
    _check(object_type, changed)
    audit = Audit(action=action, subject=_subject(object_type, pipeline.id, stage.id), values=_stage_shown(stage))
    publish(unit, [audit], lambda inner: save_pipelines(inner, object_type.name, [changed]), narrows=narrows)


def _publish(unit: Unit, object_type: ObjectType, pipeline: Pipeline, action: str, *, narrows: bool = False) -> None:
    audit = Audit(action=action, subject=_subject(object_type, pipeline.id), values=_shown(pipeline))
    audits = [audit, *_stage_audits(object_type, pipeline)]
    publish(unit, audits, lambda inner: save_pipelines(inner, object_type.name, [pipeline]), narrows=narrows)


def _stage_audits(object_type: ObjectType, changed: Pipeline) -> Iterator[Audit]:
    """What becomes of stages where their pipeline is written as a whole."""
    known = object_type.pipeline(changed.id)
    before = {stage.id: stage for stage in known.live_stages} if known else {}
    after = {stage.id: stage for stage in changed.live_stages}
    for stage_id, stage in {**before, **after}.items():
        subject = _subject(object_type, changed.id, stage_id)
        if stage_id not in before or stage_id not in after:
            action = "CREATE" if stage_id in after else "DELETE"
            yield Audit(action=action, subject=subject, values=_stage_shown(stage))
        elif _said(stage) != _said(before[stage_id]):
            yield Audit(action="UPDATE", subject=subject, values=_stage_shown(stage))


def _said(stage: Stage) -> tuple[str, int, Mapping[str, str]]:
    """What users say of a stage."""
    return stage.display_name, stage.display_order, stage.metadata


@dataclass(frozen=True, slots=True)
class _Removal:
    """What is to go: the pipeline, or some of its stages."""

    object_type: ObjectType
    pipeline: Pipeline
    stage_ids: frozenset[str] = frozenset()

    @property
    def is_closed(self) -> bool:
        """Whether no record may come into it already."""
        return self._with(self.pipeline, closing=True) == self.pipeline

    def close_first(self, unit: Unit) -> None:
        """See `removals.close_first`; ReferencedByRecords where records stand in what is to go."""
        closed = self._with(self.pipeline, closing=True)
        close_first(
            unit,
            is_closed=self.is_closed,
            refuse_used=self._refuse_used,
            close=lambda inner: _publish(inner, self.object_type, closed, "UPDATE"),
            reopen=self.reopen,
        )

    def reopen(self, unit: Unit) -> None:
        """Let records come into it again, if it is there still."""
        object_type = unit.model.find_object_type(self.object_type.name)
        found = object_type.pipeline(self.pipeline.id) if object_type else None
        opened = self._with(found, closing=False) if found else None
        if object_type is None or opened is None or opened == found:
            return confirm(unit)
        _publish(unit, object_type, opened, "UPDATE")

    def _with(self, pipeline: Pipeline, *, closing: bool) -> Pipeline:
        if not self.stage_ids:
            return replace(pipeline, closing=closing)
        stages = (replace(each, closing=closing) if each.id in self.stage_ids else each for each in pipeline.stages)
        return replace(pipeline, stages=tuple(stages))

    def _refuse_used(self, unit: Unit) -> None:
        of_type = self.object_type
        name = of_type.stage_property if self.stage_ids else of_type.pipeline_property
        if name is None:
            return
        ids = sorted(self.stage_ids or {self.pipeline.id})
        statement = load("definitions").records_in_stages.on(node_label=of_type.node_label, property=name)
        if found := unit.graph.ask(statement, values=ids)["ids"]:
            raise ReferencedByRecords("Stage" if self.stage_ids else "Pipeline", ids, found)


def _staged(unit: Unit, object_type: ObjectType) -> ObjectType:
    """A custom object type that has pipelines from now on: the two properties, their indexes and the rule."""
    group = next(iter(object_type.groups), "")
    made = {
        name: Property(
            name=name,
            display_name=shown,
            type="enumeration",
            field_type="select",
            group=group,
            options_from=source,
            built_in=True,
            created_at=unit.clock.now(),
        )
        for name, shown, source in ((_PIPELINE, "Pipeline", "pipelines"), (_STAGE, "Pipeline stage", "stages"))
    }
    values = {
        "pipeline_property": _PIPELINE,
        "stage_property": _STAGE,
        "behaviours": [*object_type.behaviours, "staged"],
    }
    staged = replace(
        object_type,
        pipeline_property=_PIPELINE,
        stage_property=_STAGE,
        behaviours=(*object_type.behaviours, "staged"),
        properties={**object_type.properties, **made},
    )
    schema_of(unit).define(constraints.of_object_type(staged))

    def write(inner: Unit) -> None:
        save_object_type(inner, object_type.name, values)
        save_properties(inner, object_type.name, {name: whole(found) for name, found in made.items()})

    publish(unit, [Audit(action="UPDATE", subject=f"object_type:{object_type.name}", values=values)], write)
    return staged


def _shown(pipeline: Pipeline) -> dict[str, Any]:
    return {**stored(pipeline), "stages": [_stage_shown(stage) for stage in pipeline.stages]}


def _stage_shown(stage: Stage) -> dict[str, Any]:
    return {**stored(stage), "metadata": dict(stage.metadata)}


def _new_id(unit: Unit) -> str:
    return unit.clock.new_id()


def _subject(object_type: ObjectType, pipeline_id: str, stage_id: str | None = None) -> str:
    if stage_id is None:
        return f"pipeline:{object_type.name}.{pipeline_id}"
    return f"stage:{object_type.name}.{pipeline_id}.{stage_id}"
