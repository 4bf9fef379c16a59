"""What a record was at a moment, read back from revisions and from the intervals of its associations alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import QueryTooExpensive, RecordNotFound
from crm_graph.graph.queries import load
from crm_graph.records.record import Native, read_id
from crm_graph.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class PastState:
    """A record as it was at `at` (ms since 1970, UTC).

    `properties` are native, those without a value left out. `associations` has for the key of each
    record that was associated and live the type ids as this record saw them.
    """

    at: int
    is_archived: bool
    properties: Mapping[str, Native]
    associations: Mapping[str, frozenset[int]] = field(default_factory=dict)


def state(unit: Unit, object_type: ObjectType, record_id: str, at: int) -> PastState:
    """The record as it was at that moment, archived or not.

    Raises RecordNotFound where it did not exist yet or was purged since, QueryTooExpensive where it
    had more than `Limits.counted_associations` associations.
    """
    key = f"{object_type.id}:{read_id(record_id)}"
    most = unit.limits.counted_associations
    past = unit.graph.ask(load("as_of").properties, key=key, at=at)
    if not past["existed"] or past["kind"] == "purge":
        raise RecordNotFound
    rows = unit.graph.ask(load("as_of").associations, key=key, at=at, limit=most + 1)["associations"]
    if len(rows) > most:
        raise QueryTooExpensive(f"The record had more than {most:,} associations at that moment.")
    inverse = _inverse_ids(unit.model, object_type)
    associations: dict[str, set[int]] = {}
    for far_key, type_id, is_source in rows:
        associations.setdefault(far_key, set()).add(type_id if is_source else inverse.get(type_id, type_id))
    return PastState(
        at=at,
        is_archived=past["kind"] == "archive" or (past["kind"] == "merge" and past["version"] > 1),
        properties={name: value for name, value in past["values"] if value is not None},
        associations={far_key: frozenset(type_ids) for far_key, type_ids in associations.items()},
    )


def _inverse_ids(model: DataModel, object_type: ObjectType) -> dict[int, int]:
    """What the target calls each stored type, archived types included."""
    return {found.id: found.inverse_id for pair in model.pairs_of(object_type) for found in pair.types}
