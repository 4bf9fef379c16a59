"""`crm-graph check` on a database of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from crm_graph.cli import commands
from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.definitions.object_type import ObjectType
from crm_graph.graph.embedded.server import EmbeddedServer
from crm_graph.records import associations, store
from crm_graph.records.merge import merge
from crm_graph.unit import Actor
from tests.conftest import SHORT_LIVED
from tests.patience import patient

ROOT = Actor(user_id=1, is_super_admin=True)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The directory of an account with a few records, some of them merged, archived and associated."""
    found = tmp_path_factory.mktemp("account")
    with EmbeddedServer(found / "neo4j", java_options=SHORT_LIVED) as connection:
        crm = Crm(Settings.from_environment(patient(connection).as_environment()))
        try:
            crm.prepare()
            fill(crm)
        finally:
            crm.close()
        yield found


def fill(crm: Crm) -> None:
    contact, company = crm.model.object_type("contact"), crm.model.object_type("company")

    def create(object_type: ObjectType, **properties: str) -> str:
        return str(crm.run(ROOT, lambda unit: store.create(unit, object_type, properties)).id)

    people = [create(contact, email=f"{n}@example.com") for n in range(4)]
    firm = create(company, name="F.B.I.")
    for person in people:
        crm.run(ROOT, lambda unit, near=person: associations.associate_default(unit, contact, near, company, firm))
    crm.run(ROOT, lambda unit: merge(unit, contact, people[0], people[1]))
    crm.run(ROOT, lambda unit: store.archive(unit, contact, people[2]))


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_whole_graph_passes_and_a_broken_one_fails_with_a_table(data: Path) -> None:
    def run() -> tuple[int, str]:
        result = CliRunner(env={"NEO4J_URI": None}).invoke(commands, ["check", "--data", str(data)])
        return result.exit_code, result.stdout

    assert run() == (0, "Nothing found: the graph is whole.\n")
    with EmbeddedServer(data / "neo4j", java_options=SHORT_LIVED) as connection:
        crm = Crm(Settings.from_environment(patient(connection).as_environment()))
        crm.graph.driver.execute_query("MATCH (r:Contact) SET r._version = 9")
        crm.close()
    code, text = run()
    assert code == 1
    assert "versions" in text
    assert "2 findings" in text
