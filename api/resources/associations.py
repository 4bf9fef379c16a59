"""Associations as v4 has them: by type ids, with labels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from flask import request
from flask_smorest import Blueprint

from api import errors
from api.aliases import is_dated
from api.endpoint import Answer, endpoint, of_records
from api.paging import association_cursor, base_url, next_page, page_size, read_association_cursor
from api.schemas import associations as schemas
from api.schemas.associations import AssociatedForm, AssociationsForm, DefaultForm, LabelsForm
from api.schemas.envelopes import batched, completed, in_pages
from api.schemas.labels import shown
from crm_graph.definitions.association import Direction
from crm_graph.definitions.object_type import ObjectType
from crm_graph.records import association_batch, associations
from crm_graph.records.association_batch import PairInput
from crm_graph.records.associations import Associated
from crm_graph.records.record import AssociationPage, BatchError
from crm_graph.unit import Unit

Body = dict[str, Any]
Types = Sequence[tuple[str, int]]

records = Blueprint(
    "associations",
    __name__,
    url_prefix="/crm/v4/objects/<from_type>/<from_id>/associations",
    description="Which records are associated with one",
)
batches = Blueprint(
    "association_batches",
    __name__,
    url_prefix="/crm/v4/associations/<from_type>/<to_type>/batch",
    description="Associations of many records at a time",
)

_READS = of_records("read")
_WRITES = of_records("write")

NO_ASSOCIATIONS = "crm.associations.NO_ASSOCIATIONS_FOUND"


@records.route("/<to_type>")
@endpoint(query=schemas.PageQuery, scopes=_READS, form=in_pages(AssociatedForm))
def list_associations(unit: Unit, from_type: ObjectType, from_id: str, to_type: ObjectType, query: Body) -> Body:
    """Records of one object type that a record is associated with, and under which types."""
    page = read_page(unit, from_type, from_id, to_type, query)
    body: Body = {"results": _associated_records(unit, from_type, to_type)(page)}
    if page.after is not None:
        body["paging"] = next_page(association_cursor(page.after))
    return body


@records.route("/default/<to_type>/<to_id>", methods=["PUT"])
@endpoint(200, scopes=_WRITES, form=batched(DefaultForm))
def associate_default(unit: Unit, from_type: ObjectType, from_id: str, to_type: ObjectType, to_id: str) -> Body:
    """Associate two records without a label; both directions of the type come back."""
    return completed(unit, _both(associations.associate_default(unit, from_type, from_id, to_type, to_id)))


@records.route("/<to_type>/<to_id>", methods=["PUT"])
@endpoint(201, body=schemas.TYPES, scopes=_WRITES, form=LabelsForm)
def associate(unit: Unit, from_type: ObjectType, from_id: str, to_type: ObjectType, to_id: str, body: Types) -> Body:
    """Associate two records under the types given; custom labels become exactly those given."""
    return _labels(associations.set_types(unit, from_type, from_id, to_type, to_id, body))


@records.route("/<to_type>/<to_id>", methods=["DELETE"])
@endpoint(204, scopes=_WRITES)
def dissociate(unit: Unit, from_type: ObjectType, from_id: str, to_type: ObjectType, to_id: str) -> None:
    """End every association of two records."""
    associations.dissociate(unit, from_type, from_id, to_type, to_id)


@batches.route("/create", methods=["POST"])
@endpoint(201, body=schemas.LABELLED_PAIRS, scopes=_WRITES, form=batched(LabelsForm), partial=True)
def associate_many(unit: Unit, from_type: ObjectType, to_type: ObjectType, body: Sequence[PairInput]) -> Answer:
    """Associate records under the types given; inputs whose records are not there are named in a 207."""
    result = association_batch.associate_many(unit, from_type, to_type, body, partial=True)
    return answered(unit, [_labels(made) for made in result.associated], result.errors)


@batches.route("/associate/default", methods=["POST"])
@endpoint(200, body=schemas.PAIRS, scopes=_WRITES, form=batched(DefaultForm))
def associate_many_default(unit: Unit, from_type: ObjectType, to_type: ObjectType, body: Sequence[PairInput]) -> Body:
    """Associate records without a label, all or none."""
    result = association_batch.associate_many(unit, from_type, to_type, body)
    return completed(unit, [each for made in result.associated for each in _both(made)])


@batches.route("/read", methods=["POST"])
@endpoint(body=schemas.CONTINUED, scopes=_READS, form=batched(AssociationsForm), partial=True)
def read_many(unit: Unit, from_type: ObjectType, to_type: ObjectType, body: Mapping[str, int]) -> Answer:
    """A page of associated records for each input; those without any are named in a 207."""
    result = association_batch.read_many(unit, from_type, to_type, body)
    show = _associated_records(unit, from_type, to_type)
    path = f"/crm/v4/objects/{from_type.plural}/{{}}/associations/{to_type.plural}"
    results = [page_of(near_id, show(page), page, path) for near_id, page in result.pages.items()]
    return answered(unit, results, result.errors, sub_category=NO_ASSOCIATIONS)


@batches.route("/archive", methods=["POST"])
@endpoint(204, body=schemas.SEVERAL, scopes=_WRITES)
def dissociate_many(
    unit: Unit, from_type: ObjectType, to_type: ObjectType, body: Sequence[tuple[str, Sequence[str]]]
) -> None:
    """End every association of records with others."""
    association_batch.dissociate_many(unit, from_type, to_type, body)


@batches.route("/labels/archive", methods=["POST"])
@endpoint(204, body=schemas.LABELLED_PAIRS, scopes=_WRITES)
def remove_types(unit: Unit, from_type: ObjectType, to_type: ObjectType, body: Sequence[PairInput]) -> None:
    """End associations under the types given; the others stay, but none without the unlabelled one."""
    association_batch.remove_types_many(unit, from_type, to_type, body)


def read_page(unit: Unit, near: ObjectType, near_id: str, far: ObjectType, query: Body) -> AssociationPage:
    """The page that a query string asks for."""
    most = unit.limits.association_page_size
    limit = page_size(query["limit"], most, default=most)
    return associations.page(unit, near, near_id, far, after=read_association_cursor(query["after"]), limit=limit)


def page_of(near_id: str, results: list[Body], page: AssociationPage, path: str) -> Body:
    """One result of a batch read; `path` is where its record's pages are, with a place for the id."""
    body: Body = {"from": {"id": near_id}, "to": results}
    if page.after is not None:
        after = association_cursor(page.after)
        link = f"{base_url()}{path.format(near_id)}?after={after.replace('=', '%3D')}"
        body["paging"] = {"next": {"after": after, "link": link}}
    return body


