"""The rules that values of properties are held to."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from api.endpoint import endpoint, of_schemas
from api.schemas.envelopes import listed
from api.schemas.property_validations import PropertyRulesForm, RuleBody, RuleForm, shown, shown_property
from crm_graph.definitions.changes import properties, validations
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.validations import Rule, rules_of
from crm_graph.records import uniqueness
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint(
    "property_validations",
    __name__,
    url_prefix="/crm/v3/property-validations",
    description="What values of properties must be like",
)

_READS = of_schemas("read")
_WRITES = of_schemas("write")


@blueprint.route("/<object_type>")
@endpoint(scopes=_READS, form=listed(PropertyRulesForm))
def list_properties_with_rules(unit: Unit, object_type: ObjectType) -> Body:
    """All properties that have rules, with their rules."""
    confirm(unit)
    return {"results": [shown_property(each) for each in object_type.live_properties.values() if each.validations]}


@blueprint.route("/<object_type>/<name>")
@endpoint(scopes=_READS, form=listed(RuleForm))
def list_rules(unit: Unit, object_type: ObjectType, name: str) -> Body:
    """The rules of one property."""
    confirm(unit)
    return {"results": [shown(rule) for rule in rules_of(properties.find(object_type, name))]}


@blueprint.route("/<object_type>/<name>/rule-type/<rule_type>")
@endpoint(scopes=_READS, form=RuleForm)
def read_rule(unit: Unit, object_type: ObjectType, name: str, rule_type: str) -> Body:
    """One rule of a property."""
    confirm(unit)
    return shown(validations.find(object_type, name, rule_type))


@blueprint.route("/<object_type>/<name>/rule-type/<rule_type>", methods=["PUT"])
@endpoint(204, body=RuleBody, scopes=_WRITES)
def put_rule(unit: Unit, object_type: ObjectType, name: str, rule_type: str, body: Body) -> None:
    """Hold new values to a rule, in place of one of the same type."""
    rule = Rule(rule_type, tuple(body["arguments"]), bool(body["normalises"]))
    uniqueness.put_rule(unit, object_type, name, rule)


@blueprint.route("/<object_type>/<name>/rule-type/<rule_type>", methods=["DELETE"])
@endpoint(204, scopes=_WRITES)
def remove_rule(unit: Unit, object_type: ObjectType, name: str, rule_type: str) -> None:
    """Hold values to a rule no more; the contract has no way to say so."""
    validations.remove(unit, object_type, name, rule_type)
