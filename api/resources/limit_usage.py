"""How much of each limit of the account is used."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from api.endpoint import anyone, endpoint, of_records
from api.schemas import limit_usage as schemas
from api.schemas.envelopes import listed
from crm_graph.definitions.object_type import ObjectType
from crm_graph.modelling import limits
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint(
    "limit_usage", __name__, url_prefix="/crm/v3/limits", description="How much of each limit is used"
)


@blueprint.route("/records")
@endpoint(scopes=anyone, form=schemas.ByOriginForm)
def of_all_records(unit: Unit) -> Body:
    """Records of each object type; they are counted and not limited."""
    return schemas.by_origin(limits.records(unit), limits.UNLIMITED)


@blueprint.route("/custom-properties")
@endpoint(scopes=anyone, form=schemas.OwnLimitsForm)
def of_custom_properties(unit: Unit) -> Body:
    """Custom properties of each object type."""
    uses, limit = limits.custom_properties(unit), unit.limits.properties_per_type
    return {
        **schemas.overall(uses, limit * len(uses)),
        "byObjectType": schemas.own_limits(uses, limit),
    }


@blueprint.route("/calculated-properties")
@endpoint(scopes=anyone, form=schemas.OverallForm)
def of_calculated_properties(unit: Unit) -> Body:
    """Custom calculated properties of each object type; they count as custom properties."""
    uses = limits.calculated_properties(unit)
    return schemas.overall(uses, unit.limits.properties_per_type * len(uses))


@blueprint.route("/custom-object-types")
@endpoint(scopes=anyone, form=schemas.SingleForm)
def of_custom_object_types(unit: Unit) -> Body:
    """Custom object types of the account."""
    return schemas.single(limits.custom_object_types(unit), unit.limits.custom_object_types)


@blueprint.route("/pipelines")
@endpoint(scopes=anyone, form=schemas.ByOriginForm)
def of_pipelines(unit: Unit) -> Body:
    """Pipelines of each object type that may have some."""
    return schemas.by_origin(limits.pipelines(unit), unit.limits.pipelines_per_type)


@blueprint.route("/associations/labels")
@endpoint(query=schemas.LabelQuery, scopes=anyone, form=listed(schemas.LabelUseForm))
def of_labels(unit: Unit, query: Body) -> Body:
    """Custom labels between object types, of those that the query names or of all that have some."""
    near, far = (
        None if (name := query[each]) is None else unit.model.object_type(name) for each in ("from_type", "to_type")
    )
    limit = unit.limits.association_labels
    return {"results": [schemas.label_use(each, limit) for each in limits.labels(unit, near, far)]}


@blueprint.route("/associations/records/from")
@endpoint(scopes=anyone, form=listed(schemas.CrowdedTypeForm))
def of_associations(unit: Unit) -> Body:
    """Object types of which records are at a limit of associations or near it."""
    found = [(unit.model.object_types[each.direction.near], each) for each in limits.crowds(unit)]
    return {"results": schemas.crowded_types(found)}


@blueprint.route("/associations/records/<from_type>/to")
@endpoint(scopes=of_records("read"), form=listed(schemas.CrowdedTypeForm))
def of_associations_from(unit: Unit, from_type: ObjectType) -> Body:
    """Object types with which records of one are associated as often as allowed, or nearly so."""
    found = [(unit.model.object_types[each.direction.far], each) for each in limits.crowds(unit, from_type)]
    return {"results": schemas.crowded_types(found)}


@blueprint.route("/associations/records/<from_type>/<to_type>")
@endpoint(scopes=of_records("read"), form=schemas.CrowdForm)
def of_associations_between(unit: Unit, from_type: ObjectType, to_type: ObjectType) -> Body:
    """Records of one object type that have as many associated ones of another as allowed, or nearly so."""
    unit.model.pair(from_type, to_type)
    found = limits.crowds(unit, from_type, to_type)
    return schemas.crowd(found, limit=limits.UNLIMITED, samples=limits.SAMPLES)
