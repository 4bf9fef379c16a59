"""Bodies of properties, options and groups."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, validate

from api.schemas.moments import moment
from api.schemas.numbers import Int32
from crm_graph.definitions.changes.properties import ROLL_UP_FIELDS
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import ROLL_UPS, Group, Option, Property

Body = dict[str, Any]


class OptionBody(Schema):
    """One value of an enumeration."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    display_name = fields.String(data_key="label", required=True)
    value = fields.String(required=True)
    display_order = Int32(data_key="displayOrder", load_default=-1)
    hidden = fields.Boolean(load_default=False)
    description = fields.String(allow_none=True, load_default="")

    @post_load
    def make(self, data: Body, **_: Any) -> Option:
        """The option as a value."""
        return Option(**{**data, "description": data["description"] or ""})


TEXT_HINTS = (
    "unformatted_single_line",
    "multi_line",
    "email",
    "phone_number",
    "domain_name",
    "ip_address",
    "physical_address",
    "postal_code",
)
NUMBER_HINTS = ("unformatted", "formatted", "currency", "percentage", "duration", "probability")


class RollUpBody(Schema):
    """What a property is made of where it rolls up associated records; a member of ours, the contract has none."""

    roll_up = fields.String(
        data_key="function", required=True, validate=validate.OneOf(ROLL_UPS, error="{input!r} is none of {choices}.")
    )
    roll_up_object_type = fields.String(data_key="objectType", required=True)
    roll_up_property = fields.String(data_key="property", allow_none=True, load_default=None)
    roll_up_type_id = Int32(data_key="associationTypeId", allow_none=True, load_default=None)
    roll_up_condition = fields.String(data_key="condition", allow_none=True, load_default=None)


class _Fields(Schema):
    class Meta:
        unknown = EXCLUDE

    display_name = fields.String(data_key="label")
    type = fields.String()
    field_type = fields.String(data_key="fieldType")
    group = fields.String(data_key="groupName")
    description = fields.String(allow_none=True)
    options = fields.List(fields.Nested(OptionBody), allow_none=True)
    display_order = Int32(data_key="displayOrder")
    hidden = fields.Boolean()
    form_field = fields.Boolean(data_key="formField")
    formula = fields.String(data_key="calculationFormula", allow_none=True)
    rolled_up = fields.Nested(RollUpBody, data_key="crmGraphRollUp", allow_none=True)
    text_hint = fields.String(data_key="textDisplayHint", allow_none=True, validate=validate.OneOf(TEXT_HINTS))
    number_hint = fields.String(data_key="numberDisplayHint", allow_none=True, validate=validate.OneOf(NUMBER_HINTS))
    shows_currency = fields.Boolean(data_key="showCurrencySymbol", allow_none=True)
    currency_property = fields.String(
        data_key="currencyPropertyName", allow_none=True, validate=validate.Length(max=100)
    )


class PropertyChange(_Fields):
    """What a PATCH of a property may have; loads as fields of Property by name."""

    unique = fields.Boolean(data_key="hasUniqueValue")

    @post_load
    def make(self, data: Body, **_: Any) -> Body:
        """Only what was given, null as empty."""
        if "options" in data:
            data["options"] = tuple(data["options"] or ())
        if data.get("description", "") is None:
            data["description"] = ""
        return _flat(data)


class SchemaProperty(_Fields):
    """A property as it is defined together with its object type: the type's own group where none is named."""

    name = fields.String(required=True)
    display_name = fields.String(data_key="label", required=True)
    type = fields.String(load_default="string")
    field_type = fields.String(data_key="fieldType", load_default="text")
    unique = fields.Boolean(data_key="hasUniqueValue", load_default=False)
    sensitivity = fields.String(data_key="dataSensitivity", load_default="non_sensitive")
    external_options = fields.Boolean(data_key="externalOptions", load_default=False)
    referenced_type = fields.String(
        data_key="referencedObjectType", allow_none=True, validate=validate.OneOf(["OWNER"]), load_default=None
    )

    @post_load
    def make(self, data: Body, **_: Any) -> Property:
        """The property as a value; one that refers to owners has them as its options."""
        given = {name: value for name, value in data.items() if value is not None}
        if given.pop("external_options") and "referenced_type" in given:
            given["options_from"] = "owners"
        given.pop("referenced_type", None)
        given = _flat(given)
        return Property(**{**given, "options": tuple(given.get("options", ()))})


class PropertyBody(SchemaProperty):
    """A property as it is created by itself."""

    type = fields.String(required=True)
    field_type = fields.String(data_key="fieldType", required=True)
    group = fields.String(data_key="groupName", required=True)


def _flat(data: Body) -> Body:
    """The fields with those of a roll-up among them, which null takes away."""
    if "rolled_up" not in data:
        return data
    rolled_up = data["rolled_up"] or dict.fromkeys(ROLL_UP_FIELDS)
    return {**{name: value for name, value in data.items() if name != "rolled_up"}, **rolled_up}


class PropertyBatch(Schema):
    """Properties to create."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    inputs = fields.List(fields.Nested(PropertyBody), required=True)


class PropertyName(Schema):
    """The name of a property."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    name = fields.String(required=True)


class PropertyNames(Schema):
    """Properties to read or to archive."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    inputs = fields.List(fields.Nested(PropertyName), required=True)
    archived = fields.Boolean(load_default=False)
    sensitivity = fields.String(data_key="dataSensitivity", load_default="non_sensitive")


class PropertyGroupBody(Schema):
    """A group as it is created."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    name = fields.String(required=True)
    display_name = fields.String(data_key="label", required=True)
    display_order = Int32(data_key="displayOrder", load_default=-1)

    @post_load
    def make(self, data: Body, **_: Any) -> Group:
        """The group as a value."""
        return Group(**data)


