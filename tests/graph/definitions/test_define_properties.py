"""Properties, options and groups, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from crm_graph.definitions.changes import properties
from crm_graph.definitions.property import Group, Option, Property
from crm_graph.errors import DefinitionExists, DefinitionNotFound, InUse, InvalidInput, TooMany
from tests.graph.definitions.conftest import Worker
from tests.graph.definitions.factories import define_type, text_property


def create(worker: Worker, *wanted: Property, on: str = "contact") -> list[Property]:
    return worker.do(lambda unit: properties.create(unit, unit.model.object_type(on), wanted))


def option(value: str, order: int = -1) -> Option:
    return Option(value=value, display_name=value.upper(), display_order=order)


def test_a_property_is_read_as_it_was_made(worker: Worker, other: Worker, name: str) -> None:
    made = create(
        worker,
        text_property(
            name, type="enumeration", field_type="select", options=(option("b"), option("a", 0)), description="Why"
        ),
    )[0]

    known = other.model().object_type("contact").properties[name]
    assert known == made
    assert [each.value for each in known.options] == ["a", "b"]
    assert known.built_in is False


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"name": "Upper"}, "name 'Upper'"),
        ({"name": "1st"}, "name '1st'"),
        ({"name": "_hidden"}, "name '_hidden'"),
        ({"type": "text"}, "type 'text'"),
        ({"field_type": "select"}, "fieldType 'select'"),
        ({"group": "nowhere"}, "groupName 'nowhere'"),
        ({"display_name": " "}, "label"),
        ({"options": (option("a"),)}, "options"),
        ({"type": "enumeration", "field_type": "select", "options": (option("a"), option("a"))}, "given twice"),
        ({"type": "enumeration", "field_type": "checkbox", "options": (option("a;b"),)}, "semicolon"),
        ({"type": "bool", "field_type": "booleancheckbox", "unique": True}, "hasUniqueValue"),
        ({"formula": "1+1"}, "calculationFormula"),
        ({"sensitivity": "secret"}, "dataSensitivity"),
    ],
)
def test_a_property_that_cannot_be_is_refused_naming_the_field(
    worker: Worker, name: str, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        create(worker, text_property(**{"name": name, **fields}))

    assert name not in worker.model().object_type("contact").properties


def test_one_wrong_property_of_several_leaves_nothing(worker: Worker, name: str) -> None:
    with pytest.raises(InvalidInput):
        create(worker, text_property(name), text_property(f"{name}_b", group="nowhere"))

    assert name not in worker.model().object_type("contact").properties


def test_a_name_in_use_is_refused(worker: Worker, name: str) -> None:
    create(worker, text_property(name))

    with pytest.raises(DefinitionExists, match=f"A property named '{name}' already exists."):
        create(worker, text_property(name))
    with pytest.raises(DefinitionExists):
        create(worker, text_property("email"))


def test_ten_unique_properties_are_permitted_and_an_eleventh_is_not(worker: Worker, name: str) -> None:
    group = f"{name}_information"
    worker.do(lambda unit: define_type(unit, name))
    create(worker, *(text_property(f"u{n}", group=group, unique=True) for n in range(10)), on=name)

    with pytest.raises(TooMany, match="hasUniqueValue"):
        create(worker, text_property("u10", group=group, unique=True), on=name)


def test_an_archived_property_comes_back_with_its_new_definition(worker: Worker, other: Worker, name: str) -> None:
    create(worker, text_property(name, description="Old"))
    worker.do(lambda unit: properties.archive(unit, unit.model.object_type("contact"), [name]))
    assert properties.find(other.model().object_type("contact"), name, archived=True).description == "Old"

    create(other, text_property(name, display_name="New"))

    known = worker.model().object_type("contact").live_properties[name]
    assert (known.display_name, known.description, known.archived) == ("New", "", False)


@pytest.mark.parametrize("fields", [{"type": "number", "field_type": "number"}, {"unique": True}])
def test_an_archived_property_does_not_come_back_as_another(worker: Worker, name: str, fields: dict[str, Any]) -> None:
    create(worker, text_property(name))
    worker.do(lambda unit: properties.archive(unit, unit.model.object_type("contact"), [name]))

    with pytest.raises(DefinitionExists):
        create(worker, text_property(name, **fields))


def test_a_property_changes_what_may_change(worker: Worker, other: Worker, name: str) -> None:
    create(worker, text_property(name, type="enumeration", field_type="select", options=(option("a"), option("b"))))

    worker.do(
        lambda unit: properties.update(
            unit,
            unit.model.object_type("contact"),
            name,
            {"display_name": "New", "options": (option("b"),), "field_type": "radio"},
        )
    )

    known = other.model().object_type("contact").properties[name]
    assert (known.display_name, known.field_type, known.option_values) == ("New", "radio", {"b"})


def test_a_change_of_nothing_does_not_move_the_version(worker: Worker, name: str) -> None:
    create(worker, text_property(name))
    before = worker.model().version

    worker.do(lambda unit: properties.update(unit, unit.model.object_type("contact"), name, {"display_name": name}))

    assert worker.model().version == before


@pytest.mark.parametrize("changes", [{"type": "number"}, {"unique": True}, {"field_type": "number"}])
def test_what_is_fixed_does_not_change(worker: Worker, name: str, changes: dict[str, Any]) -> None:
    create(worker, text_property(name))

    with pytest.raises(InvalidInput):
        worker.do(lambda unit: properties.update(unit, unit.model.object_type("contact"), name, changes))


def test_a_built_in_property_keeps_all_but_what_was_changed(worker: Worker, other: Worker, name: str) -> None:
    before = worker.model().object_type("contact").properties["jobtitle"]

    worker.do(
        lambda unit: properties.update(unit, unit.model.object_type("contact"), "jobtitle", {"description": name})
    )

    after = other.model().object_type("contact").properties["jobtitle"]
    assert (after.description, after.type, after.group, after.built_in) == (name, before.type, before.group, True)


def test_a_built_in_property_is_not_archived(worker: Worker) -> None:
    with pytest.raises(InvalidInput, match="built in"):
        worker.do(lambda unit: properties.archive(unit, unit.model.object_type("contact"), ["email"]))


def test_a_property_that_its_type_names_is_not_archived(worker: Worker, name: str) -> None:
    worker.do(lambda unit: define_type(unit, name))

    with pytest.raises(InUse):
        worker.do(lambda unit: properties.archive(unit, unit.model.object_type(name), ["title"]))


def test_a_group_is_removed_only_when_it_is_empty(worker: Worker, other: Worker, name: str) -> None:
    contact = "contact"
    worker.do(
        lambda unit: properties.create_group(unit, unit.model.object_type(contact), Group(name=name, display_name="G"))
    )
    create(other, text_property(f"{name}_p", group=name))

    with pytest.raises(InUse, match=f"{name}_p"):
        worker.do(lambda unit: properties.archive_group(unit, unit.model.object_type(contact), name))
    worker.do(lambda unit: properties.archive(unit, unit.model.object_type(contact), [f"{name}_p"]))
    worker.do(lambda unit: properties.archive_group(unit, unit.model.object_type(contact), name))

    with pytest.raises(DefinitionNotFound):
        properties.find_group(other.model().object_type(contact), name)


def test_a_group_can_be_renamed(worker: Worker, other: Worker, name: str) -> None:
    group = Group(name=name, display_name="Before")
    worker.do(lambda unit: properties.create_group(unit, unit.model.object_type("deal"), group))

    worker.do(
        lambda unit: properties.update_group(unit, unit.model.object_type("deal"), name, {"display_name": "After"})
    )

    assert other.model().object_type("deal").groups[name].display_name == "After"
