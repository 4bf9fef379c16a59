"""The driver's connection pool, with a session for each thread."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

import neo4j
from neo4j import exceptions as driver_errors

from crm_graph.config import Settings
from crm_graph.graph.failures import translated

_CONNECTION_S = 0.75
"""The longest that making a connection may take; with the tries before it, who is refused waits less than 3 s."""
_IDLE_S = 1.0
"""A connection that was idle longer is tried before it is used: it may be one to a server that was restarted."""
_POOL_SIZE = 100


class Sessions:
    """One connection pool to one database."""

    def __init__(self, settings: Settings) -> None:
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
        self.answered_at = -math.inf
        """When the database last gave all rows of a statement, by the monotonic clock; minus infinity before that."""
        self._local = threading.local()
        self._open: set[neo4j.Session] = set()

    def close(self) -> None:
        """Close every session and connection; no thread uses them any more."""
        self._local = threading.local()
        while self._open:
            with suppress(driver_errors.DriverError, driver_errors.Neo4jError):
                self._open.pop().close()
        self.driver.close()

    def session(self) -> neo4j.Session:
        """The session of this thread."""
        kept: _ThreadSession | None = getattr(self._local, "kept", None)
        if kept is None:
            kept = self._local.kept = _ThreadSession(self.driver.session(), self._open)
        return kept.session

    @contextmanager
    def apart(self) -> Iterator[neo4j.Session]:
        """The session of this thread, for a transaction: what else the thread asks meanwhile gets another one."""
        session = self.session()
        kept, self._local.kept = self._local.kept, None
        try:
            yield session
        finally:
            self._local.kept = kept

    def run(
        self,
        text: str,
        parameters: Mapping[str, Any],
        limit_ms: int,
        *,
        writes: bool,
        transaction_id: str | None = None,
    ) -> list[dict[str, Any]]:
        """The rows of a statement in a transaction of its own, which may last `limit_ms`."""
        metadata = None if transaction_id is None else {"id": transaction_id}
        with translated(writes=writes):
            return self.rows(self.session().run(neo4j.Query(text, metadata, limit_ms / 1000), dict(parameters)))

    def rows(self, result: neo4j.Result) -> list[dict[str, Any]]:
        """All rows of what a statement gives, by the names of its columns."""
        keys = result.keys()
        rows = [dict(zip(keys, record.values(), strict=True)) for record in result]
        self.answered_at = time.monotonic()
        return rows


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
