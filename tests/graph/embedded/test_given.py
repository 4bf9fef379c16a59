"""A Neo4j of the user's own: what it holds and how it is set is looked at before anything is written."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import neo4j
import pytest

from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.errors import ForeignDatabase
from crm_graph.graph.embedded.server import Connection, EmbeddedServer
from crm_graph.graph.embedded.settings import CONFIGURATION
from crm_graph.graph.embedded.writes import WriteWatch
from crm_graph.graph.given import differences
from crm_graph.graph.tries import wait_until
from tests.conftest import SHORT_LIVED, mark_as_test
from tests.patience import patient

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A Neo4j that logs the queries it gets."""
    found = EmbeddedServer(tmp_path_factory.mktemp("theirs"), heap="256m", java_options=SHORT_LIVED)
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(CONFIGURATION, "db.logs.query.enabled", "INFO")
        connection = found.start()
    yield connection
    found.kill()


@pytest.fixture
def theirs(server: Connection) -> Connection:
    """The same with one node, which is somebody else's."""
    ask(server, "MATCH (n) DETACH DELETE n")
    ask(server, "CREATE (:Stranger)")
    return server


@pytest.fixture
def crm(theirs: Connection) -> Iterator[Crm]:
    found = Crm(Settings.from_environment(patient(theirs).as_environment()))
    yield found
    found.close()


def ask(connection: Connection, text: str) -> list[list[object]]:
    auth = (connection.username, connection.password)
    with neo4j.GraphDatabase.driver(connection.uri, auth=auth) as driver:
        return [record.values() for record in driver.execute_query(text)[0]]


def labels(connection: Connection) -> list[list[object]]:
    return ask(connection, "MATCH (n) UNWIND labels(n) AS label RETURN DISTINCT label ORDER BY label")


def test_a_database_with_other_data_is_refused_and_left_as_it_is(crm: Crm, theirs: Connection):
    with pytest.raises(ForeignDatabase, match="--adopt"):
        crm.prepare()

    assert labels(theirs) == [["Stranger"]]


def test_an_adopted_database_keeps_what_it_held_and_is_known_from_then_on(crm: Crm, theirs: Connection):
    crm.prepare(adopt=True)
    crm.prepare()

    assert ask(theirs, "MATCH (n:Stranger) RETURN count(n)") == [[1]]
    assert ["_Account"] in labels(theirs)


def test_a_database_that_only_the_supervisor_has_written_to_is_empty(server: Connection, crm: Crm):
    ask(server, "MATCH (n) DETACH DELETE n")
    watch = WriteWatch(server)
    assert wait_until(lambda: labels(server) == [["_Write"]], seconds=60)
    watch.stop()

    crm.prepare()

    assert ["_Account"] in labels(server)


def test_serve_says_that_the_database_is_not_of_crm_graph(theirs: Connection, tmp_path: Path):
    environment = {**os.environ, **theirs.as_environment()}
    command = [sys.executable, "-m", "crm_graph", "serve", "--data", str(tmp_path), "--port", "0"]

    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode == 1
    assert "holds data that is not of crm-graph" in ended.stderr
    assert labels(theirs) == [["Stranger"]]


def test_a_setting_that_matters_is_told_with_what_it_means_and_what_to_do(crm: Crm):
    assert differences(crm.graph) == [
        "db.logs.query.enabled is INFO: its query log gets the values of records, people's data among them. "
        "Set it to OFF in neo4j.conf and start Neo4j again."
    ]


def test_tests_end_before_they_write_to_a_database_with_other_data(theirs: Connection):
    with pytest.raises(pytest.exit.Exception, match="holds data that is not of tests"):
        mark_as_test(theirs)

    assert labels(theirs) == [["Stranger"]]