class PropertyGroupChange(Schema):
    """What a PATCH of a group may have."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    display_name = fields.String(data_key="label")
    display_order = Int32(data_key="displayOrder")


class ModificationForm(Schema):
    """What may be done to a property."""

    archivable = fields.Boolean(required=True)
    read_only_definition = fields.Boolean(data_key="readOnlyDefinition", required=True)
    read_only_value = fields.Boolean(data_key="readOnlyValue", required=True)


class OptionForm(Schema):
    """One value of an enumeration in an answer."""

    label = fields.String(required=True)
    value = fields.String(required=True)
    display_order = Int32(data_key="displayOrder")
    hidden = fields.Boolean(required=True)
    description = fields.String()


class RollUpForm(Schema):
    """What a property rolls up."""

    function = fields.String(required=True)
    object_type = fields.String(data_key="objectType", required=True)
    property = fields.String()
    type_id = fields.Integer(data_key="associationTypeId")
    condition = fields.String()


class PropertyForm(Schema):
    """A property in an answer."""

    name = fields.String(required=True)
    label = fields.String(required=True)
    type = fields.String(required=True)
    field_type = fields.String(data_key="fieldType", required=True)
    group_name = fields.String(data_key="groupName", required=True)
    description = fields.String(required=True)
    options = fields.List(fields.Nested(OptionForm), required=True)
    display_order = Int32(data_key="displayOrder")
    calculated = fields.Boolean()
    calculation_formula = fields.String(data_key="calculationFormula")
    roll_up = fields.Nested(RollUpForm, data_key="crmGraphRollUp")
    external_options = fields.Boolean(data_key="externalOptions")
    referenced_object_type = fields.String(data_key="referencedObjectType")
    archived = fields.Boolean()
    archived_at = fields.DateTime(data_key="archivedAt")
    has_unique_value = fields.Boolean(data_key="hasUniqueValue")
    hidden = fields.Boolean()
    hubspot_defined = fields.Boolean(data_key="hubspotDefined")
    form_field = fields.Boolean(data_key="formField")
    data_sensitivity = fields.String(data_key="dataSensitivity")
    text_hint = fields.String(data_key="textDisplayHint")
    number_hint = fields.String(data_key="numberDisplayHint")
    shows_currency = fields.Boolean(data_key="showCurrencySymbol")
    currency_property = fields.String(data_key="currencyPropertyName")
    modification_metadata = fields.Nested(ModificationForm, data_key="modificationMetadata")
    created_at = fields.DateTime(data_key="createdAt", allow_none=True)
    updated_at = fields.DateTime(data_key="updatedAt", allow_none=True)
    created_user_id = fields.String(data_key="createdUserId")
    updated_user_id = fields.String(data_key="updatedUserId")


class GroupForm(Schema):
    """A group of properties in an answer."""

    name = fields.String(required=True)
    label = fields.String(required=True)
    display_order = fields.Integer(data_key="displayOrder", required=True)
    archived = fields.Boolean(required=True)


def shown(object_type: ObjectType, found: Property) -> Body:
    """A property of an object type as the contract shows it."""
    body = {
        "name": found.name,
        "label": found.display_name,
        "type": found.type,
        "fieldType": found.field_type,
        "groupName": found.group,
        "description": found.description,
        "options": [_shown_option(option) for option in object_type.options_of(found)],
        "displayOrder": found.display_order,
        "calculated": found.calculated,
        "externalOptions": found.options_from == "owners",
        "archived": found.archived,
        "hasUniqueValue": found.unique,
        "hidden": found.hidden,
        "hubspotDefined": found.built_in,
        "formField": found.form_field,
        "dataSensitivity": found.sensitivity,
        "modificationMetadata": {
            "archivable": not found.built_in,
            "readOnlyDefinition": found.built_in and found.read_only,
            "readOnlyValue": found.read_only,
        },
        "createdAt": moment(found.created_at),
        "updatedAt": moment(found.updated_at),
    }
    more = {
        "createdUserId": None if found.created_user_id is None else str(found.created_user_id),
        "updatedUserId": None if found.updated_user_id is None else str(found.updated_user_id),
        "referencedObjectType": "OWNER" if found.options_from == "owners" else None,
        "calculationFormula": found.formula,
        "crmGraphRollUp": _shown_roll_up(found),
        "textDisplayHint": found.text_hint,
        "numberDisplayHint": found.number_hint,
        "showCurrencySymbol": found.shows_currency,
        "currencyPropertyName": found.currency_property,
        "archivedAt": moment(found.updated_at) if found.archived else None,
    }
    return {**body, **{name: value for name, value in more.items() if value is not None}}


def shown_group(group: Group) -> Body:
    """A group as the contract shows it."""
    return {
        "name": group.name,
        "label": group.display_name,
        "displayOrder": group.display_order,
        "archived": group.archived,
    }


def _shown_roll_up(found: Property) -> Body | None:
    if found.roll_up is None:
        return None
    body = {
        "function": found.roll_up,
        "objectType": found.roll_up_object_type,
        "property": found.roll_up_property,
        "associationTypeId": found.roll_up_type_id,
        "condition": found.roll_up_condition,
    }
    return {name: value for name, value in body.items() if value is not None}


def _shown_option(option: Option) -> Body:
    return {
        "label": option.display_name,
        "value": option.value,
        "displayOrder": option.display_order,
        "hidden": option.hidden,
        "description": option.description,
    }
