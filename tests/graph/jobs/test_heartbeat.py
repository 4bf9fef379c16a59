"""The lease of a job outlives any pause between two batches, and not the work."""

from __future__ import annotations

import threading
from typing import Any

import neo4j
import pytest

from crm_graph.crm import Crm
from crm_graph.errors import GraphUnavailable
from crm_graph.graph.database import Graph
from crm_graph.graph.tries import wait_until
from crm_graph.jobs import job
from crm_graph.jobs.heartbeat import Heartbeat
from crm_graph.jobs.job import Held
from tests.graph.jobs.test_job import let_the_lease_run_out
from tests.working import working

LEASE_MS = 2_000
"""Longer than this machine is ever silent, and four beats of it are soon over."""


@pytest.fixture
def held(job_graph: Graph, kind: str) -> Held:
    """A job in the hands of a worker."""
    job.add(job_graph, kind, {})
    found = job.claim(job_graph, [kind], lease_ms=LEASE_MS)
    assert found is not None
    return found


def node(graph: Graph, job_id: str) -> dict[str, Any]:
    found, _, _ = graph.driver.execute_query("MATCH (j:_Job {id: $id}) RETURN properties(j) AS job", id=job_id)
    return dict(found[0]["job"])


def is_kept(graph: Graph, job_id: str) -> bool:
    """Whether a lease that was let run out is kept again, within the time of some beats."""
    return wait_until(lambda: node(graph, job_id)["lease_until"] > graph.clock.read(), 60)


def test_a_job_stays_with_its_worker_while_the_work_goes_on(job_graph: Graph, kind: str, held: Held) -> None:
    with Heartbeat(held):
        let_the_lease_run_out(job_graph, held.job.id)
        assert is_kept(job_graph, held.job.id)
        assert job.claim(job_graph, [kind]) is None


def test_nobody_keeps_the_lease_once_the_work_has_ended(job_graph: Graph, kind: str, held: Held) -> None:
    with pytest.raises(ZeroDivisionError), Heartbeat(held):
        raise ZeroDivisionError
    assert "heartbeat" not in [thread.name for thread in threading.enumerate()]
    let_the_lease_run_out(job_graph, held.job.id)
    assert job.claim(job_graph, [kind]) is not None


def test_a_lease_that_another_worker_has_is_left_to_it(job_graph: Graph, kind: str, held: Held) -> None:
    let_the_lease_run_out(job_graph, held.job.id)
    job.claim(job_graph, [kind])
    before = node(job_graph, held.job.id)
    assert not held.keep()
    assert node(job_graph, held.job.id) == before


def test_a_lease_that_a_batch_kept_for_longer_is_not_shortened(job_graph: Graph, held: Held) -> None:
    until = job_graph.clock.read() + 10 * LEASE_MS
    job_graph.driver.execute_query("MATCH (j:_Job {id: $id}) SET j.lease_until = $until", id=held.job.id, until=until)
    assert held.keep()
    assert node(job_graph, held.job.id)["lease_until"] == until


@pytest.mark.parametrize("trouble", [GraphUnavailable("away"), neo4j.exceptions.ClientError("unforeseen")])
def test_a_heartbeat_outlives_a_graph_in_trouble(
    job_graph: Graph, held: Held, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    real, failures = job_graph.plain, iter([trouble])

    def plain(*arguments: Any, **parameters: Any) -> Any:
        for failure in failures:
            raise failure
        return real(*arguments, **parameters)

    monkeypatch.setattr(job_graph, "plain", plain)
    with Heartbeat(held):
        let_the_lease_run_out(job_graph, held.job.id)
        assert is_kept(job_graph, held.job.id)
    assert next(failures, None) is None


def test_a_worker_keeps_its_job_before_the_first_batch(job_graph: Graph, crm: Crm, kind: str) -> None:
    def count_the_rows(crm: Crm, held: Held) -> bool:
        let_the_lease_run_out(job_graph, held.job.id)
        return is_kept(job_graph, held.job.id)

    with working(crm, {kind: count_the_rows}):
        added = job.add(job_graph, kind, {})
        assert wait_until(lambda: job.find(job_graph, added.id).has_ended, 60)
    assert job.find(job_graph, added.id).state == job.DONE
