"""Members that are more than one transaction can hold: written whole, whatever dies between two batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from crm_graph.crm import Crm
from crm_graph.errors import Busy, Unavailable
from crm_graph.graph.queries import Statement
from crm_graph.graph.tries import wait_until
from crm_graph.jobs import job
from crm_graph.segments import filling, follower, history, members, store, writing
from crm_graph.segments.segment import COMPLETE, FAILED, PROCESSING, Segment
from crm_graph.unit import Unit
from tests.factories import Make, unique
from tests.graph.segments.test_segments import SIZE, above, made, page, root, run
from tests.working import working

BATCH = 3
NUMBER = 8
"""Records that there are: more than two batches."""


@pytest.fixture
def small(crm: Crm) -> Iterator[Crm]:
    """The account where a transaction holds few members."""
    opened = Crm(replace(crm.settings, limits=replace(crm.settings.limits, segment_batch=BATCH)))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def things(crm: Crm) -> str:
    """The name of an object type of which there are so many records."""
    make = Make(crm)
    object_type = make.object_type(SIZE)
    for n in range(NUMBER):
        make.record(object_type.name, size=n)
    return object_type.name


class Died(Exception):
    """Stands for the end of a process."""


def dying(small: Crm, statement: str, nth: int) -> Callable[[Statement, Any], None]:
    """An observer that ends everything before a statement runs for the nth time."""
    met = 0

    def observe(asked: Statement, parameters: Any) -> None:
        nonlocal met
        met += asked.name == statement
        if met >= nth:
            raise Died

    small.graph.observers.append(observe)
    return observe


def work(small: Crm) -> None:
    """Do what waits, as a worker does."""
    while held := job.claim(small.graph, [writing.KIND]):
        assert filling.work(small, held)
        held.end(job.DONE)


def die_at(small: Crm, statement: str, nth: int) -> None:
    """Do what waits until a process ends before a statement; then its lease runs out."""
    held = job.claim(small.graph, [writing.KIND])
    assert held is not None
    observer = dying(small, statement, nth)
    with pytest.raises(Died):
        filling.work(small, held)
    small.graph.observers.remove(observer)
    held.end(job.WAITING)


def status(crm: Crm, segment: Segment) -> str:
    """What the list says of itself."""
    return run(crm, lambda unit: store.find(unit, str(segment.id))[0]).processing_status


def sizes(crm: Crm, segment: Segment) -> int:
    """How many members there are."""
    return len(page(crm, segment))


def test_a_small_snapshot_is_whole_in_the_transaction_that_makes_it(small: Crm, things: str) -> None:
    segment = made(small, things, above(NUMBER - 1 - BATCH), "SNAPSHOT")
    assert (segment.processing_status, sizes(small, segment)) == (COMPLETE, BATCH)


def test_a_snapshot_whose_members_cannot_be_written_is_not_made(small: Crm, things: str) -> None:
    name = unique()
    observer = dying(small, "segments.add", 1)
    with pytest.raises(Died):
        run(
            small,
            lambda unit: store.create(
                unit,
                name=name,
                object_type=unit.model.object_type(things),
                processing_type="SNAPSHOT",
                given=above(NUMBER - 2),
            ),
        )
    small.graph.observers.remove(observer)
    assert run(small, lambda unit: store.search(unit, query=name)).total == 0


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_a_snapshot_of_many_is_complete_only_when_it_is_whole(small: Crm, things: str, nth: int) -> None:
    segment = made(small, things, above(-1), "SNAPSHOT")
    assert status(small, segment) == PROCESSING

    die_at(small, "segments.add", nth)
    assert (status(small, segment), sizes(small, segment)) == (PROCESSING, (nth - 1) * BATCH)

    work(small)
    assert (status(small, segment), sizes(small, segment)) == (COMPLETE, NUMBER)


def test_a_snapshot_has_filters_and_time_of_when_it_was_made(small: Crm, things: str) -> None:
    inner = made(small, things, above(-1))
    named = root({"filterType": "IN_LIST", "listId": str(inner.id), "operator": "IN_LIST"})
    segment = made(small, things, named, "SNAPSHOT")
    run(small, lambda unit: store.set_filters(unit, str(inner.id), above(NUMBER)))

    work(small)

    assert [each.since for each in page(small, segment)] == [segment.created_at] * NUMBER


def test_a_snapshot_of_few_among_many_is_written_at_once(small: Crm, things: str) -> None:
    assert made(small, things, above(NUMBER - 2), "SNAPSHOT").processing_status == COMPLETE


def put(small: Crm, things: str, number: int = NUMBER) -> Segment:
    """A list by hand with so many members, once they are written."""
    whole = made(small, things, above(NUMBER - 1 - number), "SNAPSHOT")
    work(small)
    return whole


def ids(small: Crm, things: str) -> list[str]:
    """Ids of all things."""
    return [str(each.record_id) for each in page(small, made(small, things, above(-1)))]


def test_many_put_in_by_hand_are_told_at_once_and_written_whole(small: Crm, things: str) -> None:
    segment, given = made(small, things, None, "MANUAL"), ids(small, things)

    answer = run(small, lambda unit: writing.change(unit, segment, add=[*given, "999999999"]))
    assert ([str(each) for each in answer.added], answer.missing) == (given, (999999999,))
    die_at(small, "segments.add", 2)
    assert status(small, segment) == PROCESSING

    work(small)
    assert (status(small, segment), [str(each.record_id) for each in page(small, segment)]) == (COMPLETE, given)


def test_many_put_in_and_taken_out_together(small: Crm, things: str) -> None:
    segment, given = put(small, things), ids(small, things)
    answer = run(small, lambda unit: writing.change(unit, segment, add=given[:1], remove=given[2:]))
    work(small)
    assert (answer.added, [str(each) for each in answer.removed]) == ((), given[2:])
    assert [str(each.record_id) for each in page(small, segment)] == given[:2]


def test_few_put_in_and_taken_out_are_one_transaction(small: Crm, things: str) -> None:
    segment, given = put(small, things, 1), ids(small, things)
    observer = dying(small, "segments.remove", 1)
    with pytest.raises(Died):
        run(small, lambda unit: writing.change(unit, segment, add=given[:1], remove=given[-1:]))
    small.graph.observers.remove(observer)
    assert [str(each.record_id) for each in page(small, segment)] == given[-1:]


def test_a_list_of_many_is_emptied_whole(small: Crm, things: str) -> None:
    segment = put(small, things)

    run(small, lambda unit: writing.empty(unit, segment))
    die_at(small, "segments.empty", 3)
    assert (status(small, segment), sizes(small, segment)) == (PROCESSING, NUMBER - 2 * BATCH)

    work(small)
    assert (status(small, segment), sizes(small, segment)) == (COMPLETE, 0)


def test_a_list_of_few_is_emptied_at_once(small: Crm, things: str) -> None:
    segment = put(small, things, BATCH)
    run(small, lambda unit: writing.empty(unit, segment))
    assert (status(small, segment), sizes(small, segment)) == (COMPLETE, 0)


@pytest.mark.parametrize("kind", ["DYNAMIC", "SNAPSHOT"])
def test_many_members_of_another_list_are_put_in_whole(small: Crm, things: str, kind: str) -> None:
    source, segment = made(small, things, above(-1), kind), made(small, things, None, "MANUAL")
    work(small)

    run(small, lambda unit: writing.add_from(unit, segment, *store.find(unit, str(source.id))))
    die_at(small, "segments.add", 2)
    assert (status(small, segment), sizes(small, segment)) == (PROCESSING, BATCH)

    work(small)
    assert (status(small, segment), sizes(small, segment)) == (COMPLETE, NUMBER)


def test_nobody_else_changes_members_while_they_are_written(small: Crm, things: str) -> None:
    segment, given = made(small, things, above(-1), "SNAPSHOT"), ids(small, things)
    other = made(small, things, None, "MANUAL")
    refused: list[Callable[[Unit], object]] = [
        lambda unit: writing.change(unit, segment, add=given[:1]),
        lambda unit: writing.change(unit, segment, remove=given),
        lambda unit: writing.empty(unit, segment),
        lambda unit: writing.add_from(unit, other, *store.find(unit, str(segment.id))),
    ]
    for each in refused:
        with pytest.raises(Busy, match=str(segment.id)):
            run(small, each)
    work(small)
    assert sizes(small, segment) == NUMBER


def test_a_list_that_was_deleted_meanwhile_is_whole_when_it_is_restored(small: Crm, things: str) -> None:
    segment = made(small, things, above(-1), "SNAPSHOT")
    run(small, lambda unit: store.delete(unit, str(segment.id)))
    work(small)
    run(small, lambda unit: store.restore(unit, str(segment.id)))
    assert (status(small, segment), sizes(small, segment)) == (COMPLETE, NUMBER)


def test_what_cannot_be_written_has_failed_and_says_so(
    small: Crm, things: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    segment = made(small, things, above(-1), "SNAPSHOT")
    monkeypatch.setattr(filling, "write", lambda *given: 1 / 0)
    held = job.claim(small.graph, [writing.KIND])
    assert held is not None
    with pytest.raises(ZeroDivisionError):
        filling.work(small, held)
    held.end(job.FAILED)
    assert (status(small, segment), sizes(small, segment)) == (FAILED, 0)


def test_a_graph_that_is_away_does_not_end_the_job(small: Crm, things: str, monkeypatch: pytest.MonkeyPatch) -> None:
    segment = made(small, things, above(-1), "SNAPSHOT")

    def away(*given: Any) -> Any:
        raise Unavailable("The graph is away.")

    held = job.claim(small.graph, [writing.KIND])
    assert held is not None
    monkeypatch.setattr(filling, "write", away)
    with pytest.raises(Unavailable):
        filling.work(small, held)
    monkeypatch.undo()
    held.end(job.WAITING)
    work(small)
    assert (status(small, segment), sizes(small, segment)) == (COMPLETE, NUMBER)


def test_the_worker_does_it(small: Crm, things: str) -> None:
    segment = made(small, things, above(-1), "SNAPSHOT")
    with working(small, {writing.KIND: filling.work}):
        assert wait_until(lambda: status(small, segment) == COMPLETE, 60)
    assert [each.record_id for each in run(small, lambda unit: members.page(unit, segment, {}, limit=250)).members] == [
        int(each) for each in ids(small, things)
    ]


def due(small: Crm, things: str) -> Segment:
    """A dynamic list whose day of conversion has come."""
    segment = made(small, things, above(-1))
    wanted = {"conversionType": "CONVERSION_DATE", "year": 2020, "month": 2, "day": 29}
    run(small, lambda unit: history.schedule(unit, str(segment.id), wanted))
    return segment


def test_a_list_stays_dynamic_until_all_its_members_are_kept(small: Crm, things: str) -> None:
    segment = due(small, things)
    observer = dying(small, "segments.settle", 3)
    with pytest.raises(Died):
        follower.sweep(small, segment.id)
    small.graph.observers.remove(observer)
    assert run(small, lambda unit: store.find(unit, str(segment.id))[0]).is_dynamic

    follower.sweep(small, segment.id)
    assert not run(small, lambda unit: store.find(unit, str(segment.id))[0]).is_dynamic
    assert sizes(small, segment) == NUMBER


def test_a_list_is_not_converted_with_members_of_older_filters(small: Crm, things: str) -> None:
    segment, others = due(small, things), Crm(small.settings)

    def change_filters(statement: Statement, parameters: Any) -> None:
        if statement.name == "segments.settled" and not changed:
            changed.append(True)
            run(others, lambda unit: store.set_filters(unit, str(segment.id), above(NUMBER - 2)))

    changed: list[bool] = []
    small.graph.observers.append(change_filters)
    follower.sweep(small, segment.id)
    small.graph.observers.remove(change_filters)
    others.close()
    assert run(small, lambda unit: store.find(unit, str(segment.id))[0]).is_dynamic

    follower.sweep(small, segment.id)
    assert sizes(small, segment) == 1
