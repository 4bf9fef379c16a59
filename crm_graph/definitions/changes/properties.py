"""Properties of object types, their options and their groups: made, changed, archived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from crm_graph.definitions import expressions
from crm_graph.definitions.changes import checks, uses
from crm_graph.definitions.changes.checks import Findings, refused
from crm_graph.definitions.changes.publication import Audit, confirm, publish, save_groups, save_properties, stored
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.formulas import FormulaRefused, RollUpRefused
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Group, Option, Property
from crm_graph.errors import DefinitionExists, DefinitionNotFound, InUse
from crm_graph.unit import Unit

FIELD_TYPES: Mapping[str, tuple[str, ...]] = {
    "bool": ("booleancheckbox", "calculation_equation"),
    "enumeration": ("booleancheckbox", "checkbox", "radio", "select", "calculation_equation"),
    "date": ("date", "calculation_equation", "calculation_rollup"),
    "datetime": ("date", "calculation_equation", "calculation_rollup"),
    "string": ("file", "text", "textarea", "calculation_equation", "html", "phonenumber"),
    "number": ("number", "calculation_equation", "calculation_rollup"),
    "phone_number": ("phonenumber", "text"),
}
"""The field types that a property of a type may have, as the contract's table has them."""

UNIQUE_TYPES = ("string", "number", "phone_number")
CALCULATED = "calculation_equation"
ROLLED_UP = "calculation_rollup"
SENSITIVITIES = ("non_sensitive", "sensitive", "highly_sensitive")

ROLL_UP_FIELDS = ("roll_up", "roll_up_object_type", "roll_up_property", "roll_up_type_id", "roll_up_condition")
_COMPUTED_BY = frozenset({"formula", *ROLL_UP_FIELDS})

_CHANGEABLE = frozenset(
    {
        "display_name",
        "description",
        "group",
        "options",
        "display_order",
        "hidden",
        "form_field",
        "field_type",
        "formula",
        *ROLL_UP_FIELDS,
        "text_hint",
        "number_hint",
        "shows_currency",
        "currency_property",
    }
)
_FIXED_OF_BUILT_IN = frozenset({"field_type", *_COMPUTED_BY})


def find(object_type: ObjectType, name: str, *, archived: bool = False, sensitivity: str | None = None) -> Property:
    """The property of that name; DefinitionNotFound unless it is live, or archived where that is asked for.

    Where a sensitivity is given, it must have that too.
    """
    found = object_type.properties.get(object_type.property_name(name))
    if found is None or found.archived is not archived or sensitivity not in (None, found.sensitivity):
        raise DefinitionNotFound(f"Property {name} does not exist", propertyName=[name])
    return found


def find_group(object_type: ObjectType, name: str) -> Group:
    """The live group of that name; DefinitionNotFound otherwise."""
    found = object_type.groups.get(name)
    if found is None or found.archived:
        raise DefinitionNotFound(f"Property group {name} does not exist", groupName=[name])
    return found


def create(unit: Unit, object_type: ObjectType, wanted: Sequence[Property]) -> list[Property]:
    """The new properties, all or none; an archived one of that name is taken up again with the new definition.

    Raises DefinitionExists for a name that is in use, or was with another type, uniqueness or number of values, or
    where only one of both is computed; InvalidInput and TooMany for what is wrong with a definition.
    """
    found = Findings()
    found.look(checks.check_distinct, "name", [each.name for each in wanted])
    for n, each in enumerate(wanted):
        found.look(check, unit, object_type, each, within=f"inputs.{n}" if len(wanted) > 1 else "")
    found.refuse()
    for each in wanted:
        _refuse_existing(object_type, each)
    _check_counts(unit, object_type, wanted)
    check_computed(unit, object_type, wanted)
    at = unit.clock.now()
    made = [prepared(unit, each, at) for each in wanted]
    audits = [Audit(action="CREATE", subject=_subject(object_type, each.name), values=stored(each)) for each in made]
    publish(unit, audits, lambda inner: save_properties(inner, object_type.name, {p.name: whole(p) for p in made}))
    return made


