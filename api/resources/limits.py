"""Limits on how many records may be associated under a type."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from api.endpoint import endpoint, of_schemas
from api.schemas.envelopes import batched, completed, listed
from api.schemas.limits import LimitBatch, LimitForm, UnlimitedBatch, shown
from crm_graph.definitions.changes import association_types
from crm_graph.definitions.changes.checks import check_count
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.object_type import ObjectType
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint(
    "limits",
    __name__,
    url_prefix="/crm/associations/v4/definitions/configurations",
    description="How many records may be associated",
)

_READS = of_schemas("read")
_WRITES = of_schemas("write")


@blueprint.route("/all")
@endpoint(scopes=_READS, form=listed(LimitForm))
def list_all_limits(unit: Unit) -> Body:
    """Every association type that has a limit, in each direction that has one."""
    confirm(unit)
    directions = [direction for pair in unit.model.pairs.values() for direction in pair.directions.values()]
    return {"results": [shown(direction) for direction in directions if direction.limit is not None]}


@blueprint.route("/<from_type>/<to_type>")
@endpoint(scopes=_READS, form=listed(LimitForm))
def list_limits(unit: Unit, from_type: ObjectType, to_type: ObjectType) -> Body:
    """The association types from one object type to another that have a limit."""
    confirm(unit)
    directions = unit.model.directions(from_type, to_type)
    return {"results": [shown(direction) for direction in directions if direction.limit is not None]}


@blueprint.route("/<from_type>/<to_type>/batch/create", methods=["POST"])
@endpoint(201, body=LimitBatch, scopes=_WRITES, form=batched(LimitForm))
def create_limits(unit: Unit, from_type: ObjectType, to_type: ObjectType, body: Body) -> Body:
    """Set limits, all or none."""
    return _set(unit, from_type, to_type, body)


@blueprint.route("/<from_type>/<to_type>/batch/update", methods=["POST"])
@endpoint(200, body=LimitBatch, scopes=_WRITES, form=batched(LimitForm))
def update_limits(unit: Unit, from_type: ObjectType, to_type: ObjectType, body: Body) -> Body:
    """Set other limits, all or none."""
    return _set(unit, from_type, to_type, body)


@blueprint.route("/<from_type>/<to_type>/batch/purge", methods=["POST"])
@endpoint(204, body=UnlimitedBatch, scopes=_WRITES)
def remove_limits(unit: Unit, from_type: ObjectType, to_type: ObjectType, body: Body) -> None:
    """Take limits back."""
    _set(unit, from_type, to_type, body)


def _set(unit: Unit, from_type: ObjectType, to_type: ObjectType, body: Body) -> Body:
    check_count("inputs", len(body["inputs"]), unit.limits.batch_size)
    directions = association_types.set_limits(unit, from_type, to_type, body["inputs"])
    return completed(unit, [shown(direction) for direction in directions])
