"""`/docs`: what programs can ask for, to be read and tried out."""

from __future__ import annotations

from flask import Response, jsonify, render_template

from api import openapi
from api.endpoint import OBJECT_TYPES, crm
from api.web.shell import blueprint, signed_in
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.data_model import DataModel
from crm_graph.unit import Actor, Unit


@blueprint.get("/docs")
@signed_in
def docs(actor: Actor) -> str:
    """Every endpoint, with a form to try it with a token."""
    crm().run(actor, confirm)  # the rail shows the data model
    return render_template("docs.html")


@blueprint.get("/docs/openapi.json")
@signed_in
def document(actor: Actor) -> Response:
    """The OpenAPI document for this account: paths offer its object types, custom ones among them.

    The document for everybody, `/openapi.json`, says nothing of any account.
    """
    found = openapi.document()
    model = crm().run(actor, _model)
    for path, item in found["paths"].items():
        for parameter in item.get("parameters", ()):
            if names := _names(model, path, parameter["name"]):
                parameter["schema"] = {"type": "string", "enum": names}
        for operation in (value for key, value in item.items() if key != "parameters"):
            operation["tags"] = [_heading(tag) for tag in operation["tags"]]
    found["tags"] = [{**tag, "name": _heading(tag["name"])} for tag in found["tags"]]
    return jsonify(found)


def _model(unit: Unit) -> DataModel:
    confirm(unit)
    return unit.model


def _heading(tag: str) -> str:
    return tag.replace("_", " ").replace("-", " ").capitalize()


def _names(model: DataModel, path: str, parameter: str) -> list[str]:
    """What the parameter of a path may be; empty where that is not known."""
    if parameter in OBJECT_TYPES:
        return [each.plural for each in model.object_types.values() if not each.archived]
    if parameter == "name" and path.startswith("/crm/v3/schemas/"):
        return [each.name for each in model.object_types.values() if not each.archived and not each.built_in]
    return []
