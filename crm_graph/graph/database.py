"""The driver and the four doors to the graph; the driver's errors become ours here.

    ask        one guarded statement that reads, auto-commit
    change     one guarded statement that writes, auto-commit
    transaction  several statements of both kinds, whole or not at all
    define     schema: constraints and indexes

`ask` and `change` raise StaleModel when definitions or access moved since the guard's
numbers were read. Transient errors are tried again here, the same way for all doors.
"""

from __future__ import annotations

import logging
import math
import random
import re
import threading
import time
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol, TypeVar, cast

import neo4j
from neo4j import exceptions as driver_errors
from tenacity import Retrying, retry_if_exception_type, wait_exponential_jitter

from crm_graph.clock import Clock
from crm_graph.config import Limits, Settings
from crm_graph.errors import Busy, GraphUnavailable, OutcomeUnknown, QueryTooExpensive, ReadTooLong, StaleModel
from crm_graph.graph.failures import PASSING, TOO_LONG, UNKNOWN, Gone, Lost, Refused, translated
from crm_graph.graph.identifiers import quote
from crm_graph.graph.planning import Planner
from crm_graph.graph.queries import Query, Statement, load
from crm_graph.graph.turns import Turns

log = logging.getLogger(__name__)

Row = Mapping[str, Any]
T = TypeVar("T")

