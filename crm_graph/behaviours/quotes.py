"""Quotes: none is finalised before it belongs to a deal."""

from __future__ import annotations

from collections.abc import Sequence

from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import RuleBroken
from crm_graph.records import associations
from crm_graph.records.hooks import Behaviour, Change
from crm_graph.unit import Unit

_STATUS = "hs_status"
FINAL = frozenset({"APPROVAL_NOT_NEEDED", "PENDING_APPROVAL", "APPROVED"})
"""The statuses past drafting."""


def _need_deal(unit: Unit, object_type: ObjectType, changes: Sequence[Change]) -> None:
    final = [change for change in changes if change.values.get(_STATUS) in FINAL]
    if not final:
        return
    deal = unit.model.object_type("deal")
    type_ids = {direction.type_id for direction in unit.model.directions(object_type, deal)}
    stored_ids = [change.record_id for change in final if change.record_id is not None]
    pages = associations.pages_of(unit, object_type, stored_ids, [deal]) if stored_ids else {}
    for change in final:
        with_deal = any(
            item.far_type == deal.name or any(type_id in type_ids for _, type_id in item.type_ids)
            for item in change.associations
        )
        page = pages.get(change.record_id or -1, {}).get(deal.name)
        if not with_deal and (page is None or not page.type_ids):
            change.refusal = RuleBroken(
                f"A quote cannot be finalised (hs_status {change.values[_STATUS]}) without a deal: "
                "associate it with a deal first.",
                propertyName=[_STATUS],
            )


NEEDS_DEAL = Behaviour(before=_need_deal, reads=lambda object_type: (_STATUS,))
