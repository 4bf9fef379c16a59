"""The query and the body of the data model."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from api.endpoint import Query
from api.schemas.object_types import LabelsForm
from crm_graph.diagram.export import FORMATS

MEDIA_TYPES = {
    "mermaid": "text/vnd.mermaid;charset=utf-8",
    "svg": "image/svg+xml;charset=utf-8",
    "graphml": "application/graphml+xml;charset=utf-8",
}
"""As what each format but JSON is sent."""

FORMAT = ("json", *FORMATS)

ASSOCIATIONS = (
    "How many associations live records of both object types have with each other: one for each association type that "
    "two records have, the unlabelled one too. Exact unless archived records of both object types have associations "
    "with live ones; then it is too high by the number at the end that has fewer."
)


class DataModelQuery(Query):
    """In which format the data model is wanted, and which object type stands in the middle of the picture."""

    format = fields.String(
        load_default="json",
        validate=validate.OneOf(FORMAT, error="'{input}' is not one of: {choices}."),
        metadata={"description": "JSON, a Mermaid diagram, the picture of the page as SVG, or GraphML."},
    )
    focus = fields.String(
        load_default=None,
        metadata={
            "description": "The object type to which SVG and Mermaid are limited, with all that it is associated with.",
            "example": "deals",
        },
    )


class TotalsForm(Schema):
    """How much there is in all."""

    object_types = fields.Integer(data_key="objectTypes", required=True)
    association_types = fields.Integer(data_key="associationTypes", required=True)
    records = fields.Integer(required=True)
    associations = fields.Integer(required=True)


class CategoryForm(Schema):
    """A category of object types."""

    name = fields.String(required=True, metadata={"example": "sales"})
    label = fields.String(required=True)
    display_order = fields.Integer(data_key="displayOrder", required=True)


class OptionForm(Schema):
    """A value that may be chosen."""

    value = fields.String(required=True)
    label = fields.String(required=True)
    hidden = fields.Boolean(required=True)


class PropertyForm(Schema):
    """A property with its rules; `optionsFrom` names where options come from that are not listed with it."""

    name = fields.String(required=True)
    label = fields.String(required=True)
    description = fields.String(required=True)
    group = fields.String(data_key="groupName", required=True)
    type = fields.String(required=True)
    field_type = fields.String(data_key="fieldType", required=True)
    options = fields.List(fields.Nested(OptionForm), required=True)
    options_from = fields.String(data_key="optionsFrom", required=True, allow_none=True)
    required = fields.Boolean(required=True)
    unique = fields.Boolean(required=True)
    read_only = fields.Boolean(data_key="readOnly", required=True)
    calculated = fields.Boolean(required=True)
    indexed = fields.Boolean(required=True)
    searchable = fields.Boolean(required=True)
    hidden = fields.Boolean(required=True)
    built_in = fields.Boolean(data_key="builtIn", required=True)


class GroupForm(Schema):
    """A heading under which properties stand."""

    name = fields.String(required=True)
    label = fields.String(required=True)
    display_order = fields.Integer(data_key="displayOrder", required=True)


class StageForm(Schema):
    """A stage of a pipeline; `probability` is the chance to win, 0 to 1, null where there is no such thing."""

    id = fields.String(required=True)
    label = fields.String(required=True)
    display_order = fields.Integer(data_key="displayOrder", required=True)
    probability = fields.Float(required=True, allow_none=True)
    closed = fields.Boolean(required=True)
    metadata = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class PipelineForm(Schema):
    """A pipeline with its stages in order."""

    id = fields.String(required=True)
    label = fields.String(required=True)
    display_order = fields.Integer(data_key="displayOrder", required=True)
    stages = fields.List(fields.Nested(StageForm), required=True)


class ObjectTypeForm(Schema):
    """An object type with its properties and pipelines, and how many records it has."""

    object_type_id = fields.String(data_key="objectTypeId", required=True)
    name = fields.String(required=True)
    plural = fields.String(required=True)
    fully_qualified_name = fields.String(data_key="fullyQualifiedName", required=True, allow_none=True)
    labels = fields.Nested(LabelsForm, required=True)
    description = fields.String(required=True)
    category = fields.String(required=True, metadata={"description": "The category in which pictures show it."})
    categories = fields.List(fields.String(), required=True)
    icon = fields.String(required=True, metadata={"description": "Name of its icon, of the Lucide collection."})
    node_label = fields.String(data_key="nodeLabel", required=True)
    archived_node_label = fields.String(data_key="archivedNodeLabel", required=True)
    records = fields.Integer(required=True)
    archived_records = fields.Integer(data_key="archivedRecords", required=True)
    built_in = fields.Boolean(data_key="builtIn", required=True)
    needs_activation = fields.Boolean(data_key="needsActivation", required=True)
    active = fields.Boolean(required=True)
    tier = fields.String(required=True)
    tools = fields.List(fields.String(), required=True)
    operations = fields.List(fields.String(), required=True)
    primary = fields.List(fields.String(), data_key="primaryDisplayProperties", required=True)
    secondary = fields.List(fields.String(), data_key="secondaryDisplayProperties", required=True)
    required_properties = fields.List(fields.List(fields.String()), data_key="requiredProperties", required=True)
    unique = fields.List(fields.String(), data_key="uniqueProperties", required=True)
    searchable = fields.List(fields.String(), data_key="searchableProperties", required=True)
    pipeline_property = fields.String(data_key="pipelineProperty", required=True, allow_none=True)
    stage_property = fields.String(data_key="stageProperty", required=True, allow_none=True)
    groups = fields.List(fields.Nested(GroupForm), required=True)
    properties = fields.List(fields.Nested(PropertyForm), required=True)
    pipelines = fields.List(fields.Nested(PipelineForm), required=True)


class AssociationTypeForm(Schema):
    """An association type: what begins with `inverse` is as the object type in `to` sees it."""

    type_id = fields.Integer(data_key="typeId", required=True)
    inverse_type_id = fields.Integer(data_key="inverseTypeId", required=True)
    category = fields.String(required=True)
    name = fields.String(required=True)
    inverse_name = fields.String(data_key="inverseName", required=True)
    label = fields.String(required=True, allow_none=True)
    inverse_label = fields.String(data_key="inverseLabel", required=True, allow_none=True)
    maximum = fields.Integer(data_key="maxToObjectIds", required=True, allow_none=True)
    inverse_maximum = fields.Integer(data_key="inverseMaxToObjectIds", required=True, allow_none=True)
    default = fields.Boolean(required=True)
    primary = fields.Boolean(required=True)


class PairForm(Schema):
    """Two object types whose records may be associated, in the direction in which Neo4j has the relationships."""

    source = fields.String(data_key="from", required=True, metadata={"example": "contacts"})
    target = fields.String(data_key="to", required=True, metadata={"example": "companies"})
    relationship_type = fields.String(data_key="relationshipType", required=True)
    past_relationship_type = fields.String(data_key="pastRelationshipType", required=True)
    associations = fields.Integer(required=True, metadata={"description": ASSOCIATIONS})
    stored = fields.Integer(required=True, metadata={"description": "Relationships, those of archived records too."})
    from_live = fields.Integer(data_key="fromLive", required=True, metadata={"description": "Those from live records."})
    to_live = fields.Integer(data_key="toLive", required=True, metadata={"description": "Those to live records."})
    types = fields.List(fields.Nested(AssociationTypeForm), required=True)


class DataModelForm(Schema):
    """Everything that is defined, object types by their name in paths, with how much there is of each."""

    version = fields.Integer(required=True)
    account_id = fields.Integer(data_key="accountId", required=True)
    totals = fields.Nested(TotalsForm, required=True)
    categories = fields.List(fields.Nested(CategoryForm), required=True)
    object_types = fields.Dict(
        keys=fields.String(), values=fields.Nested(ObjectTypeForm), data_key="objectTypes", required=True
    )
    associations = fields.List(fields.Nested(PairForm), required=True)