_ALREADY_THERE = re.compile(r"\.Schema\..*AlreadyExists$")
_SCHEMA_BATCH = 100
_SCHEMA_S = 300.0
_COMPLETING_S = 2.0
"""How long another process may take from the index of a constraint to the constraint, of which there is nothing yet."""
_CONNECTION_S = 0.75
"""The longest that making a connection may take; with the tries before it, who is refused waits less than 3 s."""
_IDLE_S = 1.0
"""A connection that was idle longer is tried before it is used: it may be one to a server that was restarted."""
_POOL_SIZE = 100
_RECOVERING_S = 15.0
"""How long after its last refusal a graph counts as just come back."""
_RECOVERING_TRIES_S = 1.2
"""How long something is then tried again at most: who asks what is defined and then writes is answered within 3 s."""
_LEAST_S = 0.5
"""What a statement may then take in any case."""
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
    """One connection pool to one database."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self.limits: Limits = settings.limits
        self.clock = clock or Clock()
        self.driver: neo4j.Driver = neo4j.GraphDatabase.driver(
            settings.neo4j_uri,
            auth=(settings.neo4j_username, settings.neo4j_password) if settings.neo4j_password else None,
            connection_acquisition_timeout=_CONNECTION_S,
            connection_timeout=_CONNECTION_S,
            liveness_check_timeout=_IDLE_S,
            max_connection_pool_size=_POOL_SIZE,
            telemetry_disabled=True,
            notifications_min_severity="OFF",
        )
        self.observers: list[Callable[[Statement, Mapping[str, Any]], None]] = []
        """Called with every statement before it runs; tests count and profile with it."""
        self.planner = Planner(self.driver)
        self._turns = Turns()
        self._defining = threading.Lock()
        self._lost_at = -math.inf
        self._local = threading.local()
        self._sessions: set[neo4j.Session] = set()

    def close(self) -> None:
        """Close every session and connection; no thread uses them any more."""
        self._local = threading.local()
        while self._sessions:
            with suppress(driver_errors.DriverError, driver_errors.Neo4jError):
                self._sessions.pop().close()
        self.driver.close()

    def statements(self, guard: Guard, transaction_id: str) -> Statements:
        """The doors `ask` and `change`, each statement a transaction of its own.

        `transaction_id` is what the revisions of a write carry: by it a door finds out whether a write was made
        when the connection was lost before the answer.
        """
        return _Single(self, guard, transaction_id)

    def transaction(self, guard: Guard, transaction_id: str, work: Callable[[Statements], T]) -> T:
        """What `work` returns, after its statements were committed together; it may be called more than once."""
        end = self._end_of_tries()
        return self._retried(lambda: self._transact(guard, transaction_id, work, end), end)

    def define(self, statements: list[str]) -> None:
        """Run schema commands, a hundred of them in a transaction; nothing else is in it, as Neo4j wants it.

        They say IF NOT EXISTS; what another process made between that look and the deed is taken as made. Returns when
        the indexes can be used: a hint on one that is still being filled is an error.
        """
        with self._defining:
            self._define_all(statements)

    def _define_all(self, statements: list[str]) -> None:
        for is_command, group in groupby(statements, lambda text: text.startswith(("CREATE ", "DROP "))):
            texts = list(group)
            size = _SCHEMA_BATCH if is_command else 1
            for start in range(0, len(texts), size):
                self._define(texts[start : start + size])
            if made := [_name(text) for text in texts if text.startswith("CREATE ")]:
                self._await_indexes(made)

    def _await_indexes(self, names: list[str]) -> None:
        # The procedure db.awaitIndexes keeps a lock on every label and type while it waits. Whoever makes a constraint
        # meanwhile waits for that lock, and the procedure for the index of the constraint, both to their last second.
        def are_online() -> bool:
            states = {name: state for name, state, _ in self._indexes(names)}
            failed = [name for name, state in states.items() if state == "FAILED"]
            if failed:
                raise RuntimeError(f"Neo4j could not fill {', '.join(failed)}; SHOW INDEXES has the reason.")
            return all(state == "ONLINE" for state in states.values())

        if not wait_until(are_online, _SCHEMA_S):
            raise Busy("The indexes are not ready yet; try again.")

    def _indexes(self, names: list[str]) -> list[tuple[str, str, bool]]:
        text, limit_ms = load("server").indexes.statement.text, self.limits.write_ms
        [row] = self._retried(lambda: self._run(text, {"names": names}, limit_ms, writes=False))
        return [(name, state, is_owned) for name, state, is_owned in row["indexes"]]

    def _define(self, texts: list[str]) -> None:
        try:
            self._retried(lambda: self._define_together(texts))
        except driver_errors.ClientError as error:
            if not _ALREADY_THERE.search(error.code or ""):
                raise
            if len(texts) > 1:
                for text in texts:
                    self._define([text])
            elif texts[0].split()[1] == "CONSTRAINT":
                self._complete(texts[0])

    def _complete(self, text: str) -> None:
        """Make a constraint whose index is there.

        Neo4j makes the index first, and leaves it behind where the constraint is given up because of a deadlock:
        unfilled, of no constraint, and in the way of every later try. Who is still at it has a moment to finish.
        """
        name = _name(text)
        wait_until(lambda: all(is_owned for _, _, is_owned in self._indexes([name])), _COMPLETING_S)
        left_behind = [state for _, state, is_owned in self._indexes([name]) if not is_owned]
        if "ONLINE" in left_behind:
            raise RuntimeError(f"There is an index {name} of another kind; drop it, and start again.")
        if left_behind:
            with suppress(driver_errors.DatabaseError, driver_errors.ClientError):  # it was completed after all
                self._retried(lambda: self._define_together([f"DROP INDEX {quote(name)} IF EXISTS"]))
            self._define([text])

    def _define_together(self, texts: list[str]) -> None:
        with translated(writes=True):
            transaction = self._session().begin_transaction(timeout=_SCHEMA_S)
            for text in texts:
                transaction.run(text).consume()
            transaction.commit()

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
        end = self._end_of_tries() if end is None else end

        def attempt() -> list[dict[str, Any]]:
            return self._run(text, {}, self._limit_ms(end, self.limits.read_ms), writes=False)

        return dict(self._retried(attempt, end)[0]["found"])

    def plain(self, query: Query | Statement, /, **parameters: Any) -> Row:
        """The one row of an unguarded statement: start-up, feed, jobs, health."""
        statement = _statement(query)
        self._observe(statement, parameters)
        end = self._end_of_tries()

        def attempt() -> Row:
            return self._one(statement, parameters, self._limit_ms(end, self.limits.write_ms), writes=True)

        return self._retried(attempt, end)

    def was_made(self, transaction_id: str, end: float = math.inf) -> bool:
        """Whether a write with that id was committed; OutcomeUnknown where the graph does not answer before `end`.

        One that is open is waited for as long as it may last: it goes on without the connection that brought it.
        """
        statement, parameters = load("transactions").was_made.statement, {"transaction_id": transaction_id}
        end = min(end, time.monotonic() + self._tries_s(is_recovering=True))

        def has_ended() -> bool:
            return transaction_id not in self._open_transactions(end).values()

        def attempt() -> Row:
            return self._one(statement, parameters, self._limit_ms(end, self.limits.read_ms), writes=False)

        try:
            if not has_ended() and not wait_until(has_ended, self._write_s + _ENDING_S):
                raise OutcomeUnknown(UNKNOWN)
            row = self._retried(attempt, end)
        except (GraphUnavailable, Busy, ReadTooLong) as error:
            raise OutcomeUnknown(UNKNOWN) from error
        return bool(row["made"])

    def _end_of_tries(self, begun_at: float | None = None) -> float:
        """Until when something that begins now is tried again, by the monotonic clock.

        Where the graph was away a moment ago that counts from `begun_at`, when the work began of which it is a part.
        """
        is_recovering = self._is_recovering
        begin = begun_at if begun_at is not None and is_recovering else time.monotonic()
        return begin + self._tries_s(is_recovering=is_recovering)

    def _tries_s(self, *, is_recovering: bool) -> float:
        tries_s = self.limits.retry_ms / 1000
        return min(tries_s, _RECOVERING_TRIES_S) if is_recovering else tries_s

    def _transact(self, guard: Guard, transaction_id: str, work: Callable[[Statements], T], end: float) -> T:
        result: T | None = None
        is_complete = False
        session = self._session()
        # What else this thread asks meanwhile, such as a block of ids, is no part of the transaction.
        kept, self._local.kept = self._local.kept, None
        try:
            with translated(writes=True):
                limit_ms = self._limit_ms(end, self.limits.write_ms)
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
        finally:
            self._local.kept = kept
        return cast(T, result)

    @property
    def _is_recovering(self) -> bool:
        return time.monotonic() - self._lost_at < _RECOVERING_S

    def _limit_ms(self, end: float, most_ms: int) -> int:
        """What a statement may take that begins now and whose tries end at `end`: `most_ms`, or less.

        A graph that was away plans everything anew; so that nobody waits long for it, a statement then has the time
        of its tries and no more.
        """
        if not self._is_recovering:
            return most_ms
        return min(most_ms, int(max(end - time.monotonic(), _LEAST_S) * 1000))

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
        if self._is_recovering and not self.planner.is_planned(statement.text, parameters, limit_ms / 1000):
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
        metadata = None if transaction_id is None else {"id": transaction_id}
        try:
            with translated(writes=writes):
                result = self._session().run(neo4j.Query(text, metadata, limit_ms / 1000), dict(parameters))
                keys = result.keys()
                return [dict(zip(keys, record.values(), strict=True)) for record in result]
        except TOO_LONG:
            self.planner.plan(text, parameters)
            raise

    def _session(self) -> neo4j.Session:
        kept: _ThreadSession | None = getattr(self._local, "kept", None)
        if kept is None:
            kept = self._local.kept = _ThreadSession(self.driver.session(), self._sessions)
        return kept.session

    def _retried(self, attempt: Callable[[], T], end: float | None = None) -> T:
        """What `attempt` returns at its first success; after the first none is begun behind `end`."""
        end = self._end_of_tries() if end is None else end
        try:
            return attempt()
        except PASSING as error:
            failures: list[Exception] = [error]

        def again() -> T:
            try:
                if failures:  # the first attempt counts, and was made without what trying again costs
                    raise failures.pop()
                return attempt()
            except Refused:
                self._lost_at = time.monotonic()
                self.planner.forget()
                raise

        retrying = Retrying(
            retry=retry_if_exception_type(PASSING),
            wait=wait_exponential_jitter(multiplier=0.005, max=0.2, jitter=0.005),
            # What begins last has its time too.
            stop=lambda state: time.monotonic() + state.upcoming_sleep > end - _LEAST_S * self._is_recovering,
            reraise=True,
        )
        try:
            return retrying(again)
        except (driver_errors.TransientError, Gone) as error:
            raise Busy("The graph was too busy to finish this in time; try again.") from error
        except Lost as error:
            raise GraphUnavailable("The graph does not answer.") from error

    def _observe(self, statement: Statement, parameters: Mapping[str, Any]) -> None:
        for observer in self.observers:
            observer(statement, parameters)


class _ThreadSession:
    """A session that is closed when its thread ends.

    `open_sessions` holds on to it until then: garbage has no order, and a session that goes first complains.
    """

    def __init__(self, session: neo4j.Session, open_sessions: set[neo4j.Session]) -> None:
        self.session = session
        self._open_sessions = open_sessions
        open_sessions.add(session)

    def __del__(self) -> None:
        self.session.close()
        self._open_sessions.discard(self.session)


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
        end = graph._end_of_tries(self._begun_at)

        def attempt() -> Row:
            # A budget of its own stays what it is.
            limit_ms = statement.limit_ms or graph._limit_ms(end, graph.limits.read_ms)
            return graph._one(statement, parameters, limit_ms, writes=False)

        try:
            row = graph._retried(attempt, end)
        except ReadTooLong as error:
            if statement.limit_ms is None:
                raise
            raise QueryTooExpensive(error.message) from error
        return _checked(row, self.guard)

    def change(self, query: Query | Statement, /, *, locks: Collection[str] = (), **parameters: Any) -> Row:
        statement, graph = _statement(query), self._graph
        graph._observe(statement, parameters)
        full = {**parameters, "model_version": self.guard.model_version, "access_version": self.guard.access_version}
        transaction_id, end = self._transaction_id, graph._end_of_tries(self._begun_at)

        def limit_ms() -> int:
            return graph._limit_ms(end, graph.limits.write_ms)

        def attempt() -> Row:
            try:
                return graph._one(statement, full, limit_ms(), writes=True, transaction_id=transaction_id)
            except OutcomeUnknown as error:
                if graph.was_made(transaction_id, end):
                    return _Made()
                raise Lost("The connection was lost before the write was made.") from error

        with graph._turns.taken(locks, limit_ms() / 1000):
            return graph._retried(attempt, end)

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
                    result = self._transaction.run(statement.text, dict(parameters))
                    keys = result.keys()
                    rows = [dict(zip(keys, record.values(), strict=True)) for record in result]
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


def _name(command: str) -> str:
    """The name of the constraint or index that the command makes: what stands before IF NOT EXISTS."""
    return command.partition(" IF NOT EXISTS")[0].split()[-1].strip("`")


def wait_until(ready: Callable[[], bool], seconds: float) -> bool:
    """Whether `ready` came true within the time; asked about twenty times a second."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return True
        time.sleep(0.04 + random.random() * 0.02)
    return False
