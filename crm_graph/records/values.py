"""The one validator of record values: what a caller gave, as native values or as every fault at once.

Rules of one property are in the table of `definitions/property_types.py`; here is what needs
the object type or the account: unknown and read-only names, owners, required properties.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property_types import Append, ValueRefused
from crm_graph.errors import Fault, InvalidValues, MissingRequired
from crm_graph.records.record import Native

FOLDED_LENGTH = 1_000
"""Characters of an indexed string that its index has: Neo4j refuses keys of more than 8 kB."""


def check(
    object_type: ObjectType, model: DataModel, given: Mapping[str, Any], *, creating: bool, at: int
) -> dict[str, Native | Append]:
    """Native values by name, as `read` gives them; InvalidValues has the faults of all of them."""
    values, faults = read(object_type, model, given, creating=creating, at=at)
    if faults:
        raise InvalidValues(faults)
    return values


def read(
    object_type: ObjectType, model: DataModel, given: Mapping[str, Any], *, creating: bool, at: int
) -> tuple[dict[str, Native | Append], list[Fault]]:
    """Native values by name, None where one is to be cleared, and what is wrong with the others.

    A list that begins with `;` on the wire stays an Append: only who knows the stored value can resolve it. at: now, by
    which rules about dates go.
    """
    properties, parsers, validators = object_type.live_properties, object_type.parsers, object_type.validators
    values: dict[str, Native | Append] = {}
    faults: list[Fault] = []
    for name, raw in given.items():
        found = properties.get(name)
        if found is None:
            faults.append(Fault("PROPERTY_DOESNT_EXIST", name, f'Property "{name}" does not exist'))
            continue
        if found.read_only and not (creating and name == object_type.created_property):
            faults.append(Fault("READ_ONLY_VALUE", name, _read_only(name, is_calculated=found.calculated)))
            continue
        try:
            value = parsers[name](raw)
            if name in validators and value is not None:
                value = validators[name].checked(value, at)
        except ValueRefused as refused:
            faults.append(Fault(refused.code, name, refused.message, str(raw)[:200]))
            continue
        if found.options_from == "owners" and value is not None and value not in model.owners:
            faults.append(Fault("INVALID_OPTION", name, f"{value} is not the id of an owner", str(value)[:200]))
            continue
        values[name] = value
    return values, faults


def missing(
    object_type: ObjectType, values: Mapping[str, Native], wrong: Collection[str] = ()
) -> MissingRequired | None:
    """The refusal of a new record that lacks what its object type requires; None where it lacks nothing.

    wrong: names of what was given and could not be read; that is not missing too.
    """
    names = [
        " or ".join(group)
        for group in object_type.required
        if all(values.get(name) in (None, "", []) for name in group) and not set(group) & set(wrong)
    ]
    return MissingRequired(object_type.id, names) if names else None


def fold(text: str) -> str:
    """A string as an index has it and search compares it: without regard to case, cut."""
    return text.casefold()[:FOLDED_LENGTH]


def folded(object_type: ObjectType, values: Mapping[str, Native]) -> dict[str, str | None]:
    """What the indexes of indexed strings have for the values, by the name they are stored under."""
    return {
        f"_f_{name}": None if values[name] is None else fold(values[name])
        for name in object_type.folded_properties
        if name in values
    }


def searchable_names(object_type: ObjectType) -> tuple[list[str], list[str]]:
    """Keys of the searchable properties in the graph: those with one value, and those with a list."""
    found = [object_type.properties[name] for name in object_type.searchable if name in object_type.live_properties]
    single = ["_id" if p.name == "hs_object_id" else p.name for p in found if not p.is_multiple]
    return single, [p.name for p in found if p.is_multiple]


def resolve(value: Native | Append, stored: Native) -> Native:
    """The value to store where it may be an append to the stored list."""
    if not isinstance(value, Append):
        return value
    before: Sequence[str] = stored or []
    return [*before, *(item for item in value.values if item not in before)]


def _read_only(name: str, *, is_calculated: bool) -> str:
    if is_calculated:
        return f'"{name}" is a calculated property; its value cannot be set.'
    return f'"{name}" is a read only property; its value cannot be set.'
