"""Several followers at once: each event of a membership is kept once, and none by what was true before."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any

import pytest

from crm_graph.crm import Crm
from crm_graph.errors import ReadTooLong
from crm_graph.graph.queries import Statement
from crm_graph.search.conditions import ALWAYS
from crm_graph.segments import follower
from crm_graph.segments.filters import Filters
from crm_graph.segments.segment import Segment
from tests.factories import Make
from tests.graph.segments.test_segments import SIZE, above, caught_up, made, run, update

pytestmark = pytest.mark.slow

ROUNDS, RECORDS, FOLLOWERS = 3, 10, 3


@pytest.fixture
def others(crm: Crm) -> Iterator[list[Crm]]:
    """The account as other workers have it."""
    opened = [Crm(crm.settings) for _ in range(FOLLOWERS)]
    yield opened
    for each in opened:
        each.close()


@pytest.fixture
def things(crm: Crm, make: Make) -> str:
    """The name of an object type with a size."""
    caught_up(crm)  # what others left behind
    return make.object_type(SIZE).name


def intervals(crm: Crm, segment: Segment) -> Counter[tuple[int, str]]:
    """How often each record is kept as a member, and as one that was it."""
    rows, _, _ = crm.graph.driver.execute_query(
        "MATCH (r)-[m:IN_SEGMENT|IN_SEGMENT_PAST]->(:Segment {id: $id}) RETURN r._id AS id, type(m) AS kind",
        id=segment.id,
    )
    return Counter((row["id"], row["kind"]) for row in rows)


def test_followers_that_race_keep_each_coming_and_leaving_once(
    crm: Crm, others: list[Crm], make: Make, things: str
) -> None:
    ids = [make.record(things, size=0).id for _ in range(RECORDS)]
    segment = made(crm, things, above(10))
    begin = threading.Barrier(FOLLOWERS)

    def follow(other: Crm, sweeps: bool) -> None:
        begin.wait(20)
        if sweeps:
            follower.sweep(other, segment.id)
        caught_up(other)

    with ThreadPoolExecutor(FOLLOWERS) as pool:
        for n in range(1, ROUNDS + 1):
            for size, present in ((11, 1), (0, 0)):
                for each in ids:
                    update(crm, things, each, {"size": size})
                for done in [pool.submit(follow, other, i > 0) for i, other in enumerate(others)]:
                    done.result(60)
                caught_up(crm)
                past = n - present
                expected = {(each, "IN_SEGMENT"): present for each in ids}
                expected |= {(each, "IN_SEGMENT_PAST"): past for each in ids}
                assert intervals(crm, segment) == Counter(expected)


@contextmanager
def meanwhile(crm: Crm, statement: str, work: Callable[[], object]) -> Iterator[None]:
    """Before a statement `work` is begun in another thread and given some time; it has ended when this is left."""
    begun: list[Future[object]] = []

    def observe(asked: Statement, parameters: Any) -> None:
        if asked.name == statement and not begun:
            begun.append(pool.submit(work))
            wait(begun, 1.5)

    crm.graph.observers.append(observe)
    with ThreadPoolExecutor(1) as pool:
        yield
        crm.graph.observers.remove(observe)
        begun[0].result(20)


@pytest.mark.parametrize(("before", "after"), [(11, 0), (0, 11)])
@pytest.mark.parametrize("statement", ["segments.kept", "search.members", "segments.settle"])
def test_who_goes_through_a_list_writes_nothing_that_another_follower_knows_better(
    crm: Crm, others: list[Crm], make: Make, things: str, statement: str, before: int, after: int
) -> None:
    record = make.record(things, size=0)
    segment = made(crm, things, above(10))
    follower.sweep(crm, segment.id)
    caught_up(crm)
    update(crm, things, record.id, {"size": before})
    make.record(things, size=20)  # so that there is something to settle

    def change() -> None:
        update(others[0], things, record.id, {"size": after})
        caught_up(others[0])

    with meanwhile(crm, statement, change):
        follower.sweep(crm, segment.id)
    caught_up(crm)
    kept = run(crm, follower._known).segments[segment.id]
    if follower._is_due(kept, Filters(ALWAYS), crm.clock.read() + follower._AGAIN_MS):
        follower.sweep(crm, segment.id)
    assert intervals(crm, segment)[record.id, "IN_SEGMENT"] == (1 if after > 10 else 0)


@contextmanager
def too_slow(crm: Crm, segment: Segment, name: str) -> Iterator[None]:
    """The statement of that name takes too long where it is about the segment."""

    def refuse(statement: Statement, parameters: dict[str, Any]) -> None:
        if statement.name == name and parameters.get("segment", segment.id) == segment.id:
            raise ReadTooLong("It took too long.")

    crm.graph.observers.append(refuse)
    try:
        yield
    finally:
        crm.graph.observers.remove(refuse)


def test_a_list_that_cannot_be_gone_through_keeps_no_other_waiting(crm: Crm, make: Make, things: str) -> None:
    slow, other = made(crm, things, above(10)), made(crm, things, above(5))
    record = make.record(things, size=20)
    with too_slow(crm, slow, "search.members"):
        while follower.follow(crm):
            pass
    known = run(crm, follower._known).segments
    assert known[other.id].settled_at is not None
    assert (known[slow.id].settled_at, follower._is_put_off(known[slow.id], crm.clock.read())) == (None, True)
    assert not follower._is_put_off(known[slow.id], crm.clock.read() + follower._FAILED_MS)
    follower.sweep(crm, slow.id)
    assert run(crm, follower._known).segments[slow.id].sweep_failed_at is None
    assert intervals(crm, slow)[record.id, "IN_SEGMENT"] == 1


def test_events_that_are_too_many_to_compare_do_not_stop_the_follower(crm: Crm, make: Make, things: str) -> None:
    segment = made(crm, things, above(10))
    caught_up(crm)
    record = make.record(things, size=20)
    with too_slow(crm, segment, "search.matches"):
        caught_up(crm)
    assert (run(crm, follower._known).segments[segment.id].sweep_asked_at or 0) >= record.created_at
    follower.sweep(crm, segment.id)
    assert intervals(crm, segment)[record.id, "IN_SEGMENT"] == 1
