"""Forms for association labels and limits."""

from __future__ import annotations

from api.web.changes.form import Field, Form, Values, back_to, danger, slug, whole_number
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import DefinitionNotFound
from crm_graph.modelling import wishes
from crm_graph.modelling.wish import Wish
from crm_graph.modelling.wishes import opposite
from crm_graph.records import association_types


def new_label(model: DataModel, object_type: ObjectType) -> list[Form]:
    """An association label between an object type and another, single or paired."""
    others = [
        model.object_types[pair.target if pair.source == object_type.name else pair.source]
        for pair in model.pairs_of(object_type)
    ]

    def wish(values: Values) -> Wish:
        text, inverse = values["label"].strip(), values["inverse"].strip()
        return wishes.label(
            object_type.name,
            values["other"],
            slug(text),
            text,
            inverse or None,
            whole_number("most", values["most"]),
            whole_number("back", values["back"]),
        )

    one = object_type.display_name
    fields = (
        Field(
            name="other",
            label="With",
            kind="select",
            choices=[(each.name, each.display_name_plural) for each in others],
        ),
        Field(
            name="label",
            label="Label",
            is_required=True,
            help=f"What the other record is to the {one}.",
            concerns=("name", "labels"),
        ),
        Field(
            name="inverse",
            label="Label from the other side",
            help=f"What the {one} is to the other record; the same where it is empty.",
            concerns=("inverseLabel",),
        ),
        *_limit_fields(f"one {one}", "one of the others"),
    )
    title = f"New association label of {object_type.display_name_plural}"
    return [Form(key="new", title=title, button="Add it", wish=wish, fields=fields, back=back_to(object_type))]


def one_label(model: DataModel, object_type: ObjectType, type_id: int) -> list[Form]:
    """An association type that there is: its limits, and its names where the account defined it."""
    direction = next(
        (
            each
            for pair in model.pairs_of(object_type)
            for each in pair.seen_from(object_type.name)
            if each.type_id == type_id
        ),
        None,
    )
    if direction is None:
        raise DefinitionNotFound(f"Association type {type_id} does not exist", typeId=[str(type_id)])
    far, inverse, back = model.object_types[direction.far], opposite(direction), back_to(object_type)
    one, other = object_type.display_name, far.display_name

    def limit(values: Values) -> Wish:
        most, back = whole_number("most", values["most"]), whole_number("back", values.get("back", ""))
        return wishes.limits(object_type.name, type_id, most, back)

    def rename(values: Values) -> Wish:
        text, inverse = values["label"].strip(), values["inverse"].strip()
        return wishes.renamed_label(object_type.name, type_id, text, inverse or None)

    text = direction.association_label or "Unlabelled"
    limits = Form(
        key="limits",
        title=f"{text}: limits between {object_type.display_name_plural} and {far.display_name_plural}",
        button="Change the limits",
        intro="What is above a new limit stays; nothing is added until it is below.",
        wish=limit,
        back=back,
        fields=_limit_fields(f"one {one}", f"one {other}")[: 1 if direction.type.is_symmetric else 2],
        initial={"most": str(direction.limit or ""), "back": str(inverse.limit or "")},
    )
    if not association_types.is_custom_label(direction.type):
        return [limits]
    names = Form(
        key="names",
        title=f"{text}: names",
        button="Rename",
        wish=rename,
        back=back,
        fields=(
            Field(name="label", label=f"What the {other} is to the {one}", is_required=True, concerns=("name",)),
            Field(name="inverse", label=f"What the {one} is to the {other}", concerns=("inverseLabel",)),
        ),
        initial={"label": text, "inverse": inverse.association_label or ""},
    )
    remove = wishes.without_label(object_type.name, type_id)
    return [names, limits, danger("removal", "Remove the label", remove, back)]


def _limit_fields(one: str, other: str) -> tuple[Field, Field]:
    hint = "Empty for as many as there are."
    return (
        Field(name="most", label=f"At most for {one}", kind="number", help=hint, concerns=("maxToObjectIds",)),
        Field(name="back", label=f"At most for {other}", kind="number", help=hint),
    )
