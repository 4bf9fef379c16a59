"""Fixtures that every test may use. The database is a real Neo4j: see tests/README.md."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import neo4j
import pytest
from flask import Flask
from werkzeug.serving import make_server

from api.app import close, create_app
from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.graph.embedded.download import VERSION
from crm_graph.graph.embedded.server import Connection, EmbeddedServer
from crm_graph.graph.embedded.settings import CONFIGURATION, USERNAME
from tests.api.client import Client
from tests.factories import Make
from tests.patience import patient

TOKEN = "pat-crm-of-the-tests"
SHORT_LIVED = ("-XX:TieredStopAtLevel=1",)
"""Java options of a server that has some four minutes of work at most: compiling well pays off later than that."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the database be chosen, and pages be looked at."""
    parser.addoption(
        "--neo4j", choices=["bundled", "testcontainers"], default="bundled", help="where NEO4J_URI is unset"
    )
    parser.addoption("--screenshots", metavar="DIR", help="where browser tests leave a picture of every view")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the modules that may take longest, so that no process is left alone with one of them at the end."""
    seconds: dict[Path, int] = {}
    for item in items:
        marker = item.get_closest_marker("timeout")
        seconds[item.path] = max(seconds.get(item.path, 0), marker.args[0] if marker else 0)
    items.sort(key=lambda item: -seconds[item.path])


@pytest.fixture(scope="session")
def neo4j_server(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """How to sign in to a Neo4j that tests may fill: `NEO4J_URI`, a container, or the bundled server."""
    if uri := os.environ.get("NEO4J_URI"):
        given = Connection(uri, os.environ.get("NEO4J_USERNAME", "neo4j"), os.environ.get("NEO4J_PASSWORD", ""))
        mark_as_test(given)
        yield patient(given)
    elif pytestconfig.getoption("--neo4j") == "testcontainers":
        with container() as started:
            mark_as_test(started)
            yield patient(started)
    else:
        server = EmbeddedServer(tmp_path_factory.mktemp("neo4j"))
        try:
            connection = server.start()
            mark_as_test(connection)
            yield patient(connection)
        finally:
            server.kill()


@contextmanager
def container() -> Iterator[Connection]:
    """Neo4j in a container, told of its database what the bundled one is told."""
    from testcontainers.community.neo4j import Neo4jContainer

    password = secrets.token_hex(16)
    made = Neo4jContainer(f"neo4j:{VERSION}", username=USERNAME, password=password)
    for name, value in CONFIGURATION.items():
        if name.startswith(("db.", "dbms.cypher.")):
            made.with_env(f"NEO4J_{name.replace('_', '__').replace('.', '_')}", value)
    with made:
        yield Connection(made.get_connection_url(), USERNAME, password)


@pytest.fixture(scope="session")
def settings(neo4j_server: Connection) -> Settings:
    """The account of the tests and its super admin's token."""
    # Tests leave imports behind that nobody does.
    own = {"CRM_GRAPH_TOKEN": TOKEN, "CRM_GRAPH_LIMIT_WAITING_IMPORTS": "1000000"}
    return Settings.from_environment({**neo4j_server.as_environment(), **own})


@pytest.fixture(scope="session")
def crm(settings: Settings) -> Iterator[Crm]:
    """An account that is ready to be used."""
    made = Crm(settings)
    made.prepare()
    yield made
    made.close()


@pytest.fixture(scope="session")
def token() -> str:
    """The super admin's token."""
    return TOKEN


@pytest.fixture(scope="session")
def app(settings: Settings, crm: Crm) -> Iterator[Flask]:
    """The web application of the account."""
    made = create_app(settings, crm)
    yield made
    close(made)


@pytest.fixture(scope="session")
def served(app: Flask) -> Iterator[str]:
    """The URL at which the application speaks real HTTP, for clients that are not ours."""
    with listening(app) as url:
        yield url


@pytest.fixture
def client(app: Flask, token: str) -> Client:
    """Makes requests to the application as the super admin."""
    return Client(app, token)


@pytest.fixture
def make(crm: Crm) -> Make:
    """Makes records of which only what matters is given."""
    return Make(crm)


@contextmanager
def listening(app: Flask) -> Iterator[str]:
    """The URL of an application that speaks real HTTP meanwhile."""
    http = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{http.server_port}"
    http.shutdown()
    http.server_close()
    thread.join()


@contextmanager
def account_of_its_own(folder: Path, **environment: str) -> Iterator[Flask]:
    """An application whose account nobody else uses, on a bundled Neo4j in that folder."""
    server = EmbeddedServer(folder, java_options=SHORT_LIVED)
    try:
        own = {**patient(server.start()).as_environment(), "CRM_GRAPH_TOKEN": TOKEN, **environment}
        settings = Settings.from_environment(own)
        crm = Crm(settings)
        crm.prepare()
        app = create_app(settings, crm)
        yield app
        close(app)
    finally:
        server.kill()


def mark_as_test(connection: Connection) -> None:
    """Mark an empty database as one for tests; a database with anything else in it ends the test run."""
    with neo4j.GraphDatabase.driver(connection.uri, auth=(connection.username, connection.password)) as driver:
        rows, _, _ = driver.execute_query(
            "OPTIONAL MATCH (a:_Account {purpose: 'test'}) "
            "WITH count(a) > 0 AS is_marked "
            "RETURN is_marked OR NOT EXISTS { MATCH () } AS may_be_used"
        )
        if not rows[0]["may_be_used"]:
            pytest.exit(f"The database at {connection.uri} holds data that is not of tests; give an empty one.", 2)
        driver.execute_query("MERGE (:_Account {purpose: 'test'})")
