"""A worker that is at rest before what it works on is closed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from crm_graph.crm import Crm
from crm_graph.graph.tries import wait_until
from crm_graph.jobs.worker import KINDS, Work, Worker


@contextmanager
def working(crm: Crm, kinds: Mapping[str, Work] = KINDS) -> Iterator[Worker]:
    """A worker that does jobs of these kinds meanwhile."""
    worker = Worker(crm, kinds)
    worker.start()
    try:
        yield worker
    finally:
        # On a busy machine the first look of a thread may outlast the grace of one call: its queries are planned then.
        assert wait_until(worker.stop, 60), "The worker did not come to rest within a minute."
