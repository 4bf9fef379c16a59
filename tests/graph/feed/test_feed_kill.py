"""The feed when Neo4j dies under it."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from crm_graph.config import Settings
from crm_graph.graph import migrations
from crm_graph.graph.database import Graph
from crm_graph.graph.embedded.server import EmbeddedServer
from tests.conftest import SHORT_LIVED
from tests.graph.feed.storm import Storm, make_records
from tests.graph.feed.test_feed import assert_whole


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_reader_misses_nothing_when_neo4j_is_killed_meanwhile(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "neo4j", java_options=SHORT_LIVED)
    graph = Graph(Settings.from_environment(server.start().as_environment()))
    try:
        migrations.run(graph)
        storm = Storm(graph, make_records(graph, 100), seed=2, seconds=40)
        running = threading.Thread(target=storm.run)
        running.start()
        for _ in range(3):
            time.sleep(10)
            server.kill()
            server.start()
        running.join()
        assert storm.errors
        assert_whole(storm)
    finally:
        graph.close()
        server.kill()
