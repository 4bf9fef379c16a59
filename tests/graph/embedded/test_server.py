"""The bundled Neo4j as a process: one per directory, with what it was told."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import neo4j
import psutil
import pytest
from neo4j.exceptions import AuthError, ClientError

from crm_graph.graph.embedded.server import Connection, EmbeddedServer, ServerFailed, read_json, running_connection
from crm_graph.graph.embedded.settings import PasswordMissing
from tests.conftest import SHORT_LIVED

pytestmark = pytest.mark.slow


def ask(connection: Connection, text: str, password: str | None = None) -> list[Any]:
    auth = (connection.username, password or connection.password)
    with neo4j.GraphDatabase.driver(connection.uri, auth=auth) as driver:
        return [record.values() for record in driver.execute_query(text)[0]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("server")


@pytest.fixture(scope="module")
def server(home: Path) -> Iterator[EmbeddedServer]:
    """A running server; a test that ends it starts it again."""
    found = EmbeddedServer(home, heap="256m", java_options=SHORT_LIVED)
    try:
        found.start()
        yield found
    finally:
        found.kill()


def test_what_was_written_is_there_after_a_stop_and_a_start(server: EmbeddedServer, home: Path):
    connection = server.start()
    ask(connection, "CREATE (:Kept {name: 'stopped'})")

    assert server.stop()
    assert not server.is_running
    assert running_connection(home) is None
    assert server.start() == connection
    assert ask(connection, "MATCH (k:Kept {name: 'stopped'}) RETURN count(k)") == [[1]]


def test_what_was_written_is_there_after_a_kill(server: EmbeddedServer):
    connection = server.start()
    ask(connection, "CREATE (:Kept {name: 'killed'})")

    server.kill()
    server.start()

    assert ask(connection, "MATCH (k:Kept {name: 'killed'}) RETURN count(k)") == [[1]]


def test_second_start_joins_the_first_and_leaves_its_end_to_it(server: EmbeddedServer, home: Path):
    connection = server.start()
    second = EmbeddedServer(home)

    assert second.start() == connection
    assert second.pid == server.pid
    assert second.is_borrowed
    second.stop()
    assert server.is_running
    assert running_connection(home) == connection


def test_server_is_found_without_its_run_file_s_process(server: EmbeddedServer, home: Path):
    connection = server.start()
    path = home / "run.json"
    text = path.read_text()
    path.write_text(f'{{"port": {read_json(path)["port"]}}}')

    second = EmbeddedServer(home)

    assert second.start() == connection
    assert second.pid == server.pid
    path.write_text(text)


def test_only_the_generated_password_is_let_in(server: EmbeddedServer):
    connection = server.start()

    with pytest.raises(AuthError):
        ask(connection, "RETURN 1", password="neo4j")


def test_password_is_private_and_on_no_command_line(server: EmbeddedServer, home: Path):
    connection = server.start()
    assert server.pid

    assert len(connection.password) >= 32
    assert connection.password not in repr(connection)
    for name in ("password", "run.json", "data/dbms/auth.ini"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o600, name
    process = psutil.Process(server.pid)
    assert connection.password not in " ".join(process.cmdline())
    assert connection.password not in process.environ().values()


def test_server_listens_on_one_port_of_the_loopback_interface(server: EmbeddedServer):
    server.start()
    assert server.pid

    listening = [c.laddr for c in psutil.Process(server.pid).net_connections() if c.status == psutil.CONN_LISTEN]

    assert [address.ip.removeprefix("::ffff:") for address in listening] == ["127.0.0.1"]
    assert listening[0].port == read_json(server.home / "run.json")["port"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/a.csv", "http://[::1]:1/a.csv", "file:///etc/hostname"])
def test_load_csv_reaches_nothing(server: EmbeddedServer, url: str):
    connection = server.start()

    with pytest.raises(ClientError, match=r"blocked|disabled|not allowed|ip_blocklist|allow_csv_import"):
        ask(connection, f"LOAD CSV FROM '{url}' AS row RETURN row")


def test_java_that_dies_at_its_start_is_told_with_its_log(tmp_path: Path):
    server = EmbeddedServer(tmp_path, heap="1m")

    with pytest.raises(ServerFailed, match=r"ended while it started(.|\n)*heap"):
        server.start()


def test_missing_password_of_an_existing_database_is_told(tmp_path: Path):
    (tmp_path / "data" / "databases").mkdir(parents=True)

    with pytest.raises(PasswordMissing, match="password is missing"):
        EmbeddedServer(tmp_path).start()
