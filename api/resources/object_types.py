"""Object types: schemas of custom ones, settings of every one."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask_smorest import Blueprint
from marshmallow import fields

from api.endpoint import Query, anyone, endpoint, fixed
from api.schemas.envelopes import listed
from api.schemas.object_types import (
    AssociationBody,
    AssociationForm,
    EnablementForm,
    EnablementsForm,
    SchemaBody,
    SchemaChange,
    SchemaForm,
    SchemaNames,
    SettingsChange,
    SettingsForm,
    shown,
    shown_association,
    shown_settings,
)
from crm_graph.definitions.changes import association_types, object_types
from crm_graph.definitions.changes.checks import check_count
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import InvalidInput
from crm_graph.jobs import search_text
from crm_graph.records import settings
from crm_graph.unit import Unit

Body = dict[str, Any]

schemas = Blueprint("schemas", __name__, url_prefix="/crm/v3/schemas", description="Custom object types")
types = Blueprint("object_types", __name__, url_prefix="/crm/graph/v1/object-types", description="All object types")
library = Blueprint(
    "object_library", __name__, url_prefix="/crm/v3/object-library", description="Which object types are active"
)

_READS = fixed("crm.schemas.custom.read")
_WRITES = fixed("crm.schemas.custom.write")


class ArchivedQuery(Query):
    """Whether archived ones are meant."""

    archived = fields.Boolean(load_default=False)


class SchemaQuery(ArchivedQuery):
    """What is shown of a schema beside its own fields."""

    with_properties = fields.Boolean(data_key="includePropertyDefinitions", load_default=True)
    with_associations = fields.Boolean(data_key="includeAssociationDefinitions", load_default=True)
    with_audit = fields.Boolean(data_key="includeAuditMetadata", load_default=True)


@schemas.route("")
@endpoint(query=SchemaQuery, scopes=_READS, form=listed(SchemaForm))
def list_schemas(unit: Unit, query: Body) -> Body:
    """All custom object types."""
    confirm(unit)
    found = [each for each in unit.model.object_types.values() if not each.built_in]
    return {"results": [_shown(unit, each, query) for each in found if each.archived is query["archived"]]}


@schemas.route("", methods=["POST"])
@endpoint(201, body=SchemaBody, scopes=_WRITES, form=SchemaForm)
def create_schema(unit: Unit, body: Body) -> Body:
    """Define a custom object type with its properties and associations."""
    made, associations = object_types.define(unit, **body)
    return shown(unit.model, made, associations)


@schemas.route("/batch/read", methods=["POST"])
@endpoint(body=SchemaNames, scopes=_READS, form=listed(SchemaForm))
def read_schemas(unit: Unit, body: Body) -> Body:
    """Several custom object types by name or id."""
    check_count("inputs", len(body["inputs"]), unit.limits.batch_size)
    confirm(unit)
    return {"results": [_shown(unit, object_types.custom(unit.model, name), body) for name in body["inputs"]]}


@schemas.route("/<name>")
@endpoint(query=SchemaQuery, scopes=_READS, form=SchemaForm)
def read_schema(unit: Unit, name: str, query: Body) -> Body:
    """One custom object type."""
    confirm(unit)
    return _shown(unit, object_types.custom(unit.model, name, archived=query["archived"]), query)


@schemas.route("/<name>", methods=["PATCH"])
@endpoint(body=SchemaChange, scopes=_WRITES, form=SchemaForm)
def update_schema(unit: Unit, name: str, body: Body) -> Body:
    """Change what is given of a custom object type."""
    return _shown(unit, search_text.change(unit, object_types.custom(unit.model, name), body))


@schemas.route("/<name>", methods=["DELETE"])
@endpoint(204, query=ArchivedQuery, scopes=_WRITES)
def remove_schema(unit: Unit, name: str, query: Body) -> None:
    """Remove a custom object type without records; with `archived=true` for good, so that its name is free."""
    remove = object_types.purge if query["archived"] else object_types.archive
    remove(unit, object_types.custom(unit.model, name, archived=None if query["archived"] else False))


@schemas.route("/<name>/associations", methods=["POST"])
@endpoint(201, body=AssociationBody, scopes=_WRITES, form=AssociationForm)
def define_association(unit: Unit, name: str, body: Body) -> Body:
    """Permit that records of a custom object type are associated with those of another."""
    custom = object_types.custom(unit.model, name)
    ends = [unit.model.object_type(body[end]) for end in ("source", "target")]
    if custom.name not in (end.name for end in ends):
        raise InvalidInput(f"{custom.id} is neither fromObjectTypeId nor toObjectTypeId.")
    return shown_association(unit.model.object_types, association_types.define(unit, ends[0], ends[1], body["name"]))


@schemas.route("/<name>/associations/<identifier>", methods=["DELETE"])
@endpoint(204, scopes=_WRITES)
def revoke_association(unit: Unit, name: str, identifier: str) -> None:
    """Forbid what an association definition permitted."""
    association_types.revoke(unit, object_types.custom(unit.model, name), identifier)


@types.route("")
@endpoint(scopes=anyone, form=listed(SettingsForm))
def list_object_types(unit: Unit) -> Body:
    """All object types with their settings, also those that are not active."""
    found = [each for each in unit.model.object_types.values() if not each.archived]
    progress = search_text.progress(unit, found)
    return {"results": [shown_settings(each, progress.get(each.name)) for each in found]}


@types.route("/<object_type>")
@endpoint(scopes=anyone, form=SettingsForm)
def read_object_type(unit: Unit, object_type: ObjectType) -> Body:
    """One object type with its settings."""
    return shown_settings(object_type, search_text.progress(unit, [object_type]).get(object_type.name))


@types.route("/<object_type>", methods=["PATCH"])
@endpoint(body=SettingsChange, scopes=anyone, form=SettingsForm)
def update_object_type(unit: Unit, object_type: ObjectType, body: Body) -> Body:
    """Rename an object type, switch it on or off, or the indexes of its properties; for super admins."""
    changed = settings.change(unit, object_type, **body)
    return shown_settings(changed, search_text.progress(unit, [changed]).get(changed.name))


@library.route("/enablement")
@endpoint(scopes=anyone, form=EnablementsForm)
def list_enablement(unit: Unit) -> Body:
    """Whether each object type that needs activation is active."""
    confirm(unit)
    found = [each for each in unit.model.object_types.values() if each.needs_activation and not each.archived]
    return {"enablementByObjectTypeId": {each.id: each.active for each in found}}


@library.route("/enablement/<object_type>")
@endpoint(scopes=anyone, form=EnablementForm)
def read_enablement(unit: Unit, object_type: ObjectType) -> Body:
    """Whether one object type is active."""
    confirm(unit)
    return {"enablement": object_type.active}


def _shown(unit: Unit, object_type: ObjectType, asked: Mapping[str, Any] = MappingProxyType({})) -> Body:
    definitions = association_types.definitions_of(unit.model.pairs.values(), object_type)
    parts = {name: asked[name] for name in ("with_properties", "with_associations", "with_audit") if name in asked}
    return shown(unit.model, object_type, definitions, **parts)
