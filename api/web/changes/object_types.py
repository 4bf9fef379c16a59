"""Forms for object types: a new one with its first properties; names, activation and removal of one that there is."""

from __future__ import annotations

from functools import partial

from api.web.changes.form import Field, Form, Values, always, back_to, danger, lines, slug
from api.web.changes.properties import KINDS, property_of
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.modelling import wishes
from crm_graph.modelling.wish import Wish


def new_object_type(model: DataModel) -> list[Form]:
    """A custom object type with its first properties."""
    others = [each for each in model.object_types.values() if not each.archived]

    def wish(values: Values) -> Wish:
        found = [property_of(text, kind, slug(text), group="") for text, kind in lines(values["properties"])]
        primary = values["primary"].strip()
        first = slug(primary) if primary else (found[0].name if found else "")
        return wishes.object_type(
            values["name"].strip() or slug(values["one"]),
            values["one"].strip(),
            values["many"].strip(),
            found,
            description=values["description"].strip(),
            primary=[first] if first else [],
            searchable=[first] if first else [],
            associated=values["associated"].split(),
        )

    fields = (
        Field(
            name="one", label="Name of one", is_required=True, help="Such as Roast batch", concerns=("labels.singular",)
        ),
        Field(
            name="many",
            label="Name of many",
            is_required=True,
            help="Such as Roast batches",
            concerns=("labels.plural",),
        ),
        Field(
            name="name",
            label="API name",
            help="Made from the name where it is empty; it stays for good.",
            concerns=("schemas",),
        ),
        Field(name="description", label="Description"),
        Field(
            name="properties",
            label="First properties",
            kind="lines",
            help=f"One a line: name, or name = {', '.join(key for key in KINDS if key not in ('select', 'checkbox'))}.",
            concerns=("properties.name", "type", "fieldType", "label"),
        ),
        Field(
            name="primary",
            label="Named by",
            help="The property by whose value people know a record; the first one where it is empty.",
            concerns=("primaryDisplayProperty", "searchableProperties"),
        ),
        Field(
            name="associated",
            label="May be associated with",
            kind="checks",
            choices=[(each.name, each.display_name_plural) for each in others],
            concerns=("associatedObjects",),
            help="Activities and conversations always may.",
        ),
    )
    return [Form(key="new", title="New object type", button="Add it", wish=wish, fields=fields, back="/model")]


def settings(model: DataModel, object_type: ObjectType) -> list[Form]:
    """Display names, activation, and for a custom object type its end."""
    name, back = object_type.name, back_to(object_type)
    forms = [
        Form(
            key="names",
            title="Display names",
            button="Rename",
            intro="Paths of the API and labels in Cypher stay as they are.",
            wish=lambda values: wishes.names(name, values["one"].strip(), values["many"].strip()),
            back=back,
            fields=(
                Field(name="one", label="Name of one", is_required=True, concerns=("labels.singular",)),
                Field(name="many", label="Name of many", is_required=True, concerns=("labels.plural",)),
            ),
            initial={"one": object_type.display_name, "many": object_type.display_name_plural},
        ),
        Form(
            key="activation",
            title="Activation",
            button="Deactivate" if object_type.active else "Activate",
            intro="It is active." if object_type.active else "It is not active: its records cannot be changed.",
            wish=partial(always, wishes.activation(name, active=not object_type.active)),
            back=back,
            initial={"active": str(object_type.active)},
        ),
    ]
    if not object_type.built_in:
        forms.append(danger("removal", "Remove the object type", wishes.removal(name), "/model"))
    return forms
