"""Lifecycle stage of contacts and companies: it moves forward only; whoever wants it back clears it first."""

from __future__ import annotations

from collections.abc import Sequence

from crm_graph.definitions.object_type import ObjectType
from crm_graph.records.hooks import Behaviour, Change, Values
from crm_graph.records.record import Native
from crm_graph.unit import Unit

_NAME = "lifecyclestage"
_FIRST = "lead"
"""Stage of a record made without one, the contract's default."""


def _forward(unit: Unit, object_type: ObjectType, changes: Sequence[Change]) -> None:
    order = {option.value: place for place, option in enumerate(object_type.properties[_NAME].options)}
    for change in changes:
        if change.is_new:
            if _FIRST in order:
                change.values.setdefault(_NAME, _FIRST)
        elif change.values.get(_NAME) is not None and change.stored:
            before = change.stored.get(_NAME)
            if before is not None and order.get(change.values[_NAME], 0) < order.get(before, 0):
                del change.values[_NAME]


def _furthest(object_type: ObjectType, merged: dict[str, Native], primary: Values, other: Values) -> None:
    order = {option.value: place for place, option in enumerate(object_type.properties[_NAME].options)}
    stages = [values[_NAME] for values in (primary, other) if values.get(_NAME) is not None]
    if stages:
        merged[_NAME] = max(stages, key=lambda stage: order.get(stage, -1))


FORWARD_ONLY = Behaviour(before=_forward, reads=lambda object_type: (_NAME,), merged=_furthest)
