"""How many records an account has, by object type."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_graph.accounts import permissions, tokens
from crm_graph.definitions.object_type import CATEGORIES, ObjectType
from crm_graph.search.compiler import compile_totals
from crm_graph.unit import Unit


@dataclass(frozen=True, slots=True)
class Total:
    """An object type and how many live records it has."""

    object_type: ObjectType
    records: int


def by_category(unit: Unit) -> list[tuple[str, list[Total]]]:
    """Every category with its object types, in the order of the data model; a type may stand in several.

    Types whose records the actor may not read are left out.
    """
    object_types = [
        each
        for each in unit.model.object_types.values()
        if not each.archived and tokens.permits(unit.actor, permissions.of_records(each, "read"))
    ]
    if not object_types:
        return []
    numbers: Sequence[int] = unit.graph.ask(compile_totals(object_types))["totals"]
    totals = [Total(*found) for found in zip(object_types, numbers, strict=True)]
    known = dict.fromkeys((*CATEGORIES, *(name for each in object_types for name in each.categories)))
    found = ((name, [total for total in totals if name in total.object_type.categories]) for name in known)
    return [(name, those) for name, those in found if those]