def update(unit: Unit, object_type: ObjectType, name: str, changes: Mapping[str, Any]) -> Property:
    """The property after the change; `changes` has fields of Property, of which name, type and uniqueness are fixed.

    Raises DefinitionNotFound, and InvalidInput for a field that cannot change or does not fit.
    """
    known = find(object_type, name)
    given = {**changes, "options": tuple(_ordered(changes["options"]))} if "options" in changes else changes
    differing = {field: value for field, value in given.items() if getattr(known, field) != value}
    for field in differing:
        if field not in _CHANGEABLE:
            raise refused(_NAMES.get(field, field), changes[field], f"cannot change; it is {getattr(known, field)!r}")
        if known.built_in and field in _FIXED_OF_BUILT_IN:
            raise refused(_NAMES.get(field, field), changes[field], "is fixed for a built-in property")
    if not differing:
        confirm(unit)
        return known
    changed = _settled(replace(known, **differing, updated_at=unit.clock.now(), updated_user_id=unit.actor.user_id))
    if known.built_in:
        _check_shape(unit, object_type, changed)
    else:
        check(unit, object_type, changed)
    if known.is_multiple is not changed.is_multiple:
        raise refused("fieldType", changed.field_type, "cannot change between one value and several")
    if changed.is_computed and not known.is_computed:
        raise refused("fieldType", changed.field_type, "cannot be computed, since values of it are stored")
    if not _COMPUTED_BY.isdisjoint(differing):
        check_computed(unit, object_type, [changed])
    follows = ("updated_at", "updated_user_id", *(("calculated", "read_only") if not known.built_in else ()))
    values = {field: getattr(changed, field) for field in (*differing, *follows)}
    audit = Audit(action="UPDATE", subject=_subject(object_type, known.name), values=stored(changed))
    adds_options = bool(known.options) and known.option_values <= changed.option_values
    write = partial(save_properties, object_type=object_type.name, changed={known.name: values})
    publish(unit, [audit], write, narrows="options" in differing and not adds_options)
    return changed


def archive(unit: Unit, object_type: ObjectType, names: Sequence[str]) -> None:
    """Hide properties; stored values stay, and come back if the name is created again. Unknown names are left out.

    Raises InvalidInput for a built-in one, InUse for one that the object type, a computed property or a list names.
    """
    live = [found for name in names if (found := object_type.live_properties.get(object_type.property_name(name)))]
    for found in live:
        if found.built_in:
            raise refused("name", found.name, "is built in and cannot be archived")
        if found.name in _named_by_type(object_type):
            raise InUse(f"Property {found.name} is a primary, required or searchable property of {object_type.name}.")
        if found.claiming:
            raise InUse(f"Property {found.name} is being made unique, or unique no more; finish that first.")
    check_computed(unit, object_type, [replace(found, archived=True) for found in live])
    if not live:
        return confirm(unit)
    values = {"archived": True, "updated_at": unit.clock.now(), "updated_user_id": unit.actor.user_id}
    named = ", ".join(found.name for found in live)
    used = [uses.of_property(object_type.name, found.name) for found in live]

    def write(inner: Unit) -> None:
        uses.refuse_used(inner, used, f"Property {named}")
        save_properties(inner, object_type.name, {found.name: values for found in live})

    audits = [Audit(action="DELETE", subject=_subject(object_type, found.name)) for found in live]
    publish(unit, audits, write, narrows=True)


def create_group(unit: Unit, object_type: ObjectType, group: Group) -> Group:
    """The new group of properties; DefinitionExists for a name in use."""
    checks.check_property_name(group.name)
    checks.check_text("label", group.display_name, required=True)
    known = object_type.groups.get(group.name)
    if known is not None and not known.archived:
        raise DefinitionExists(f"A property group named '{group.name}' already exists.")
    return _save_group(unit, object_type, group, "CREATE")


def update_group(unit: Unit, object_type: ObjectType, name: str, changes: Mapping[str, Any]) -> Group:
    """The group after its display name or order changed."""
    changed = replace(find_group(object_type, name), **changes)
    checks.check_text("label", changed.display_name, required=True)
    return _save_group(unit, object_type, changed, "UPDATE")


