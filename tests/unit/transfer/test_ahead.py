"""One item more than was asked for is made, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from crm_graph.transfer.ahead import ahead


def test_items_come_in_order() -> None:
    assert list(ahead(iter(range(1, 50)))) == list(range(1, 50))


def test_the_next_item_is_made_while_one_is_used() -> None:
    begun = threading.Event()

    def items() -> Iterator[str]:
        yield "first"
        begun.set()
        yield "second"

    with closing(ahead(items())) as made:
        assert next(made) == "first"
        assert begun.wait(5)


def test_no_more_than_one_item_is_made_in_advance() -> None:
    made: list[int] = []

    def items() -> Iterator[int]:
        for n in range(1, 10):
            made.append(n)
            yield n

    with closing(ahead(items())) as some:
        next(some)
    assert made == [1, 2]


def test_what_making_an_item_raises_is_raised_behind_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ZeroDivisionError

    made = ahead(items())
    assert next(made) == 1
    with pytest.raises(ZeroDivisionError):
        next(made)


def test_nobody_works_any_more_once_it_is_closed() -> None:
    with closing(ahead(iter(range(1, 100)))) as made:
        next(made)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("ahead")]
