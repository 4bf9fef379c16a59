"""Object types: custom ones defined, changed, removed; every one renamed, activated and deactivated."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from crm_graph.definitions import constraints
from crm_graph.definitions.association import Direction
from crm_graph.definitions.changes import association_types, checks, properties, uses
from crm_graph.definitions.changes.checks import Findings, refused
from crm_graph.definitions.changes.publication import (
    Audit,
    confirm,
    publish,
    reserve,
    save_groups,
    save_object_type,
    save_properties,
    schema_of,
    stored,
)
from crm_graph.definitions.changes.removals import close_first
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.overlay import custom_object_type
from crm_graph.definitions.property import Group, Property
from crm_graph.errors import DefinitionExists, DefinitionNotFound, RecordsRemain
from crm_graph.graph.queries import load
from crm_graph.unit import Unit

ALWAYS_ASSOCIATED = ("email", "meeting", "note", "task", "call", "conversation")
"""Object types with which every custom one may be associated from the first."""

COUNTER = "object_type"

_PURGE_BATCH = 1_000
_FIELDS = {
    "display_name": "labels.singular",
    "display_name_plural": "labels.plural",
    "primary": "primaryDisplayProperty",
    "secondary": "secondaryDisplayProperties",
    "required": "requiredProperties",
    "searchable": "searchableProperties",
}


class Defined(NamedTuple):
    """A new object type with the unlabelled types by which its records may be associated."""

    object_type: ObjectType
    associations: list[Direction]


def custom(model: DataModel, name: str, *, archived: bool | None = False) -> ObjectType:
    """The custom object type, live, archived or (None) whichever there is; DefinitionNotFound otherwise."""
    live = None if archived else model.find_object_type(name)
    found = live or (None if archived is False else _archived(model, name))
    if found is None or found.built_in:
        raise DefinitionNotFound(f"Schema {name} does not exist", objectType=[name])
    return found


def define(
    unit: Unit,
    *,
    name: str,
    display_name: str,
    display_name_plural: str,
    wanted: Sequence[Property],
    associated: Sequence[str] = (),
    description: str = "",
    primary: Sequence[str] = (),
    secondary: Sequence[str] = (),
    required: Sequence[str] = (),
    searchable: Sequence[str] = (),
    with_itself: bool = False,
) -> Defined:
    """The new custom object type with its properties, system properties and associations.

    A property without a group comes into the type's own. Raises DefinitionExists for a name in
    use (that of an archived type is free only after a purge), InvalidInput and TooMany.
    """
    found = Findings()
    found.look(_check_names, name, display_name, display_name_plural, description)
    base = _new_type(unit, name, display_name, display_name_plural, description)
    own = [replace(each, group=each.group or next(iter(base.groups))) for each in wanted]
    found.look(checks.check_distinct, "properties.name", [each.name for each in own])
    for n, each in enumerate(own):
        if each.name in base.properties:
            found.add(refused("properties.name", each.name, "is the name of a system property"), f"properties.{n}")
        found.look(properties.check, unit, base, each, within=f"properties.{n}")
    made = [properties.prepared(unit, each, base.created_at) for each in own]
    unique = sum(each.unique for each in made)
    found.look(checks.check_count, "properties.hasUniqueValue", unique, unit.limits.unique_properties)
    complete = replace(
        base,
        properties={**base.properties, **{each.name: each for each in made}},
        primary=tuple(primary),
        secondary=tuple(secondary),
        required=tuple((each,) for each in required),
        searchable=tuple(searchable),
    )
    found.look(_check_named, unit, complete)
    far = found.look(_far_types, unit.model, associated) or []
    found.refuse()
    properties.check_computed(unit, complete, [each for each in made if each.is_computed])
    schema_of(unit).define(constraints.of_object_type(complete))
    published: list[Defined] = []

    def write(inner: Unit) -> None:
        number = reserve(inner, COUNTER, 1)[0]
        named = replace(complete, id=f"2-{number}")
        save_object_type(inner, name, stored(named))
        save_groups(inner, name, named.groups.values())
        save_properties(inner, name, {each.name: properties.whole(each) for each in made})
        others = [*far, named] if with_itself else far
        pairs = [association_types.pair_between(inner.model, named, other) for other in others]
        made_pairs = association_types.minted(inner, pairs)
        association_types.save_pairs(inner, made_pairs)
        published[:] = [Defined(named, association_types.definitions_of(made_pairs, named))]

    publish(unit, [Audit(action="CREATE", subject=f"object_type:{name}", values=stored(complete))], write)
    return published[0]


def change(
    unit: Unit,
    object_type: ObjectType,
    changes: Mapping[str, Any],
    *,
    beside: Callable[[Unit], None] = lambda inner: None,
) -> ObjectType:
    """The object type after fields of its schema changed; properties that it names must exist already.

    `beside` is done in the same transaction. One whose removal came to no end takes records again.
    """
    if not changes and not object_type.closing:
        confirm(unit)
        return object_type
    changed = replace(
        object_type, **changes, closing=False, updated_at=unit.clock.now(), updated_user_id=unit.actor.user_id
    )
    found = Findings()
    for field in ("display_name", "display_name_plural"):
        found.look(checks.check_text, _FIELDS[field], getattr(changed, field), required=True)
    found.look(checks.check_text, "description", changed.description)
    found.look(_check_named, unit, changed)
    found.refuse()
    fields = [*changes, "closing", "updated_at", "updated_user_id"]
    values = {name: value for name, value in stored(changed).items() if name in fields}
    values |= {name: None for name in fields if name not in values}
    narrows = "required" in changes or changes.get("active") is False
    _save(unit, changed, values, narrows=narrows, beside=beside)
    return changed


def configure(
    unit: Unit, object_type: ObjectType, *, one: str | None = None, many: str | None = None, active: bool | None = None
) -> ObjectType:
    """The object type under other display names, switched on or off; MissingScopes for anyone but a super admin.

    Names in paths, node labels and relationship types stay as they are.
    """
    checks.require_super_admin(unit)
    given = {"display_name": one, "display_name_plural": many, "active": active}
    differing = {name: value for name, value in given.items() if value not in (None, getattr(object_type, name))}
    return change(unit, object_type, differing)


def archive(unit: Unit, object_type: ObjectType) -> None:
    """Remove a custom object type; RecordsRemain while it has live records, InUse while lists have it."""
    if object_type.archived:
        return confirm(unit)
    _refuse_with_records(unit, object_type)
    values = {"archived": True, "closing": False, "updated_at": unit.clock.now()}
    used = [uses.of_object_type(object_type.name)]
    _save(unit, object_type, values, beside=lambda inner: uses.refuse_used(inner, used, f"Schema {object_type.name}"))


def purge(unit: Unit, object_type: ObjectType) -> None:
    """Remove a custom object type and its archived records for good, so that its name is free; see `archive`."""
    # It is archived only when nobody makes a record of it any more, and what was under way has ended.
    archive(unit, object_type)
    for node_label in (object_type.node_label, object_type.archived_label):
        statement = load("definitions").purge_records.on(node_label=node_label)
        while unit.graph.change(statement, limit=_PURGE_BATCH)["removed"] == _PURGE_BATCH:
            pass

    def write(inner: Unit) -> None:
        inner.graph.change(load("definitions").remove_object_type, name=object_type.name)

    publish(unit, [Audit(action="PURGE", subject=f"object_type:{object_type.name}")], write)
    schema_of(unit).define(constraints.without_object_type(object_type))


def _check_names(name: str, one: str, many: str, description: str) -> None:
    found = Findings()
    rule = "must be letters, digits and underscores, a letter first"
    found.look(checks.check_name, "name", name, checks.OBJECT_TYPE_NAME, rule)
    found.look(checks.check_text, "labels.singular", one, required=True)
    found.look(checks.check_text, "labels.plural", many, required=True)
    found.look(checks.check_text, "description", description)
    found.refuse()


def _new_type(unit: Unit, name: str, one: str, many: str, description: str) -> ObjectType:
    model = unit.model
    if model.find_object_type(name) or _archived(model, name):
        raise DefinitionExists(f"An object type named '{name}' already exists.", name=[name])
    live = [found for found in model.object_types.values() if not found.built_in and not found.archived]
    checks.check_count("schemas", len(live) + 1, unit.limits.custom_object_types)
    full_name = f"p{model.account_id}_{name.lower()}"
    plural = re.sub(r"[^a-z0-9]+", "_", many.lower()).strip("_")
    at = unit.clock.now()
    made = custom_object_type(
        {
            "id": "2-0",
            "name": name,
            "plural": plural if plural and model.find_object_type(plural) is None else full_name,
            "node_label": _free_node_label(model, name),
            "display_name": one,
            "display_name_plural": many,
            "description": description,
            "fully_qualified_name": full_name,
            "created_at": at,
            "updated_at": at,
            "created_user_id": unit.actor.user_id,
            "updated_user_id": unit.actor.user_id,
        },
    )
    group = Group(name=f"{name.lower()}_information", display_name=f"{one} information", built_in=True)
    return replace(made, groups={group.name: group})


def _free_node_label(model: DataModel, name: str) -> str:
    wanted = "".join(part[:1].upper() + part[1:] for part in name.split("_") if part)
    taken = {"Record", "Segment"} | {label for found in model.object_types.values() for label in _node_labels(found)}
    names = (wanted if number == 1 else f"{wanted}{number}" for number in itertools.count(1))
    return next(each for each in names if taken.isdisjoint((each, f"Archived{each}")))


def _node_labels(object_type: ObjectType) -> tuple[str, str]:
    return object_type.node_label, object_type.archived_label


def _far_types(model: DataModel, associated: Sequence[str]) -> list[ObjectType]:
    findings, found = Findings(), {}
    for name in associated:
        other = model.find_object_type(name)
        if other is None:
            findings.add(refused("associatedObjects", name, "is no object type"))
        else:
            found[other.name] = other
    findings.refuse()
    always = [other for name in ALWAYS_ASSOCIATED if (other := model.find_object_type(name))]
    return [*found.values(), *(other for other in always if other.name not in found)]


def _check_named(unit: Unit, object_type: ObjectType) -> None:
    names = {
        "primary": object_type.primary,
        "secondary": object_type.secondary,
        "searchable": object_type.searchable,
        "required": [name for group in object_type.required for name in group],
    }
    found = Findings()
    for field, given in names.items():
        what = f"property of {object_type.name}"
        found.look(checks.check_known, _FIELDS[field], given, object_type.live_properties, what)
    if not object_type.built_in:
        count, most = len(object_type.searchable), unit.limits.searchable_properties
        found.look(checks.check_count, "searchableProperties", count, most)
    found.refuse()


def _refuse_with_records(unit: Unit, object_type: ObjectType) -> None:
    def refuse_used(inner: Unit) -> None:
        statement = load("definitions").live_records.on(node_label=object_type.node_label)
        if records := inner.graph.ask(statement)["records"]:
            raise RecordsRemain(f"Schema {object_type.name} still has {records:,} records; archive them first.")

    def reopen(inner: Unit) -> None:
        found = inner.model.find_object_type(object_type.name)
        if found and found.closing:
            _save(inner, found, {"closing": False})
        else:
            confirm(inner)

    close_first(
        unit,
        is_closed=object_type.closing,
        refuse_used=refuse_used,
        close=lambda inner: _save(inner, object_type, {"closing": True}),
        reopen=reopen,
    )


def _save(
    unit: Unit,
    object_type: ObjectType,
    values: Mapping[str, Any],
    *,
    narrows: bool = False,
    beside: Callable[[Unit], None] = lambda inner: None,
) -> None:
    audit = Audit(action="UPDATE", subject=f"object_type:{object_type.name}", values=values)

    def write(inner: Unit) -> None:
        save_object_type(inner, object_type.name, values)
        beside(inner)

    publish(unit, [audit], write, narrows=narrows)


def _archived(model: DataModel, name: str) -> ObjectType | None:
    wanted = name.lower()
    for found in model.object_types.values():
        names = (found.id, found.name, found.plural, found.fully_qualified_name or "", f"p_{found.name}")
        if found.archived and wanted in (each.lower() for each in names):
            return found
    return None
