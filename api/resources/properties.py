"""Properties of an object type, their options and groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields

from api.endpoint import Answer, Query, endpoint, of_schemas
from api.schemas.envelopes import absent, batched, completed, listed
from api.schemas.properties import (
    GroupForm,
    PropertyBatch,
    PropertyBody,
    PropertyChange,
    PropertyForm,
    PropertyGroupBody,
    PropertyGroupChange,
    PropertyNames,
    shown,
    shown_group,
)
from crm_graph.definitions.changes import properties
from crm_graph.definitions.changes.checks import check_count
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Group, Property
from crm_graph.records import uniqueness
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint("properties", __name__, url_prefix="/crm/v3/properties", description="What records can say")

_READS = of_schemas("read")
_WRITES = of_schemas("write")


class PropertyQuery(Query):
    """Which properties are shown."""

    archived = fields.Boolean(load_default=False)
    sensitivity = fields.String(data_key="dataSensitivity", load_default="non_sensitive")


@blueprint.route("/<object_type>")
@endpoint(query=PropertyQuery, scopes=_READS, form=listed(PropertyForm))
def list_properties(unit: Unit, object_type: ObjectType, query: Body) -> Body:
    """All properties, or all archived ones."""
    confirm(unit)
    found = [each for each in object_type.properties.values() if _matches(each, query)]
    return {"results": [shown(object_type, each) for each in found]}


@blueprint.route("/<object_type>", methods=["POST"])
@endpoint(201, body=PropertyBody, scopes=_WRITES, form=PropertyForm)
def create_property(unit: Unit, object_type: ObjectType, body: Property) -> Body:
    """Define a property; an archived one of that name comes back."""
    return shown(object_type, properties.create(unit, object_type, [body])[0])


@blueprint.route("/<object_type>/<name>")
@endpoint(query=PropertyQuery, scopes=_READS, form=PropertyForm)
def read_property(unit: Unit, object_type: ObjectType, name: str, query: Body) -> Body:
    """One property."""
    confirm(unit)
    return shown(object_type, properties.find(object_type, name, **query))


@blueprint.route("/<object_type>/<name>", methods=["PATCH"])
@endpoint(body=PropertyChange, scopes=_WRITES, form=PropertyForm)
def update_property(unit: Unit, object_type: ObjectType, name: str, body: Body) -> Body:
    """Change what is given of a property."""
    return shown(object_type, uniqueness.update(unit, object_type, name, body))


@blueprint.route("/<object_type>/<name>", methods=["DELETE"])
@endpoint(204, scopes=_WRITES)
def archive_property(unit: Unit, object_type: ObjectType, name: str) -> None:
    """Hide a property; stored values stay."""
    properties.archive(unit, object_type, [properties.find(object_type, name).name])


@blueprint.route("/<object_type>/batch/create", methods=["POST"])
@endpoint(201, body=PropertyBatch, scopes=_WRITES, form=batched(PropertyForm))
def create_properties(unit: Unit, object_type: ObjectType, body: Body) -> Body:
    """Define several properties, all or none."""
    check_count("inputs", len(body["inputs"]), unit.limits.batch_size)
    made = properties.create(unit, object_type, body["inputs"])
    return completed(unit, [shown(object_type, each) for each in made])


@blueprint.route("/<object_type>/batch/read", methods=["POST"])
@endpoint(body=PropertyNames, scopes=_READS, form=batched(PropertyForm), partial=True)
def read_properties(unit: Unit, object_type: ObjectType, body: Body) -> Answer:
    """Several properties by name; 207 names those that there are not."""
    check_count("inputs", len(body["inputs"]), unit.limits.batch_size)
    confirm(unit)
    known = {name: found for name, found in object_type.properties.items() if _matches(found, body)}
    names = [object_type.property_name(each["name"]) for each in body["inputs"]]
    results = [shown(object_type, known[name]) for name in dict.fromkeys(names) if name in known]
    missing = [name for name in dict.fromkeys(names) if name not in known]
    if not missing:
        return Answer(completed(unit, results))
    error = absent(f"Properties do not exist: {', '.join(missing)}", names=missing)
    return Answer(completed(unit, results, [error]), 207)


@blueprint.route("/<object_type>/batch/archive", methods=["POST"])
@endpoint(204, body=PropertyNames, scopes=_WRITES)
def archive_properties(unit: Unit, object_type: ObjectType, body: Body) -> None:
    """Hide several properties; names that there are not are passed over."""
    check_count("inputs", len(body["inputs"]), unit.limits.batch_size)
    properties.archive(unit, object_type, [each["name"] for each in body["inputs"]])


@blueprint.route("/<object_type>/groups")
@endpoint(scopes=_READS, form=listed(GroupForm))
def list_groups(unit: Unit, object_type: ObjectType) -> Body:
    """All groups of properties."""
    confirm(unit)
    return {"results": [shown_group(group) for group in object_type.groups.values() if not group.archived]}


@blueprint.route("/<object_type>/groups", methods=["POST"])
@endpoint(201, body=PropertyGroupBody, scopes=_WRITES, form=GroupForm)
def create_group(unit: Unit, object_type: ObjectType, body: Group) -> Body:
    """Make a group of properties."""
    return shown_group(properties.create_group(unit, object_type, body))


@blueprint.route("/<object_type>/groups/<name>")
@endpoint(scopes=_READS, form=GroupForm)
def read_group(unit: Unit, object_type: ObjectType, name: str) -> Body:
    """One group of properties."""
    confirm(unit)
    return shown_group(properties.find_group(object_type, name))


@blueprint.route("/<object_type>/groups/<name>", methods=["PATCH"])
@endpoint(body=PropertyGroupChange, scopes=_WRITES, form=GroupForm)
def update_group(unit: Unit, object_type: ObjectType, name: str, body: Body) -> Body:
    """Change name or order of a group."""
    return shown_group(properties.update_group(unit, object_type, name, body))


@blueprint.route("/<object_type>/groups/<name>", methods=["DELETE"])
@endpoint(204, scopes=_WRITES)
def archive_group(unit: Unit, object_type: ObjectType, name: str) -> None:
    """Remove a group that is empty."""
    properties.archive_group(unit, object_type, name)


def _matches(found: Property, query: Mapping[str, Any]) -> bool:
    return found.archived is query["archived"] and found.sensitivity == query["sensitivity"]
