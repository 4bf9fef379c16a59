"""A change of definitions as far as its checks: all of them are made, and nothing is written.

So a page can say that a change will be refused, and what it touches, before it is made, and by no
other rules than those of the change itself.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any, TypeVar

from crm_graph.graph.database import Guard, Row, Statements
from crm_graph.graph.queries import Query, Statement
from crm_graph.unit import Unit

T = TypeVar("T")


def rehearse(unit: Unit, work: Callable[[Unit], T]) -> T:
    """What `work` would return, or raise, if it was done now; neither definitions nor constraints are written.

    What it asks behind its first write finds nothing, as that was not written. Numbers that it would have been
    given by a counter are such as no counter gives.
    """
    doors = _Doors(unit.graph)
    return work(replace(unit, graph=doors, schema=doors, undoing=[]))


class _Nothing(dict[str, Any]):
    """The row of what was not done: None in every column, and the end of a counter that has just begun."""

    def __missing__(self, column: str) -> Any:
        return 0 if column == "end" else None


class _Doors:
    """The doors for statements and for schema commands, of which only `ask` leads to the graph."""

    def __init__(self, graph: Statements) -> None:
        self._graph = graph
        self._has_changed = False
        self.guard: Guard = graph.guard

    def ask(self, query: Query | Statement, /, **parameters: Any) -> Row:
        return _Nothing() if self._has_changed else self._graph.ask(query, **parameters)

    def change(self, query: Query | Statement, /, *, locks: Collection[str] = (), **parameters: Any) -> Row:
        self._has_changed = True
        return _Nothing()

    def together(self, work: Callable[[Statements], T]) -> T:
        return work(self)

    def statements(self, guard: Guard, transaction_id: str) -> Statements:
        return self

    def define(self, statements: list[str]) -> None:
        """Nothing."""

    def settle(self) -> None:
        """Nothing."""

    def begin_anew(self) -> None:
        """Nothing: there is nothing new to go on by."""
