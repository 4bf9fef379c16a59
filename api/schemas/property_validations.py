"""Bodies of the rules that values of properties are held to."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields

from crm_graph.definitions.property import Property
from crm_graph.definitions.validations import Rule, rules_of


class RuleBody(Schema):
    """A rule as it is set."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    arguments = fields.List(fields.String(), data_key="ruleArguments", required=True)
    normalises = fields.Boolean(data_key="shouldApplyNormalization", load_default=False, allow_none=True)


class RuleForm(Schema):
    """A rule in an answer."""

    type = fields.String(data_key="ruleType", required=True)
    arguments = fields.List(fields.String(), data_key="ruleArguments", required=True)
    normalises = fields.Boolean(data_key="shouldApplyNormalization")


class PropertyRulesForm(Schema):
    """A property with its rules in an answer."""

    name = fields.String(data_key="propertyName", required=True)
    rules = fields.List(fields.Nested(RuleForm), data_key="propertyValidationRules", required=True)


def shown(rule: Rule) -> dict[str, Any]:
    """A rule as the contract shows it."""
    return {
        "ruleType": rule.type,
        "ruleArguments": list(rule.arguments),
        "shouldApplyNormalization": rule.normalises,
    }


def shown_property(found: Property) -> dict[str, Any]:
    """A property with its rules as the contract shows them."""
    return {"propertyName": found.name, "propertyValidationRules": [shown(rule) for rule in rules_of(found)]}
