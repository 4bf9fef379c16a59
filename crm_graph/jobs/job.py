"""The job node: added by whoever wants the work, held by one worker at a time, seen by everyone.

A batch of a job is one transaction whose first statement is `Held.advance`. It fails for a
worker whose lease went to another, so no row is ever written twice and none is left out.
Between two batches the lease is kept by `heartbeat.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crm_graph.errors import CRMError, NotFound
from crm_graph.graph.database import Graph
from crm_graph.graph.queries import load
from crm_graph.unit import Unit

LEASE_MS = 10_000
"""How long a worker that fell silent keeps its job: more than the longest transaction with its retries takes."""

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"


class LeaseLost(CRMError):
    """Internal: the job belongs to another worker by now; what this one was about to write is not written."""


class Cancelled(CRMError):
    """Internal: somebody asked for the job to end; the worker stops before its next batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it stood when it was read. Times are ms since 1970, UTC.

    `cursor` is where the next batch begins, in the terms of its kind; `total` is None while nobody
    knows it. `state` is one of waiting, running, done, failed, cancelled.
    """

    id: str
    kind: str
    state: str
    parameters: Mapping[str, Any]
    cursor: int
    done: int
    failed: int
    total: int | None
    message: str
    created_at: int
    updated_at: int
    ended_at: int | None

    @property
    def has_ended(self) -> bool:
        """Whether nothing will happen to it any more."""
        return self.state in (DONE, FAILED, CANCELLED)


@dataclass(slots=True)
class Held:
    """A job in the hands of this worker."""

    graph: Graph
    job: Job
    lease: str
    stopping: Callable[[], bool] = field(default=lambda: False)
    """Whether the worker was asked to stop: then return before the next batch, the job goes on elsewhere."""
    lease_ms: int = LEASE_MS

    def keep(self) -> bool:
        """Keep the lease, outside of any batch; False where it went to another worker, which then has it still."""
        now = self.graph.clock.read()
        kept: bool = self.graph.plain(load("jobs").keep, id=self.job.id, lease=self.lease, until=now + self.lease_ms)[
            "held"
        ]
        return kept

    def advance(self, unit: Unit, *, cursor: int, done: int = 0, failed: int = 0, total: int | None = None) -> int:
        """Move the cursor and keep the lease; how many rows failed so far, those of this batch included.

        It is the first statement in the transaction of a batch.

        The unit makes one such transaction: the job keeps its id, by which it is known whether the batch was
        committed when the answer is lost.
        Raises LeaseLost or Cancelled, upon which the batch must be given up.
        """
        now = self.graph.clock.read()
        row = unit.graph.change(
            load("jobs").advance,
            id=self.job.id,
            lease=self.lease,
            now=now,
            until=now + self.lease_ms,
            cursor=cursor,
            done=done,
            failed=failed,
            total=total,
            transaction_id=unit.transaction_id,
        )
        if not row["held"]:
            raise LeaseLost(f"Job {self.job.id} is held by another worker.")
        if row["cancelled"]:
            raise Cancelled(f"Job {self.job.id} was cancelled.")
        return int(row["failed"])

    def forget(self, unit: Unit) -> None:
        """Let go of the parameters in the transaction of the last batch, where they are long."""
        unit.graph.change(load("jobs").forget, id=self.job.id)

    def end(self, state: str, message: str = "") -> bool:
        """Give the job back as done, failed, cancelled or waiting; False where it was no longer held."""
        held: bool = self.graph.plain(
            load("jobs").end,
            id=self.job.id,
            lease=self.lease,
            state=state,
            message=message,
            now=self.graph.clock.read(),
        )["held"]
        return held


def add(graph: Graph, kind: str, parameters: Mapping[str, Any], *, job_id: str | None = None) -> Job:
    """A new job that the next free worker takes; `parameters` must go through JSON unchanged."""
    row = graph.plain(
        load("jobs").add,
        id=job_id or graph.clock.new_id(),
        kind=kind,
        parameters=json.dumps(parameters, ensure_ascii=False),
        at=graph.clock.now(),
    )
    return _job(row["job"])


def add_within(unit: Unit, kind: str, parameters: Mapping[str, Any], *, job_id: str) -> None:
    """Like `add`, in the transaction that makes the job necessary."""
    text = json.dumps(parameters, ensure_ascii=False)
    unit.graph.change(load("jobs").add_within, id=job_id, kind=kind, parameters=text, at=unit.clock.now())


def claim(
    graph: Graph, kinds: Iterable[str], stopping: Callable[[], bool] = lambda: False, *, lease_ms: int = LEASE_MS
) -> Held | None:
    """The oldest job of these kinds that nobody works on, now held by the caller; None where there is none."""
    lease, now = graph.clock.new_id(), graph.clock.read()
    row = graph.plain(load("jobs").claim, kinds=list(kinds), lease=lease, now=now, until=now + lease_ms)
    return None if row["job"] is None else Held(graph, _job(row["job"]), lease, stopping, lease_ms)


def find(graph: Graph, job_id: str) -> Job:
    """The job with that id; NotFound where there is none."""
    node = graph.plain(load("jobs").find, id=job_id)["job"]
    if node is None:
        raise NotFound(f"Job {job_id} does not exist.")
    return _job(node)


def unended(graph: Graph, kinds: Iterable[str]) -> set[str]:
    """Ids of the jobs of these kinds that wait or are being done."""
    return set(graph.plain(load("jobs").unended, kinds=list(kinds))["ids"])


def latest(graph: Graph, kinds: Iterable[str], limit: int) -> list[Job]:
    """The newest jobs of these kinds, newest first."""
    return [_job(node) for node in graph.plain(load("jobs").latest, kinds=list(kinds), limit=limit)["jobs"]]


def cancel(graph: Graph, job_id: str) -> None:
    """Let the job end before its next batch; what it wrote stays. NotFound where there is none."""
    if not graph.plain(load("jobs").cancel, id=job_id, now=graph.clock.read())["found"]:
        raise NotFound(f"Job {job_id} does not exist.")


def _job(node: Mapping[str, Any]) -> Job:
    return Job(
        id=node["id"],
        kind=node["kind"],
        state=node["state"],
        parameters=json.loads(node["parameters"]),
        cursor=node["cursor"],
        done=node["done"],
        failed=node["failed"],
        total=node.get("total"),
        message=node.get("message", ""),
        created_at=node["created_at"],
        updated_at=node["updated_at"],
        ended_at=node.get("ended_at"),
    )
