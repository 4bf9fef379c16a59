"""The four doors to the graph.

    ask          one guarded statement that reads, auto-commit
    change       one guarded statement that writes, auto-commit
    transaction  several statements of both kinds, whole or not at all
    define       schema: constraints and indexes

`ask` and `change` raise StaleModel when definitions or access moved since the guard's
numbers were read. What fails in passing is tried again by all of them in the same way.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

import neo4j
from neo4j import exceptions as driver_errors

from crm_graph.clock import Clock
from crm_graph.config import Limits, Settings
from crm_graph.errors import Busy, GraphUnavailable, OutcomeUnknown, QueryTooExpensive, ReadTooLong, StaleModel
from crm_graph.graph.failures import TOO_LONG, UNKNOWN, Lost, translated
from crm_graph.graph.planning import Planner
from crm_graph.graph.queries import Query, Statement, load
from crm_graph.graph.schema import Index, SchemaCommands
from crm_graph.graph.sessions import Sessions
from crm_graph.graph.tries import Tries, wait_until
from crm_graph.graph.turns import Turns

Row = Mapping[str, Any]
T = TypeVar("T")

_NOT_READY = "The graph has just come back and is not ready for this yet; nothing was written. Try again."
_ENDING_S = 3.0
"""How much longer than its limit a transaction may last: Neo4j looks for those by default every two seconds."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What a caller knew of `_State` when it prepared its statements."""

    model_version: int
    access_version: int


class Statements(Protocol):
    """What an edge opened: functions below it ask and change, and never commit."""

    guard: Guard

    def ask(self, query: Query | Statement, /, **parameters: Any) -> Row:
        """The one row of a statement that reads."""
        ...

    def change(self, query: Query | Statement, /, *, locks: Collection[str] = (), **parameters: Any) -> Row:
        """The one row of a statement that writes; ConstraintViolated where a unique value is taken.

        `locks` are the keys of the records that it locks first, where several may want them at once.
        Every column is None where the write was made and the answer lost.
        """
        ...

    def together(self, work: Callable[[Statements], T]) -> T:
        """What `work` returns after its statements were committed together, in this transaction if it is one."""
        ...


class Schema(Protocol):
    """The doors that changes of definitions use beside `change`."""

    def statements(self, guard: Guard, transaction_id: str) -> Statements:
        """The doors `ask` and `change` for a write whose lost answer is looked for under an id of its own."""
        ...

    def define(self, statements: list[str]) -> None:
        """Run schema commands, outside of every other transaction."""
        ...

    def settle(self) -> None:
        """Return when what was open at the call has ended, so that nobody writes by older definitions."""
        ...

    def begin_anew(self) -> None:
        """StaleModel, so that the work goes on by what it has just published."""
        ...


