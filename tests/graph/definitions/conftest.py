"""Two processes' worth of one account, and names that no other test uses."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import TypeVar

import neo4j
import pytest

from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.definitions import store
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.data_model import DataModel
from crm_graph.graph import migrations
from crm_graph.graph.embedded.server import Connection
from crm_graph.unit import Actor, Unit

T = TypeVar("T")

FORGET = """
MATCH (s:_State {name: 'state'}), (t:_ObjectType) WHERE t.key STARTS WITH $name
OPTIONAL MATCH (t)-[:HAS_PROPERTY|HAS_GROUP|HAS_PIPELINE|FROM|TO]-(d)
SET s.model_version = s.model_version + 1
WITH collect(DISTINCT t) + collect(DISTINCT d) AS all
UNWIND [each IN all WHERE NOT (each:_ObjectType AND NOT each.key STARTS WITH $name)] AS each
DETACH DELETE each
"""
"""Object types of a test, which would make every later reading of the model longer."""

FORGET_PIPELINES = """
MATCH (s:_State {name: 'state'}), (d:_Pipeline) WHERE split(d.key, '.')[1] STARTS WITH $name
OPTIONAL MATCH (d)-[:HAS_STAGE]->(stage)
SET s.model_version = s.model_version + 1
DETACH DELETE stage, d
"""
"""Pipelines of a test, of which a type that others use may have a hundred."""

SUPER_ADMIN = Actor(user_id=1, is_super_admin=True)


class Worker:
    """One process of an account: it has a data model of its own."""

    def __init__(self, settings: Settings) -> None:
        self.crm = Crm(settings)

    def do(self, work: Callable[[Unit], T], actor: Actor = SUPER_ADMIN) -> T:
        """What the work returns."""
        return self.crm.run(actor, work)

    def model(self) -> DataModel:
        """The data model as a request would see it that begins now."""

        def confirmed(unit: Unit) -> DataModel:
            confirm(unit)
            return unit.model

        return self.do(confirmed)


@pytest.fixture(scope="session")
def settings(neo4j_server: Connection) -> Settings:
    """Where the tests' database is."""
    return Settings.from_environment(neo4j_server.as_environment())


@pytest.fixture(scope="session")
def worker(settings: Settings) -> Iterator[Worker]:
    """The process through which a test defines."""
    made = Worker(settings)
    migrations.run(made.crm.graph)
    store.prepare(made.crm.graph, settings)
    yield made
    made.crm.close()


@pytest.fixture(scope="session")
def other(settings: Settings, worker: Worker) -> Iterator[Worker]:
    """Another process on the same database."""
    made = Worker(settings)
    yield made
    made.crm.close()


@pytest.fixture
def name(neo4j_server: Connection) -> Iterator[str]:
    """A name that nothing has yet; object types that begin with it are forgotten after the test."""
    made = f"x{secrets.token_hex(6)}"
    yield made
    forget(neo4j_server, made)


def forget(connection: Connection, name: str) -> None:
    """Remove the definitions of object types whose names begin so."""
    auth = (connection.username, connection.password)
    with neo4j.GraphDatabase.driver(connection.uri, auth=auth) as driver:
        driver.execute_query(FORGET, name=name)
        driver.execute_query(FORGET_PIPELINES, name=name)
