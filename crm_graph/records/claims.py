"""Unique values: every one is a claim node, folded, so that two records can never have the same.

A property claims under its own name, or under that of another (`claims_as`): additional
e-mail addresses are claims of `email`. Claims are made and given up in the statement that
writes the record; who lost is told by the constraint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any

from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import Busy, CRMError, RecordExists, UniqueValueTaken, ValueBlocked
from crm_graph.graph.failures import ConstraintViolated
from crm_graph.graph.queries import load
from crm_graph.records.record import Native
from crm_graph.unit import Unit

CLAIM = "_Claim"
"""The node label."""
KEY_LENGTH = 1_900
"""Characters of a value that is claimed as it is: Neo4j refuses index keys of more than 8 kB."""

BLOCKED = 0
"""Stands for the id of the record that has a value, where the value is blocked."""

_SHOWN_LENGTH = 200
"""Characters of a claimed value that an error repeats."""


def key_of(object_type: ObjectType, name: str, value: Native) -> str:
    """The key under which a unique value is claimed: `0-1|email|nick@example.com`."""
    return f"{object_type.id}|{name}|{_bounded(str(value).casefold())}"


def merged_key(object_type: ObjectType, record_id: int | str) -> str:
    """The key by which the id of a record that was merged away leads to the one it became.

    It begins with an underscore as no property's name does, so that a unique property `id` is another.
    """
    return f"{object_type.id}|_id|{record_id}"


def import_key(object_type: ObjectType, key: str) -> str:
    """The key by which an import finds a record that it made."""
    return f"{object_type.id}|_import|{_bounded(key)}"


def of(object_type: ObjectType, values: Mapping[str, Native]) -> dict[str, str]:
    """Claims of the values, key to the name of the property that makes it."""
    found: dict[str, str] = {}
    for name, claimed_as in object_type.claiming_properties.items():
        value = values.get(name)
        for item in value if isinstance(value, list) else [value]:
            if item not in (None, ""):
                found[key_of(object_type, claimed_as, item)] = name
    return found


def nodes(object_type: ObjectType, claimed: Mapping[str, str]) -> list[dict[str, str]]:
    """Claims as the statements take them; those that name a person with the digest by which they can be blocked."""
    return [
        {"key": key, "property": name, **({"digest": digest(key)} if names_a_person(object_type, key) else {})}
        for key, name in claimed.items()
    ]


def names_a_person(object_type: ObjectType, key: str) -> bool:
    """Whether a claim is of a value that is blocked when its record is deleted for privacy."""
    return bool(object_type.personal) and key.split("|", 2)[1] in object_type.personal


def digest(key: str) -> str:
    """What stays of a claim that is blocked."""
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def value_of(key: str) -> str:
    """The value that is claimed, folded."""
    return key.split("|", 2)[2]


def blocked(unit: Unit, object_type: ObjectType, keys: Iterable[str]) -> dict[str, int]:
    """BLOCKED by claim key, for the keys that nobody may have any more."""
    digests = {digest(key): key for key in keys if names_a_person(object_type, key)}
    if not digests:
        return {}
    return {
        digests[each]: BLOCKED for each in unit.graph.ask(load("records").blocked, digests=list(digests))["blocked"]
    }


def refused_as_blocked() -> ValueBlocked:
    """The refusal of a value that was blocked; it does not repeat it."""
    return ValueBlocked("The value belonged to a person whose data was deleted for privacy; it cannot be used again.")


def owners(unit: Unit, keys: Iterable[str]) -> dict[str, int]:
    """Record ids by claim key, for the keys that are taken."""
    return dict(unit.graph.ask(load("records").claimed_by, keys=list(keys))["owners"])


def refusals(
    unit: Unit,
    object_type: ObjectType,
    wanted: Sequence[Mapping[str, str]],
    *,
    owners: Mapping[str, int],
    updated: Sequence[int] | None = None,
) -> dict[int, CRMError]:
    """For each input that wants a claim which it cannot have, by its index, the error that says which record has it.

    wanted: the claims of each input, in input order. owners: record ids by claim key, or BLOCKED. Of two inputs
    of one batch that want the same value the first gets it. updated: the id of each input's record,
    None where the inputs make records.
    """
    refused: dict[int, CRMError] = {}
    seen: set[str] = set()
    for index, claims in enumerate(wanted):
        taken = next((key for key in claims if key in owners or key in seen), None)
        if taken is None:
            seen.update(claims)
        else:
            record_id = None if updated is None else updated[index]
            refused[index] = _taken(unit, object_type, taken, claims[taken], owners.get(taken), record_id)
    return refused


def given_up(error: ConstraintViolated) -> CRMError:
    """What is said of a claim that was taken and is free again; a violation of anything else stays what it is."""
    if error.node_label != CLAIM:
        return error
    return Busy("A unique value was given up by another record at this moment; try again.")


def _bounded(text: str) -> str:
    """The text where it is short enough, else its beginning and a digest of all of it, longer than any short text."""
    if len(text) <= KEY_LENGTH:
        return text
    return f"{text[:KEY_LENGTH]}…{sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"


def _taken(
    unit: Unit, object_type: ObjectType, key: str, name: str, owner: int | None, updated: int | None
) -> CRMError:
    if owner == BLOCKED:
        return refused_as_blocked()
    value = key.split("|", 2)[2]
    value = value if len(value) <= _SHOWN_LENGTH else f"{value[:_SHOWN_LENGTH]}…"
    existing = "" if owner is None else str(owner)
    if updated is None and object_type.properties[name].built_in:
        display_name = object_type.name.replace("_", " ").capitalize()
        tail = f" Existing ID: {existing}" if existing else f" Two inputs have the {name} {value}."
        return RecordExists(f"{display_name} already exists.{tail}", existing)
    legacy = object_type.name.upper()
    place = "" if updated is None else f" on {updated}"
    message = (
        f"Cannot set PropertyValueCoordinates{{portalId={unit.model.account_id}, "
        f"objectTypeId=ObjectTypeId{{legacyObjectType={legacy}}}, propertyName={name}, value={value}}}{place}. "
        f"{existing or 'Another input'} already has that value."
    )
    return UniqueValueTaken(message, existing, name)


def conflict(existing: Any) -> RecordExists:
    """The refusal of a restore whose unique value was given to another record."""
    return RecordExists(f"Another record has a unique value of this one. Existing ID: {existing}", str(existing))
