"""The least that Flask on granian can do for a statement: read JSON, run it with the bare driver, answer its row.

A body has the parameters of each statement of an operation.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import neo4j
import orjson
from flask import Flask, Response, request


def app_from_environment() -> Flask:
    """The application as a server starts it; `BENCHMARK_STATEMENTS` names a file with the statements."""
    auth = (os.environ["NEO4J_USERNAME"], os.environ["NEO4J_PASSWORD"])
    driver = neo4j.GraphDatabase.driver(
        os.environ["NEO4J_URI"], auth=auth, telemetry_disabled=True, notifications_min_severity="OFF"
    )
    return create_app(driver, orjson.loads(Path(os.environ["BENCHMARK_STATEMENTS"]).read_bytes()))


def create_app(driver: neo4j.Driver, statements: Mapping[str, Sequence[str]]) -> Flask:
    """The application that runs the statements, by operation."""
    local = threading.local()
    app = Flask("stack_limit", static_folder=None)

    @app.post("/<operation>")
    def answer(operation: str) -> Response:
        session = getattr(local, "session", None)
        if session is None:
            session = local.session = driver.session()
        row: neo4j.Record | None = None
        for text, parameters in zip(statements[operation], orjson.loads(request.get_data()), strict=True):
            row = session.run(text, parameters).single(strict=True)
        return Response(orjson.dumps(dict(row or {}), default=str), content_type="application/json")

    return app
