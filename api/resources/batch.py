"""Records of every object type, many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_smorest import Blueprint

from api import errors, wire
from api.endpoint import Answer, endpoint, of_records
from api.schemas import records as schemas
from api.schemas.envelopes import batched
from api.schemas.moments import moment
from api.schemas.records import ReadInput, RecordBody, UpsertedBody, chosen_of
from crm_graph.definitions.object_type import ObjectType
from crm_graph.records import batch
from crm_graph.records.record import BatchError, BatchResult, CreateInput, UpdateInput
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint(
    "batch",
    __name__,
    url_prefix="/crm/v3/objects/<object_type>/batch",
    description="Records of every object type, many at a time",
)


@blueprint.route("/create", methods=["POST"])
@endpoint(201, body=schemas.NEW_RECORDS, scopes=of_records("write"), form=batched(RecordBody), partial=True)
def create(unit: Unit, object_type: ObjectType, body: Sequence[CreateInput]) -> Answer:
    """New records: all, or none; what is wrong is left out where each input has a trace id of its own."""
    started_at = unit.clock.read()
    result = batch.create(unit, object_type, body)
    return _answer(unit, result, started_at, list(map(wire.written(unit.model, object_type), result.records)))


@blueprint.route("/read", methods=["POST"])
@endpoint(
    body=schemas.SELECTED,
    query=schemas.ArchivedQuery,
    scopes=of_records("read"),
    form=batched(RecordBody),
    partial=True,
)
def read(unit: Unit, object_type: ObjectType, body: ReadInput, query: Body) -> Answer:
    """Records by id or by a unique property; those that are not there are named in a 207."""
    started_at = unit.clock.read()
    selection = chosen_of(object_type, body.properties, body.history)
    result = batch.read(
        unit, object_type, body.values, selection, property_name=body.id_property, archived=query["archived"]
    )
    bodies = wire.shown(unit.model, object_type, selection, result.records)
    return _answer(unit, result, started_at, bodies)


@blueprint.route("/update", methods=["POST"])
@endpoint(body=schemas.CHANGES, scopes=of_records("write"), form=batched(RecordBody), partial=True)
def update(unit: Unit, object_type: ObjectType, body: Sequence[UpdateInput]) -> Answer:
    """New values; records that are not there are named in a 207, and what is wrong where each input has a trace id."""
    started_at = unit.clock.read()
    result = batch.update(unit, object_type, body)
    return _answer(unit, result, started_at, list(map(wire.written(unit.model, object_type), result.records)))


@blueprint.route("/upsert", methods=["POST"])
@endpoint(body=schemas.CHANGES, scopes=of_records("write"), form=batched(UpsertedBody), partial=True)
def upsert(unit: Unit, object_type: ObjectType, body: Sequence[UpdateInput]) -> Answer:
    """Records updated where a unique property finds them, else made; `new` says which. In part as for create."""
    started_at = unit.clock.read()
    result = batch.upsert(unit, object_type, body)
    show = wire.written(unit.model, object_type)
    bodies = [{**show(record), "new": record.is_new} for record in result.records]
    return _answer(unit, result, started_at, bodies)


@blueprint.route("/archive", methods=["POST"])
@endpoint(204, body=schemas.IDS, scopes=of_records("write"))
def archive(unit: Unit, object_type: ObjectType, body: Sequence[str]) -> None:
    """Hide records from lists and search; unknown ids are passed over."""
    batch.archive(unit, object_type, body)


def _answer(unit: Unit, result: BatchResult, started_at: int, bodies: list[Body]) -> Answer:
    started = moment(started_at)
    body: Body = {
        "status": "COMPLETE",
        "results": bodies,
        "requestedAt": started,
        "startedAt": started,
        "completedAt": moment(unit.clock.read()),
    }
    if not result.errors:
        return Answer(body)
    failed = [_error(error, unit.model.account_id) for error in result.errors]
    return Answer({**body, "numErrors": len(failed), "errors": failed}, 207)


def _error(failed: BatchError, account_id: int) -> Body:
    found = errors.body_of(failed.error, account_id)
    context = dict(found.get("context", {}))
    if failed.ids:
        context["ids"] = list(failed.ids)
    if failed.trace_ids:
        context["objectWriteTraceId"] = list(failed.trace_ids)
    return {
        "status": "error",
        "category": found["category"],
        "message": found["message"],
        "errors": found.get("errors", []),
        "links": found.get("links", {}),
        "context": context,
    }
