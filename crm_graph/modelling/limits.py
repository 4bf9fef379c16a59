"""How much of each limit of the account is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from crm_graph.definitions.association import USER_DEFINED, AssociationPair, AssociationType, Direction
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.object_type import ObjectType
from crm_graph.graph.queries import load
from crm_graph.search.compiler import compile_totals
from crm_graph.unit import Unit

SAMPLES = 20
"""Records that are named of those at or near a limit."""

UNLIMITED = 2**53 - 1
"""Told where nothing is limited and the contract wants a number: the greatest whole one that every client reads."""


@dataclass(frozen=True, slots=True)
class Use:
    """How much of a limit one object type uses."""

    object_type: ObjectType
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelUse:
    """Custom labels between two object types, as records of the first see the second."""

    near: ObjectType
    far: ObjectType
    labels: tuple[str, ...]
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Records that have nearly as many associations of one type as allowed, or as many; samples are (id, number)."""

    direction: Direction
    limit: int
    near: int
    at: int
    near_samples: tuple[tuple[int, int], ...]
    at_samples: tuple[tuple[int, int], ...]


def records(unit: Unit) -> list[Use]:
    """Live records of each object type, from the count store."""
    found = _live(unit)
    numbers: Sequence[int] = unit.graph.ask(compile_totals(found))["totals"]
    return [Use(each, number) for each, number in zip(found, numbers, strict=True)]


def custom_properties(unit: Unit) -> list[Use]:
    """Properties of each object type that users defined."""
    confirm(unit)
    return [Use(each, sum(not found.built_in for found in each.live_properties.values())) for each in _live(unit)]


def calculated_properties(unit: Unit) -> list[Use]:
    """Properties of each object type that users defined by a formula."""
    confirm(unit)
    return [
        Use(each, sum(not found.built_in and found.calculated for found in each.live_properties.values()))
        for each in _live(unit)
    ]


def custom_object_types(unit: Unit) -> int:
    """Object types that users defined."""
    confirm(unit)
    return sum(not each.built_in for each in _live(unit))


def pipelines(unit: Unit) -> list[Use]:
    """Pipelines of each object type that may have some."""
    confirm(unit)
    return [Use(each, len(each.live_pipelines)) for each in _live(unit) if each.pipeline_property]


def labels(unit: Unit, near: ObjectType | None = None, far: ObjectType | None = None) -> list[LabelUse]:
    """Custom labels of all object types that have some between them, or of those that are named."""
    confirm(unit)
    found = []
    for pair in unit.model.pairs.values():
        custom = [each for each in pair.types if _is_label(each)]
        ends = dict.fromkeys([(pair.source, pair.target), (pair.target, pair.source)])
        for first, second in ends:
            named = (near is None or near.name == first) and (far is None or far.name == second)
            if not named or not (custom or (near and far)):
                continue
            seen = [each.forward if each.source == first else each.backward for each in custom]
            texts = tuple(dict.fromkeys(each.association_label or "" for each in seen))
            ones, others = unit.model.object_types[first], unit.model.object_types[second]
            found.append(LabelUse(near=ones, far=others, labels=texts, used=len(custom)))
    return found


def crowds(unit: Unit, near: ObjectType | None = None, far: ObjectType | None = None) -> list[Crowd]:
    """Where records are at a limit of associations or near it (80 % of it), of all object types or of those named.

    Limits that users set are counted. Of each two object types `Limits.impact_looks` associations are
    looked at; QueryTooExpensive where that takes longer than `Limits.impact_ms`.
    """
    wanted = [pair for pair in unit.model.pairs.values() if pair.is_indexed and _concerns(pair, near, far)]
    limited = {each.id: (pair, each) for pair in wanted for each in pair.types if _has_limit(each)}
    if not limited:
        confirm(unit)
        return []
    pairs = {pair.relationship_type: pair for pair, _ in limited.values()}
    statement = load("usage").near_limits.on_each([_places(unit, pair) for pair in pairs.values()])
    limits = {
        str(type_id): {"sent": each.source_max, "received": each.target_max, "both": each.is_symmetric}
        for type_id, (_, each) in limited.items()
    }
    rows = unit.graph.ask(
        replace(statement, limit_ms=unit.limits.impact_ms),
        looks=unit.limits.impact_looks,
        samples=SAMPLES,
        limits=limits,
    )["found"]
    found = [_crowd(limited[row[0]][1], row) for row in rows]
    return [
        each
        for each in found
        if (near is None or each.direction.near == near.name) and (far is None or each.direction.far == far.name)
    ]


def _live(unit: Unit) -> list[ObjectType]:
    return [each for each in unit.model.object_types.values() if not each.archived]


def _is_label(found: AssociationType) -> bool:
    return not found.archived and found.category == USER_DEFINED and not found.is_default


def _has_limit(found: AssociationType) -> bool:
    return not found.archived and not found.is_primary and (found.source_max or found.target_max) is not None


def _concerns(pair: AssociationPair, *wanted: ObjectType | None) -> bool:
    return all(each is None or each.name in (pair.source, pair.target) for each in wanted)


def _places(unit: Unit, pair: AssociationPair) -> dict[str, str]:
    return {
        "relationship_type": pair.relationship_type,
        "source_label": unit.model.object_types[pair.source].node_label,
        "target_label": unit.model.object_types[pair.target].node_label,
    }


def _crowd(found: AssociationType, row: Sequence[Any]) -> Crowd:
    _, is_source, near, at, near_samples, at_samples = row
    direction = found.forward if is_source else found.backward
    return Crowd(
        direction=direction,
        limit=direction.limit or 0,
        near=near,
        at=at,
        near_samples=tuple((record_id, number) for record_id, number in near_samples),
        at_samples=tuple((record_id, number) for record_id, number in at_samples),
    )
