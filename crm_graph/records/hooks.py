"""What rules of one object type get to see and may do around a write; the rules are in `behaviours/`.

A behaviour is attached to an object type by name. Before a write it sees all changes of a
batch at once, so that a rule which must ask the graph asks once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import CRMError, Fault
from crm_graph.records.record import Native, NewAssociation
from crm_graph.unit import Unit


@dataclass(slots=True, kw_only=True)
class Change:
    """One record about to be written. Rules add to `values` and `faults`, or set `refusal`.

    `values` are native, None clears; `stored` are the values in the graph, None for a new record.
    """

    values: dict[str, Native]
    at: int
    stored: Mapping[str, Native] | None = None
    record_id: int | None = None
    created_at: int = 0
    """When the record was made; `at` for a new one."""
    associations: Sequence[NewAssociation] = ()
    faults: list[Fault] = field(default_factory=list)
    refusal: CRMError | None = None
    """Why a rule does not allow the write, where that is no fault of a value."""

    @property
    def is_new(self) -> bool:
        """Whether the record is being created."""
        return self.stored is None

    def result(self, name: str) -> Native:
        """The value that the property will have after the write."""
        if name in self.values:
            return self.values[name]
        return None if self.stored is None else self.stored.get(name)


Before = Callable[[Unit, ObjectType, Sequence[Change]], None]

Values = Mapping[str, Native]
Merged = Callable[[ObjectType, dict[str, Native], Values, Values], None]
Bereft = Callable[[Unit, ObjectType, Sequence[int]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """A rule of object types that name it.

    `before` runs before a write. `reads` are the properties whose change makes the rule need
    stored values; a change of none of them goes without a read. `upserts_whole` are unique properties
    by which a batch is upserted whole or not at all. `merged` betters the values of a
    record made of two: given its own, those of the primary record and those of the other. `bereft`
    is told, in the same transaction, the ids of records whose primary association of one pair of
    object types was ended without another in its place.
    """

    before: Before | None = None
    reads: Callable[[ObjectType], Collection[str]] = lambda object_type: ()
    refuses_restore: bool = False
    upserts_whole: Collection[str] = ()
    merged: Merged | None = None
    bereft: Bereft | None = None


def attached(unit: Unit, object_type: ObjectType) -> list[Behaviour]:
    """The behaviours of an object type, in the order in which it names them."""
    return [unit.behaviours[name] for name in object_type.behaviours if name in unit.behaviours]


def needs_stored(behaviours: Sequence[Behaviour], object_type: ObjectType, names: Collection[str]) -> bool:
    """Whether a rule must see stored values when the named properties change."""
    return any(not set(names).isdisjoint(behaviour.reads(object_type)) for behaviour in behaviours)


def run(behaviours: Sequence[Behaviour], unit: Unit, object_type: ObjectType, changes: Sequence[Change]) -> None:
    """Let every rule see and better the changes."""
    for behaviour in behaviours:
        if behaviour.before:
            behaviour.before(unit, object_type, changes)
