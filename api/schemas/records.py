"""Bodies and queries of records. What has many of them is read by plain functions; the schemas describe it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from marshmallow import Schema, fields

from api.endpoint import Query
from api.paging import Names
from api.schemas.envelopes import in_pages
from api.schemas.reading import (
    BodyReader,
    end_of,
    id_of,
    ids_of,
    inputs_of,
    list_of,
    object_of,
    text_of,
    types_of,
    wrong,
)
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.records.read import EVERYTHING
from crm_graph.records.record import CreateInput, Identity, NewAssociation, Selection, UpdateInput

Body = dict[str, Any]


class SelectionQuery(Query):
    """What of a record is wanted."""

    properties = Names(load_default=())
    history = Names(data_key="propertiesWithHistory", load_default=())
    associations = Names(load_default=())
    archived = fields.Boolean(load_default=False)


class ListQuery(SelectionQuery):
    """Which page of records."""

    limit = fields.Integer(load_default=None)
    after = fields.String(load_default=None)


class ReadQuery(SelectionQuery):
    """By what a record is named."""

    id_property = fields.String(data_key="idProperty", load_default=None)


class IdentityQuery(Query):
    """By what a record is named."""

    id_property = fields.String(data_key="idProperty", load_default=None)


class ArchivedQuery(Query):
    """Archived records rather than live ones."""

    archived = fields.Boolean(load_default=False)


class VersionForm(Schema):
    """A value that a property had, from when on, and where it came from."""

    value = fields.String(required=True)
    timestamp = fields.DateTime(required=True)
    source_type = fields.String(data_key="sourceType", required=True, metadata={"example": "INTEGRATION"})
    source_id = fields.String(data_key="sourceId")
    updated_by = fields.Integer(data_key="updatedByUserId")


class AssociatedForm(Schema):
    """An associated record under one of the types of the association, by its name in v3."""

    id = fields.String(required=True)
    type = fields.String(required=True, metadata={"example": "contact_to_company"})


class RecordBody(Schema):
    """A record in an answer."""

    id = fields.String(required=True)
    properties = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), required=True)
    created_at = fields.DateTime(data_key="createdAt", required=True)
    updated_at = fields.DateTime(data_key="updatedAt", required=True)
    archived = fields.Boolean(required=True)
    archived_at = fields.DateTime(data_key="archivedAt")
    history = fields.Dict(
        keys=fields.String(), values=fields.List(fields.Nested(VersionForm)), data_key="propertiesWithHistory"
    )
    associations = fields.Dict(keys=fields.String(), values=fields.Nested(in_pages(AssociatedForm)))
    url = fields.String(metadata={"format": "uri"})


class UpsertedBody(RecordBody):
    """A record that was updated or made."""

    new = fields.Boolean(required=True)


class _Values(Schema):
    properties = fields.Dict(keys=fields.String(), values=fields.Raw(allow_none=True), required=True)


class _RecordInput(_Values):
    associations = fields.List(fields.Dict())
    trace_id = fields.String(data_key="objectWriteTraceId")


class _RecordChange(_Values):
    id = fields.String(required=True)
    id_property = fields.String(data_key="idProperty")
    trace_id = fields.String(data_key="objectWriteTraceId")


class _RecordId(Schema):
    id = fields.String(required=True)


class _CreateInputs(Schema):
    inputs = fields.List(fields.Nested(_RecordInput), required=True)


class _UpdateInputs(Schema):
    inputs = fields.List(fields.Nested(_RecordChange), required=True)


class _RecordIds(Schema):
    inputs = fields.List(fields.Nested(_RecordId), required=True)


class _ReadInputs(_RecordIds):
    properties = fields.List(fields.String())
    history = fields.List(fields.String(), data_key="propertiesWithHistory")
    id_property = fields.String(data_key="idProperty")


class _MergeInput(Schema):
    primary_id = fields.String(data_key="primaryObjectId", required=True)
    other_id = fields.String(data_key="objectIdToMerge", required=True)


class _DeletionInput(Schema):
    record_id = fields.String(data_key="objectId", required=True)
    id_property = fields.String(data_key="idProperty")


def selection_of(model: DataModel, object_type: ObjectType, query: Mapping[str, Any]) -> Selection:
    """What a query asks for; far object types without any association to this one are passed over."""
    far_types = {far.id: far for far in map(model.object_type, query["associations"])}
    associated = tuple(far for far in far_types.values() if model.find_pair(object_type, far))
    return chosen_of(object_type, query["properties"], query["history"], associated)


def chosen_of(
    object_type: ObjectType, names: Sequence[str], history: Sequence[str], associations: tuple[ObjectType, ...] = ()
) -> Selection:
    """The properties named, else the default set; those whose history is wanted are among them."""
    wanted = tuple(dict.fromkeys(map(object_type.property_name, names)))
    with_history = tuple(dict.fromkeys(map(object_type.property_name, history)))
    if with_history and wanted != EVERYTHING:
        wanted = (*(wanted or object_type.default_properties), *with_history)
    return Selection(properties=wanted or None, history=with_history, associations=associations)


class ReadInput(NamedTuple):
    """Records asked for by id, or by the values of a unique property, and what is to be told of them."""

    values: list[str]
    id_property: str | None
    properties: list[str]
    history: list[str]


def _read_create(given: Any, at: str = "") -> CreateInput:
    body = object_of(given, at)
    return CreateInput(
        properties=_values(body, at),
        associations=[
            _association(item, f"{at}associations.{n}.") for n, item in enumerate(list_of(body, "associations", at))
        ],
        trace_id=text_of(body, "objectWriteTraceId", at),
    )


def _read_change(given: Any) -> Mapping[str, Any]:
    body = object_of(given, "")
    if "properties" not in body:
        raise wrong("properties", "Missing data for required field.")
    return _values(body, "")


def _read_update(body: Mapping[str, Any], at: str) -> UpdateInput:
    return UpdateInput(
        identity=Identity(id_of(body, "id", at), text_of(body, "idProperty", at)),
        properties=_values(body, at),
        trace_id=text_of(body, "objectWriteTraceId", at),
    )


def _read_many(read: Callable[[Any, str], Any]) -> Callable[[Any], list[Any]]:
    return lambda given: inputs_of(given, read)


def _read_selected(given: Any) -> ReadInput:
    body = object_of(given, "")
    name = text_of(body, "idProperty", "")
    return ReadInput(ids_of(body), name, _names(body, "properties"), _names(body, "propertiesWithHistory"))


def _read_merge(given: Any) -> tuple[str, str]:
    body = object_of(given, "")
    return id_of(body, "primaryObjectId", ""), id_of(body, "objectIdToMerge", "")


def _read_deletion(given: Any) -> Identity:
    body = object_of(given, "")
    return Identity(id_of(body, "objectId", ""), text_of(body, "idProperty", ""))


NEW_RECORD = BodyReader(_read_create, _RecordInput)
CHANGE = BodyReader(_read_change, _Values)
NEW_RECORDS = BodyReader(_read_many(_read_create), _CreateInputs)
CHANGES = BodyReader(_read_many(_read_update), _UpdateInputs)
IDS = BodyReader(ids_of, _RecordIds)
SELECTED = BodyReader(_read_selected, _ReadInputs)
MERGE = BodyReader(_read_merge, _MergeInput)
DELETION = BodyReader(_read_deletion, _DeletionInput)


def _association(given: Any, at: str) -> NewAssociation:
    body = object_of(given, at)
    types = types_of(list_of(body, "types", at), f"{at}types.")
    return NewAssociation(far_type=None, far_id=end_of(body, "to", at), type_ids=types)


def _names(body: Mapping[str, Any], name: str) -> list[str]:
    given = list_of(body, name, "")
    if not all(type(item) is str for item in given):
        raise wrong(name, "Not a list of names.")
    return given


def _values(body: Mapping[str, Any], at: str) -> Mapping[str, Any]:
    given = body.get("properties")
    return {} if given is None else object_of(given, f"{at}properties")