def archive_group(unit: Unit, object_type: ObjectType, name: str) -> None:
    """Remove a group that has no live properties; InUse otherwise."""
    group = find_group(object_type, name)
    inside = sorted(found.name for found in object_type.live_properties.values() if found.group == name)
    if inside:
        raise InUse(f"Property group {name} still has properties: {', '.join(inside[:10])}", propertyName=inside[:10])
    _save_group(unit, object_type, replace(group, archived=True), "DELETE")


def check(unit: Unit, object_type: ObjectType, wanted: Property) -> None:
    """InvalidInput or TooMany with everything for which a custom property cannot be."""
    found = Findings()
    found.look(checks.check_property_name, wanted.name)
    if wanted.type not in FIELD_TYPES:
        found.add(refused("type", wanted.type, f"is none of {', '.join(FIELD_TYPES)}"))
    elif wanted.field_type not in FIELD_TYPES[wanted.type]:
        rule = f"does not go with type {wanted.type}, which takes {', '.join(FIELD_TYPES[wanted.type])}"
        found.add(refused("fieldType", wanted.field_type, rule))
    if wanted.unique and (wanted.type not in UNIQUE_TYPES or wanted.field_type in (CALCULATED, ROLLED_UP)):
        found.add(refused("hasUniqueValue", wanted.type, f"only {', '.join(UNIQUE_TYPES)} can be unique"))
    for field, given, computed in (
        ("calculationFormula", wanted.formula, CALCULATED),
        ("crmGraphRollUp", wanted.roll_up, ROLLED_UP),
    ):
        if (wanted.field_type == computed) != (given is not None):
            rule = f"is needed for fieldType {computed}" if given is None else f"goes with fieldType {computed} alone"
            found.add(refused(field, given, rule))
    if wanted.sensitivity not in SENSITIVITIES:
        found.add(refused("dataSensitivity", wanted.sensitivity, f"is none of {', '.join(SENSITIVITIES)}"))
    found.look(_check_shape, unit, object_type, wanted)
    found.refuse()


def check_computed(unit: Unit, object_type: ObjectType, changed: Sequence[Property]) -> None:
    """InvalidInput for a computed property among them that cannot be, once all of them are as they are here.

    InUse where one of the others, of whichever object type, could not be computed any more.
    """
    properties = {**object_type.properties, **{found.name: found for found in changed}}
    after = replace(object_type, properties=properties)
    model = replace(unit.model, object_types={**unit.model.object_types, object_type.name: after})
    names, most = {found.name for found in changed}, unit.limits.formula_lookups
    for found in changed:
        if found.is_computed and not found.archived:
            checks.check_text("calculationFormula", found.formula or "")
            checks.check_text("crmGraphRollUp.condition", found.roll_up_condition or "")
            try:
                expressions.check(model, after, found, most=most)
            except FormulaRefused as error:
                if found.roll_up is None:
                    raise refused(_NAMES["formula"], found.formula, f"{error}") from None
                if isinstance(error, RollUpRefused):
                    raise refused(error.field, error.value, error.rule) from None
                raise refused("crmGraphRollUp", found.roll_up, f"{error}") from None
    for each in model.object_types.values():
        for found in each.live_properties.values():
            if found.is_computed and not (each is after and found.name in names):
                _refuse_broken(unit, model, each, found, changed)


def _refuse_broken(
    unit: Unit, model: DataModel, object_type: ObjectType, found: Property, changed: Sequence[Property]
) -> None:
    most = unit.limits.formula_lookups
    try:
        expressions.check(model, object_type, found, most=most)
    except FormulaRefused as error:
        before = unit.model.object_types.get(object_type.name)
        with suppress(FormulaRefused):
            if before is not None:
                expressions.check(unit.model, before, found, most=most)
                names = ", ".join(each.name for each in changed)
                raise InUse(
                    f"{names} cannot change so, since {found.name} of {object_type.name} is computed from it: {error}",
                    propertyName=[found.name],
                ) from None


