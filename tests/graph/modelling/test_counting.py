"""What a change of the data model touches, counted by hand beside; and that looking writes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pytest

from crm_graph.crm import Crm
from crm_graph.definitions.changes import object_types, properties
from crm_graph.definitions.changes.rehearsal import rehearse
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Option, Property
from crm_graph.errors import DefinitionExists, MissingScopes, RecordsRemain
from crm_graph.modelling import counting, wish, wishes
from crm_graph.modelling.counting import Count
from crm_graph.unit import Unit
from tests.factories import SUPER_ADMIN, Make

T = TypeVar("T")

COLOUR = Property(
    name="colour",
    display_name="Colour",
    type="enumeration",
    field_type="select",
    options=(Option(value="red", display_name="Red"), Option(value="blue", display_name="Blue")),
)
SIZE = Property(name="size", display_name="Size", type="number", field_type="number")


@pytest.fixture
def things(make: Make) -> str:
    """The name of a custom object type with a colour and a size, which may be associated with contacts."""
    return make.object_type(COLOUR, SIZE, associated=["contact"]).name


def counted(crm: Crm, things: str, work: Callable[[Unit, ObjectType], T]) -> T:
    """What work finds of the object type."""
    return crm.run(SUPER_ADMIN, lambda unit: work(unit, unit.model.object_type(things)))


def test_records_with_and_without_a_value_are_counted_with_examples(crm: Crm, make: Make, things: str) -> None:
    red, blue, bare = make.record(things, colour="red"), make.record(things, colour="blue"), make.record(things)
    colour = lambda found: found.properties["colour"]  # noqa: E731 short where it is used twice
    with_value = counted(crm, things, lambda unit, found: counting.with_value(unit, found, colour(found)))
    without = counted(crm, things, lambda unit, found: counting.without_value(unit, found, colour(found)))
    assert with_value == Count(number=2, examples=(red.id, blue.id))
    assert without == Count(number=1, examples=(bare.id,))


def test_records_with_an_option_are_counted(crm: Crm, make: Make, things: str) -> None:
    make.record(things, colour="red")
    blue = make.record(things, colour="blue")
    found = counted(
        crm, things, lambda unit, found: counting.with_options(unit, found, found.properties["colour"], ["blue"])
    )
    assert found == Count(number=1, examples=(blue.id,))


def test_number_beyond_what_is_looked_at_is_the_least_there_is(crm: Crm, make: Make, things: str) -> None:
    for _ in range(4):
        make.record(things, colour="red")

    def count(unit: Unit) -> Count:
        found = unit.model.object_type(things)
        few = replace(unit, limits=replace(unit.limits, impact_looks=2))
        return counting.with_value(few, found, found.properties["colour"])

    found = crm.run(SUPER_ADMIN, count)
    assert not found.is_exact
    assert 2 <= found.number <= 3


@pytest.mark.parametrize(("most", "above"), [(1, 2), (2, 1), (3, 0)])
def test_records_above_a_limit_are_counted_from_either_end(
    crm: Crm, make: Make, things: str, most: int, above: int
) -> None:
    three, two, one = (make.record(things) for _ in range(3))
    for thing, number in ((three, 3), (two, 2), (one, 1)):
        for _ in range(number):
            make.associated(thing, make.contact())

    def count(unit: Unit) -> int:
        near, far = unit.model.object_type(things), unit.model.object_type("contact")
        pair, direction = unit.model.pair(near, far), unit.model.directions(near, far)[0]
        return counting.above(unit, pair, direction, most).number

    assert crm.run(SUPER_ADMIN, count) == above


def test_rehearsal_of_a_change_writes_nothing(crm: Crm, things: str) -> None:
    crm.forget()
    before = crm.model.version

    def create(unit: Unit, found: ObjectType) -> list[Property]:
        wanted = replace(SIZE, name="fresh", group=next(iter(found.groups)))
        return rehearse(unit, lambda inner: properties.create(inner, found, [wanted]))

    made = counted(crm, things, create)
    crm.forget()
    assert [each.name for each in made] == ["fresh"]
    assert crm.model.version == before


def test_rehearsal_refuses_what_the_change_would_be_refused(crm: Crm, make: Make, things: str) -> None:
    make.record(things)
    with pytest.raises(DefinitionExists):
        counted(
            crm,
            things,
            lambda unit, found: rehearse(
                unit, lambda inner: properties.create(inner, found, [found.properties["size"]])
            ),
        )
    with pytest.raises(RecordsRemain):
        counted(crm, things, lambda unit, found: rehearse(unit, lambda inner: object_types.archive(inner, found)))
    assert not counted(crm, things, lambda unit, found: found.closing)


def test_removal_of_an_object_type_without_records_is_rehearsed_without_closing_it(crm: Crm, things: str) -> None:
    counted(crm, things, lambda unit, found: rehearse(unit, lambda inner: object_types.archive(inner, found)))
    crm.forget()
    assert not crm.model.object_types[things].closing
    assert not crm.model.object_types[things].archived


def test_preview_is_for_super_admins(crm: Crm, things: str) -> None:
    reader = replace(SUPER_ADMIN, is_super_admin=False)
    with pytest.raises(MissingScopes):
        crm.run(reader, lambda unit: wish.preview(unit, wishes.activation(things, active=False)))


def test_token_of_a_preview_changes_with_its_numbers(crm: Crm, make: Make, things: str) -> None:
    def token() -> str:
        return crm.run(SUPER_ADMIN, lambda unit: wish.preview(unit, wishes.activation(things, active=False))).token

    first, again = token(), token()
    make.record(things)
    assert first == again
    assert token() != first
