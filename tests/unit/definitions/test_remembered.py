"""What follows from an object type is worked out once for each choice of names, and again for another type."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from crm_graph.definitions import catalogue
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.remembered import CHOICES, remembered


def contact(display_name: str = "Contact") -> ObjectType:
    """An object type about which nothing is known yet."""
    return replace(catalogue.load().object_type("contact"), display_name=display_name)


def counted() -> tuple[list[tuple[str, ...]], Callable[[ObjectType, tuple[str, ...]], str]]:
    calls: list[tuple[str, ...]] = []

    @remembered
    def joined(object_type: ObjectType, names: tuple[str, ...]) -> str:
        calls.append(names)
        return f"{object_type.display_name}: {', '.join(names)}"

    return calls, joined


def test_a_choice_is_worked_out_once() -> None:
    calls, joined = counted()
    object_type = contact()
    assert [joined(object_type, ("city", "phone")) for _ in range(3)] == ["Contact: city, phone"] * 3
    assert calls == [("city", "phone")]


def test_a_changed_object_type_is_worked_out_anew() -> None:
    _, joined = counted()
    assert [joined(each, ("city",)) for each in (contact(), contact("Person"))] == ["Contact: city", "Person: city"]


def test_no_more_choices_are_kept_than_the_bound() -> None:
    calls, joined = counted()
    object_type = contact()
    for number in range(CHOICES + 1):
        joined(object_type, (str(number),))
    joined(object_type, ("0",))
    assert calls.count(("0",)) == 2
