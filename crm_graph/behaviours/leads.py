"""Leads: one that has lost its primary contact and its primary company is archived, as in the contract."""

from __future__ import annotations

from collections.abc import Sequence

from crm_graph.definitions.object_type import ObjectType
from crm_graph.graph.queries import load
from crm_graph.records import association_types
from crm_graph.records.archive import archive_all
from crm_graph.records.hooks import Behaviour
from crm_graph.unit import Unit

_OF = ("contact", "company")
"""The object types of which a lead needs a primary record, one or the other."""


def _archive(unit: Unit, object_type: ObjectType, ids: Sequence[int]) -> None:
    left = set(ids)
    for name in _OF:
        left -= _with_primary(unit, object_type, name, left)
    archive_all(unit, object_type, [str(record_id) for record_id in left])


def _with_primary(unit: Unit, object_type: ObjectType, far_name: str, ids: set[int]) -> set[int]:
    """Those of the leads that have a primary record of the far object type which is live."""
    far = unit.model.object_type(far_name)
    pair = unit.model.pair(object_type, far)
    primary = association_types.primary_of(pair)
    if primary is None or not pair.is_indexed or not ids:
        return set()
    statement = load("associations").primaries.on(relationship_type=pair.relationship_type, far_label=far.node_label)
    ones = [f"{object_type.id}:{record_id}|{primary.id}" for record_id in ids]
    return {record_id for record_id, _, _ in unit.graph.ask(statement, ones=ones, names=[])["primaries"]}


NEEDS_PRIMARY = Behaviour(bereft=_archive)
