"""The next item made while the one before it is used."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterator[T]) -> Generator[T, None, None]:
    """The items in order; a thread makes one more than was asked for, and never two.

    What making an item raises is raised where it is asked for. Who does not come to the end closes
    this iterator, which waits for the item that is being made.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="ahead") as thread:
        made = thread.submit(next, items, None)
        while (item := made.result()) is not None:
            made = thread.submit(next, items, None)
            yield item
