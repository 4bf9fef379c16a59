"""`/docs`: what programs can ask for, to be read and tried out."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, render_template

from api import contract
from api.account_document import of_account
from api.endpoint import crm
from api.web.shell import blueprint, signed_in
from crm_graph.definitions.changes.publication import confirm
from crm_graph.unit import Actor, Unit


@blueprint.get("/docs")
@signed_in
def docs(actor: Actor) -> str:
    """Every endpoint, with a form to try it with a token."""
    crm().run(actor, confirm)  # the rail shows the data model
    return render_template("docs.html", left_out=contract.load().left_out())


@blueprint.get("/docs/openapi.json")
@signed_in
def document(actor: Actor) -> Response:
    """The OpenAPI document for this account, with headings for people."""
    found = crm().run(actor, _document)
    for item in found["paths"].values():
        for operation in (value for key, value in item.items() if key != "parameters"):
            operation["tags"] = [_heading(tag) for tag in operation["tags"]]
    found["tags"] = [{**tag, "name": _heading(tag["name"])} for tag in found["tags"]]
    return jsonify(found)


def _document(unit: Unit) -> dict[str, Any]:
    confirm(unit)
    return of_account(unit.model)


def _heading(tag: str) -> str:
    return tag.replace("_", " ").replace("-", " ").capitalize()
