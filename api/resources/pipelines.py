"""Pipelines of an object type and their stages."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields

from api.endpoint import Query, endpoint, of_schemas
from api.schemas.envelopes import listed
from api.schemas.pipelines import (
    AuditForm,
    PipelineBody,
    PipelineChange,
    PipelineForm,
    StageBody,
    StageChange,
    StageForm,
    shown,
    shown_audit,
    shown_stage,
    shown_stages,
)
from crm_graph.definitions.changes import pipelines
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.pipeline import Pipeline, Stage
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint("pipelines", __name__, url_prefix="/crm/v3/pipelines", description="Steps that records pass")

_NOT_NAMED = "{pipelineId}"
"""What stands for a pipeline in the path that the official Python client asks for the changes of a stage: its method
is told the stage alone and leaves the path as it is written in its text."""

_READS = of_schemas("read")
_WRITES = of_schemas("write")


class RemovalQuery(Query):
    """Whether what is removed may still be in use; one parameter for all types and an older one for deals."""

    references = fields.Boolean(data_key="validateReferencesBeforeDelete", load_default=False)
    stage_usages = fields.Boolean(data_key="validateDealStageUsagesBeforeDelete", load_default=False)


@blueprint.route("/<object_type>")
@endpoint(scopes=_READS, form=listed(PipelineForm))
def list_pipelines(unit: Unit, object_type: ObjectType) -> Body:
    """All pipelines in order."""
    confirm(unit)
    return {"results": [shown(each) for each in object_type.live_pipelines]}


@blueprint.route("/<object_type>", methods=["POST"])
@endpoint(201, body=PipelineBody, scopes=_WRITES, form=PipelineForm)
def create_pipeline(unit: Unit, object_type: ObjectType, body: Pipeline) -> Body:
    """Make a pipeline with its stages."""
    return shown(pipelines.create(unit, object_type, body))


@blueprint.route("/<object_type>/<pipeline_id>")
@endpoint(scopes=_READS, form=PipelineForm)
def read_pipeline(unit: Unit, object_type: ObjectType, pipeline_id: str) -> Body:
    """One pipeline."""
    confirm(unit)
    return shown(pipelines.find(object_type, pipeline_id))


@blueprint.route("/<object_type>/<pipeline_id>", methods=["PUT"])
@endpoint(body=PipelineBody, query=RemovalQuery, scopes=_WRITES, form=PipelineForm)
def replace_pipeline(
    unit: Unit, object_type: ObjectType, pipeline_id: str, body: Pipeline, query: dict[str, bool]
) -> Body:
    """Give a pipeline another name, order and other stages."""
    return shown(pipelines.replace_pipeline(unit, object_type, pipeline_id, body, refuse_used=any(query.values())))


@blueprint.route("/<object_type>/<pipeline_id>", methods=["PATCH"])
@endpoint(body=PipelineChange, scopes=_WRITES, form=PipelineForm)
def update_pipeline(unit: Unit, object_type: ObjectType, pipeline_id: str, body: Body) -> Body:
    """Change what is given of a pipeline."""
    return shown(pipelines.update(unit, object_type, pipeline_id, body))


@blueprint.route("/<object_type>/<pipeline_id>", methods=["DELETE"])
@endpoint(204, query=RemovalQuery, scopes=_WRITES)
def archive_pipeline(unit: Unit, object_type: ObjectType, pipeline_id: str, query: dict[str, bool]) -> None:
    """Remove a pipeline with its stages."""
    pipelines.archive(unit, object_type, pipeline_id, refuse_used=any(query.values()))


@blueprint.route("/<object_type>/<pipeline_id>/audit")
@endpoint(scopes=_READS, form=listed(AuditForm))
def list_pipeline_changes(unit: Unit, object_type: ObjectType, pipeline_id: str) -> Body:
    """Changes of a pipeline, newest first."""
    rows = pipelines.audits(unit, object_type, pipeline_id)
    return {"results": [shown_audit(row, pipeline_id, unit.model.account_id) for row in rows]}


@blueprint.route("/<object_type>/<pipeline_id>/stages")
@endpoint(scopes=_READS, form=listed(StageForm))
def list_stages(unit: Unit, object_type: ObjectType, pipeline_id: str) -> Body:
    """The stages of a pipeline in order."""
    confirm(unit)
    return {"results": shown_stages(pipelines.find(object_type, pipeline_id))}


@blueprint.route("/<object_type>/<pipeline_id>/stages", methods=["POST"])
@endpoint(201, body=StageBody, scopes=_WRITES, form=StageForm)
def create_stage(unit: Unit, object_type: ObjectType, pipeline_id: str, body: Stage) -> Body:
    """Add a stage to a pipeline."""
    return shown_stage(pipelines.create_stage(unit, object_type, pipeline_id, body))


@blueprint.route("/<object_type>/<pipeline_id>/stages/<stage_id>")
@endpoint(scopes=_READS, form=StageForm)
def read_stage(unit: Unit, object_type: ObjectType, pipeline_id: str, stage_id: str) -> Body:
    """One stage."""
    confirm(unit)
    return shown_stage(pipelines.find_stage(pipelines.find(object_type, pipeline_id), stage_id))


@blueprint.route("/<object_type>/<pipeline_id>/stages/<stage_id>", methods=["PUT"])
@endpoint(body=StageBody, scopes=_WRITES, form=StageForm)
def replace_stage(unit: Unit, object_type: ObjectType, pipeline_id: str, stage_id: str, body: Stage) -> Body:
    """Give a stage another name, order and metadata."""
    return shown_stage(pipelines.replace_stage(unit, object_type, pipeline_id, stage_id, body))


@blueprint.route("/<object_type>/<pipeline_id>/stages/<stage_id>", methods=["PATCH"])
@endpoint(body=StageChange, scopes=_WRITES, form=StageForm)
def update_stage(unit: Unit, object_type: ObjectType, pipeline_id: str, stage_id: str, body: Body) -> Body:
    """Change what is given of a stage."""
    return shown_stage(pipelines.update_stage(unit, object_type, pipeline_id, stage_id, body))


@blueprint.route("/<object_type>/<pipeline_id>/stages/<stage_id>", methods=["DELETE"])
@endpoint(204, query=RemovalQuery, scopes=_WRITES)
def archive_stage(unit: Unit, object_type: ObjectType, pipeline_id: str, stage_id: str, query: dict[str, bool]) -> None:
    """Remove a stage; records keep its id."""
    pipelines.archive_stage(unit, object_type, pipeline_id, stage_id, refuse_used=any(query.values()))


@blueprint.route("/<object_type>/<pipeline_id>/stages/<stage_id>/audit")
@endpoint(scopes=_READS, form=listed(AuditForm))
def list_stage_changes(unit: Unit, object_type: ObjectType, pipeline_id: str, stage_id: str) -> Body:
    """Changes of a stage, newest first."""
    if pipeline_id == _NOT_NAMED:
        pipeline_id = pipelines.with_stage(object_type, stage_id).id
    rows = pipelines.audits(unit, object_type, pipeline_id, stage_id)
    return {"results": [shown_audit(row, stage_id, unit.model.account_id) for row in rows]}
