"""Leads: one that has lost its primary contact and its primary company is archived, as in the contract."""

from __future__ import annotations

from collections.abc import Sequence

from crm_graph.definitions.object_type import ObjectType
from crm_graph.records.archive import archive_all
from crm_graph.records.association_reading import primaries_of
from crm_graph.records.hooks import Behaviour
from crm_graph.unit import Unit

_OF = ("contact", "company")
"""The object types of which a lead needs a primary record, one or the other."""


def _archive(unit: Unit, object_type: ObjectType, ids: Sequence[int]) -> None:
    left = set(ids)
    for name in _OF:
        left -= primaries_of(unit, object_type, unit.model.object_type(name), left).keys()
    archive_all(unit, object_type, [str(record_id) for record_id in left])


NEEDS_PRIMARY = Behaviour(bereft=_archive)
