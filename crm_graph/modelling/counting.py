"""How many records or associations there are of what a change would touch, each number within a bound.

The count store and indexes give numbers that are exact. Where neither has one, records are looked
at in the order of their ids, `Limits.impact_looks` of them at most, and what was found is the least
that there is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from crm_graph.definitions.association import AssociationPair, Direction
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.errors import QueryTooExpensive
from crm_graph.graph.database import Row
from crm_graph.graph.queries import Statement, load
from crm_graph.records import computed
from crm_graph.records.record import SYSTEM_PROPERTIES
from crm_graph.unit import Unit

EXAMPLES = 3
"""Ids of records that are named beside a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """A number, the least there is unless `is_exact`, and the ids of some of those that were counted."""

    number: int
    is_exact: bool = True
    examples: tuple[int, ...] = ()


NONE = Count(number=0)
_UNKNOWN = Count(number=0, is_exact=False)
"""Where the time was used up before anything was counted."""


def records(unit: Unit, object_type: ObjectType) -> Count:
    """Live records of an object type, from the count store."""
    statement = load("definitions").live_records.on(node_label=object_type.node_label)
    return Count(number=unit.graph.ask(statement)["records"])


def with_value(unit: Unit, object_type: ObjectType, found: Property) -> Count:
    """Records that have a value of the property, where it was archived too; all of them where the system gives it."""
    if _is_given_by_system(object_type, found):
        return records(unit, object_type)
    if found.indexed and not found.archived:
        name = f"_f_{found.name}" if found.type == "string" else found.name
        statement = load("modelling").with_indexed_value.on(node_label=object_type.node_label, property=name)
        row = _asked(unit, statement)
        return _count(unit, row, "looked_at", "ids")
    row = _looked_at(unit, object_type, found)
    return _count(unit, row, "with", "ids_with")


def without_value(unit: Unit, object_type: ObjectType, found: Property) -> Count:
    """Records that have no value of the property."""
    if _is_given_by_system(object_type, found):
        return NONE
    if found.indexed:
        known, all_records = with_value(unit, object_type, found), records(unit, object_type)
        if known.is_exact:
            # Records come and go between the two statements.
            return Count(number=max(all_records.number - known.number, 0))
    row = _looked_at(unit, object_type, found)
    return _count(unit, row, "without", "ids_without")


def with_options(unit: Unit, object_type: ObjectType, found: Property, values: Sequence[str]) -> Count:
    """Records that have one of these values of an enumeration."""
    if found.indexed and not found.is_multiple:
        counts = in_each(unit, object_type, found.name, values).values()
        examples = tuple(example for each in counts for example in each.examples)[:EXAMPLES]
        is_exact = all(each.is_exact for each in counts)
        return Count(number=sum(each.number for each in counts), is_exact=is_exact, examples=examples)
    query = load("modelling").with_options if found.is_multiple else load("modelling").with_option
    row = _asked(unit, query.on(node_label=object_type.node_label, property=found.name), values=list(values))
    return _count(unit, row, "number", "ids")


def in_each(unit: Unit, object_type: ObjectType, name: str, values: Sequence[str]) -> dict[str, Count]:
    """Records by each of these values of a property that has an index, such as that of the stage."""
    statement = load("modelling").with_indexed_values.on(node_label=object_type.node_label, property=name)
    row = _asked(unit, statement, values=list(values))
    if row is None:
        return dict.fromkeys(values, _UNKNOWN)
    looks = unit.limits.impact_looks
    return {
        value: Count(number=min(number, looks), is_exact=number <= looks, examples=tuple(ids))
        for value, number, ids in row["counts"]
    }


def associations(unit: Unit, pair: AssociationPair) -> Count:
    """Associations of two object types, of whatever type and also of archived records, from the count store."""
    if not pair.is_indexed:
        return NONE
    statement = load("modelling").associations.on(relationship_type=pair.relationship_type)
    return Count(number=unit.graph.ask(statement)["associations"])


def of_association_type(unit: Unit, pair: AssociationPair, type_id: int) -> Count:
    """Associations of one type, by its forward id, also of archived records; examples are source records."""
    if not pair.is_indexed:
        return NONE
    statement = load("modelling").of_association_type.on(relationship_type=pair.relationship_type)
    row = _asked(unit, statement, type_id=type_id)
    return _count(unit, row, "number", "ids")


def above(unit: Unit, pair: AssociationPair, direction: Direction, most: int) -> Count:
    """Live records of the near end that have more than `most` live far ones under a type."""
    if not pair.is_indexed:
        return NONE
    queries = load("modelling")
    one_way = queries.above_from if direction.is_forward else queries.above_to
    query = queries.above_among if direction.type.is_symmetric else one_way
    statement = query.on(
        relationship_type=pair.relationship_type,
        source_label=unit.model.object_types[pair.source].node_label,
        target_label=unit.model.object_types[pair.target].node_label,
    )
    row = _asked(unit, statement, type_id=direction.type.id, most=most)
    return _count(unit, row, "number", "ids")


def _is_given_by_system(object_type: ObjectType, found: Property) -> bool:
    return found.name in SYSTEM_PROPERTIES or bool(computed.names_of(object_type, (found.name,)))


def _looked_at(unit: Unit, object_type: ObjectType, found: Property) -> Row | None:
    return _asked(unit, load("modelling").with_value.on(node_label=object_type.node_label, property=found.name))


def _asked(unit: Unit, statement: Statement, **parameters: Any) -> Row | None:
    """The row of a count; None where the time was not enough."""
    limited = replace(statement, limit_ms=unit.limits.impact_ms)
    try:
        return unit.graph.ask(limited, looks=unit.limits.impact_looks + 1, examples=EXAMPLES, **parameters)
    except QueryTooExpensive:
        return None


def _count(unit: Unit, row: Row | None, number: str, ids: str) -> Count:
    """The count in two columns of a row."""
    if row is None:
        return _UNKNOWN
    # One more is looked at than may be, so that it shows whether there was more.
    is_exact = row["looked_at"] <= unit.limits.impact_looks
    return Count(number=row[number], is_exact=is_exact, examples=tuple(row[ids] or ()))
