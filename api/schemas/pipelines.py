"""Bodies of pipelines and stages."""

from __future__ import annotations

import json
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load

from api.schemas.moments import moment
from api.schemas.numbers import Int32
from crm_graph.definitions.pipeline import Pipeline, Stage

Body = dict[str, Any]


class MetadataText(fields.String):
    """A value of a stage's metadata: text, whatever it was sent as."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool):
            return "true" if value else "false"
        text = str(value) if isinstance(value, (int, float)) else value
        return super()._deserialize(text, attr, data, **kwargs)


class StageBody(Schema):
    """A stage as it is created or replaced."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    id = fields.String(data_key="stageId", load_default="", allow_none=True)
    display_name = fields.String(data_key="label", required=True)
    display_order = Int32(data_key="displayOrder", load_default=0)
    metadata = fields.Dict(keys=fields.String(), values=MetadataText(), load_default=dict)

    @post_load
    def make(self, data: Body, **_: Any) -> Stage:
        """The stage as a value; its id is empty where none was given."""
        return Stage(**{**data, "id": data["id"] or ""})


class StageChange(Schema):
    """What a PATCH of a stage may have."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    display_name = fields.String(data_key="label")
    display_order = Int32(data_key="displayOrder")
    metadata = fields.Dict(keys=fields.String(), values=MetadataText())
    archived = fields.Boolean()


class PipelineBody(Schema):
    """A pipeline as it is created or replaced."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    id = fields.String(data_key="pipelineId", load_default="", allow_none=True)
    display_name = fields.String(data_key="label", required=True)
    display_order = Int32(data_key="displayOrder", load_default=0)
    stages = fields.List(fields.Nested(StageBody), required=True)

    @post_load
    def make(self, data: Body, **_: Any) -> Pipeline:
        """The pipeline as a value; its id is empty where none was given."""
        return Pipeline(**{**data, "id": data["id"] or "", "stages": tuple(data["stages"])})


class PipelineChange(Schema):
    """What a PATCH of a pipeline may have."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    display_name = fields.String(data_key="label")
    display_order = Int32(data_key="displayOrder")
    archived = fields.Boolean()


class StageForm(Schema):
    """A stage in an answer."""

    id = fields.String(required=True)
    label = fields.String(required=True)
    display_order = fields.Integer(data_key="displayOrder", required=True)
    metadata = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    write_permissions = fields.String(data_key="writePermissions")
    created_at = fields.DateTime(data_key="createdAt", required=True, allow_none=True)
    updated_at = fields.DateTime(data_key="updatedAt", required=True, allow_none=True)
    archived = fields.Boolean(required=True)


class PipelineForm(Schema):
    """A pipeline in an answer."""

    id = fields.String(required=True)
    label = fields.String(required=True)
    display_order = fields.Integer(data_key="displayOrder", required=True)
    stages = fields.List(fields.Nested(StageForm), required=True)
    created_at = fields.DateTime(data_key="createdAt", required=True, allow_none=True)
    updated_at = fields.DateTime(data_key="updatedAt", required=True, allow_none=True)
    archived = fields.Boolean(required=True)


class AuditForm(Schema):
    """A change of a pipeline or a stage in an answer."""

    portal_id = fields.Integer(data_key="portalId", required=True)
    identifier = fields.String(required=True)
    action = fields.String(required=True, metadata={"example": "UPDATE"})
    timestamp = fields.DateTime()
    message = fields.String()
    raw_object = fields.Dict(data_key="rawObject")
    from_user_id = fields.Integer(data_key="fromUserId")


def shown(pipeline: Pipeline) -> Body:
    """A pipeline with its stages in order, as the contract shows it."""
    return {
        "id": pipeline.id,
        "label": pipeline.display_name,
        "displayOrder": pipeline.display_order,
        "stages": [shown_stage(stage) for stage in pipeline.live_stages],
        "createdAt": moment(pipeline.created_at),
        "updatedAt": moment(pipeline.updated_at),
        "archived": pipeline.archived,
    }


def shown_stage(stage: Stage) -> Body:
    """A stage as the contract shows it."""
    return {
        "id": stage.id,
        "label": stage.display_name,
        "displayOrder": stage.display_order,
        "metadata": dict(stage.metadata),
        "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
        "createdAt": moment(stage.created_at),
        "updatedAt": moment(stage.updated_at),
        "archived": stage.archived,
    }


def shown_stages(pipeline: Pipeline) -> list[Body]:
    """The live stages of a pipeline in order."""
    return [shown_stage(stage) for stage in pipeline.live_stages]


def shown_audit(audit: Body, identifier: str, account_id: int) -> Body:
    """A change of a pipeline or stage as the contract shows it."""
    return {
        "portalId": account_id,
        "identifier": identifier,
        "action": audit["action"],
        "timestamp": moment(audit["at"]),
        "message": f"{audit['action'].capitalize()} by {audit['actor']}",
        "rawObject": json.loads(audit["values"]),
        "fromUserId": audit["user_id"],
    }
