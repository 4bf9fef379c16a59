"""An account with a small data model, in a database of which others may hold parts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crm_graph.config import Settings
from crm_graph.definitions import constraints
from crm_graph.graph import migrations
from crm_graph.graph.database import Graph
from crm_graph.graph.embedded.server import Connection
from tests.graph.records import associating as associating_model
from tests.graph.records.associating import Associating
from tests.graph.records.small import SmallAccount, data_model


@pytest.fixture(scope="session")
def account(neo4j_server: Connection) -> Iterator[SmallAccount]:
    """Persons and firms, with every constraint that they need."""
    graph = Graph(Settings.from_environment(neo4j_server.as_environment()))
    migrations.run(graph)
    graph.define(constraints.of_model(data_model(1)))
    yield SmallAccount(graph)
    graph.close()


@pytest.fixture(scope="session")
def associating(neo4j_server: Connection) -> Iterator[Associating]:
    """Persons, firms and offers that may be associated in every way, with every constraint that they need."""
    opened = Associating.open(neo4j_server.as_environment())
    migrations.run(opened.graph)
    opened.graph.define(constraints.of_model(associating_model.data_model(1)))
    yield opened
    opened.graph.close()
