"""What one process defines or revokes, the other knows in its next call."""

from __future__ import annotations

import threading

import pytest

from crm_graph.definitions.changes import association_types, object_types, properties
from crm_graph.errors import DefinitionNotFound, UndefinedAssociation
from crm_graph.unit import Unit
from tests.graph.definitions.conftest import Worker
from tests.graph.definitions.factories import define_type, text_property


@pytest.mark.parametrize("rounds", [4, pytest.param(100, marks=pytest.mark.slow)])
def test_an_association_defined_or_revoked_by_one_process_is_so_for_the_other(
    worker: Worker, other: Worker, name: str, rounds: int
) -> None:
    worker.do(lambda unit: define_type(unit, name))

    def pair(unit: Unit) -> str:
        return unit.model.pair(unit.model.object_type(name), unit.model.object_type("deal")).relationship_type

    def define(unit: Unit) -> int:
        return association_types.define(unit, unit.model.object_type(name), unit.model.object_type("deal")).type_id

    wrong: list[int] = []
    ids = set()
    for number in range(rounds):
        defining, using = (worker, other) if number % 2 else (other, worker)
        type_id = defining.do(define)
        ids.add(type_id)
        using.do(pair)
        defining.do(lambda unit, i=type_id: association_types.revoke(unit, unit.model.object_type(name), str(i)))  # type: ignore[misc]
        model = using.model()
        if model.find_pair(model.object_type(name), model.object_type("deal")):
            wrong.append(number)

    assert wrong == []
    assert len(ids) == 1, "an association that is defined again keeps its ids"


def test_a_refusal_by_old_definitions_is_not_given(worker: Worker, other: Worker, name: str) -> None:
    other.model()
    worker.do(lambda unit: define_type(unit, name))

    assert other.do(lambda unit: unit.model.object_type(name).name) == name


def test_a_property_archived_by_one_process_is_gone_for_the_other(worker: Worker, other: Worker, name: str) -> None:
    worker.do(lambda unit: properties.create(unit, unit.model.object_type("contact"), [text_property(name)]))
    assert name in other.model().object_type("contact").live_properties

    worker.do(lambda unit: properties.archive(unit, unit.model.object_type("contact"), [name]))

    with pytest.raises(DefinitionNotFound, match=name):
        properties.find(other.model().object_type("contact"), name)


def test_changes_by_two_processes_at_once_are_both_made(worker: Worker, other: Worker, name: str) -> None:
    def create(who: Worker, number: int) -> None:
        made = text_property(f"{name}_{number}")
        who.do(lambda unit: properties.create(unit, unit.model.object_type("contact"), [made]))

    before = worker.model().version
    threads = [threading.Thread(target=create, args=((worker, other)[n % 2], n)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    made = [each for each in worker.model().object_type("contact").properties if each.startswith(name)]
    assert sorted(made) == [f"{name}_{n}" for n in range(4)]
    assert worker.model().version == before + 4


def test_a_custom_record_needs_a_definition_to_be_associated(worker: Worker, name: str) -> None:
    worker.do(lambda unit: define_type(unit, name, associated=["CONTACT"]))
    model = worker.model()
    custom = model.object_type(name)

    assert model.pair(custom, model.object_type("contact")).default.category == "USER_DEFINED"
    for always in object_types.ALWAYS_ASSOCIATED:
        assert model.find_pair(custom, model.object_type(always)), always
    with pytest.raises(UndefinedAssociation, match=f"Define it first: POST .*/{custom.id}/associations"):
        model.pair(model.object_type("company"), custom)
