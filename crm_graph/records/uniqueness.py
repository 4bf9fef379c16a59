"""Makes a property unique while its values are stored and written, or unique no more.

From the first publication on writers claim the values that they write. What was stored before is claimed in batches
after the last write without claims has ended. Then the property is published as unique; or, where values are there
twice, as one whose claims are removed, which comes to its end before the refusal is told. A change that was
interrupted goes on from where it was when it is asked for again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from crm_graph.definitions.changes import properties, validations
from crm_graph.definitions.changes.checks import refused
from crm_graph.definitions.changes.properties import UNIQUE_TYPES
from crm_graph.definitions.changes.publication import Audit, Values, confirm, publish, save_properties, schema_of
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import CLAIMS_BEGUN, CLAIMS_ENDING, Property
from crm_graph.definitions.validations import Rule, rules_of
from crm_graph.errors import Busy, InvalidInput
from crm_graph.graph.failures import ConstraintViolated
from crm_graph.graph.queries import load
from crm_graph.records import claims
from crm_graph.unit import Unit

DUPLICATES_SHOWN = 20
"""Values of which a refusal says that several records have them."""
RECORDS_SHOWN = 10
"""Records that it names of each."""

_BATCH = 1_000
_DROPPED = 10_000
_ATTEMPTS = 10


class NotYetUnique(InvalidInput):
    """Values that several records have; `duplicates` has, by value as it is stored, the ids of some of them."""

    def __init__(self, name: str, duplicates: Mapping[str, tuple[int, ...]]) -> None:
        shown = "; ".join(f"{value} in {', '.join(map(str, ids))}" for value, ids in duplicates.items())
        super().__init__(
            f"Property {name} cannot be unique, since several records have the same value: {shown}",
            propertyName=[name],
            values=list(duplicates),
            recordIds=[";".join(map(str, ids)) for ids in duplicates.values()],
        )
        self.duplicates = duplicates


@dataclass(frozen=True, slots=True)
class _Stored:
    """A stored value that is to be claimed."""

    id: int
    value: Any
    key: str


def update(unit: Unit, object_type: ObjectType, name: str, changes: Mapping[str, Any]) -> Property:
    """The property after the change, as `properties.update` has it; its uniqueness changes alone.

    Raises NotYetUnique where values are there twice, and what `properties.update` raises.
    """
    known = properties.find(object_type, name)
    rest = {field: value for field, value in changes.items() if field != "unique"}
    is_settled = known.claiming is None and changes.get("unique", known.unique) is known.unique
    if "unique" not in changes or is_settled:
        return properties.update(unit, object_type, name, rest)
    if any(getattr(known, field) != value for field, value in rest.items()):
        raise refused("hasUniqueValue", changes["unique"], "changes alone; send other changes by themselves")
    return set_unique(unit, object_type, known, unique=changes["unique"])


def set_unique(unit: Unit, object_type: ObjectType, known: Property, *, unique: bool) -> Property:
    """The property, unique or not. Several versions of the model come of it, and reads are served meanwhile.

    Until it is decided, a write of a value that another record has is refused already. Raises NotYetUnique, TooMany
    where there are as many as may be, InvalidInput for a property that cannot be unique.
    """
    if known.built_in:
        raise refused("hasUniqueValue", unique, "is fixed for a built-in property")
    if known.claiming == CLAIMS_ENDING or not unique:
        _withdraw(unit, object_type, known)
        if unique:
            schema_of(unit).begin_anew()
        return replace(known, unique=False, claiming=None)
    if known.unique:
        confirm(unit)
        return known
    if known.type not in UNIQUE_TYPES or known.is_computed:
        raise refused("hasUniqueValue", known.type, f"only {', '.join(UNIQUE_TYPES)} that are stored can be unique")
    if any(rule.normalises for rule in rules_of(known)):
        raise refused(
            "hasUniqueValue", unique, "is not for a property whose rules mend values; let them mend none first"
        )
    properties.check_unique_count(unit, object_type, 1)
    # Before it is published, which may be although the answer is lost.
    unit.undo(lambda again: _undo(again, object_type.name, known.name))
    if known.claiming is None:
        _publish(unit, object_type, known, claiming=CLAIMS_BEGUN)
        schema_of(unit).begin_anew()
    schema_of(unit).settle()
    if duplicates := _claim_stored(unit, object_type, known):
        raise NotYetUnique(known.name, duplicates)
    return _publish(unit, object_type, known, unique=True, claiming=None)


def put_rule(unit: Unit, object_type: ObjectType, name: str, rule: Rule) -> None:
    """As `validations.put`; InvalidInput for a rule that mends values of a unique property that records have.

    They would no more be found by what they are, as a value is looked for as it would be stored.
    """
    known = properties.find(object_type, name)
    if rule.normalises and known.unique:
        prefix = claims.key_of(object_type, known.name, "")
        if unit.graph.ask(load("uniqueness").is_claimed, prefix=prefix)["is_claimed"]:
            why = f"is not for {known.name}, which is unique and has values that may be written otherwise"
            raise refused("shouldApplyNormalization", True, why)
    validations.put(unit, object_type, name, rule)


def _undo(unit: Unit, object_type_name: str, name: str) -> None:
    object_type = unit.model.object_types[object_type_name]
    known = object_type.properties[name]
    if known.claiming is not None and not known.unique:
        _withdraw(unit, object_type, known)


def _withdraw(unit: Unit, object_type: ObjectType, known: Property) -> None:
    """Remove the claims of a property, when nobody makes them any more."""
    if known.claiming != CLAIMS_ENDING:
        if not known.unique and known.claiming is None:
            return confirm(unit)
        _publish(unit, object_type, known, unique=False, claiming=CLAIMS_ENDING)
        schema_of(unit).begin_anew()
    schema_of(unit).settle()
    prefix = claims.key_of(object_type, known.name, "")
    while unit.graph.change(load("uniqueness").drop, prefix=prefix, limit=_DROPPED)["dropped"] == _DROPPED:
        pass
    _publish(unit, object_type, known, claiming=None)


def _claim_stored(unit: Unit, object_type: ObjectType, known: Property) -> dict[str, tuple[int, ...]]:
    """Claim what is stored; the values of which that could not be done, with the ids of records that have them."""
    found: dict[str, tuple[Any, set[int]]] = {}
    for page in _pages(unit, object_type, known):
        first = {stored.key: stored for stored in reversed(page)}
        again = [stored for stored in page if first[stored.key] is not stored]
        # What is there twice in one page is claimed after what came first, so that each is compared with a claim.
        for rows in (list(first.values()), *_distinct(again)):
            by_id = {stored.id: stored for stored in rows}
            for record_id, owner in _claim(unit, object_type, known, rows):
                stored = by_id[record_id]
                ids = found.setdefault(stored.key, (stored.value, set()))[1]
                ids.update((owner, record_id))
        if len(found) >= DUPLICATES_SHOWN:
            break
    shown = list(found.values())[:DUPLICATES_SHOWN]
    present = object_type.presenters[known.name]
    return {present(value)[:200]: tuple(sorted(ids)[:RECORDS_SHOWN]) for value, ids in shown}


def _pages(unit: Unit, object_type: ObjectType, known: Property) -> Iterator[list[_Stored]]:
    """Stored values of live records in the order of their ids; archived ones claim when they are restored."""
    places = {"node_label": object_type.node_label, "property": known.name}
    after = -1
    while rows := unit.graph.ask(load("indexing").values_after.on(**places), after=after, limit=_BATCH)["rows"]:
        after = rows[-1]["id"]
        yield [
            _Stored(row["id"], row["value"], claims.key_of(object_type, known.name, row["value"]))
            for row in rows
            if row["value"] is not None
        ]


def _distinct(stored: list[_Stored]) -> Iterator[list[_Stored]]:
    """The values in as few lists as there may be where none has a key twice, up to as many as are shown."""
    lists: list[dict[str, _Stored]] = []
    for each in stored:
        target = next((found for found in lists if each.key not in found), None)
        if target is None:
            if len(lists) == RECORDS_SHOWN:
                continue
            lists.append(target := {})
        target[each.key] = each
    return (list(found.values()) for found in lists)


def _claim(unit: Unit, object_type: ObjectType, known: Property, rows: list[_Stored]) -> list[tuple[int, int]]:
    """Ids of the records whose value another one has, each with the id of that one."""
    statement = load("uniqueness").claim.on(node_label=object_type.node_label, property=known.name)
    given = [{"id": each.id, "value": each.value, "key": each.key} for each in sorted(rows, key=lambda each: each.id)]
    for _ in range(_ATTEMPTS):
        try:
            taken = unit.graph.change(statement, rows=given, property=known.name)["taken"]
        except ConstraintViolated:
            continue  # a writer claimed one of them at this moment, and is seen at the next try
        return [(record_id, owner) for record_id, owner in taken]
    raise Busy("The records are being written by too many others at this moment; try again.")


def _publish(unit: Unit, object_type: ObjectType, known: Property, **values: Any) -> Property:
    given: Values = {**values, "updated_at": unit.clock.now(), "updated_user_id": unit.actor.user_id}
    audit = Audit(action="UPDATE", subject=f"property:{object_type.name}.{known.name}", values=given)
    publish(unit, [audit], lambda inner: save_properties(inner, object_type.name, {known.name: given}))
    return replace(known, **given)
