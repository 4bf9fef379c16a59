"""Migrations and constraints, run by several processes at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from crm_graph.config import Settings
from crm_graph.definitions import constraints, store
from crm_graph.graph import migrations
from crm_graph.graph.database import Graph
from tests.graph.definitions.conftest import Worker

INDEXES_OF = "SHOW INDEXES YIELD labelsOrTypes, state WHERE labelsOrTypes = [$subject] RETURN collect(state) AS states"


def states(worker: Worker, subject: str) -> list[str]:
    with worker.crm.graph.driver.session() as session:
        found: list[str] = session.run(INDEXES_OF, subject=subject).single(strict=True)["states"]
        return found


def test_a_migration_runs_once(worker: Worker) -> None:
    assert migrations.run(worker.crm.graph) == []


def test_every_migration_has_statements() -> None:
    assert all(migrations.statements(name) for name in migrations.names())
    assert migrations.names()[0] == "0001_base"


def test_records_merged_before_leave_the_lists_of_archived_ones(worker: Worker, name: str) -> None:
    with worker.crm.graph.driver.session() as session:
        session.run("CREATE (:Record:$($label) {_key: $label, _merged_into: 1})", label=name).consume()
        for statement in migrations.statements("0014_merged_away"):
            session.run(statement).consume()
        found = session.run(
            "MATCH (r:Record {_key: $key}) WITH r, labels(r) AS labels DELETE r RETURN labels", key=name
        )
        assert found.single(strict=True)["labels"] == ["Record"]


def test_constraints_made_by_four_processes_at_once_are_there_and_online(
    worker: Worker, settings: Settings, name: str
) -> None:
    object_type = replace(worker.model().object_type("contact"), node_label=name)
    commands = constraints.of_object_type(object_type)
    graphs = [Graph(settings) for _ in range(4)]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda graph: graph.define(commands), graphs))

    for graph in graphs:
        graph.close()
    made = states(worker, name)
    worker.crm.graph.define(constraints.without_object_type(object_type))
    assert len(made) >= 4
    assert set(made) == {"ONLINE"}
    assert states(worker, name) == []


def test_constraints_are_not_asked_for_again_at_the_next_start(worker: Worker, settings: Settings) -> None:
    store.prepare(worker.crm.graph, settings)
    assert store.prepare(worker.crm.graph, settings) is False


def test_constraints_are_not_asked_for_again_after_another_pair_was_used(worker: Worker, settings: Settings) -> None:
    store.prepare(worker.crm.graph, settings)
    unused = next(pair for pair in worker.model().pairs.values() if not pair.is_indexed)

    store.ensure_pairs(worker.crm.graph, [unused])

    assert store.prepare(worker.crm.graph, settings) is False


def test_every_built_in_object_type_has_unique_ids(worker: Worker) -> None:
    with worker.crm.graph.driver.session() as session:
        rows = session.run("SHOW CONSTRAINTS YIELD labelsOrTypes, properties RETURN labelsOrTypes[0] AS l, properties")
        unique = {row["l"] for row in rows if row["properties"] == ["_id"]}
    built_in = [found for found in worker.model().object_types.values() if found.built_in]
    assert {found.node_label for found in built_in} <= unique
    assert {found.archived_label for found in built_in} <= unique


def test_a_pair_is_known_as_indexed_by_every_process_once_its_indexes_are_made(worker: Worker, other: Worker) -> None:
    pair = worker.model().pairs["CONTACT_TO_COMPANY"]

    store.ensure_pairs(worker.crm.graph, [pair])

    assert other.model().pairs["CONTACT_TO_COMPANY"].is_indexed
    # Uniqueness, the way back, and one primary for each contact.
    assert len(states(worker, "CONTACT_TO_COMPANY")) >= 3
    assert len(states(worker, "CONTACT_TO_COMPANY_PAST")) == 2


def test_making_a_pair_twice_does_not_move_the_version(worker: Worker) -> None:
    pair = worker.model().pairs["CONTACT_TO_COMPANY"]
    store.ensure_pairs(worker.crm.graph, [pair])
    before = worker.model().version

    store.ensure_pairs(worker.crm.graph, [pair])

    assert worker.model().version == before
