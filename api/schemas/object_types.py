"""Bodies of object types: schemas of custom ones, settings of every one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load

from api.schemas import properties
from api.schemas.moments import moment
from api.schemas.properties import SchemaProperty
from crm_graph.definitions.association import Direction
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.jobs.search_text import Progress

Body = dict[str, Any]


class DisplayNames(Schema):
    """What an object type is called."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    one = fields.String(data_key="singular", allow_none=True)
    many = fields.String(data_key="plural", allow_none=True)


class SchemaBody(Schema):
    """A custom object type as it is created."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    name = fields.String(required=True)
    display_names = fields.Nested(DisplayNames, data_key="labels", required=True)
    description = fields.String(allow_none=True, load_default="")
    primary = fields.String(data_key="primaryDisplayProperty", allow_none=True, load_default=None)
    secondary = fields.List(fields.String(), data_key="secondaryDisplayProperties", load_default=list)
    required_properties = fields.List(fields.String(), data_key="requiredProperties", load_default=list)
    searchable = fields.List(fields.String(), data_key="searchableProperties", load_default=list)
    wanted = fields.List(fields.Nested(SchemaProperty), data_key="properties", load_default=list)
    associated = fields.List(fields.String(), data_key="associatedObjects", load_default=list)
    with_itself = fields.Boolean(data_key="shouldCreateSameObjectAssociation", load_default=False)

    @post_load
    def make(self, data: Body, **_: Any) -> Body:
        """The arguments of `object_types.define`."""
        names = data.pop("display_names")
        one = names.get("one") or data["name"]
        primary, required = data.pop("primary"), data.pop("required_properties")
        for key in ("secondary", "searchable"):
            data[key] = list(dict.fromkeys(data[key]))
        return {
            **data,
            "description": data["description"] or "",
            "display_name": one,
            "display_name_plural": names.get("many") or f"{one}s",
            "primary": [primary] if primary else [],
            "required": list(dict.fromkeys(required)),
        }


class SchemaChange(Schema):
    """What a PATCH of a schema may have; loads as fields of ObjectType by name."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    display_names = fields.Nested(DisplayNames, data_key="labels")
    description = fields.String(allow_none=True)
    clear_description = fields.Boolean(data_key="clearDescription")
    primary = fields.String(data_key="primaryDisplayProperty")
    secondary = fields.List(fields.String(), data_key="secondaryDisplayProperties")
    required_properties = fields.List(fields.String(), data_key="requiredProperties")
    searchable = fields.List(fields.String(), data_key="searchableProperties")

    @post_load
    def make(self, data: Body, **_: Any) -> Body:
        """Only what was given, as fields of ObjectType."""
        names = data.pop("display_names", {})
        changes: Body = {key: tuple(dict.fromkeys(data[key])) for key in ("secondary", "searchable") if key in data}
        if "primary" in data:
            changes["primary"] = (data["primary"],)
        if "required_properties" in data:
            changes["required"] = tuple((name,) for name in dict.fromkeys(data["required_properties"]))
        if data.get("description") is not None:
            changes["description"] = data["description"]
        if data.get("clear_description"):
            changes["description"] = ""
        for key, field in (("one", "display_name"), ("many", "display_name_plural")):
            if names.get(key) is not None:
                changes[field] = names[key]
        return changes


class AssociationBody(Schema):
    """A definition by which records of two object types may be associated."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    source = fields.String(data_key="fromObjectTypeId", required=True)
    target = fields.String(data_key="toObjectTypeId", required=True)
    name = fields.String(allow_none=True, load_default=None)


class SchemaNames(Schema):
    """Custom object types to read."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    inputs = fields.List(fields.String(), required=True)
    with_properties = fields.Boolean(data_key="includePropertyDefinitions", load_default=True)
    with_associations = fields.Boolean(data_key="includeAssociationDefinitions", load_default=True)
    with_audit = fields.Boolean(data_key="includeAuditMetadata", load_default=True)


