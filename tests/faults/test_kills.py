"""Whatever is killed in the middle of batches and imports: the graph is whole afterwards, and so is each batch."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.imports import Imports, importing
from tests.faults.served import START_S, Served, within
from tests.faults.writers import Batches, torn, writing_batches

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SERVER_KILLS, WORKER_KILLS, NEO4J_KILLS = 20, 20, 10


@contextmanager
def busy(served: Served, directory: Path) -> Iterator[tuple[list[Batches], Imports]]:
    """Four clients that write batches and an import; at the end all of it is looked at."""
    with importing(served, directory) as imports, writing_batches(served, 4) as clients:
        yield clients, imports
        before = sum(len(client.made) for client in clients)
        goes_on = within(START_S, lambda: sum(len(client.made) for client in clients) > before)
        assert goes_on, f"the clients do not go on afterwards\n{served.evidence}"
    assert within(START_S, imports.has_ended)
    assert torn(served, clients) == []
    assert imports.torn() == []
    assert 0 in imports.codes.values(), imports.said
    refused = [answer for client in clients for answer in client.refusals]
    assert {answer.status for answer in refused} <= {0, 503}, [str(a) for a in refused if a.status not in (0, 503)]
    check = served.run("check", "--data", str(served.data))
    assert (check.returncode, check.stdout) == (0, "Nothing found: the graph is whole.\n"), check.stderr


def test_a_server_killed_twenty_times_leaves_no_half_batch(served: Served, tmp_path: Path) -> None:
    chance = random.Random(1)
    neo4j = served.neo4j
    with busy(served, tmp_path):
        for _ in range(SERVER_KILLS):
            time.sleep(chance.uniform(0.3, 1.5))
            served.kill_supervisor()
            served.start()
    assert served.neo4j == neo4j, "each start took over the Neo4j that was left"


def test_workers_killed_twenty_times_leave_no_half_batch(served: Served, tmp_path: Path) -> None:
    chance = random.Random(2)
    with busy(served, tmp_path):
        for _ in range(WORKER_KILLS):
            time.sleep(chance.uniform(0.3, 1.5))
            served.kill_worker(chance)


def test_neo4j_killed_ten_times_leaves_no_half_batch(served: Served, tmp_path: Path) -> None:
    chance = random.Random(3)
    with busy(served, tmp_path):
        for _ in range(NEO4J_KILLS):
            time.sleep(chance.uniform(0.5, 2.5))
            served.kill_neo4j()
            assert within(START_S, lambda: served.is_healthy)
