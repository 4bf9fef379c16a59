"""Writers that want the same records come in the order in which they asked."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from crm_graph.graph.turns import Turns

LONG_S = 60.0


class Line:
    """Writers at one set of turns, each known to stand in line before the next one comes."""

    def __init__(self) -> None:
        self.turns = Turns()
        self.order: list[int] = []
        self._pool = ThreadPoolExecutor(10)

    def join(self, number: int, keys: Collection[str], seconds: float = LONG_S) -> Future[None]:
        """A writer that notes its number when its turn comes; returns when it stands in line."""
        standing = threading.Event()

        class Keys(list[str]):
            def __iter__(self) -> Iterator[str]:
                standing.set()  # they are walked under the lock of the turns
                return super().__iter__()

        def write() -> None:
            with self.turns.taken(Keys(keys), seconds):
                self.order.append(number)

        writer = self._pool.submit(write)
        assert standing.wait(LONG_S)
        with self.turns._lock:
            return writer

    @contextmanager
    def held(self, keys: Collection[str]) -> Iterator[None]:
        """A writer that has its turn for as long as the block lasts."""
        with self.turns.taken(keys, LONG_S):
            yield

    def close(self) -> None:
        self._pool.shutdown()


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    made.close()


def test_writers_at_one_record_come_in_the_order_in_which_they_asked(line: Line) -> None:
    with line.held(["0-1:1"]):
        writers = [line.join(number, ["0-1:1"]) for number in range(8)]
    for writer in writers:
        writer.result(LONG_S)
    assert line.order == list(range(8))


def test_writers_at_other_records_do_not_wait(line: Line) -> None:
    with line.held(["0-1:1"]):
        line.join(1, ["0-1:2"]).result(LONG_S)
    assert line.order == [1]


def test_a_writer_waits_for_all_its_records(line: Line) -> None:
    with line.held(["0-1:1"]):
        first = line.join(1, ["0-1:1"])
        second = line.join(2, ["0-1:2", "0-1:1"])
        third = line.join(3, ["0-1:2"])
        assert line.order == []
    for writer in (first, second, third):
        writer.result(LONG_S)
    assert line.order == [1, 2, 3]


def test_a_writer_waits_no_longer_than_it_may(line: Line) -> None:
    with line.held(["0-1:1"]):
        line.join(1, ["0-1:1"], seconds=0.01).result(LONG_S)
    assert line.order == [1]


def test_nothing_is_left_of_writers_that_are_done(line: Line) -> None:
    with line.held(["0-1:1", "0-1:2"]):
        writers = [line.join(number, ["0-1:2", "0-1:3"]) for number in range(3)]
    for writer in writers:
        writer.result(LONG_S)
    assert line.turns._last == {}
