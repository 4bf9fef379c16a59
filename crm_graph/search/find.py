"""Run criteria: one statement, within a budget of time, with nothing missing that was written before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import QueryTooExpensive
from crm_graph.graph.database import Row
from crm_graph.records.create import refuse_unless
from crm_graph.records.read import completed, made_of, stored_names
from crm_graph.records.record import Record
from crm_graph.search.compiler import Compiled, compile_search
from crm_graph.search.criteria import Criteria
from crm_graph.search.cursor import Position
from crm_graph.search.operators import Kind
from crm_graph.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPage:
    """Records in the order asked for; `total` counts all that match, `after` is the cursor of the next page."""

    total: int
    records: Sequence[Record]
    after: str | None = None


def run(unit: Unit, object_type: ObjectType, criteria: Criteria) -> SearchPage:
    """The page of live records that the criteria ask for, with the exact total.

    Raises QueryTooExpensive when `search_ms` do not suffice, naming what is computed and what to index;
    UnknownObjectType and UndefinedAssociation for an association filter.
    """
    refuse_unless(object_type, "search")
    names = stored_names(object_type, criteria.selection.properties)
    given: Any = {"limit_ms": unit.limits.search_ms, "counted": unit.limits.counted_associations}
    compiled = compile_search(criteria, object_type, unit.model, names, **given)
    row = _ask(unit, criteria, compiled)
    if not compiled.is_whole and len(row["records"]) <= criteria.limit:
        compiled = compile_search(criteria, object_type, unit.model, names, **given, whole=True)
        row = _ask(unit, criteria, compiled)
    found = row["records"][: criteria.limit]
    nodes: list[Any] = [node for _, node in found] if isinstance(criteria.after, Position) else found
    records = made_of(object_type, names, nodes)
    has_more = bool(records) and len(row["records"]) > criteria.limit
    return SearchPage(
        total=row["total"],
        records=completed(unit, object_type, records, criteria.selection),
        after=_after(criteria, records, found) if has_more else None,
    )


def _ask(unit: Unit, criteria: Criteria, compiled: Compiled) -> Row:
    try:
        return unit.graph.ask(compiled.statement, **compiled.parameters)
    except QueryTooExpensive:
        raise _too_expensive(criteria, unit.limits.search_ms) from None


def _after(criteria: Criteria, records: Sequence[Record], found: list[Any]) -> str:
    if isinstance(criteria.after, Position):
        return Position(found[-1][0], records[-1].id).write(criteria.sort.name)
    return str(criteria.after + criteria.limit)


def _too_expensive(criteria: Criteria, limit_ms: int) -> QueryTooExpensive:
    filters = [each for filters in criteria.groups for each in filters]
    served = [
        each
        for each in filters
        if each.operator.uses_index and each.target.kind is not Kind.OPTIONS and not each.target.is_computed
    ]
    indexable = list(dict.fromkeys(each.target.name for each in served if not each.target.is_indexed))
    targets = [*(each.target for each in filters), criteria.sort.target]
    computed = list(dict.fromkeys(each.name for each in targets if each.is_computed))
    remedy = f"Mark {' and '.join(indexable)} as indexed, or narrow" if indexable else "Narrow"
    cause = f" {' and '.join(computed)}: computed for every record that the other filters leave." if computed else ""
    return QueryTooExpensive(
        f"The search took longer than {limit_ms} ms.{cause} {remedy} it by a property that is indexed.",
        propertyName=[*computed, *indexable],
    )
