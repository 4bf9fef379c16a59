"""The rules that new values of properties are held to: set and removed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crm_graph.definitions.changes import properties
from crm_graph.definitions.changes.checks import check_count, check_text, refused
from crm_graph.definitions.changes.publication import Audit, confirm, publish, save_properties, stored
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.definitions.validations import ARGUMENTS_MAX, RULES, Rule, rules_of
from crm_graph.errors import DefinitionNotFound, InvalidInput
from crm_graph.unit import Unit


def find(object_type: ObjectType, name: str, rule_type: str) -> Rule:
    """The rule of that type of a live property; DefinitionNotFound where there is none."""
    known = properties.find(object_type, name)
    _check_type(rule_type)
    rule = next((rule for rule in rules_of(known) if rule.type == rule_type), None)
    if rule is None:
        raise DefinitionNotFound(f"Property {known.name} has no validation rule {rule_type}", ruleType=[rule_type])
    return rule


def put(unit: Unit, object_type: ObjectType, name: str, rule: Rule) -> None:
    """Hold new values of the property to the rule, in place of one of the same type.

    Raises DefinitionNotFound, InvalidInput for a property or arguments that the rule is not for, TooMany.
    """
    known = properties.find(object_type, name)
    _check_type(rule.type)
    row = RULES[rule.type]
    if known.type not in row.types:
        raise refused("ruleType", rule.type, f"is for {' or '.join(row.types)}, and {known.name} is a {known.type}")
    if known.read_only:
        raise refused("propertyName", known.name, "is not written by anybody whom a rule could hold back")
    check_count("ruleArguments", len(rule.arguments), ARGUMENTS_MAX)
    for argument in rule.arguments:
        check_text("ruleArguments", argument)
    try:
        row.make(rule.arguments)
    except ValueError as error:
        raise refused("ruleArguments", list(rule.arguments), f"{error}") from None
    others = [each for each in rules_of(known) if each.type != rule.type]
    _save(unit, object_type, known, [*others, rule], narrows=True)


def remove(unit: Unit, object_type: ObjectType, name: str, rule_type: str) -> None:
    """Hold values to that rule no more; nothing where there is none. DefinitionNotFound for an unknown property."""
    known = properties.find(object_type, name)
    _check_type(rule_type)
    left = [each for each in rules_of(known) if each.type != rule_type]
    if len(left) == len(known.validations):
        return confirm(unit)
    _save(unit, object_type, known, left, narrows=False)


def _check_type(rule_type: str) -> None:
    if rule_type not in RULES:
        raise InvalidInput(f"ruleType {rule_type!r} is none of {', '.join(sorted(RULES))}.", ruleType=[rule_type])


def _save(unit: Unit, object_type: ObjectType, known: Property, rules: list[Rule], *, narrows: bool) -> None:
    values: dict[str, Any] = {
        "validations": tuple(rule.written() for rule in rules),
        "updated_at": unit.clock.now(),
        "updated_user_id": unit.actor.user_id,
    }
    subject = f"property:{object_type.name}.{known.name}"
    audit = Audit(action="UPDATE", subject=subject, values=stored(replace(known, **values)))
    publish(
        unit, [audit], lambda inner: save_properties(inner, object_type.name, {known.name: values}), narrows=narrows
    )
