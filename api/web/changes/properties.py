"""Forms for properties: a new one with its rules; details, rules and removal of one that there is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from api.web.changes.form import ON, Field, Form, Values, back_to, danger, lines, slug, ticked
from crm_graph.definitions.changes import properties
from crm_graph.definitions.changes.checks import refused
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Option, Property
from crm_graph.modelling import wishes
from crm_graph.modelling.wish import Wish

KINDS = {
    "text": ("A line of text", "string", "text"),
    "textarea": ("Text of several lines", "string", "textarea"),
    "number": ("Number", "number", "number"),
    "date": ("Date", "date", "date"),
    "datetime": ("Date and time", "datetime", "date"),
    "boolean": ("Yes or no", "bool", "booleancheckbox"),
    "select": ("One of several options", "enumeration", "select"),
    "checkbox": ("Several options", "enumeration", "checkbox"),
}
"""What a property may be: as people say it, and the contract's type and field type."""

_OPTIONS_HELP = "One a line; or value = name, where programs are to read another value than people."

_RULES = (
    Field(
        name="required",
        label="Needed to make a record",
        kind="checkbox",
        concerns=("requiredProperties",),
    ),
    Field(name="indexed", label="Found by an index", kind="checkbox", concerns=("indexedProperties",)),
    Field(name="searched", label="Found by words", kind="checkbox", concerns=("searchableProperties",)),
)


def new_property(model: DataModel, object_type: ObjectType) -> list[Form]:
    """A property of an object type."""

    def wish(values: Values) -> Wish:
        text = values["label"].strip()
        wanted = property_of(text, values["kind"], values["name"].strip() or slug(text), group=values["group"])
        if wanted.type == "enumeration":
            wanted = _with_options(wanted, values["options"])
        wanted = replace(
            wanted,
            description=values["description"].strip(),
            unique=values["unique"] == ON,
            indexed=values["indexed"] == ON,
        )
        return wishes.new_property(
            object_type.name, wanted, required=values["required"] == ON, searched=values["searched"] == ON
        )

    fields = (
        Field(name="label", label="Name", is_required=True),
        Field(name="name", label="API name", help="Made from the name where it is empty; it stays for good."),
        Field(
            name="kind",
            label="Type",
            kind="select",
            choices=[(key, text) for key, (text, _, _) in KINDS.items()],
            concerns=("type", "fieldType"),
        ),
        Field(
            name="options",
            label="Options",
            kind="lines",
            help=_OPTIONS_HELP,
            concerns=("options", "options.value", "options.label"),
        ),
        _group_field(object_type),
        Field(name="description", label="Description"),
        Field(name="unique", label="No two records have the same value", kind="checkbox", concerns=("hasUniqueValue",)),
        *_RULES,
    )
    initial = {"group": next(iter(_groups(object_type)), ("", ""))[0], "kind": "text"}
    title = f"New property of {object_type.display_name_plural}"
    return [
        Form(
            key="new", title=title, button="Add it", wish=wish, fields=fields, initial=initial,
            back=back_to(object_type, "properties"),
        )
    ]  # fmt: skip


def one_property(model: DataModel, object_type: ObjectType, property_name: str) -> list[Form]:
    """A property that there is."""
    known = properties.find(object_type, property_name)
    back = back_to(object_type, "properties")
    initial = {
        "label": known.display_name,
        "group": known.group,
        "description": known.description,
        "options": "\n".join(f"{each.value} = {each.display_name}" for each in known.options),
    }

    def change(values: Values) -> Wish:
        changes: dict[str, Any] = {
            "display_name": values["label"].strip(),
            "group": values["group"],
            "description": values["description"].strip(),
        }
        if values.get("options", initial["options"]) != initial["options"]:
            changes["options"] = _with_options(known, values["options"]).options
        return wishes.changed_property(object_type.name, known.name, changes)

    def rule(values: Values) -> Wish:
        is_on = {name: values[name] == ON for name in ("required", "indexed", "searched")}
        return wishes.rules(object_type.name, known.name, **is_on)

    fields = [
        Field(name="label", label="Name", is_required=True),
        _group_field(object_type),
        Field(name="description", label="Description"),
    ]
    if known.options and not known.options_from:
        fields.insert(
            1, Field(name="options", label="Options", kind="lines", help=_OPTIONS_HELP, concerns=("options",))
        )
    forms = [
        Form(
            key="details",
            title=known.display_name,
            button="Change",
            wish=change,
            back=back,
            fields=fields,
            initial=initial,
        ),
        Form(
            key="rules",
            title="Rules",
            button="Change the rules",
            wish=rule,
            back=back,
            fields=_RULES,
            initial={
                "required": ticked((known.name,) in object_type.required),
                "indexed": ticked(known.indexed),
                "searched": ticked(known.name in object_type.searchable),
            },
        ),
    ]
    if not known.built_in:
        remove = wishes.without_property(object_type.name, known.name)
        forms.append(danger("removal", "Remove the property", remove, back))
    return forms


def property_of(text: str, kind: str, name: str, *, group: str) -> Property:
    """A property of one of KINDS, as it was typed; InvalidInput without a name."""
    if not text:
        raise refused("label", text, "must not be empty")
    _, type_name, field_type = KINDS.get(kind or "text", ("", kind, kind))
    return Property(name=name, display_name=text, type=type_name, field_type=field_type, group=group)


def _groups(object_type: ObjectType) -> list[tuple[str, str]]:
    return [(each.name, each.display_name) for each in object_type.groups.values() if not each.archived]


def _group_field(object_type: ObjectType) -> Field:
    return Field(name="group", label="Group", kind="select", choices=_groups(object_type), concerns=("groupName",))


def _with_options(wanted: Property, text: str) -> Property:
    given = lines(text)
    if not given:
        raise refused("options", "", "needs at least one option")
    known = {option.value: option for option in wanted.options}
    made = [
        replace(known[value], display_name=shown or value, display_order=place)
        if value in known
        else Option(value=value if shown else slug(value), display_name=shown or value, display_order=place)
        for place, (value, shown) in enumerate(given)
    ]
    return replace(wanted, options=tuple(made))
