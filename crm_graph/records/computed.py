"""Values that are not stored: of formulas, of roll-ups, times of stages, and what follows from associations by a table.

Each is one expression (`definitions/expressions.py`), made when a record is read and when it is searched by. What
would need more than `Limits.counted_associations` associations is not given: the value is then null.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from crm_graph.definitions import expressions, stage_times
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.remembered import remembered
from crm_graph.errors import ReadTooLong
from crm_graph.records.record import Native
from crm_graph.unit import Unit

_NAMED = 10
"""How many properties a message names."""

Values = dict[int, dict[str, Native]]


@remembered
def names_of(object_type: ObjectType, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the names that are computed for the object type; `*` stands for all but the times of stages."""
    asked = dict.fromkeys([*expressions.names_of(object_type), *names] if "*" in names else names)
    return tuple(
        name for name in asked if expressions.is_computed(object_type, name) or stage_times.find(object_type, name)
    )


def values_of(unit: Unit, object_type: ObjectType, ids: Sequence[int], names: Collection[str]) -> Values:
    """Computed values by record id and name, natively, all of them in one statement.

    ReadTooLong, which names what is computed, where they cannot be made in the time of a read.
    """
    computed = names_of(object_type, tuple(names))
    if not computed or not ids:
        return {record_id: {} for record_id in ids}
    parameters: dict[str, Any] = {}

    def give(value: Any) -> str:
        parameters[name := f"v{len(parameters)}"] = value
        return f"${name}"

    counted = unit.limits.counted_associations
    statement = expressions.compile_values(unit.model, object_type, computed, give, counted=counted)
    keys = [f"{object_type.id}:{record_id}" for record_id in ids]
    try:
        rows = unit.graph.ask(statement, keys=keys, **parameters)["rows"]
    except ReadTooLong:
        raise ReadTooLong(
            f"Computing {', '.join(computed[:_NAMED])}{', …' if len(computed) > _NAMED else ''} of {len(ids):,} "
            f"records took longer than {unit.limits.read_ms:,} ms. Ask for fewer records or properties at once.",
            propertyName=list(computed),
        ) from None
    values = {record_id: dict(zip(computed, row, strict=True)) for record_id, row in rows}
    return {record_id: values.get(record_id, dict.fromkeys(computed)) for record_id in ids}
