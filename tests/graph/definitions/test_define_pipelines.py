"""Pipelines and stages."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from crm_graph.definitions.changes import pipelines
from crm_graph.definitions.pipeline import Pipeline, Stage
from crm_graph.errors import DefinitionExists, DefinitionNotFound, InUse, InvalidInput
from tests.graph.definitions.conftest import Worker
from tests.graph.definitions.factories import define_type


def stage(stage_id: str, metadata: Mapping[str, str] | None = None, order: int = 0) -> Stage:
    given = {"probability": "0.5"} if metadata is None else metadata
    return Stage(id=stage_id, display_name=stage_id.upper() or "Unnamed", display_order=order, metadata=given)


def create(worker: Worker, name: str, *stages: Stage, on: str = "deal") -> Pipeline:
    wanted = Pipeline(id=name, display_name=name, stages=stages)
    return worker.do(lambda unit: pipelines.create(unit, unit.model.object_type(on), wanted))


def known(worker: Worker, pipeline_id: str, on: str = "deal") -> Pipeline:
    return pipelines.find(worker.model().object_type(on), pipeline_id)


def test_a_pipeline_is_read_as_it_was_made(worker: Worker, other: Worker, name: str) -> None:
    made = create(worker, name, stage("a"), stage("b", {"probability": "1.0"}))

    assert known(other, name) == made
    assert [each.is_closed for each in made.stages] == [False, True]


def test_ids_are_given_where_none_were(worker: Worker, name: str) -> None:
    made = worker.do(
        lambda unit: pipelines.create(
            unit, unit.model.object_type("deal"), Pipeline(id="", display_name=name, stages=(stage(""),))
        )
    )

    assert made.id
    assert made.stages[0].id


@pytest.mark.parametrize("metadata", [{}, {"probability": "much"}, {"probability": "1.5"}])
def test_a_deal_stage_needs_a_probability(worker: Worker, name: str, metadata: dict[str, str]) -> None:
    with pytest.raises(InvalidInput, match="probability"):
        create(worker, name, stage("a", metadata))


def test_a_ticket_stage_is_open_or_closed(worker: Worker, name: str) -> None:
    made = create(worker, name, stage("a", {}), stage("b", {"ticketState": "CLOSED"}), on="ticket")

    assert [each.metadata["isClosed"] for each in made.stages] == ["false", "true"]
    with pytest.raises(InvalidInput, match="ticketState"):
        create(worker, f"{name}_b", stage("a", {"ticketState": "PERHAPS"}), on="ticket")


def test_a_pipeline_needs_a_stage(worker: Worker, name: str) -> None:
    with pytest.raises(InvalidInput, match="stages"):
        create(worker, name)


def test_an_object_type_without_pipelines_refuses_them(worker: Worker, name: str) -> None:
    with pytest.raises(InvalidInput, match="no pipelines"):
        create(worker, name, stage("a"), on="note")


def test_a_name_in_use_is_refused(worker: Worker, name: str) -> None:
    create(worker, name, stage("a"))

    with pytest.raises(DefinitionExists):
        create(worker, name, stage("a"))


def test_a_replaced_pipeline_has_the_new_stages_alone(worker: Worker, other: Worker, name: str) -> None:
    create(worker, name, stage("a"), stage("b"))
    wanted = Pipeline(id="", display_name=f"{name}!", stages=(stage("b"), stage("c")))

    worker.do(lambda unit: pipelines.replace_pipeline(unit, unit.model.object_type("deal"), name, wanted))

    assert [each.id for each in known(other, name).stages] == ["b", "c"]
    assert known(other, name).display_name == f"{name}!"


def test_a_removed_pipeline_is_not_found(worker: Worker, other: Worker, name: str) -> None:
    create(worker, name, stage("a"))

    worker.do(lambda unit: pipelines.archive(unit, unit.model.object_type("deal"), name))

    with pytest.raises(DefinitionNotFound):
        known(other, name)


def test_stages_come_change_and_go(worker: Worker, other: Worker, name: str) -> None:
    create(worker, name, stage("a"))

    worker.do(lambda unit: pipelines.create_stage(unit, unit.model.object_type("deal"), name, stage("b")))
    changes = {"display_name": "Won", "metadata": {"probability": "1.0"}}
    other.do(lambda unit: pipelines.update_stage(unit, unit.model.object_type("deal"), name, "b", changes))
    worker.do(lambda unit: pipelines.archive_stage(unit, unit.model.object_type("deal"), name, "a"))

    pipeline = known(other, name)
    assert pipeline.stage("a") is None
    won = pipelines.find_stage(pipeline, "b")
    assert (won.display_name, won.metadata) == ("Won", {"probability": "1.0", "isClosed": "true"})


def test_the_last_stage_stays(worker: Worker, name: str) -> None:
    create(worker, name, stage("a"))

    with pytest.raises(InUse):
        worker.do(lambda unit: pipelines.archive_stage(unit, unit.model.object_type("deal"), name, "a"))


def test_a_stage_in_use_is_refused_when_that_is_asked_for(worker: Worker, name: str) -> None:
    create(worker, name, stage(f"{name}_a"), stage("b"))
    with worker.crm.graph.driver.session() as session:
        session.run("CREATE (:Deal {_id: $id, dealstage: $stage})", id=int(name[1:], 16), stage=f"{name}_a").consume()

    with pytest.raises(InUse, match="are being referenced by object IDs") as caught:
        worker.do(
            lambda unit: pipelines.archive_stage(
                unit, unit.model.object_type("deal"), name, f"{name}_a", refuse_used=True
            )
        )
    worker.do(lambda unit: pipelines.archive_stage(unit, unit.model.object_type("deal"), name, f"{name}_a"))

    with worker.crm.graph.driver.session() as session:
        session.run("MATCH (d:Deal {_id: $id}) DELETE d", id=int(name[1:], 16)).consume()
    assert caught.value.context["stageIds"] == [f"{name}_a"]
    assert caught.value.context["objectIds"] == [str(int(name[1:], 16))]


def test_changes_of_a_pipeline_are_remembered(worker: Worker, other: Worker, name: str) -> None:
    create(worker, name, stage("a"))
    worker.do(
        lambda unit: pipelines.update(unit, unit.model.object_type("deal"), name, {"display_name": f"{name} new"})
    )

    rows = other.do(lambda unit: pipelines.audits(unit, unit.model.object_type("deal"), name))

    assert [row["action"] for row in rows] == ["UPDATE", "CREATE"]


def test_a_custom_type_has_pipelines_once_one_was_made(worker: Worker, other: Worker, name: str) -> None:
    worker.do(lambda unit: define_type(unit, name))

    create(worker, "first", stage("a", {}), on=name)

    object_type = other.model().object_type(name)
    assert (object_type.pipeline_property, object_type.stage_property) == ("hs_pipeline", "hs_pipeline_stage")
    assert {"hs_pipeline", "hs_pipeline_stage"} <= set(object_type.live_properties)
    assert "staged" in object_type.behaviours
