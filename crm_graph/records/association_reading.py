"""Associations read from either end, page by page in the order of the far records' ids."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from crm_graph.definitions.association import AssociationPair
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import RecordNotFound
from crm_graph.graph.queries import Statement, load
from crm_graph.records import association_types
from crm_graph.records.record import AssociationPage
from crm_graph.unit import Unit


def page(
    unit: Unit, near: ObjectType, near_id: int, far: ObjectType, *, after: int = -1, limit: int = 500
) -> AssociationPage:
    """Live `far` records associated with one record, behind the id `after`; what stays so during a walk comes once.

    Raises RecordNotFound where there is no live record with that id, UndefinedAssociation. What was
    merged into another record reads as a record without associations.
    """
    pair = unit.model.pair(near, far)
    if pair.is_indexed:
        found = _pages(unit, pair, near, far, {near_id: after}, limit)
    else:
        key = f"{near.id}:{near_id}"
        there = unit.graph.ask(load("associations").are_there, keys=[key])["found"]
        found = {near_id: AssociationPage()} if there else {}
    if near_id not in found:
        raise RecordNotFound
    return found[near_id]


def pages_behind(
    unit: Unit, near: ObjectType, far: ObjectType, after: Mapping[int, int], *, limit: int = 500
) -> dict[int, AssociationPage]:
    """A page for each near id of `after`, behind the far id it names; ids without associations are left out."""
    pair = unit.model.pair(near, far)
    if not pair.is_indexed:
        unit.graph.ask(load("definitions").confirm)
        return {}
    return {near_id: found for near_id, found in _pages(unit, pair, near, far, after, limit).items() if found.type_ids}


def pages_of(
    unit: Unit, near: ObjectType, ids: Sequence[int], far_types: Iterable[ObjectType], *, limit: int = 500
) -> dict[int, dict[str, AssociationPage]]:
    """First pages for each near id by name of the far object type; what has no associations is left out.

    So are object types that may not be associated with this one.
    """
    found: dict[int, dict[str, AssociationPage]] = {}
    for far in dict.fromkeys(far_type.name for far_type in far_types):
        far_type = unit.model.object_types[far]
        if unit.model.find_pair(near, far_type) is None:
            continue
        for near_id, first in pages_behind(unit, near, far_type, dict.fromkeys(ids, -1), limit=limit).items():
            found.setdefault(near_id, {})[far] = first
    return found


def primaries_of(
    unit: Unit, near: ObjectType, far: ObjectType, ids: Collection[int], names: Sequence[str] = ()
) -> dict[int, tuple[int, Sequence[Any]]]:
    """Id of the live primary `far` record and its values of the names, by near id; what has none is left out.

    So are all where the pair knows no primary ones, or where the far record's side is that which has one.
    """
    pair = unit.model.find_pair(near, far)
    primary = association_types.primary_of(pair) if pair is not None and pair.is_indexed else None
    if pair is None or primary is None or pair.source != near.name or not ids:
        return {}
    statement = load("associations").primaries.on(relationship_type=pair.relationship_type, far_label=far.node_label)
    ones = [f"{near.id}:{near_id}|{primary.id}" for near_id in ids]
    rows = unit.graph.ask(statement, ones=ones, names=list(names))["primaries"]
    return {near_id: (far_id, values) for near_id, far_id, values in rows}


def _pages(
    unit: Unit, pair: AssociationPair, near: ObjectType, far: ObjectType, after: Mapping[int, int], limit: int
) -> dict[int, AssociationPage]:
    """Pages by near id; records that are not there are left out."""
    wanted = [{"key": f"{near.id}:{near_id}", "id": near_id, "after": behind} for near_id, behind in after.items()]
    row = unit.graph.ask(
        _statement(pair, near, far),
        wanted=wanted,
        default_id=pair.default.id,
        labelled=any(not found.is_default for found in pair.types),
        limit=limit + 1,
    )
    default = (pair.default.id, near.name == pair.source)
    present = association_types.presenter(pair)
    pages = {}
    for near_id, is_there, far_ids, labelled in row["pages"]:
        if is_there:
            type_ids = dict.fromkeys(far_ids[:limit], present((default,)))
            stored: dict[int, tuple[tuple[int, bool], ...]] = {}
            for far_id, type_id, is_source in labelled:
                if far_id in type_ids:
                    stored[far_id] = (*stored.get(far_id, (default,)), (type_id, is_source))
            type_ids.update((far_id, present(types)) for far_id, types in stored.items())
            after_id = far_ids[limit - 1] if len(far_ids) > limit else None
            pages[near_id] = AssociationPage(type_ids=type_ids, after=after_id)
    return pages


def _statement(pair: AssociationPair, near: ObjectType, far: ObjectType) -> Statement:
    places: dict[str, Any] = {"relationship_type": pair.relationship_type, "far_label": far.node_label}
    queries = load("associations")
    if pair.is_same_object:
        return queries.pages_among.on(**places)
    return (queries.pages_from if near.name == pair.source else queries.pages_to).on(**places)
