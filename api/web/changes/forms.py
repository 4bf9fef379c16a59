"""Which forms there are, a function for each page: from the data model to what may be changed there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import quote

from api.web.changes.form import Field, Form, Values, lines, slug, whole_number
from crm_graph.definitions.changes import pipelines, properties
from crm_graph.definitions.changes.checks import refused
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.pipeline import Pipeline, Stage
from crm_graph.definitions.property import Option, Property
from crm_graph.errors import DefinitionNotFound
from crm_graph.modelling import wishes
from crm_graph.modelling.wish import Wish
from crm_graph.modelling.wishes import opposite
from crm_graph.records import association_types

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

_ON = "on"
_OPTIONS_HELP = "One a line; or value = name, where programs are to read another value than people."
_STAGES_HELP = {
    "deal_close": "One a line, in order: name = probability to win, from 0 to 1, such as Offer sent = 0.4.",
    "ticket_close": "One a line, in order: name, or name = CLOSED for a stage that ends the work.",
}
_STAGES_PLAIN = "One a line, in order."


def new_object_type(model: DataModel) -> list[Form]:
    """A custom object type with its first properties."""
    others = [each for each in model.object_types.values() if not each.archived]

    def wish(values: Values) -> Wish:
        found = [_property(text, kind, slug(text), group="") for text, kind in lines(values["properties"])]
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
    name, back = object_type.name, _back(object_type)
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
            wish=partial(_always, wishes.activation(name, active=not object_type.active)),
            back=back,
        ),
    ]
    if not object_type.built_in:
        forms.append(_danger("removal", "Remove the object type", partial(_always, wishes.removal(name)), "/model"))
    return forms


def new_property(model: DataModel, object_type: ObjectType) -> list[Form]:
    """A property of an object type."""

    def wish(values: Values) -> Wish:
        text = values["label"].strip()
        wanted = _property(text, values["kind"], values["name"].strip() or slug(text), group=values["group"])
        if wanted.type == "enumeration":
            wanted = _with_options(wanted, values["options"])
        wanted = _replaced(
            wanted, values["description"], unique=values["unique"] == _ON, indexed=values["indexed"] == _ON
        )
        return wishes.new_property(
            object_type.name, wanted, required=values["required"] == _ON, searched=values["searched"] == _ON
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
            back=_back(object_type, "properties"),
        )
    ]  # fmt: skip


def one_property(model: DataModel, object_type: ObjectType, property_name: str) -> list[Form]:
    """A property that there is."""
    known = properties.find(object_type, property_name)
    back = _back(object_type, "properties")

    def change(values: Values) -> Wish:
        changes: dict[str, Any] = {
            "display_name": values["label"].strip(),
            "group": values["group"],
            "description": values["description"].strip(),
        }
        if known.options and not known.options_from:
            changes["options"] = _with_options(known, values["options"]).options
        return wishes.changed_property(object_type.name, known.name, changes)

    def rule(values: Values) -> Wish:
        is_on = {name: values[name] == _ON for name in ("required", "indexed", "searched")}
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
            initial={
                "label": known.display_name,
                "group": known.group,
                "description": known.description,
                "options": "\n".join(f"{each.value} = {each.display_name}" for each in known.options),
            },
        ),
        Form(
            key="rules",
            title="Rules",
            button="Change the rules",
            wish=rule,
            back=back,
            fields=_RULES,
            initial={
                "required": _on((known.name,) in object_type.required),
                "indexed": _on(known.indexed),
                "searched": _on(known.name in object_type.searchable),
            },
        ),
    ]
    if not known.built_in:
        remove = partial(_always, wishes.without_property(object_type.name, known.name))
        forms.append(_danger("removal", "Remove the property", remove, back))
    return forms


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
    return [Form(key="new", title=title, button="Add it", wish=wish, fields=fields, back=_back(object_type))]


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
    far, inverse, back = model.object_types[direction.far], opposite(direction), _back(object_type)
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
    remove = partial(_always, wishes.without_label(object_type.name, type_id))
    return [names, limits, _danger("removal", "Remove the label", remove, back)]


def new_pipeline(model: DataModel, object_type: ObjectType) -> list[Form]:
    """A pipeline with its stages."""

    def wish(values: Values) -> Wish:
        stages = [
            Stage(id="", display_name=text, display_order=place, metadata=_metadata(object_type, state))
            for place, (text, state) in enumerate(lines(values["stages"]))
        ]
        return wishes.pipeline(object_type.name, values["label"].strip(), stages)

    fields = (
        Field(name="label", label="Name", is_required=True),
        Field(
            name="stages",
            label="Stages",
            kind="lines",
            is_required=True,
            help=_stages_help(object_type),
            concerns=("stages.label", "stages.stageId", "metadata.probability", "metadata.ticketState"),
        ),
    )
    title = f"New pipeline of {object_type.display_name_plural}"
    back = _back(object_type, "pipelines")
    return [Form(key="new", title=title, button="Add it", wish=wish, fields=fields, back=back)]


def one_pipeline(model: DataModel, object_type: ObjectType, pipeline_id: str) -> list[Form]:
    """A pipeline that there is, and each of its stages."""
    known = pipelines.find(object_type, pipeline_id)
    name, back = object_type.name, _back(object_type, "pipelines")
    here = f"/model/{object_type.plural}/pipelines/{quote(pipeline_id)}"

    def add(values: Values) -> Wish:
        place = max((stage.display_order for stage in known.live_stages), default=-1) + 1
        metadata = _metadata(object_type, values["state"].strip())
        wanted = Stage(id="", display_name=values["label"].strip(), display_order=place, metadata=metadata)
        return wishes.stage(name, pipeline_id, wanted)

    forms = [
        Form(
            key="names",
            title=known.display_name,
            button="Rename",
            wish=lambda values: wishes.renamed_pipeline(name, pipeline_id, {"display_name": values["label"].strip()}),
            back=here,
            fields=(Field(name="label", label="Name", is_required=True),),
            initial={"label": known.display_name},
        ),
        *(_stage(object_type, known, stage, here) for stage in known.live_stages),
        Form(
            key="add",
            title="New stage",
            button="Add it",
            wish=add,
            back=here,
            fields=(
                Field(name="label", label="Name", is_required=True, concerns=("stages.label",)),
                *_state_field(object_type),
            ),
        ),
        *(_without_stage(object_type, known, stage, here) for stage in known.live_stages),
        _danger("removal", "Remove the pipeline", partial(_always, wishes.without_pipeline(name, pipeline_id)), back),
    ]
    return forms


def _stage(object_type: ObjectType, pipeline: Pipeline, stage: Stage, here: str) -> Form:
    def change(values: Values) -> Wish:
        place = whole_number("place", values["place"])
        if place is None or not 1 <= place <= len(pipeline.live_stages):
            raise refused("place", values["place"], f"must be from 1 to {len(pipeline.live_stages)}")
        metadata = _metadata(object_type, values.get("state", ""))
        changes = {"display_name": values["label"].strip(), "metadata": metadata}
        return wishes.changed_stage(object_type.name, pipeline.id, stage.id, changes, place)

    return Form(
        key=f"stage-{stage.id}",
        title=f"Stage {stage.display_name}",
        button="Change",
        wish=change,
        back=here,
        is_folded=True,
        fields=(
            Field(name="label", label="Name", is_required=True, concerns=("stages.label",)),
            Field(name="place", label="Place", kind="number", is_required=True),
            *_state_field(object_type),
        ),
        initial={
            "label": stage.display_name,
            "place": str(pipeline.live_stages.index(stage) + 1),
            "state": stage.metadata.get("probability") or stage.metadata.get("ticketState") or "",
        },
    )


def _without_stage(object_type: ObjectType, pipeline: Pipeline, stage: Stage, here: str) -> Form:
    remove = partial(_always, wishes.without_stage(object_type.name, pipeline.id, stage.id))
    return _danger(f"without-{stage.id}", f"Remove stage {stage.display_name}", remove, here)


def _danger(key: str, title: str, wish: Callable[[Values], Wish], back: str) -> Form:
    return Form(key=key, title=title, button="Remove", wish=wish, back=back, is_danger=True, is_folded=True)


def _back(object_type: ObjectType, tab: str | None = None) -> str:
    return f"/model?focus={quote(object_type.plural)}{f'&tab={tab}' if tab else ''}"


def _groups(object_type: ObjectType) -> list[tuple[str, str]]:
    return [(each.name, each.display_name) for each in object_type.groups.values() if not each.archived]


def _group_field(object_type: ObjectType) -> Field:
    return Field(name="group", label="Group", kind="select", choices=_groups(object_type), concerns=("groupName",))


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


def _limit_fields(one: str, other: str) -> tuple[Field, Field]:
    hint = "Empty for as many as there are."
    return (
        Field(name="most", label=f"At most for {one}", kind="number", help=hint, concerns=("maxToObjectIds",)),
        Field(name="back", label=f"At most for {other}", kind="number", help=hint),
    )


def _property(text: str, kind: str, name: str, *, group: str) -> Property:
    if not text:
        raise refused("label", text, "must not be empty")
    _, type_name, field_type = KINDS.get(kind or "text", ("", kind, kind))
    return Property(name=name, display_name=text, type=type_name, field_type=field_type, group=group)


def _replaced(wanted: Property, description: str, *, unique: bool, indexed: bool) -> Property:
    return replace(wanted, description=description.strip(), unique=unique, indexed=indexed)


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


def _always(wish: Wish, values: Values) -> Wish:
    """What a form without fields asks for."""
    return wish


def _on(holds: bool) -> str:
    return _ON if holds else ""


def _state(object_type: ObjectType) -> str | None:
    return next((name for name in _STAGES_HELP if name in object_type.behaviours), None)


def _stages_help(object_type: ObjectType) -> str:
    return _STAGES_HELP.get(_state(object_type) or "", _STAGES_PLAIN)


def _state_field(object_type: ObjectType) -> Sequence[Field]:
    return {
        "deal_close": (
            Field(name="state", label="Probability to win", help="From 0 to 1.", concerns=("metadata.probability",)),
        ),
        "ticket_close": (
            Field(
                name="state",
                label="State",
                kind="select",
                choices=[("OPEN", "Open"), ("CLOSED", "Closed")],
                concerns=("metadata.ticketState",),
            ),
        ),
    }.get(_state(object_type) or "", ())


def _metadata(object_type: ObjectType, state: str) -> dict[str, str]:
    behaviour = _state(object_type)
    if behaviour == "deal_close":
        return {"probability": state or "0"}
    return {"ticketState": state.upper()} if behaviour == "ticket_close" and state else {}
