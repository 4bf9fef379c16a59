"""Associations as v3 has them: by names of types, as pairs of records that have labels only elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask_smorest import Blueprint

from api import wire
from api.endpoint import Answer, crm, endpoint, of_records, of_schemas
from api.paging import association_cursor, next_page
from api.resources.associations import NO_ASSOCIATIONS, answered, page_of, read_page
from api.schemas import associations as schemas
from api.schemas.associations import NamedAssociationsForm, NamedForm, TypeForm
from api.schemas.envelopes import batched, in_pages, listed
from api.schemas.records import AssociatedForm, RecordBody
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.object_type import ObjectType
from crm_graph.records import association_batch, association_types, associations, store
from crm_graph.records.association_batch import PairInput
from crm_graph.records.association_types import TypeId
from crm_graph.records.record import AssociationPage, Identity, Selection
from crm_graph.unit import Unit

Body = dict[str, Any]
Named = Sequence[tuple[PairInput, str | None]]

records = Blueprint(
    "associations_v3",
    __name__,
    url_prefix="/crm/v3/objects/<from_type>/<from_id>/associations/<to_type>",
    description="Which records are associated with one, by names of types",
)
batches = Blueprint(
    "association_batches_v3",
    __name__,
    url_prefix="/crm/v3/associations/<from_type>/<to_type>",
    description="Associations of many records at a time, by names of types",
)

_READS = of_records("read")
_WRITES = of_records("write")


@records.route("")
@endpoint(query=schemas.PageQuery, scopes=_READS, form=in_pages(AssociatedForm))
def list_associations(unit: Unit, from_type: ObjectType, from_id: str, to_type: ObjectType, query: Body) -> Body:
    """Records of one object type that a record is associated with, one result for each type."""
    page = read_page(unit, from_type, from_id, to_type, query)
    body: Body = {"results": _results(unit, from_type, to_type, page)}
    if page.after is not None:
        body["paging"] = next_page(association_cursor(page.after))
    return body


@records.route("/<to_id>/<association_type>", methods=["PUT"])
@endpoint(200, scopes=_WRITES, form=RecordBody)
def associate(
    unit: Unit, from_type: ObjectType, from_id: str, to_type: ObjectType, to_id: str, association_type: str
) -> Body:
    """Associate two records; the first one comes back with what it is associated with."""
    types = _written(unit, from_type, to_type, association_type)
    associations.set_types(unit, from_type, from_id, to_type, to_id, types)
    selection = Selection(associations=(to_type,))
    return wire.shown_by(unit.model, from_type, selection)(store.read(unit, from_type, Identity(from_id), selection))


@records.route("/<to_id>/<association_type>", methods=["DELETE"])
@endpoint(204, scopes=_WRITES)
def dissociate(
    unit: Unit, from_type: ObjectType, from_id: str, to_type: ObjectType, to_id: str, association_type: str
) -> None:
    """End the association of two records; by the name of a custom label, that label alone."""
    types = _ended(unit, from_type, to_type, association_type)
    associations.remove_types(unit, from_type, from_id, to_type, to_id, types)


@batches.route("/types")
@endpoint(scopes=of_schemas("read"), form=listed(TypeForm))
def list_types(unit: Unit, from_type: ObjectType, to_type: ObjectType) -> Body:
    """Names and ids of the association types from one object type to another."""
    confirm(unit)
    found = sorted(unit.model.directions(from_type, to_type), key=lambda direction: direction.type_id)
    return {"results": [{"id": str(each.type_id), "name": wire.v3_name(each)} for each in found]}


@batches.route("/batch/create", methods=["POST"])
@endpoint(201, body=schemas.NAMED_PAIRS, scopes=_WRITES, form=batched(NamedForm), partial=True)
def associate_many(unit: Unit, from_type: ObjectType, to_type: ObjectType, body: Named) -> Answer:
    """Associate records; inputs whose records are not there are named in a 207."""
    types = {name: _written(unit, from_type, to_type, name) for name in {name for _, name in body}}
    inputs = [replace(pair, types=types[name]) for pair, name in body]
    result = association_batch.associate_many(unit, from_type, to_type, inputs, partial=True)
    made = {(each.near_id, each.far_id) for each in result.associated}
    default = wire.v3_name(unit.model.directions(from_type, to_type)[0])
    results = [
        {"from": {"id": pair.near_id}, "to": {"id": pair.far_id}, "type": name or default}
        for pair, name in body
        if association_batch.ids_of(pair) in made
    ]
    return answered(unit, results, result.errors, status=crm().settings.v3_batch_status)


@batches.route("/batch/read", methods=["POST"])
@endpoint(body=schemas.CONTINUED, scopes=_READS, form=batched(NamedAssociationsForm), partial=True)
def read_many(unit: Unit, from_type: ObjectType, to_type: ObjectType, body: Mapping[str, int]) -> Answer:
    """A page of associated records for each input; those without any are named in a 207."""
    result = association_batch.read_many(unit, from_type, to_type, body)
    path = f"/crm/v3/objects/{from_type.plural}/{{}}/associations/{to_type.plural}"
    results = [
        page_of(near_id, _results(unit, from_type, to_type, page), page, path) for near_id, page in result.pages.items()
    ]
    return answered(unit, results, result.errors, sub_category=NO_ASSOCIATIONS)


@batches.route("/batch/archive", methods=["POST"])
@endpoint(204, body=schemas.NAMED_PAIRS, scopes=_WRITES)
def dissociate_many(unit: Unit, from_type: ObjectType, to_type: ObjectType, body: Named) -> None:
    """End the associations of records; by the name of a custom label, that label alone."""
    types = {name: _ended(unit, from_type, to_type, name) for name in {name for _, name in body}}
    inputs = [replace(pair, types=types[name]) for pair, name in body]
    association_batch.remove_types_many(unit, from_type, to_type, inputs)


def _written(unit: Unit, near: ObjectType, far: ObjectType, name: str | None) -> tuple[TypeId, ...]:
    return () if name is None else association_types.written_by_name(unit, near, far, name)


def _ended(unit: Unit, near: ObjectType, far: ObjectType, name: str | None) -> tuple[TypeId, ...]:
    return association_types.ended_by_name(unit, near, far, name)


def _results(unit: Unit, near: ObjectType, far: ObjectType, page: AssociationPage) -> list[Body]:
    directions = unit.model.pair(near, far).directions
    return [
        {"id": str(far_id), "type": wire.v3_name(directions[type_id])}
        for far_id, type_ids in page.type_ids.items()
        for type_id in type_ids
    ]
