"""Association labels between two object types."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from api.endpoint import endpoint, of_schemas
from api.schemas.envelopes import listed
from api.schemas.labels import LabelBody, LabelChange, LabelForm, shown
from crm_graph.definitions.changes import association_types
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import DefinitionNotFound
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint(
    "labels", __name__, url_prefix="/crm/v4/associations", description="What associated records are to each other"
)

_READS = of_schemas("read")
_WRITES = of_schemas("write")


@blueprint.route("/<from_type>/<to_type>/labels")
@endpoint(scopes=_READS, form=listed(LabelForm))
def list_labels(unit: Unit, from_type: ObjectType, to_type: ObjectType) -> Body:
    """Every association type from one object type to another, the unlabelled one first."""
    confirm(unit)
    return {"results": [shown(direction) for direction in unit.model.directions(from_type, to_type)]}


@blueprint.route("/<from_type>/<to_type>/labels", methods=["POST"])
@endpoint(200, body=LabelBody, scopes=_WRITES, form=listed(LabelForm))
def create_label(unit: Unit, from_type: ObjectType, to_type: ObjectType, body: Body) -> Body:
    """Make a label, or a pair of them; the ids of both directions, that of the path first."""
    return {"results": [shown(each) for each in association_types.create_label(unit, from_type, to_type, **body)]}


@blueprint.route("/<from_type>/<to_type>/labels", methods=["PUT"])
@endpoint(204, body=LabelChange, scopes=_WRITES)
def rename_label(unit: Unit, from_type: ObjectType, to_type: ObjectType, body: Body) -> None:
    """Show a label under another text."""
    association_types.rename_label(unit, from_type, to_type, **body)


@blueprint.route("/<from_type>/<to_type>/labels/<type_id>", methods=["DELETE"])
@endpoint(204, scopes=_WRITES)
def archive_label(unit: Unit, from_type: ObjectType, to_type: ObjectType, type_id: str) -> None:
    """Remove a label in both directions."""
    if not (type_id.isascii() and type_id.isdigit()):
        raise DefinitionNotFound(f"Association label {type_id} does not exist", typeId=[type_id])
    association_types.archive_label(unit, from_type, to_type, int(type_id))
