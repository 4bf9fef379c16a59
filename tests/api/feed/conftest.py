"""A client of the application, and the super admin's token."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from api.app import close, create_app
from crm_graph.config import Settings
from crm_graph.graph.embedded.server import Connection

TOKEN = "pat-test-feed"


@pytest.fixture(scope="session")
def feed_client(neo4j_server: Connection) -> Iterator[FlaskClient]:
    """Requests to the account with a token that permits everything."""
    app = create_app(Settings.from_environment({**neo4j_server.as_environment(), "CRM_GRAPH_TOKEN": TOKEN}))
    app.extensions["crm"].prepare()
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {TOKEN}"
    yield client
    close(app)
