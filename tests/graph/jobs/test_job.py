"""A job is held by one worker at a time; a batch and its cursor are one transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import pytest

from crm_graph.config import Limits
from crm_graph.errors import NotFound
from crm_graph.graph.database import Graph, Guard
from crm_graph.graph.queries import load
from crm_graph.jobs import job
from crm_graph.jobs.job import LEASE_MS, Cancelled, Held, LeaseLost
from crm_graph.records.ids import IdBlocks
from crm_graph.unit import Actor, Unit
from tests.graph.records.small import data_model
from tests.lost import lose_commits

T = TypeVar("T")


def run(graph: Graph, work: Callable[[Unit], T]) -> T:
    """What `work` returns, in one transaction."""
    versions = graph.plain(load("definitions").versions)
    guard = Guard(versions["model_version"], versions["access_version"])
    transaction_id = graph.clock.new_id()
    unit = Unit(
        graph=graph.statements(guard, transaction_id),
        model=data_model(guard.model_version),
        actor=Actor(user_id=1),
        clock=graph.clock,
        ids=IdBlocks(graph),
        transaction_id=transaction_id,
    )
    return unit.together(work)


def claim(graph: Graph, kind: str) -> Held:
    held = job.claim(graph, [kind])
    assert held is not None
    return held


def let_the_lease_run_out(graph: Graph, job_id: str) -> None:
    graph.driver.execute_query("MATCH (j:_Job {id: $id}) SET j.lease_until = 1", id=job_id)


def rows(graph: Graph, kind: str) -> int:
    found, _, _ = graph.driver.execute_query("MATCH (n:_TestRow {kind: $kind}) RETURN count(n) AS n", kind=kind)
    return int(found[0]["n"])


def write_batch(graph: Graph, held: Held, kind: str, cursor: int) -> None:
    def batch(unit: Unit) -> None:
        held.advance(unit, cursor=cursor, done=1)
        unit.graph.change(load("records").create.on(node_label="_TestRow"), rows=[row], words=[], word_lists=[])

    key = f"{kind}:{cursor}"
    revision = {"record_key": key, "version": 1, "at": graph.clock.now(), "kind": "create"}
    row = {"properties": {"kind": kind, "_key": key}, "claims": [], "revision": revision}
    run(graph, batch)


@pytest.fixture(autouse=True)
def clean(job_graph: Graph, kind: str):  # type: ignore[no-untyped-def]
    """Leave no rows behind, which are records of no object type."""
    yield
    job_graph.driver.execute_query("MATCH (n:_TestRow {kind: $kind}) DETACH DELETE n", kind=kind)


def test_the_oldest_job_of_the_kinds_is_claimed_first(job_graph: Graph, kind: str) -> None:
    first = job.add(job_graph, kind, {"file": "a.csv"})
    second = job.add(job_graph, kind, {})
    assert [claim(job_graph, kind).job.id for _ in range(2)] == [first.id, second.id]
    assert first.parameters == {"file": "a.csv"}


def test_a_held_job_is_not_claimed_again(job_graph: Graph, kind: str) -> None:
    job.add(job_graph, kind, {})
    claim(job_graph, kind)
    assert job.claim(job_graph, [kind]) is None


def test_a_job_whose_lease_ran_out_goes_on_at_its_cursor(job_graph: Graph, kind: str) -> None:
    added = job.add(job_graph, kind, {})
    first = claim(job_graph, kind)
    run(job_graph, lambda unit: first.advance(unit, cursor=500, done=499, failed=1, total=1_000))
    let_the_lease_run_out(job_graph, added.id)
    second = claim(job_graph, kind)
    assert (second.job.cursor, second.job.done, second.job.failed, second.job.total) == (500, 499, 1, 1_000)


def test_a_worker_that_lost_its_lease_writes_nothing(job_graph: Graph, kind: str) -> None:
    added = job.add(job_graph, kind, {})
    first = claim(job_graph, kind)
    write_batch(job_graph, first, kind, 1)
    let_the_lease_run_out(job_graph, added.id)
    second = claim(job_graph, kind)
    with pytest.raises(LeaseLost):
        write_batch(job_graph, first, kind, 2)
    assert rows(job_graph, kind) == 1
    assert not first.end(job.DONE)
    write_batch(job_graph, second, kind, 3)
    assert rows(job_graph, kind) == 2
    assert job.find(job_graph, added.id).cursor == 3


def test_a_batch_that_fails_leaves_the_cursor_where_it_was(job_graph: Graph, kind: str) -> None:
    added = job.add(job_graph, kind, {})
    held = claim(job_graph, kind)

    def batch(unit: Unit) -> None:
        held.advance(unit, cursor=10, done=10)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011
        run(job_graph, batch)
    assert job.find(job_graph, added.id).cursor == 0


def test_each_batch_keeps_the_lease(job_graph: Graph, kind: str) -> None:
    job.add(job_graph, kind, {})
    held = claim(job_graph, kind)
    let_the_lease_run_out(job_graph, held.job.id)
    run(job_graph, lambda unit: held.advance(unit, cursor=1))
    assert job.claim(job_graph, [kind]) is None


def test_eight_workers_never_hold_one_job_together(job_graph: Graph, kind: str) -> None:
    added = {job.add(job_graph, kind, {}).id for _ in range(10)}
    claimed: list[str] = []

    def work() -> None:
        misses = 0
        while misses < 3:
            held = job.claim(job_graph, [kind])
            if held is None:
                misses += 1
            else:
                claimed.append(held.job.id)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(added)


def test_an_ended_job_says_how_and_is_not_claimed(job_graph: Graph, kind: str) -> None:
    added = job.add(job_graph, kind, {})
    assert claim(job_graph, kind).end(job.FAILED, "No such file.")
    found = job.find(job_graph, added.id)
    assert (found.state, found.message, found.has_ended) == (job.FAILED, "No such file.", True)
    assert job.claim(job_graph, [kind]) is None


def test_a_job_given_back_waits_for_another_worker(job_graph: Graph, kind: str) -> None:
    added = job.add(job_graph, kind, {})
    claim(job_graph, kind).end(job.WAITING)
    assert claim(job_graph, kind).job.id == added.id


def test_a_waiting_job_is_cancelled_at_once(job_graph: Graph, kind: str) -> None:
    added = job.add(job_graph, kind, {})
    job.cancel(job_graph, added.id)
    assert job.find(job_graph, added.id).state == job.CANCELLED
    assert job.claim(job_graph, [kind]) is None


def test_a_running_job_is_cancelled_before_its_next_batch(job_graph: Graph, kind: str) -> None:
    added = job.add(job_graph, kind, {})
    held = claim(job_graph, kind)
    job.cancel(job_graph, added.id)
    with pytest.raises(Cancelled):
        write_batch(job_graph, held, kind, 1)
    assert rows(job_graph, kind) == 0


def test_the_newest_jobs_are_listed_first(job_graph: Graph, kind: str) -> None:
    ids = [job.add(job_graph, kind, {}).id for _ in range(3)]
    listed = [found.id for found in job.latest(job_graph, [kind], 2)]
    assert len(listed) == 2
    assert set(listed) < set(ids)


def test_an_unknown_job_is_not_found(job_graph: Graph) -> None:
    with pytest.raises(NotFound):
        job.find(job_graph, "none")
    with pytest.raises(NotFound):
        job.cancel(job_graph, "none")


def test_a_lease_outlives_the_longest_transaction_with_its_retries() -> None:
    limits = Limits()
    assert limits.write_ms + limits.retry_ms < LEASE_MS


def test_a_batch_that_waits_while_its_lease_is_taken_over_writes_nothing(job_graph: Graph, kind: str) -> None:
    held = claim(job_graph, job.add(job_graph, kind, {}).kind)
    refused = threading.Event()

    def late_batch() -> None:
        try:
            write_batch(job_graph, held, kind, 1)
        except LeaseLost:
            refused.set()

    with job_graph.driver.session() as session, session.begin_transaction() as taking_over:
        taking_over.run("MATCH (j:_Job {id: $id}) SET j.lease = 'another'", id=held.job.id).consume()
        late = threading.Thread(target=late_batch)
        late.start()
        late.join(0.5)
        taking_over.commit()
    late.join()

    assert refused.is_set()
    assert rows(job_graph, kind) == 0


def test_a_batch_that_wrote_nothing_and_whose_answer_was_lost_is_counted_once(
    job_graph: Graph, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = job.add(job_graph, kind, {})
    held = claim(job_graph, kind)
    lost = lose_commits(monkeypatch, "j.done + $done")

    for cursor in (3, 6, 9):
        run(job_graph, lambda unit, cursor=cursor: held.advance(unit, cursor=cursor, done=3, failed=1))  # type: ignore[misc]

    found = job.find(job_graph, added.id)
    assert len(lost) == 2
    assert (found.cursor, found.done, found.failed) == (9, 9, 3)
