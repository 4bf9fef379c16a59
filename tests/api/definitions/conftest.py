"""Two servers of one account, and requests to them."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from werkzeug.serving import make_server

from api.app import close, create_app
from crm_graph.config import Settings
from crm_graph.graph.embedded.server import Connection
from tests.graph.definitions.conftest import forget

TOKEN = "pat-test-definitions"


class Server:
    """A server of the account; answers are what `requests` gives."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {TOKEN}"

    def call(self, method: str, path: str, body: Any = None, **query: str) -> requests.Response:
        """The answer to one request."""
        return self._session.request(method, f"{self.url}{path}", json=body, params=query, timeout=30)

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()


@contextmanager
def serving(settings: Settings) -> Iterator[Server]:
    app = create_app(settings)
    app.extensions["crm"].prepare()
    http = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    server = Server(f"http://127.0.0.1:{http.server_port}")
    try:
        yield server
    finally:
        server.close()
        http.shutdown()
        http.server_close()
        thread.join()
        close(app)


@pytest.fixture(scope="session")
def definitions_settings(neo4j_server: Connection) -> Settings:
    """The account of these tests, with its token."""
    return Settings.from_environment({**neo4j_server.as_environment(), "CRM_GRAPH_TOKEN": TOKEN})


@pytest.fixture(scope="session")
def server(definitions_settings: Settings) -> Iterator[Server]:
    """The server that a test talks to."""
    with serving(definitions_settings) as made:
        yield made


@pytest.fixture(scope="session")
def other(definitions_settings: Settings, server: Server) -> Iterator[Server]:
    """Another server of the same account, with a data model of its own."""
    with serving(definitions_settings) as made:
        yield made


@pytest.fixture
def name(neo4j_server: Connection) -> Iterator[str]:
    """A name that nothing has yet; object types that begin with it are forgotten after the test."""
    made = f"x{secrets.token_hex(6)}"
    yield made
    forget(neo4j_server, made)
