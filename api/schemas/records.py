"""Bodies and queries of records. What has many of them is read by plain functions; the schemas describe it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from marshmallow import Schema, fields

from api.endpoint import Query
from api.paging import Names
from crm_graph.definitions.association import CATEGORIES
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import InvalidInput
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


class RecordBody(Schema):
    """A record in an answer."""

    id = fields.String(required=True)
    properties = fields.Dict(keys=fields.String(), values=fields.String(allow_none=True), required=True)
    created_at = fields.DateTime(data_key="createdAt", required=True)
    updated_at = fields.DateTime(data_key="updatedAt", required=True)
    archived = fields.Boolean(required=True)
    archived_at = fields.DateTime(data_key="archivedAt")
    url = fields.Url()


class RecordPageBody(Schema):
    """A page of records in an answer."""

    results = fields.List(fields.Nested(RecordBody), required=True)
    paging = fields.Dict()


class RecordBatchBody(Schema):
    """What became of a batch of records."""

    status = fields.String(required=True, metadata={"example": "COMPLETE"})
    results = fields.List(fields.Nested(RecordBody), required=True)
    started_at = fields.DateTime(data_key="startedAt", required=True)
    completed_at = fields.DateTime(data_key="completedAt", required=True)


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


class BodyReader:
    """A function that reads a body, with the schema that describes what it reads."""

    def __init__(self, read: Callable[[Any], Any], schema: type[Schema]) -> None:
        self._read = read
        self.schema = schema

    def __call__(self, given: Any) -> Any:
        """What the view gets."""
        return self._read(given)


def selection_of(model: DataModel, object_type: ObjectType, query: Mapping[str, Any]) -> Selection:
    """What a query asks for; far object types without any association to this one are passed over."""
    far_types = {far.id: far for far in map(model.object_type, query["associations"])}
    chosen = chosen_of(object_type, query["properties"], query["history"])
    return replace(
        chosen,
        associations=tuple(far for far in far_types.values() if model.find_pair(object_type, far)),
    )


def chosen_of(object_type: ObjectType, names: Sequence[str], history: Sequence[str]) -> Selection:
    """The properties named, else the default set; those whose history is wanted are among them."""
    wanted = tuple(dict.fromkeys(map(object_type.property_name, names)))
    with_history = tuple(dict.fromkeys(map(object_type.property_name, history)))
    if with_history and wanted != EVERYTHING:
        wanted = (*(wanted or object_type.default_properties), *with_history)
    return Selection(properties=wanted or None, history=with_history)


def _read_create(given: Any, at: str = "") -> CreateInput:
    body = _object(given, at)
    return CreateInput(
        properties=_values(body, at),
        associations=[
            _association(item, f"{at}associations.{n}.") for n, item in enumerate(_list(body, "associations", at))
        ],
        trace_id=_text(body, "objectWriteTraceId", at),
    )


def _read_change(given: Any) -> Mapping[str, Any]:
    body = _object(given, "")
    if "properties" not in body:
        raise _wrong("properties", "Missing data for required field.")
    return _values(body, "")


def _read_update(given: Any, at: str) -> UpdateInput:
    body = _object(given, at)
    return UpdateInput(
        identity=Identity(_id(body, "id", at), _text(body, "idProperty", at)),
        properties=_values(body, at),
        trace_id=_text(body, "objectWriteTraceId", at),
    )


def _read_many(read: Callable[[Any, str], Any]) -> Callable[[Any], list[Any]]:
    def read_inputs(given: Any) -> list[Any]:
        return [read(item, f"inputs.{n}.") for n, item in enumerate(_inputs(_object(given, "")))]

    return read_inputs


def _read_id(given: Any, at: str) -> str:
    return _id(_object(given, at), "id", at)


def _read_identities(given: Any) -> tuple[list[Identity], list[str], list[str]]:
    body = _object(given, "")
    name = _text(body, "idProperty", "")
    identities = [Identity(_read_id(item, f"inputs.{n}."), name) for n, item in enumerate(_inputs(body))]
    return identities, _names(body, "properties"), _names(body, "propertiesWithHistory")


def _read_merge(given: Any) -> tuple[str, str]:
    body = _object(given, "")
    return _id(body, "primaryObjectId", ""), _id(body, "objectIdToMerge", "")


NEW_RECORD = BodyReader(_read_create, _RecordInput)
CHANGE = BodyReader(_read_change, _Values)
NEW_RECORDS = BodyReader(_read_many(_read_create), _CreateInputs)
CHANGES = BodyReader(_read_many(_read_update), _UpdateInputs)
IDS = BodyReader(_read_many(_read_id), _RecordIds)
IDENTITIES = BodyReader(_read_identities, _ReadInputs)
MERGE = BodyReader(_read_merge, _MergeInput)


def _association(given: Any, at: str) -> NewAssociation:
    body = _object(given, at)
    types = [_type(item, f"{at}types.{n}.") for n, item in enumerate(_list(body, "types", at))]
    if not types:
        raise _wrong(f"{at}types", "At least one association type is needed.")
    return NewAssociation(
        far_type=None, far_id=_id(_object(body.get("to"), f"{at}to."), "id", f"{at}to."), type_ids=tuple(types)
    )


def _type(given: Any, at: str) -> tuple[str, int]:
    body = _object(given, at)
    category, type_id = body.get("associationCategory"), body.get("associationTypeId")
    if category not in CATEGORIES:
        raise _wrong(f"{at}associationCategory", f"Must be one of: {', '.join(CATEGORIES)}.")
    if isinstance(type_id, str) and type_id.isascii() and type_id.isdigit() and len(type_id) < 16:
        type_id = int(type_id)
    if type(type_id) is not int:
        raise _wrong(f"{at}associationTypeId", "Not a valid integer.")
    return category, type_id


def _object(given: Any, at: str) -> Mapping[str, Any]:
    if type(given) is not dict:
        raise _wrong(at.rstrip("."), "Not a JSON object.")
    return given


def _inputs(body: Mapping[str, Any]) -> Sequence[Any]:
    if "inputs" not in body:
        raise _wrong("inputs", "Missing data for required field.")
    return _list(body, "inputs", "")


def _list(body: Mapping[str, Any], name: str, at: str) -> list[Any]:
    given = body.get(name)
    if given is None:
        return []
    if type(given) is not list:
        raise _wrong(at + name, "Not a valid list.")
    return given


def _names(body: Mapping[str, Any], name: str) -> list[str]:
    given = _list(body, name, "")
    if not all(type(item) is str for item in given):
        raise _wrong(name, "Not a list of names.")
    return given


def _values(body: Mapping[str, Any], at: str) -> Mapping[str, Any]:
    given = body.get("properties")
    return {} if given is None else _object(given, f"{at}properties")


def _text(body: Mapping[str, Any], name: str, at: str) -> str | None:
    given = body.get(name)
    if given is not None and type(given) is not str:
        raise _wrong(at + name, "Not a valid string.")
    return given


def _id(body: Mapping[str, Any], name: str, at: str) -> str:
    given = body.get(name)
    if type(given) is int:
        return str(given)
    if type(given) is not str or not given:
        raise _wrong(at + name, "Missing data for required field." if given is None else "Not a valid id.")
    return given


def _wrong(place: str, reason: str) -> InvalidInput:
    return InvalidInput(f"Invalid input JSON on line 1, column 1: {f'{place}: ' if place else ''}{reason}")
