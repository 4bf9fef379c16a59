"""How many associations of a type one record may have: what is counted, and what is said where a limit would be passed.

Only live far records count, so that what was archived and comes back may find its place taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crm_graph.definitions.association import AssociationPair, AssociationType, Direction
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import LimitExceeded, TooMany
from crm_graph.graph.queries import load
from crm_graph.unit import Unit

NO_ASSOCIATION = "_NO_ASSOCIATION"
"""The relationship type that no relationship has, and that has every index which a pair may lack."""

Limit = tuple[Mapping[str, Any], Direction]
"""A limit as the statements take it, and the direction that it is counted in."""

LimitedPair = tuple[AssociationPair, Sequence[Limit]]
"""A pair of object types with the limits of its types."""


def limits_of(types: Iterable[AssociationType]) -> list[Limit]:
    """The limits of the types; one that is its own inverse has one, counted over both directions together."""
    found: list[Limit] = []
    for each in types:
        for direction in (each.forward,) if each.is_symmetric else (each.forward, each.backward):
            if direction.limit is not None:
                sent = direction.is_forward
                counted = {"sent": sent, "received": not sent or each.is_symmetric}
                found.append(({"type_id": each.id, "max": direction.limit, **counted}, direction))
    return found


def places(pair: AssociationPair, limits: Sequence[Limit]) -> dict[str, str]:
    """The relationship types in which a statement counts what a record sent and received."""
    return {
        name: pair.relationship_type if any(limit[name] for limit, _ in limits) else NO_ASSOCIATION
        for name in ("sent", "received")
    }


def refuse(unit: Unit, limits: Sequence[Limit], over: Sequence[tuple[int, int, int]]) -> None:
    """LimitExceeded where a statement says that limits would be passed: (index of the limit, record id, by how many).

    It names the first record, the type and the limit.
    """
    if not over:
        return
    counted, direction = limits[over[0][0]]
    excess = {record_id: more for n, record_id, more in over if n == over[0][0]}
    near, far = (unit.model.object_types[name] for name in (direction.near, direction.far))
    raise LimitExceeded(
        f"{near.name} {over[0][1]} may have at most {counted['max']} {far.plural} "
        f"under the association type {direction.type_id}",
        direction.type.id,
        excess,
        objectId=[str(each) for each in excess],
        associationTypeId=[str(direction.type_id)],
        limit=[str(counted["max"])],
    )


def limited_pairs(unit: Unit, object_type: ObjectType) -> list[LimitedPair]:
    """The pairs of the object type that have limits and may have associations."""
    found: list[LimitedPair] = []
    for pair in unit.model.pairs_of(object_type):
        limits = limits_of(each for each in pair.types if not each.archived)
        if pair.is_indexed and limits:
            found.append((pair, limits))
    return found


def refuse_crowded(unit: Unit, object_type: ObjectType, record_id: int, limited: Iterable[LimitedPair]) -> None:
    """LimitExceeded where the archived record, were it live again, or one that it is associated with had too many.

    TooMany for more than `Limits.restored_associations`. All of them stay locked until the
    transaction of the unit ends.
    """
    most = left = unit.limits.restored_associations
    for pair, limits in limited:
        query = load("associations").crowded.on(
            relationship_type=pair.relationship_type,
            source_label=unit.model.object_types[pair.source].node_label,
            target_label=unit.model.object_types[pair.target].node_label,
            **places(pair, limits),
        )
        row = unit.graph.change(
            query,
            key=f"{object_type.id}:{record_id}",
            id=record_id,
            is_source=pair.source == object_type.name,
            is_target=pair.target == object_type.name,
            limits=[limit for limit, _ in limits],
            count_max=max(limit["max"] for limit, _ in limits) + 1,
            limit=left + 1,
        )
        left -= row["number"]
        if left < 0:
            raise TooMany(
                f"A restore counts at most {most:,} associations of types that have limits, and the record has more. "
                "It can be restored once those limits are removed."
            )
        refuse(unit, limits, row["over"])
