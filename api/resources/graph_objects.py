"""What the contract lacks: archived records restored, records removed for good."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from api import wire
from api.endpoint import endpoint, of_records
from api.schemas.records import RecordBody
from crm_graph.definitions.object_type import ObjectType
from crm_graph.records import store
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint(
    "graph-objects",
    __name__,
    url_prefix="/crm/graph/v1/objects/<object_type>/<record_id>",
    description="Archived records restored, records removed for good",
)


@blueprint.route("/restore", methods=["POST"])
@endpoint(scopes=of_records("write"), form=RecordBody)
def restore(unit: Unit, object_type: ObjectType, record_id: str) -> Body:
    """An archived record, live again with its associations; 409 where a unique value was taken meanwhile."""
    return wire.written(unit.model, object_type)(store.restore(unit, object_type, record_id))


@blueprint.route("", methods=["DELETE"])
@endpoint(204, scopes=of_records("write"))
def purge(unit: Unit, object_type: ObjectType, record_id: str) -> None:
    """Nothing is left of the record, its history included; there is no way back."""
    store.purge(unit, object_type, record_id)
