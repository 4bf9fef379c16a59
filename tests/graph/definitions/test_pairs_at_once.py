"""Pairs that several processes make ready at once, while others write associations."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import neo4j
import pytest

from crm_graph.config import Settings
from crm_graph.definitions import catalogue, constraints
from crm_graph.graph.database import Graph
from crm_graph.graph.embedded.server import EmbeddedServer
from tests.conftest import SHORT_LIVED

pytestmark = pytest.mark.slow

ROUNDS = 30
PROCESSES = 4


@pytest.fixture
def graphs(tmp_path: Path) -> Iterator[list[Graph]]:
    """The connections of some processes to a Neo4j that has no constraint yet."""
    server = EmbeddedServer(tmp_path / "neo4j", java_options=SHORT_LIVED)
    settings = Settings.from_environment(server.start().as_environment())
    made = [Graph(settings) for _ in range(PROCESSES)]
    try:
        yield made
    finally:
        for graph in made:
            graph.close()
        server.kill()


class Writers:
    """Threads that write relationships of the type that is being made ready."""

    def __init__(self, driver: neo4j.Driver) -> None:
        self.round = 0
        self.is_over = threading.Event()
        self._driver = driver

    def write(self, number: int) -> int:
        """How many relationships the thread of that number wrote."""
        written = 0
        with self._driver.session() as session:
            while not self.is_over.is_set():
                values = {"from_id": number, "to_id": written, "type_id": 1, "one_of": f"{number}.{written}"}
                with suppress(neo4j.exceptions.TransientError):
                    session.run(
                        "CREATE ()-[x:$($type)]->() SET x = $values", type=f"PAIR_{self.round}", values=values
                    ).consume()
                    written += 1
        return written


def test_nobody_waits_for_what_waits_for_him(graphs: list[Graph]) -> None:
    pair = next(iter(catalogue.load().pairs.values()))
    writers = Writers(graphs[0].driver)
    with ThreadPoolExecutor(2 * PROCESSES) as pool:
        writing = [pool.submit(writers.write, number) for number in range(PROCESSES)]
        try:
            for number in range(ROUNDS):
                writers.round = number
                pairs = [replace(pair, relationship_type=f"PAIR_{n}") for n in (number, number + 1)]
                # One that waited so would do it for the five minutes that a schema command may take.
                made = [
                    pool.submit(graph.define, constraints.of_pairs(pairs[n % 2 :])) for n, graph in enumerate(graphs)
                ]
                assert not wait(made, 60).not_done
                assert [each.result() for each in made] == [None] * PROCESSES
        finally:
            writers.is_over.set()
    assert all(each.result() for each in writing)
