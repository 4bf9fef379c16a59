"""The worker numbers the feed and does jobs, and stands a graph that goes away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.errors import InvalidInput
from crm_graph.graph import migrations
from crm_graph.graph.database import Graph
from crm_graph.graph.embedded.server import Connection, EmbeddedServer
from crm_graph.graph.tries import wait_until
from crm_graph.jobs import job
from crm_graph.jobs.job import Held
from crm_graph.jobs.worker import Work
from crm_graph.unit import Actor, Unit
from tests.conftest import SHORT_LIVED
from tests.patience import patient
from tests.working import working

ROOT = Actor(user_id=1, is_super_admin=True)


def ended(graph: Graph, job_id: str) -> bool:
    return wait_until(lambda: job.find(graph, job_id).has_ended, 60)


def advance(crm: Crm, held: Held, cursor: int) -> None:
    def batch(unit: Unit) -> None:
        unit.together(lambda together: held.advance(together, cursor=cursor, done=1))

    crm.run(ROOT, batch)


def count_to(number: int, seen: Callable[[int], None] = lambda cursor: None) -> Work:
    def work(crm: Crm, held: Held) -> bool:
        for cursor in range(held.job.cursor + 1, number + 1):
            if held.stopping():
                return False
            seen(cursor)
            advance(crm, held, cursor)
        return True

    return work


def test_it_removes_the_associations_that_purged_records_left(crm: Crm) -> None:
    crm.graph.driver.execute_query("CREATE (p:_Purged) WITH p UNWIND range(1, 3) AS n CREATE (p)-[:LEFT]->(p)")

    def bare() -> int:
        rows, _, _ = crm.graph.driver.execute_query("MATCH (p:_Purged) RETURN count(p) AS bare")
        return int(rows[0]["bare"])

    with working(crm, {"unused": lambda crm, held: True}):
        assert wait_until(lambda: bare() == 0, 60)


def test_a_job_is_done(crm: Crm, kind: str) -> None:
    with working(crm, {kind: count_to(3)}):
        added = job.add(crm.graph, kind, {})
        assert ended(crm.graph, added.id)
    found = job.find(crm.graph, added.id)
    assert (found.state, found.cursor, found.done) == (job.DONE, 3, 3)


def test_an_error_of_the_domain_is_the_jobs_message(crm: Crm, kind: str) -> None:
    def work(crm: Crm, held: Held) -> bool:
        raise InvalidInput("The file has no columns.")

    with working(crm, {kind: work}):
        added = job.add(crm.graph, kind, {})
        assert ended(crm.graph, added.id)
    found = job.find(crm.graph, added.id)
    assert (found.state, found.message) == (job.FAILED, "The file has no columns.")


def test_a_bug_fails_the_job_without_internals_and_the_worker_goes_on(crm: Crm, kind: str) -> None:
    def work(crm: Crm, held: Held) -> bool:
        if held.job.parameters["bad"]:
            raise ZeroDivisionError("secret")
        return True

    with working(crm, {kind: work}):
        bad = job.add(crm.graph, kind, {"bad": True})
        good = job.add(crm.graph, kind, {"bad": False})
        assert ended(crm.graph, good.id)
    assert job.find(crm.graph, bad.id).state == job.FAILED
    assert "secret" not in job.find(crm.graph, bad.id).message


def test_a_stopped_worker_gives_its_job_back_at_the_cursor(crm: Crm, kind: str) -> None:
    reached = threading.Event()
    added = job.add(crm.graph, kind, {})

    def slow(cursor: int) -> None:
        reached.set()
        time.sleep(0.05)

    with working(crm, {kind: count_to(10_000, slow)}):
        assert reached.wait(5)
    found = job.find(crm.graph, added.id)
    assert found.state == job.WAITING
    with working(crm, {kind: lambda crm, held: held.job.cursor == found.cursor}):
        assert ended(crm.graph, added.id)
    assert job.find(crm.graph, added.id).state == job.DONE


def test_a_cancelled_job_ends(crm: Crm, kind: str) -> None:
    reached = threading.Event()

    def slow(cursor: int) -> None:
        reached.set()
        time.sleep(0.02)

    with working(crm, {kind: count_to(10_000, slow)}):
        added = job.add(crm.graph, kind, {})
        assert reached.wait(5)
        job.cancel(crm.graph, added.id)
        assert ended(crm.graph, added.id)
    assert job.find(crm.graph, added.id).state == job.CANCELLED


def test_the_feed_is_numbered_without_a_reader(crm: Crm, kind: str) -> None:
    with working(crm, {kind: count_to(0)}):
        crm.graph.driver.execute_query(
            "CREATE (:_Revision:_Pending {record_key: $key, version: 1, at: $at, kind: 'create'})",
            key=kind, at=crm.clock.now(),
        )  # fmt: skip
        assert wait_until(lambda: is_numbered(crm.graph, kind), 60)


def is_numbered(graph: Graph, key: str) -> bool:
    rows, _, _ = graph.driver.execute_query(
        "MATCH (v:_Revision {record_key: $key, version: 1}) RETURN v.seq IS NOT NULL AND NOT v:_Pending AS yes", key=key
    )
    return bool(rows[0]["yes"])


@contextmanager
def process(connection: Connection, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, **connection.as_environment()}
    with log.open("wb") as output:
        started = subprocess.Popen(
            [sys.executable, "-m", "crm_graph.jobs.worker"], env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            assert wait_until(lambda: b"started" in log.read_bytes(), 60)
            yield started
        finally:
            started.kill()
            started.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_stops_within_two_seconds(
    crm: Crm, neo4j_server: Connection, tmp_path: Path, number: signal.Signals
) -> None:
    with process(neo4j_server, tmp_path / "log") as started:
        time.sleep(0.3)
        began = time.monotonic()
        started.send_signal(number)
        assert started.wait(5) == 0
        assert time.monotonic() - began < 2


@pytest.mark.slow
def test_the_process_outlives_the_graph_and_stops_without_it(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path / "neo4j", java_options=SHORT_LIVED)
    connection = server.start()
    graph = Graph(Settings.from_environment(patient(connection).as_environment()))
    try:
        migrations.run(graph)
        log = tmp_path / "log"
        with process(connection, log) as started:
            server.kill()
            assert wait_until(lambda: b"waiting for the graph" in log.read_bytes(), 60)
            server.start()
            assert wait_until(lambda: b"the graph is back" in log.read_bytes(), 60)
            server.kill()
            time.sleep(1)
            began = time.monotonic()
            started.terminate()
            assert started.wait(5) == 0
            assert time.monotonic() - began < 2
        assert b"Traceback" not in log.read_bytes()
    finally:
        graph.close()
        server.kill()
