"""A graph to number revisions in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crm_graph.config import Settings
from crm_graph.graph import migrations
from crm_graph.graph.database import Graph
from crm_graph.graph.embedded.server import Connection


@pytest.fixture(scope="session")
def feed_graph(neo4j_server: Connection) -> Iterator[Graph]:
    """A prepared database; others may write to it too."""
    graph = Graph(Settings.from_environment(neo4j_server.as_environment()))
    migrations.run(graph)
    yield graph
    graph.close()