def whole(found: Property) -> dict[str, Any]:
    """Every field of a property that is stored whole; None for what it does not have, so that nothing old remains."""
    return {name: getattr(found, name) for name in Property.__dataclass_fields__}


def prepared(unit: Unit, wanted: Property, at: int | None) -> Property:
    """The new property as it is kept: made now and by whom, options in order, a calculated one read-only."""
    user_id = unit.actor.user_id
    return _settled(replace(wanted, created_at=at, updated_at=at, created_user_id=user_id, updated_user_id=user_id))


def _settled(wanted: Property) -> Property:
    options = tuple(_ordered(wanted.options))
    if wanted.built_in:
        return replace(wanted, options=options)
    is_calculated = wanted.field_type in (CALCULATED, ROLLED_UP)
    return replace(wanted, options=options, calculated=is_calculated, read_only=is_calculated)


_NAMES = {
    "display_name": "label",
    "field_type": "fieldType",
    "group": "groupName",
    "unique": "hasUniqueValue",
    "formula": "calculationFormula",
    "sensitivity": "dataSensitivity",
}


def _check_shape(unit: Unit, object_type: ObjectType, wanted: Property) -> None:
    found = Findings()
    found.look(checks.check_text, "label", wanted.display_name, required=True)
    found.look(checks.check_text, "description", wanted.description)
    group = object_type.groups.get(wanted.group)
    if group is None or group.archived:
        found.add(refused("groupName", wanted.group, f"is no property group of {object_type.name}"))
    if wanted.options_from == "owners" and (wanted.type != "enumeration" or wanted.options):
        found.add(refused("externalOptions", wanted.type, "goes with an enumeration that has no options of its own"))
    if wanted.options and wanted.type not in ("enumeration", "bool"):
        found.add(refused("options", wanted.type, "only an enumeration has options"))
    found.look(checks.check_count, "options", len(wanted.options), unit.limits.options_per_property)
    found.look(checks.check_distinct, "options", [option.value for option in wanted.options])
    for option in wanted.options:
        found.look(checks.check_text, "options.value", option.value, required=True)
        found.look(checks.check_text, "options.label", option.display_name, required=True)
        if ";" in option.value:
            found.add(refused("options.value", option.value, "must not have a semicolon, which separates values"))
    found.refuse()


def _refuse_existing(object_type: ObjectType, wanted: Property) -> None:
    known = object_type.properties.get(wanted.name)
    if known is None:
        return
    had, has = ((found.type, found.unique, found.is_multiple, found.is_computed) for found in (known, wanted))
    if not known.archived or had != has:
        raise DefinitionExists(f"A property named '{wanted.name}' already exists.", propertyName=[wanted.name])


def _check_counts(unit: Unit, object_type: ObjectType, wanted: Sequence[Property]) -> None:
    custom = [found for found in object_type.live_properties.values() if not found.built_in]
    checks.check_count("properties", len(custom) + len(wanted), unit.limits.properties_per_type)
    if any(each.unique for each in wanted):
        check_unique_count(unit, object_type, sum(each.unique for each in wanted))


def check_unique_count(unit: Unit, object_type: ObjectType, more: int) -> None:
    """TooMany where the object type would have more unique properties of its own than it may."""
    unique = sum(found.unique and not found.built_in for found in object_type.live_properties.values())
    checks.check_count("hasUniqueValue", unique + more, unit.limits.unique_properties)


def _named_by_type(object_type: ObjectType) -> set[str]:
    required = {name for names in object_type.required for name in names}
    return required | {*object_type.primary, *object_type.secondary, *object_type.searchable}


def _save_group(unit: Unit, object_type: ObjectType, group: Group, action: str) -> Group:
    audit = Audit(action=action, subject=f"group:{object_type.name}.{group.name}", values=stored(group))
    publish(unit, [audit], lambda inner: save_groups(inner, object_type.name, [group]))
    return group


def _ordered(options: Sequence[Option]) -> list[Option]:
    # Those without a place stand last, in the order in which they were given.
    return sorted(options, key=lambda option: (option.display_order < 0, option.display_order))


def _subject(object_type: ObjectType, name: str) -> str:
    return f"property:{object_type.name}.{name}"
