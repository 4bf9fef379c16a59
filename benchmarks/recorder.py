"""Which statements, with which parameters, a function of our domain issues: the other variants run exactly those."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from crm_graph.crm import Crm
from crm_graph.graph.database import Row, Statements
from crm_graph.graph.queries import Query, Statement
from crm_graph.unit import Actor, Unit

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Issued:
    """A statement as the driver got it."""

    text: str
    parameters: dict[str, Any]


class Recorder:
    """The doors of a unit of work, which keep what goes through them; at `most` statements the work ends."""

    def __init__(self, statements: Statements, most: int | None = None) -> None:
        self.guard = statements.guard
        self.issued: list[Issued] = []
        self._statements = statements
        self._most = most

    def ask(self, query: Query | Statement, /, **parameters: Any) -> Row:
        """The row of the statement, which is kept."""
        self._keep(query, parameters)
        return self._statements.ask(query, **parameters)

    def change(self, query: Query | Statement, /, *, locks: Collection[str] = (), **parameters: Any) -> Row:
        """The row of the statement, which is kept with the versions that guard it."""
        guard = {"model_version": self.guard.model_version, "access_version": self.guard.access_version}
        self._keep(query, {**parameters, **guard})
        if self._most is not None:
            raise NotImplementedError("An operation that is measured changes something in its last statement alone.")
        return self._statements.change(query, locks=locks, **parameters)

    def together(self, work: Callable[[Statements], T]) -> T:
        """Refused: the other variants run each statement as a transaction of its own."""
        raise NotImplementedError("An operation that is measured issues no transaction of several statements.")

    def _keep(self, query: Query | Statement, parameters: Mapping[str, Any]) -> None:
        statement = query if isinstance(query, Statement) else query.statement
        self.issued.append(Issued(statement.text, dict(parameters)))
        if len(self.issued) == self._most:
            raise _Done


class _Done(Exception):
    """Ends work of which every statement is kept."""


def rehearse(crm: Crm, actor: Actor, work: Callable[[Unit], object]) -> list[Issued]:
    """What `work` issues; it is run for real, in a transaction that is rolled back."""
    issued: list[Issued] = []

    def rehearsed(unit: Unit) -> None:
        def record(statements: Statements) -> None:
            recorder = Recorder(statements)
            work(replace(unit, graph=recorder))
            issued[:] = recorder.issued
            raise _Done

        unit.graph.together(record)

    with suppress(_Done):
        crm.run(actor, rehearsed)
    return issued


def prepare(crm: Crm, actor: Actor, work: Callable[[Unit], object], number: int) -> list[Issued]:
    """The `number` statements that `work` issues; the last of them, which may write, is not run."""
    issued: list[Issued] = []

    def recorded(unit: Unit) -> None:
        recorder = Recorder(unit.graph, number)
        try:
            work(replace(unit, graph=recorder))
        finally:
            issued[:] = recorder.issued

    with suppress(_Done):
        crm.run(actor, recorded)
    return issued
