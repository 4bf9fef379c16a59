"""`/openapi.json`: for everybody what is served, for a token also the object types of its account."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from api import auth, openapi
from api.endpoint import OBJECT_TYPES, crm, kept
from api.headers import JSONResponse
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.unit import Unit

Document = dict[str, Any]

_RECORDS = "/crm/v3/objects/{object_type}"
_FORMATS = {"date": "date", "datetime": "date-time"}
_TEXT: Document = {"type": ["string", "null"]}
_VALUE: Document = {"type": ["string", "number", "boolean", "null"]}


def serve() -> Response:
    """The document; with a token, `?objectType=contacts` gives the records of that type with all their properties."""
    if "HTTP_AUTHORIZATION" not in request.environ:
        return kept(JSONResponse(openapi.document(), 200))
    wanted = request.args.get("objectType")

    def work(unit: Unit) -> Document:
        confirm(unit)
        model = unit.model
        return of_account(model) if wanted is None else of_object_type(model, model.object_type(wanted))

    return kept(JSONResponse(crm().run(auth.bearer(request.environ), work), 200))


def of_account(model: DataModel) -> Document:
    """What is served, with the names of the object types that paths may have."""
    found = openapi.document()
    for path, item in found["paths"].items():
        for parameter in item.get("parameters", ()):
            if names := _names(model, path, parameter["name"]):
                parameter["schema"] = {"type": "string", "enum": names}
    return found


def of_object_type(model: DataModel, object_type: ObjectType) -> Document:
    """What is served of the records of one object type: its own paths, and its properties by name."""
    found = of_account(model)
    own = _RECORDS.replace("{object_type}", object_type.contract_name)
    paths = {path: item for path, item in found["paths"].items() if path.startswith(_RECORDS)}
    found["paths"] = {path.replace(_RECORDS, own): _without_object_type(item) for path, item in paths.items()}
    found["info"]["title"] += f": {object_type.display_name_plural}"
    read = {name: _shown(each) for name, each in object_type.live_properties.items()}
    written = {name: _given(each) for name, each in object_type.live_properties.items() if not each.read_only}
    schemas = found["components"]["schemas"]
    schemas["Properties"] = {"type": "object", "properties": read, "additionalProperties": _TEXT}
    schemas["NewProperties"] = {"type": "object", "properties": written, "additionalProperties": _VALUE}
    for schema in schemas.values():
        values = schema.get("properties", {}).get("properties", {})
        if values.get("additionalProperties") == _TEXT:
            schema["properties"]["properties"] = {"$ref": "#/components/schemas/Properties"}
        elif "additionalProperties" in values:
            schema["properties"]["properties"] = {"$ref": "#/components/schemas/NewProperties"}
    return found


def _without_object_type(item: Document) -> Document:
    parameters = [each for each in item.get("parameters", ()) if each["name"] != "object_type"]
    return {**item, "parameters": parameters}


def _shown(found: Property) -> Document:
    schema: Document = {"title": found.display_name, **_TEXT}
    if found.description:
        schema["description"] = found.description
    if found.type in _FORMATS:
        schema["format"] = _FORMATS[found.type]
    if found.read_only:
        schema["readOnly"] = True
    return schema


def _given(found: Property) -> Document:
    schema: Document = {"title": found.display_name, **_VALUE}
    if found.options and not found.is_multiple:
        schema = {**schema, "enum": [*(option.value for option in found.options), "", None]}
    return schema


def _names(model: DataModel, path: str, parameter: str) -> list[str]:
    """What the parameter of a path may be; empty where that is not known."""
    if parameter in OBJECT_TYPES:
        return [each.contract_name for each in model.object_types.values() if not each.archived]
    if parameter == "name" and path.startswith("/crm/v3/schemas/"):
        return [each.name for each in model.object_types.values() if not each.archived and not each.built_in]
    return []
