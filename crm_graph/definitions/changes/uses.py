"""What filters of lists use is not removed under them; what they use is kept with each list by these names."""

from __future__ import annotations

from collections.abc import Iterable

from crm_graph.errors import InUse
from crm_graph.graph.queries import load
from crm_graph.unit import Unit

SHOWN = 20
"""Lists that a refusal names at most."""


def of_property(object_type: str, name: str) -> str:
    """How a list names a property that its filters use."""
    return f"property:{object_type}.{name}"


def of_association_type(type_id: int) -> str:
    """How a list names an association type that its filters use, by its forward id."""
    return f"association_type:{type_id}"


def of_object_type(name: str) -> str:
    """How a list names an object type whose records it has or looks at."""
    return f"object_type:{name}"


def object_types_in(uses: Iterable[str]) -> list[str]:
    """Names of the object types whose records a list with these uses has or looks at."""
    prefix = of_object_type("")
    return sorted(each.removeprefix(prefix) for each in uses if each.startswith(prefix))


def lists_using(unit: Unit, uses: Iterable[str]) -> list[str]:
    """Names of some of the live lists that use one of these."""
    names: list[str] = unit.graph.ask(load("segments").using, uses=list(uses), limit=SHOWN)["names"]
    return names


def refuse_used(unit: Unit, uses: Iterable[str], what: str) -> None:
    """InUse where a live list uses one of these; in the transaction of their removal nobody can begin to."""
    if names := lists_using(unit, uses):
        raise InUse(f"{what} cannot be removed while lists use it: {', '.join(names)}.", lists=names)
