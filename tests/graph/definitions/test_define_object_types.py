"""Custom object types from their definition to their purge; names and activation of every type."""

from __future__ import annotations

from typing import Any

import pytest

from crm_graph.definitions.changes import object_types
from crm_graph.errors import DefinitionExists, DefinitionNotFound, InUse, InvalidInput, MissingScopes, TooMany
from crm_graph.unit import Actor
from tests.graph.definitions.conftest import Worker
from tests.graph.definitions.factories import define_type, text_property


def test_a_custom_type_has_the_names_that_the_contract_gives_it(worker: Worker, name: str) -> None:
    made = worker.do(lambda unit: define_type(unit, f"{name}_batch"))
    known = worker.model().object_type(made.id)

    assert made.id.startswith("2-")
    assert known.fully_qualified_name == f"p1_{name}_batch"
    assert known.node_label == f"X{name[1:]}Batch"
    assert list(known.groups) == [f"{name}_batch_information"]


@pytest.mark.parametrize("form", ["{name}", "p1_{name}", "p_{name}", "P1_{name}", "{id}", "{name}_all"])
def test_a_custom_type_is_found_under_every_form_of_its_name(worker: Worker, name: str, form: str) -> None:
    made = worker.do(lambda unit: define_type(unit, name))

    assert worker.model().object_type(form.format(name=name, id=made.id)).name == name


def test_a_custom_type_has_its_own_and_the_system_properties(worker: Worker, name: str) -> None:
    worker.do(lambda unit: define_type(unit, name, wanted=[text_property("vin", group="", unique=True)]))
    known = worker.model().object_type(name)

    assert {"title", "vin", "hs_object_id", "hs_createdate", "hubspot_owner_id"} <= set(known.live_properties)
    assert "vin" in known.unique_properties
    assert known.required == (("title",),)
    assert {found.group for found in known.properties.values()} == {f"{name}_information"}
    assert known.properties["hs_object_id"].built_in
    assert not known.properties["title"].built_in


def test_type_ids_count_up(worker: Worker, other: Worker, name: str) -> None:
    first = worker.do(lambda unit: define_type(unit, f"{name}_a"))
    second = other.do(lambda unit: define_type(unit, f"{name}_b"))

    assert int(second.id[2:]) == int(first.id[2:]) + 1


def test_minted_association_ids_are_unique_over_the_whole_model(worker: Worker, name: str) -> None:
    worker.do(lambda unit: define_type(unit, name, associated=["contact", "0-3"], with_itself=True))
    seen: dict[int, str] = {}
    for pair in worker.model().pairs.values():
        for type_id in {each for found in pair.types for each in (found.id, found.inverse_id)}:
            assert seen.setdefault(type_id, pair.relationship_type) == pair.relationship_type, type_id


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"name": "1car"}, "name '1car'"),
        ({"name": "a-b"}, "letters, digits and underscores"),
        ({"primary": ["nothing"]}, "primaryDisplayProperty 'nothing'"),
        ({"required": ["nothing"]}, "requiredProperties 'nothing'"),
        ({"searchable": ["nothing"]}, "searchableProperties 'nothing'"),
        ({"associated": ["NOTHING"]}, "associatedObjects 'NOTHING'"),
        ({"wanted": [text_property("title", group="")]}, "given twice"),
        ({"wanted": [text_property("hs_object_id", group="")]}, "system property"),
        ({"wanted": [text_property("Bad", group="")]}, "name 'Bad'"),
    ],
)
def test_a_definition_that_is_wrong_is_refused_naming_what(
    worker: Worker, name: str, given: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        worker.do(lambda unit: define_type(unit, **{"name": name, **given}))

    assert worker.model().find_object_type(name) is None


def test_twenty_searchable_properties_are_permitted_and_one_more_is_not(worker: Worker, name: str) -> None:
    many = [text_property(f"p{n}", group="") for n in range(21)]
    names = [each.name for each in many]

    with pytest.raises(TooMany, match="searchableProperties"):
        worker.do(lambda unit: define_type(unit, name, wanted=many, searchable=names))
    made = worker.do(lambda unit: define_type(unit, name, wanted=many, searchable=names[:20]))

    assert len(made.searchable) == 20


@pytest.mark.parametrize("taken", ["contact", "Contacts", "deal", "0-1"])
def test_a_name_that_is_taken_is_refused(worker: Worker, taken: str) -> None:
    with pytest.raises((DefinitionExists, InvalidInput)):
        worker.do(lambda unit: define_type(unit, taken))


def test_an_archived_type_is_unknown_and_keeps_its_name_until_it_is_purged(
    worker: Worker, other: Worker, name: str
) -> None:
    worker.do(lambda unit: define_type(unit, name, associated=["contact"]))
    worker.do(lambda unit: object_types.archive(unit, unit.model.object_type(name)))

    assert other.model().find_object_type(name) is None
    assert f"{name}_TO_CONTACT".upper() not in other.model().pairs
    with pytest.raises(DefinitionExists):
        other.do(lambda unit: define_type(unit, name))
    other.do(lambda unit: object_types.purge(unit, object_types.custom(unit.model, name, archived=True)))
    again = worker.do(lambda unit: define_type(unit, name))
    assert worker.model().object_type(name).id == again.id


def test_a_type_with_live_records_is_not_removed(worker: Worker, name: str) -> None:
    made = worker.do(lambda unit: define_type(unit, name))
    with worker.crm.graph.driver.session() as session:
        session.run(f"CREATE (:Record:{made.node_label} {{_id: 1, _key: $key}})", key=f"{made.id}:1").consume()

    with pytest.raises(InUse, match="1 records"):
        worker.do(lambda unit: object_types.archive(unit, unit.model.object_type(name)))

    assert worker.model().object_type(name)


def test_a_schema_changes_what_is_named_in_it(worker: Worker, other: Worker, name: str) -> None:
    worker.do(lambda unit: define_type(unit, name, wanted=[text_property("code", group="")]))

    worker.do(
        lambda unit: object_types.change(
            unit,
            unit.model.object_type(name),
            {"primary": ("code",), "required": (), "description": "What it is", "display_name": "New"},
        )
    )

    known = other.model().object_type(name)
    assert (known.primary, known.required, known.description, known.display_name) == (
        ("code",),
        (),
        "What it is",
        "New",
    )
    assert known.display_name_plural == f"{name.capitalize()} all"


def test_a_built_in_type_is_no_schema(worker: Worker) -> None:
    with pytest.raises(DefinitionNotFound):
        object_types.custom(worker.model(), "contacts")


def test_a_built_in_type_can_be_renamed_without_touching_its_names(worker: Worker, other: Worker) -> None:
    worker.do(
        lambda unit: object_types.configure(
            unit, unit.model.object_type("feedback_submission"), one="Answer", many="Answers"
        )
    )

    known = other.model().object_type("feedback_submission")
    assert (known.display_name, known.display_name_plural) == ("Answer", "Answers")
    assert known.node_label == "FeedbackSubmission"


def test_only_a_super_admin_activates(worker: Worker, other: Worker, name: str) -> None:
    worker.do(lambda unit: define_type(unit, name))
    with pytest.raises(MissingScopes):
        worker.do(
            lambda unit: object_types.configure(unit, unit.model.object_type(name), active=False), Actor(user_id=2)
        )

    worker.do(lambda unit: object_types.configure(unit, unit.model.object_type(name), active=False))
    assert not other.model().object_type(name).active
    other.do(lambda unit: object_types.configure(unit, unit.model.object_type(name), active=True))
    assert worker.model().object_type(name).active