class SettingsChange(Schema):
    """What a PATCH of an object type's settings may have; loads as the arguments of `settings.change`."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    display_names = fields.Nested(DisplayNames, data_key="labels", load_default=dict)
    active = fields.Boolean(load_default=None)
    indexed = fields.Dict(
        keys=fields.String(), values=fields.Boolean(), data_key="indexedProperties", load_default=dict
    )

    @post_load
    def make(self, data: Body, **_: Any) -> Body:
        """Display names beside the rest."""
        names = data.pop("display_names")
        return {**names, **data}


class LabelsForm(Schema):
    """What an object type is called in an answer."""

    singular = fields.String(required=True)
    plural = fields.String(required=True)


class AssociationForm(Schema):
    """An association definition in an answer."""

    id = fields.String(required=True)
    from_object_type_id = fields.String(data_key="fromObjectTypeId", required=True)
    to_object_type_id = fields.String(data_key="toObjectTypeId", required=True)
    name = fields.String()
    cardinality = fields.String()
    inverse_cardinality = fields.String(data_key="inverseCardinality")
    created_at = fields.DateTime(data_key="createdAt", allow_none=True)
    updated_at = fields.DateTime(data_key="updatedAt", allow_none=True)


class SchemaForm(Schema):
    """A custom object type in an answer."""

    id = fields.String(required=True)
    object_type_id = fields.String(data_key="objectTypeId")
    fully_qualified_name = fields.String(data_key="fullyQualifiedName")
    name = fields.String(required=True)
    labels = fields.Nested(LabelsForm, required=True)
    description = fields.String()
    primary = fields.String(data_key="primaryDisplayProperty")
    secondary = fields.List(fields.String(), data_key="secondaryDisplayProperties")
    required_properties = fields.List(fields.String(), data_key="requiredProperties", required=True)
    searchable = fields.List(fields.String(), data_key="searchableProperties")
    allows_sensitive = fields.Boolean(data_key="allowsSensitiveProperties")
    archived = fields.Boolean()
    created_at = fields.DateTime(data_key="createdAt")
    updated_at = fields.DateTime(data_key="updatedAt")
    created_by = fields.Integer(data_key="createdByUserId", allow_none=True)
    updated_by = fields.Integer(data_key="updatedByUserId", allow_none=True)
    properties = fields.List(fields.Nested(properties.PropertyForm), required=True)
    associations = fields.List(fields.Nested(AssociationForm), required=True)


class ProgressForm(Schema):
    """How far stored records are found by what was made searchable last."""

    state = fields.String(required=True, metadata={"example": "running"})
    done = fields.Integer(required=True)
    total = fields.Integer(required=True, allow_none=True)


class SettingsForm(Schema):
    """An object type with its settings in an answer."""

    object_type_id = fields.String(data_key="objectTypeId", required=True)
    name = fields.String(required=True)
    plural = fields.String(required=True)
    fully_qualified_name = fields.String(data_key="fullyQualifiedName", required=True, allow_none=True)
    node_label = fields.String(data_key="nodeLabel", required=True)
    labels = fields.Nested(LabelsForm, required=True)
    description = fields.String(required=True)
    categories = fields.List(fields.String(), required=True)
    primary = fields.List(fields.String(), data_key="primaryDisplayProperties", required=True)
    required_properties = fields.List(fields.List(fields.String()), data_key="requiredProperties", required=True)
    searchable = fields.List(fields.String(), data_key="searchableProperties", required=True)
    progress = fields.Nested(ProgressForm, data_key="searchProgress", required=True, allow_none=True)
    unique = fields.List(fields.String(), data_key="uniqueProperties", required=True)
    indexed = fields.List(fields.String(), data_key="indexedProperties", required=True)
    tools = fields.List(fields.String(), required=True)
    operations = fields.List(fields.String(), required=True)
    tier = fields.String(required=True)
    needs_activation = fields.Boolean(data_key="needsActivation", required=True)
    active = fields.Boolean(required=True)
    built_in = fields.Boolean(data_key="builtIn", required=True)
    pipeline_property = fields.String(data_key="pipelineProperty", required=True, allow_none=True)
    stage_property = fields.String(data_key="stageProperty", required=True, allow_none=True)


class EnablementForm(Schema):
    """Whether one object type is active."""

    enablement = fields.Boolean(required=True)


class EnablementsForm(Schema):
    """Whether each object type that needs activation is active, by its id."""

    by_id = fields.Dict(
        keys=fields.String(), values=fields.Boolean(), data_key="enablementByObjectTypeId", required=True
    )


def shown(
    model: DataModel,
    object_type: ObjectType,
    definitions: Iterable[Direction],
    *,
    with_properties: bool = True,
    with_associations: bool = True,
    with_audit: bool = True,
) -> Body:
    """A schema with its properties and associations, as the contract shows it; empty lists of what is not asked for."""
    body = shown_definition(object_type)
    if with_audit:
        body |= {"createdByUserId": object_type.created_user_id, "updatedByUserId": object_type.updated_user_id}
    known = {**model.object_types, object_type.name: object_type}
    found = object_type.live_properties.values() if with_properties else ()
    body["properties"] = [properties.shown(object_type, each) for each in found]
    body["associations"] = [shown_association(known, each) for each in definitions] if with_associations else []
    return body


def shown_definition(object_type: ObjectType) -> Body:
    """A schema without its properties and associations."""
    body = {
        "id": object_type.id.partition("-")[2],
        "objectTypeId": object_type.id,
        "fullyQualifiedName": object_type.fully_qualified_name,
        "name": object_type.name,
        "labels": {"singular": object_type.display_name, "plural": object_type.display_name_plural},
        "description": object_type.description,
        "secondaryDisplayProperties": list(object_type.secondary),
        "requiredProperties": [name for group in object_type.required for name in group],
        "searchableProperties": list(object_type.searchable),
        "allowsSensitiveProperties": False,
        "archived": object_type.archived,
        "createdAt": moment(object_type.created_at),
        "updatedAt": moment(object_type.updated_at),
    }
    if object_type.primary:
        body["primaryDisplayProperty"] = object_type.primary[0]
    return body


def shown_association(object_types: Mapping[str, ObjectType], direction: Direction) -> Body:
    """An association definition from its near end."""
    return {
        "fromObjectTypeId": object_types[direction.near].id,
        "toObjectTypeId": object_types[direction.far].id,
        "name": direction.name,
        "cardinality": "ONE_TO_MANY",
        "inverseCardinality": "ONE_TO_MANY",
        "id": str(direction.type_id),
        "createdAt": moment(direction.type.created_at),
        "updatedAt": moment(direction.type.updated_at),
    }


def shown_settings(object_type: ObjectType, progress: Progress | None) -> Body:
    """An object type with everything that pages and clients need to know of it.

    `searchProgress` says how far stored records are found by what was made searchable last; null where nothing was.
    """
    return {
        "objectTypeId": object_type.id,
        "name": object_type.name,
        "plural": object_type.plural,
        "fullyQualifiedName": object_type.fully_qualified_name,
        "nodeLabel": object_type.node_label,
        "labels": {"singular": object_type.display_name, "plural": object_type.display_name_plural},
        "description": object_type.description,
        "categories": list(object_type.categories),
        "primaryDisplayProperties": list(object_type.primary),
        "requiredProperties": [list(group) for group in object_type.required],
        "searchableProperties": list(object_type.searchable),
        "searchProgress": {"state": progress.state, "done": progress.done, "total": progress.total}
        if progress
        else None,
        "uniqueProperties": list(object_type.unique_properties),
        "indexedProperties": sorted(name for name, found in object_type.live_properties.items() if found.indexed),
        "tools": list(object_type.tools),
        "operations": list(object_type.operations),
        "tier": object_type.tier,
        "needsActivation": object_type.needs_activation,
        "active": object_type.active,
        "builtIn": object_type.built_in,
        "pipelineProperty": object_type.pipeline_property,
        "stageProperty": object_type.stage_property,
    }
