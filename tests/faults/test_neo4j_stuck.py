"""A Neo4j that answers reads and ends no write is killed and started again."""

from __future__ import annotations

from collections.abc import Callable

import neo4j
import pytest

from crm_graph.graph.embedded.server import read_json
from crm_graph.graph.embedded.writes import SILENT_S
from tests.factories import email
from tests.faults.caller import Caller
from tests.faults.served import START_S, TOKEN, Served, within

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_neo4j_that_ends_no_write_is_started_again(serve: Callable[[], Served]) -> None:
    served = serve()
    served.start()
    home = served.data / "neo4j"
    stuck = read_json(home / "run.json")["server"]
    assert within(START_S, lambda: bool(served.query("MATCH (w:_Write) RETURN w.name"))), "the supervisor writes"
    connection = served.connection()
    auth = (connection.username, connection.password)
    with neo4j.GraphDatabase.driver(connection.uri, auth=auth) as driver, driver.session() as session:
        holder = session.begin_transaction(timeout=START_S + 2 * SILENT_S)
        holder.run("MATCH (w:_Write) SET w.held = true").consume()
        assert within(
            START_S + SILENT_S,
            lambda: read_json(home / "run.json")["server"] not in (None, stuck) and served.is_healthy,
        ), served.said
    assert f"has ended no write for {SILENT_S:.0f} s" in served.said
    assert "java.lang.Thread.State" in (home / "threads.previous.log").read_text()
    with Caller(served.port, TOKEN) as caller:
        answer = caller.post("/crm/v3/objects/contacts", {"properties": {"email": email()}})
    assert answer.status == 201