class Graph:
    """One database through one connection pool."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.limits: Limits = settings.limits
        self.clock = clock or Clock()
        self.observers: list[Callable[[Statement, Mapping[str, Any]], None]] = []
        """Called with every statement before it runs; tests count and profile with it."""
        self._sessions = Sessions(settings)
        self.driver = self._sessions.driver
        self.planner = Planner(self.driver)
        self._tries = Tries(lambda: self.limits, on_refused=self.planner.forget)
        self._schema = SchemaCommands(self._sessions, self._tries, self._indexes)
        self._turns = Turns()

    @property
    def answered_at(self) -> float:
        """When the database last gave all rows of a statement, by the monotonic clock; minus infinity before that."""
        return self._sessions.answered_at

    def close(self) -> None:
        """Close every session and connection; no thread uses them any more."""
        self._sessions.close()

    def statements(self, guard: Guard, transaction_id: str) -> Statements:
        """The doors `ask` and `change`, each statement a transaction of its own.

        `transaction_id` is what the revisions of a write carry: by it a door finds out whether a write was made
        when the connection was lost before the answer.
        """
        return _Single(self, guard, transaction_id)

    def transaction(self, guard: Guard, transaction_id: str, work: Callable[[Statements], T]) -> T:
        """What `work` returns, after its statements were committed together; it may be called more than once."""
        end = self._tries.end()
        return self._tries.repeat(lambda: self._transact(guard, transaction_id, work, end), end)

    def define(self, statements: list[str]) -> None:
        """Run schema commands, outside of every other transaction; returns when what they made can be used."""
        self._schema.run(statements)

    def settle(self) -> None:
        """Return when every write that is open now has ended; it cannot last longer than this waits."""
        before = self._open_writes()
        wait_until(lambda: before.isdisjoint(self._open_writes()), self._write_s + _ENDING_S)

    def begin_anew(self) -> None:
        """StaleModel, so that the work goes on by what it has just published."""
        raise StaleModel

    def _open_writes(self) -> set[str]:
        return {own for own, write in self._open_transactions().items() if write is not None}

    def _open_transactions(self, end: float | None = None) -> dict[str, str | None]:
        """Those that are open, by their own id, with the id that the revisions of a write carry."""
        # A command and no query: it is neither planned nor counted. One that ran into its limit and is not being
        # committed stays in the list until its client speaks again.
        text = (
            "SHOW TRANSACTIONS YIELD transactionId, metaData, status, statusDetails "
            "WHERE NOT status STARTS WITH 'Terminated' OR statusDetails <> '' "
            "RETURN collect([transactionId, metaData.id]) AS found"
        )
        end = self._tries.end() if end is None else end

        def attempt() -> list[dict[str, Any]]:
            return self._run(text, {}, self._tries.limit_ms(end, self.limits.read_ms), writes=False)

        return dict(self._tries.repeat(attempt, end)[0]["found"])

    def plain(self, query: Query | Statement, /, **parameters: Any) -> Row:
        """The one row of an unguarded statement: start-up, feed, jobs, health."""
        statement = _statement(query)
        self._observe(statement, parameters)
        end = self._tries.end()

        def attempt() -> Row:
            return self._one(statement, parameters, self._tries.limit_ms(end, self.limits.write_ms), writes=True)

        return self._tries.repeat(attempt, end)

    def was_made(self, transaction_id: str, end: float = math.inf) -> bool:
        """Whether a write with that id was committed; OutcomeUnknown where the graph does not answer before `end`.

        One that is open is waited for as long as it may last: it goes on without the connection that brought it.
        """
        statement, parameters = load("transactions").was_made.statement, {"transaction_id": transaction_id}
        end = min(end, time.monotonic() + self._tries.seconds(is_recovering=True))

        def has_ended() -> bool:
            return transaction_id not in self._open_transactions(end).values()

        def attempt() -> Row:
            return self._one(statement, parameters, self._tries.limit_ms(end, self.limits.read_ms), writes=False)

        try:
            if not has_ended() and not wait_until(has_ended, self._write_s + _ENDING_S):
                raise OutcomeUnknown(UNKNOWN)
            row = self._tries.repeat(attempt, end)
        except (GraphUnavailable, Busy, ReadTooLong) as error:
            raise OutcomeUnknown(UNKNOWN) from error
        return bool(row["made"])

    def _transact(self, guard: Guard, transaction_id: str, work: Callable[[Statements], T], end: float) -> T:
        result: T | None = None
        is_complete = False
        # What else this thread asks meanwhile, such as a block of ids, is no part of the transaction.
        with self._sessions.apart() as session:
            try:
                with translated(writes=True):
                    limit_ms = self._tries.limit_ms(end, self.limits.write_ms)
                    transaction = session.begin_transaction({"id": transaction_id}, limit_ms / 1000)
                    several = _Several(self, guard, transaction, limit_ms)
                    try:
                        result = work(several)
                        is_complete = True
                        transaction.commit()
                    except BaseException:
                        several.roll_back()
                        raise
            except OutcomeUnknown as error:
                if not is_complete or not self.was_made(transaction_id, end):
                    raise Lost("The connection was lost before the writes were committed.") from error
        return cast(T, result)

    def _indexes(self, names: list[str]) -> list[Index]:
        text = load("server").indexes.statement.text

        def attempt() -> list[dict[str, Any]]:
            return self._run(text, {"names": names}, self.limits.write_ms, writes=False)

        return [Index(*found) for found in self._tries.repeat(attempt)[0]["indexes"]]

    @property
    def _write_s(self) -> float:
        return self.limits.write_ms / 1000

    def _one(
        self,
        statement: Statement,
        parameters: Mapping[str, Any],
        limit_ms: int,
        *,
        writes: bool,
        transaction_id: str | None = None,
    ) -> Row:
        self._await_plan(statement, parameters, limit_ms)
        rows = self._run(statement.text, parameters, limit_ms, writes=writes, transaction_id=transaction_id)
        if not rows:
            raise StaleModel
        return rows[0]

    def _await_plan(self, statement: Statement, parameters: Mapping[str, Any], limit_ms: int) -> None:
        """Return at once, or when a graph that was away a moment ago is ready; GraphUnavailable after `limit_ms`."""
        if self._tries.is_recovering and not self.planner.is_planned(statement.text, parameters, limit_ms / 1000):
            raise GraphUnavailable(_NOT_READY)

    def _run(
        self,
        text: str,
        parameters: Mapping[str, Any],
        limit_ms: int,
        *,
        writes: bool,
        transaction_id: str | None = None,
    ) -> list[dict[str, Any]]:
        try:
            return self._sessions.run(text, parameters, limit_ms, writes=writes, transaction_id=transaction_id)
        except TOO_LONG:
            self.planner.plan(text, parameters)
            raise

    def _observe(self, statement: Statement, parameters: Mapping[str, Any]) -> None:
        for observer in self.observers:
            observer(statement, parameters)


class _Made(dict[str, Any]):
    """The row of a write that was made and whose answer was lost: None in every column."""

    def __missing__(self, column: str) -> None:
        return None


class _Single:
    def __init__(self, graph: Graph, guard: Guard, transaction_id: str) -> None:
        self._graph = graph
        self._transaction_id = transaction_id
        self._begun_at = time.monotonic()
        self.guard = guard

    def ask(self, query: Query | Statement, /, **parameters: Any) -> Row:
        statement, graph = _statement(query), self._graph
        graph._observe(statement, parameters)
        end = graph._tries.end(self._begun_at)

        def attempt() -> Row:
            # A budget of its own stays what it is.
            limit_ms = statement.limit_ms or graph._tries.limit_ms(end, graph.limits.read_ms)
            return graph._one(statement, parameters, limit_ms, writes=False)

        try:
            row = graph._tries.repeat(attempt, end)
        except ReadTooLong as error:
            if statement.limit_ms is None:
                raise
            raise QueryTooExpensive(error.message) from error
        return _checked(row, self.guard)

    def change(self, query: Query | Statement, /, *, locks: Collection[str] = (), **parameters: Any) -> Row:
        statement, graph = _statement(query), self._graph
        graph._observe(statement, parameters)
        full = {**parameters, "model_version": self.guard.model_version, "access_version": self.guard.access_version}
        transaction_id, end = self._transaction_id, graph._tries.end(self._begun_at)

        def limit_ms() -> int:
            return graph._tries.limit_ms(end, graph.limits.write_ms)

        def attempt() -> Row:
            try:
                return graph._one(statement, full, limit_ms(), writes=True, transaction_id=transaction_id)
            except OutcomeUnknown as error:
                if graph.was_made(transaction_id, end):
                    return _Made()
                raise Lost("The connection was lost before the write was made.") from error

        with graph._turns.taken(locks, limit_ms() / 1000):
            return graph._tries.repeat(attempt, end)

    def together(self, work: Callable[[Statements], T]) -> T:
        return self._graph.transaction(self.guard, self._transaction_id, work)


class _Several:
    def __init__(self, graph: Graph, guard: Guard, transaction: neo4j.Transaction, limit_ms: int) -> None:
        self._graph = graph
        self._transaction = transaction
        self._limit_ms = limit_ms
        self._has_failed = False
        self.guard = guard

    def ask(self, query: Query | Statement, /, **parameters: Any) -> Row:
        if self._has_failed:
            # After a refusal by a constraint the transaction takes no statement; what was in the way is asked outside.
            return _Single(self._graph, self.guard, "").ask(query, **parameters)
        return _checked(self._run(_statement(query), parameters), self.guard)

    def change(self, query: Query | Statement, /, *, locks: Collection[str] = (), **parameters: Any) -> Row:
        # It may hold locks of its own already, so it never waits for a turn.
        guard = {"model_version": self.guard.model_version, "access_version": self.guard.access_version}
        return self._run(_statement(query), {**parameters, **guard})

    def together(self, work: Callable[[Statements], T]) -> T:
        return work(self)

    def roll_back(self) -> None:
        """Undo what was not committed.

        When a statement fails, the driver resets the connection and gives it to whoever comes next. A rollback
        after that would look at the connection of somebody else, and hide the error behind one of its own.
        """
        if not self._has_failed:
            with suppress(driver_errors.DriverError, driver_errors.Neo4jError):
                self._transaction.close()

    def _run(self, statement: Statement, parameters: Mapping[str, Any]) -> Row:
        self._graph._observe(statement, parameters)
        self._graph._await_plan(statement, parameters, self._limit_ms)
        try:
            with translated(writes=True):
                try:
                    rows = self._graph._sessions.rows(self._transaction.run(statement.text, dict(parameters)))
                except (driver_errors.DriverError, driver_errors.Neo4jError):
                    self._has_failed = True
                    raise
        except TOO_LONG:
            self._graph.planner.plan(statement.text, parameters)
            raise
        if not rows:
            raise StaleModel
        return rows[0]


def _statement(query: Query | Statement) -> Statement:
    return query if isinstance(query, Statement) else query.statement


def _checked(row: Row, guard: Guard) -> Row:
    if row["model_version"] != guard.model_version or row["access_version"] != guard.access_version:
        raise StaleModel
    return row
