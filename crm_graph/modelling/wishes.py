"""What may be wished of the data model, a function each: from values to the change and what it touches.

Definitions are named, not held: a wish is tried and made by the model of that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from crm_graph.definitions.association import AssociationPair, Direction
from crm_graph.definitions.changes import association_types, checks, object_types, pipelines, properties, uses
from crm_graph.definitions.changes.association_types import Limit
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.pipeline import Pipeline, Stage
from crm_graph.definitions.property import Property
from crm_graph.errors import DefinitionNotFound
from crm_graph.jobs import search_text
from crm_graph.modelling import counting
from crm_graph.modelling.counting import Count
from crm_graph.modelling.wish import Step, Touch, Wish
from crm_graph.records import indexing, settings
from crm_graph.unit import Unit

OfType = Callable[[Unit, ObjectType], object]


def object_type(name: str, one: str, many: str, wanted: Sequence[Property], **fields: Any) -> Wish:
    """A new custom object type."""

    def touches(unit: Unit) -> Iterable[Touch]:
        far = {each.name for each in map(unit.model.find_object_type, fields.get("associated", ())) if each}
        pairs = len(far | set(object_types.ALWAYS_ASSOCIATED))
        yield Touch("object types can be associated with it", Count(number=pairs))

    def define(unit: Unit) -> object:
        return object_types.define(unit, name=name, display_name=one, display_name_plural=many, wanted=wanted, **fields)

    return Wish([define], touches, f"{many} are an object type now.")


def names(name: str, one: str, many: str) -> Wish:
    """Other display names of an object type; names in paths and in Cypher stay."""
    step = _of_type(name, lambda unit, found: settings.change(unit, found, one=one, many=many))
    return Wish([step], _records(name, "records are called so from now on"), f"They are called {many} now.")


def activation(name: str, *, active: bool) -> Wish:
    """An object type switched on or off."""
    step = _of_type(name, lambda unit, found: settings.change(unit, found, active=active))
    what = "records can be changed again" if active else "records stay, and none can be made or changed"
    return Wish([step], _records(name, what), "It is active now." if active else "It is not active any more.")


def removal(name: str) -> Wish:
    """A custom object type removed; refused while it has records."""
    step = _of_type(name, lambda unit, found: object_types.archive(unit, object_types.custom(unit.model, found.name)))

    def touches(unit: Unit) -> Iterable[Touch]:
        found = unit.model.object_type(name)
        yield Touch("records have to be archived first", counting.records(unit, found))
        yield Touch("association types go with it", Count(number=sum(1 for _ in unit.model.pairs_of(found))))

    return Wish([step], touches, "The object type was removed.", changed=_object_type(name))


def new_property(name: str, wanted: Property, *, required: bool, searched: bool) -> Wish:
    """A new property with its rules."""
    plain = replace(wanted, indexed=False)

    def create(unit: Unit, found: ObjectType) -> object:
        if searched and not found.built_in:  # refused before anything is made
            checks.check_count("searchableProperties", len(found.searchable) + 1, unit.limits.searchable_properties)
        return properties.create(unit, found, [plain])

    steps = [_of_type(name, create)]
    if wanted.indexed:
        steps.append(_indexed(name, wanted.name, is_on=True))
    if required:
        steps.append(_required(name, wanted.name, is_on=True))
    if searched:
        steps.append(_searched(name, wanted.name, is_on=True))
    what = "records have no value yet, and cannot be made without one" if required else "records have no value yet"
    return Wish(steps, _records(name, what), f"{wanted.display_name} was added.")


def changed_property(name: str, property_name: str, changes: Mapping[str, Any]) -> Wish:
    """A property with other names, group, description or options."""
    step = _of_type(name, lambda unit, found: properties.update(unit, found, property_name, changes))

    def touches(unit: Unit) -> Iterable[Touch]:
        found = unit.model.object_type(name)
        known = properties.find(found, property_name)
        yield Touch("records have a value", counting.with_value(unit, found, known))
        if "options" in changes:
            kept = {option.value for option in changes["options"]}
            if gone := [option.value for option in known.options if option.value not in kept]:
                count = counting.with_options(unit, found, known, gone)
                yield Touch("records have an option that goes; they keep it until they are changed", count)

    return Wish([step], touches, "The property was changed.", changed=_property(name, property_name))


def rules(name: str, property_name: str, *, required: bool, indexed: bool, searched: bool) -> Wish:
    """Whether records need a value, and how fast they are found by it."""
    steps = [
        _indexed(name, property_name, is_on=indexed),
        _required(name, property_name, is_on=required),
        _searched(name, property_name, is_on=searched),
    ]

    def touches(unit: Unit) -> Iterable[Touch]:
        found = unit.model.object_type(name)
        known = properties.find(found, property_name)
        if required and (property_name,) not in found.required:
            count = counting.without_value(unit, found, known)
            yield Touch("records have no value; they stay, and none can be made without one", count)
        if indexed != known.indexed:
            what = "records are put into an index" if indexed else "records are no longer found by an index"
            yield Touch(what, counting.with_value(unit, found, known))
        if searched != (property_name in found.searchable):
            yield Touch("records are made searchable anew, in the background", counting.records(unit, found))

    return Wish(steps, touches, "The rules were changed.", are_independent=True)


def without_property(name: str, property_name: str) -> Wish:
    """A custom property archived; its values come back when it is made again."""
    step = _of_type(name, lambda unit, found: properties.archive(unit, found, [property_name]))

    def touches(unit: Unit) -> Iterable[Touch]:
        found = unit.model.object_type(name)
        count = counting.with_value(unit, found, properties.find(found, property_name))
        yield Touch("records have a value, which is hidden", count)

    return Wish([step], touches, "The property was removed.", changed=_property(name, property_name))


def label(
    name: str, far_name: str, key: str, text: str, inverse: str | None, most: int | None, back: int | None
) -> Wish:
    """A new association label, single or paired, with its limits."""

    def create(unit: Unit) -> object:
        near, far = unit.model.object_type(name), unit.model.object_type(far_name)
        return association_types.create_label(unit, near, far, key, text, inverse, maximum=most, inverse_maximum=back)

    def touches(unit: Unit) -> Iterable[Touch]:
        pair = unit.model.pair(unit.model.object_type(name), unit.model.object_type(far_name))
        yield Touch("associations could have the label; none gets it by itself", counting.associations(unit, pair))

    return Wish([create], touches, f"{text} is a label now.")


def renamed_label(name: str, type_id: int, text: str, inverse: str | None) -> Wish:
    """A label under other texts."""

    def rename(unit: Unit, near: ObjectType, far: ObjectType, direction: Direction) -> None:
        association_types.rename_label(unit, near, far, type_id, text, inverse)

    return Wish([_of_label(name, type_id, rename)], _labelled(name, type_id, "associations show it"), "It was renamed.")


def limits(name: str, type_id: int, most: int | None, back: int | None) -> Wish:
    """How many records may be associated under a type, in both directions."""

    def change(unit: Unit, near: ObjectType, far: ObjectType, direction: Direction) -> object:
        given = [Limit(category=direction.type.category, type_id=type_id, maximum=most)]
        return association_types.set_limits(unit, near, far, given) if direction.limit != most else None

    def change_back(unit: Unit, near: ObjectType, far: ObjectType, direction: Direction) -> object:
        other = opposite(direction)
        if direction.type.is_symmetric:
            return None  # both directions are one
        given = [Limit(category=other.type.category, type_id=other.type_id, maximum=back)]
        return association_types.set_limits(unit, far, near, given) if other.limit != back else None

    def touches(unit: Unit) -> Iterable[Touch]:
        near, far, pair, direction = found_label(unit, name, type_id)
        ways = [(direction, near, far, most), (opposite(direction), far, near, back)]
        for seen, one, others, maximum in ways[:1] if direction.type.is_symmetric else ways:
            if maximum is not None and maximum != seen.limit:
                what = (
                    f"{one.display_name_plural} have more than {maximum:,} {others.display_name_plural}; "
                    "these stay, and none is added"
                )
                yield Touch(what, counting.above(unit, pair, seen, maximum), of=one.plural)

    steps = [_of_label(name, type_id, each) for each in (change, change_back)]
    return Wish(steps, touches, "The limits were changed.", are_independent=True)


def without_label(name: str, type_id: int) -> Wish:
    """A label removed; the records stay associated."""

    def archive(unit: Unit, near: ObjectType, far: ObjectType, direction: Direction) -> None:
        association_types.archive_label(unit, near, far, type_id)

    touches = _labelled(name, type_id, "associations have it; the records stay associated without it")
    return Wish(
        [_of_label(name, type_id, archive)], touches, "The label was removed.", changed=_association_type(name, type_id)
    )


def pipeline(name: str, text: str, stages: Sequence[Stage]) -> Wish:
    """A new pipeline with its stages."""
    wanted = Pipeline(id="", display_name=text, display_order=-1, stages=tuple(stages))
    step = _of_type(name, lambda unit, found: pipelines.create(unit, found, wanted))
    return Wish([step], _records(name, "records stay in the pipelines they are in"), f"{text} was added.")


def renamed_pipeline(name: str, pipeline_id: str, changes: Mapping[str, Any]) -> Wish:
    """A pipeline under another name or at another place."""
    step = _of_type(name, lambda unit, found: pipelines.update(unit, found, pipeline_id, changes))
    return Wish([step], _standing(name, pipeline_id, None, "records stand in it"), "The pipeline was changed.")


def without_pipeline(name: str, pipeline_id: str) -> Wish:
    """A pipeline removed; refused while records stand in it."""
    step = _of_type(name, lambda unit, found: pipelines.archive(unit, found, pipeline_id, refuse_used=True))
    return Wish(
        [step], _standing(name, pipeline_id, None, "records have to leave it first"), "The pipeline was removed."
    )


def stage(name: str, pipeline_id: str, wanted: Stage) -> Wish:
    """A new stage of a pipeline."""
    step = _of_type(name, lambda unit, found: pipelines.create_stage(unit, found, pipeline_id, wanted))
    touches = _standing(name, pipeline_id, None, "records stand in the pipeline; none moves")
    return Wish([step], touches, f"{wanted.display_name} was added.")


def changed_stage(name: str, pipeline_id: str, stage_id: str, changes: Mapping[str, Any], place: int) -> Wish:
    """A stage with another name, probability or state, at a place counted from 1; other metadata stays."""

    def change(unit: Unit, found: ObjectType) -> object:
        known = pipelines.find(found, pipeline_id)
        was = pipelines.find_stage(known, stage_id)
        becomes = replace(was, **{**changes, "metadata": {**was.metadata, **changes.get("metadata", {})}})
        others = [each for each in known.live_stages if each.id != stage_id]
        ordered = [*others[: place - 1], becomes, *others[place - 1 :]]
        stages = tuple(replace(each, display_order=number) for number, each in enumerate(ordered))
        return pipelines.replace_pipeline(unit, found, pipeline_id, replace(known, stages=stages))

    touches = _standing(name, pipeline_id, stage_id, "records stand in it")
    return Wish([_of_type(name, change)], touches, "The stage was changed.")


def without_stage(name: str, pipeline_id: str, stage_id: str) -> Wish:
    """A stage removed; refused while records stand in it."""
    step = _of_type(
        name, lambda unit, found: pipelines.archive_stage(unit, found, pipeline_id, stage_id, refuse_used=True)
    )
    return Wish(
        [step], _standing(name, pipeline_id, stage_id, "records have to leave it first"), "The stage was removed."
    )


def found_label(unit: Unit, name: str, type_id: int) -> tuple[ObjectType, ObjectType, AssociationPair, Direction]:
    """An association type by the id that records of the object type see, with both ends; DefinitionNotFound."""
    near = unit.model.object_type(name)
    for pair in unit.model.pairs_of(near):
        direction = pair.directions.get(type_id)
        if direction is not None and direction.near == near.name:
            return near, unit.model.object_types[direction.far], pair, direction
    raise DefinitionNotFound(f"Association type {type_id} does not exist", typeId=[str(type_id)])


def opposite(direction: Direction) -> Direction:
    """The same type from its other end."""
    return direction.type.backward if direction.is_forward else direction.type.forward


def _of_type(name: str, work: OfType) -> Step:
    return lambda unit: work(unit, unit.model.object_type(name))


def _of_label(name: str, type_id: int, work: Callable[[Unit, ObjectType, ObjectType, Direction], object]) -> Step:
    def step(unit: Unit) -> object:
        near, far, _, direction = found_label(unit, name, type_id)
        return work(unit, near, far, direction)

    return step


def _object_type(name: str) -> Callable[[Unit], Iterable[str]]:
    return lambda unit: (uses.of_object_type(unit.model.object_type(name).name),)


def _property(name: str, property_name: str) -> Callable[[Unit], Iterable[str]]:
    return lambda unit: (uses.of_property(unit.model.object_type(name).name, property_name),)


def _association_type(name: str, type_id: int) -> Callable[[Unit], Iterable[str]]:
    return lambda unit: (uses.of_association_type(found_label(unit, name, type_id)[3].type.id),)


def _indexed(name: str, property_name: str, *, is_on: bool) -> Step:
    return _of_type(name, lambda unit, found: indexing.set_indexed(unit, found, {property_name: is_on}))


def _required(name: str, property_name: str, *, is_on: bool) -> Step:
    def change(unit: Unit, found: ObjectType) -> object:
        others = tuple(group for group in found.required if group != (property_name,))
        wanted = (*others, (property_name,)) if is_on else others
        return object_types.change(unit, found, {"required": wanted}) if set(wanted) != set(found.required) else None

    return _of_type(name, change)


def _searched(name: str, property_name: str, *, is_on: bool) -> Step:
    def change(unit: Unit, found: ObjectType) -> object:
        others = tuple(each for each in found.searchable if each != property_name)
        wanted = (*others, property_name) if is_on else others
        if set(wanted) == set(found.searchable):
            return None
        return search_text.change(unit, found, {"searchable": wanted})

    return _of_type(name, change)


def _records(name: str, what: str) -> Callable[[Unit], Iterable[Touch]]:
    return lambda unit: [Touch(what, counting.records(unit, unit.model.object_type(name)))]


def _labelled(name: str, type_id: int, what: str) -> Callable[[Unit], Iterable[Touch]]:
    def touches(unit: Unit) -> Iterable[Touch]:
        _, _, pair, direction = found_label(unit, name, type_id)
        source = unit.model.object_types[pair.source]
        yield Touch(what, counting.of_association_type(unit, pair, direction.type.id), of=source.plural)

    return touches


def _standing(name: str, pipeline_id: str, stage_id: str | None, what: str) -> Callable[[Unit], Iterable[Touch]]:
    def touches(unit: Unit) -> Iterable[Touch]:
        found = unit.model.object_type(name)
        kept_in = found.pipeline_property if stage_id is None else found.stage_property
        value = pipeline_id if stage_id is None else stage_id
        if kept_in:
            yield Touch(what, counting.in_each(unit, found, kept_in, [value])[value])

    return touches
