"""Records of every object type, one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_smorest import Blueprint

from api import wire
from api.aliases import PATH_KEY
from api.endpoint import Answer, crm, endpoint, of_records
from api.paging import base_url, page_size, paged
from api.schemas import records as schemas
from api.schemas.envelopes import in_pages
from api.schemas.records import RecordBody, selection_of
from crm_graph.accounts import permissions, tokens
from crm_graph.definitions.object_type import ObjectType
from crm_graph.records import privacy, store
from crm_graph.records.merge import merge as merge_records
from crm_graph.records.record import CreateInput, Identity, Selection, read_cursor
from crm_graph.unit import Unit

Body = dict[str, Any]

REMAINS = "X-CRM-Graph-Remains"
"""Header of an answer without a body: where what was deleted still stands, and for how long."""

blueprint = Blueprint(
    "objects", __name__, url_prefix="/crm/v3/objects", description="Records of every object type, one at a time"
)


@blueprint.route("/<object_type>")
@endpoint(query=schemas.ListQuery, scopes=of_records("read"), form=in_pages(RecordBody))
def list_records(unit: Unit, object_type: ObjectType, query: Body) -> Body:
    """Records in id order, page by page; each that existed when the walk began comes once."""
    selection = _permitted(unit, selection_of(unit.model, object_type, query))
    limits = unit.limits
    size = page_size(query["limit"], limits.history_page_size if selection.history else limits.page_size)
    page = store.page(
        unit, object_type, selection, after=read_cursor(query["after"]), limit=size, archived=query["archived"]
    )
    return paged(wire.shown(unit.model, object_type, selection, page.records), page.after)


@blueprint.route("/<object_type>", methods=["POST"])
@endpoint(201, body=schemas.NEW_RECORD, scopes=of_records("write"), form=RecordBody)
def create(unit: Unit, object_type: ObjectType, body: CreateInput) -> Answer:
    """A new record, with associations when they are given."""
    record = store.create(unit, object_type, body.properties, body.associations)
    path = request.environ[PATH_KEY].rstrip("/")
    location = f"{base_url()}{path}/{record.id}"
    return Answer(wire.written(unit.model, object_type)(record), headers={"Location": location})


@blueprint.route("/<object_type>/<record_id>")
@endpoint(query=schemas.ReadQuery, scopes=of_records("read"), form=RecordBody)
def read(unit: Unit, object_type: ObjectType, record_id: str, query: Body) -> Body:
    """One record, by its id or by a unique property."""
    selection = _permitted(unit, selection_of(unit.model, object_type, query))
    identity = Identity(record_id, query["id_property"])
    record = store.read(unit, object_type, identity, selection, archived=query["archived"])
    return wire.shown_by(unit.model, object_type, selection)(record)


@blueprint.route("/<object_type>/<record_id>", methods=["PATCH"])
@endpoint(body=schemas.CHANGE, query=schemas.IdentityQuery, scopes=of_records("write"), form=RecordBody)
def update(unit: Unit, object_type: ObjectType, record_id: str, body: Mapping[str, Any], query: Body) -> Body:
    """Change the properties given; the others keep their values."""
    record = store.update(unit, object_type, Identity(record_id, query["id_property"]), body)
    return wire.written(unit.model, object_type)(record)


@blueprint.route("/<object_type>/<record_id>", methods=["DELETE"])
@endpoint(204, scopes=of_records("write"))
def archive(unit: Unit, object_type: ObjectType, record_id: str) -> None:
    """Hide a record from lists and search; it can be restored."""
    store.archive(unit, object_type, record_id)


@blueprint.route("/<object_type>/merge", methods=["POST"])
@endpoint(body=schemas.MERGE, scopes=of_records("write"), form=RecordBody)
def merge(unit: Unit, object_type: ObjectType, body: tuple[str, str]) -> Body:
    """Two records made one, to which both ids lead from now on."""
    primary_id, other_id = body
    return wire.written(unit.model, object_type)(merge_records(unit, object_type, primary_id, other_id))


@blueprint.route("/<object_type>/gdpr-delete", methods=["POST"])
@endpoint(204, body=schemas.DELETION, scopes=of_records("write"))
def delete_for_privacy(unit: Unit, object_type: ObjectType, body: Identity) -> Answer:
    """Nothing is left of the record; what named a person is blocked. A header names what is still to go, unread."""
    rest = ", associations" if privacy.delete(unit, object_type, body) else ""
    return Answer(None, 204, {REMAINS: f'transaction-logs; retention="{crm().log_retention()}"{rest}'})


def _permitted(unit: Unit, selection: Selection) -> Selection:
    """The selection; MissingScopes where it asks for associated records that the token may not read."""
    tokens.require(unit.actor, [permissions.of_records(far, "read") for far in selection.associations])
    return selection
