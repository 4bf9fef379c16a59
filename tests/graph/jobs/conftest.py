"""A database with jobs of a kind that no other test has."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.graph import migrations
from crm_graph.graph.database import Graph
from crm_graph.graph.embedded.server import Connection


@pytest.fixture(scope="session")
def job_graph(neo4j_server: Connection) -> Iterator[Graph]:
    """A prepared database."""
    graph = Graph(Settings.from_environment(neo4j_server.as_environment()))
    migrations.run(graph)
    yield graph
    graph.close()


@pytest.fixture(scope="session")
def crm(neo4j_server: Connection) -> Iterator[Crm]:
    """A prepared account."""
    found = Crm(Settings.from_environment(neo4j_server.as_environment()))
    found.prepare()
    yield found
    found.close()


@pytest.fixture
def kind() -> str:
    """A kind of job."""
    return f"test-{uuid.uuid4().hex}"