def answered(
    unit: Unit,
    results: Sequence[Body],
    failed: Sequence[BatchError],
    *,
    status: int | None = None,
    sub_category: str | None = None,
) -> Answer:
    """The answer to a batch, 207 where something failed."""
    faults = [_fault(each, unit.model.account_id, sub_category) for each in failed]
    return Answer(completed(unit, results, faults), 207 if faults else status)


def _fault(failed: BatchError, account_id: int, sub_category: str | None) -> Body:
    found = errors.body_of(failed.error, account_id)
    body = {"status": "error", "errors": [], "links": {}, "context": {}, **found}
    return body if sub_category is None else {**body, "subCategory": sub_category}


def _associated_records(
    unit: Unit, from_type: ObjectType, to_type: ObjectType
) -> Callable[[AssociationPage], list[Body]]:
    directions = unit.model.pair(from_type, to_type).directions
    is_text = _has_text_ids()
    types: dict[tuple[int, ...], orjson.Fragment] = {}

    def show(page: AssociationPage) -> list[Body]:
        # Many records have few different sets of types.
        for found in set(page.type_ids.values()) - types.keys():
            types[found] = orjson.Fragment(orjson.dumps([shown(directions[type_id]) for type_id in found]))
        results = [{"toObjectId": far_id, "associationTypes": types[found]} for far_id, found in page.type_ids.items()]
        return [{**result, "toObjectId": str(result["toObjectId"])} for result in results] if is_text else results

    return show


def _labels(made: Associated) -> Body:
    presented = str if _has_text_ids() else int
    return {
        "fromObjectTypeId": made.near.id,
        "fromObjectId": presented(made.near_id),
        "toObjectTypeId": made.far.id,
        "toObjectId": presented(made.far_id),
        "labels": list(made.association_labels),
    }


def _has_text_ids() -> bool:
    """Whether record ids are texts, as in the versions named by a date; in v4 they are numbers."""
    return is_dated(request.environ)


def _both(made: Associated) -> list[Body]:
    [direction] = made.directions
    back = direction.type.backward if direction.is_forward else direction.type.forward
    near, far = {"id": str(made.near_id)}, {"id": str(made.far_id)}
    return [
        {"from": near, "to": far, "associationSpec": _spec(direction)},
        {"from": far, "to": near, "associationSpec": _spec(back)},
    ]


def _spec(direction: Direction) -> Body:
    return {"associationCategory": direction.type.category, "associationTypeId": direction.type_id}
