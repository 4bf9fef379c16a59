"""Whether the graph answers, known at every moment without asking it in a request."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import neo4j
from neo4j import exceptions as driver_errors

from crm_graph.config import Settings

INTERVAL_S = 0.25
_CONNECT_S = 1.0
_IDLE_S = 1.0
"""A connection that was idle longer is tried before it is used: what is between may have dropped it without a word."""
_SILENT_S = 3.0
"""How long a probe may take before the graph counts as away: a busy machine is slow, not gone."""


class Monitor:
    """One thread with a connection of its own that asks the graph about every 250 ms, unless it has just answered."""

    def __init__(self, settings: Settings, answered_at: Callable[[], float] = lambda: -math.inf) -> None:
        """`answered_at` says when, by the monotonic clock, the graph last answered anybody else in this process."""
        self._settings = settings
        self._others_answered_at = answered_at
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="monitor", daemon=True)
        self._answered_at = time.monotonic()
        self._reason: str | None = "The graph has not been asked yet."
        self._is_away = False

    def start(self) -> None:
        """Begin; returns at once."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread; waits a little for it."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_CONNECT_S + INTERVAL_S)

    @property
    def trouble(self) -> str | None:
        """Why the graph counts as away; None while it answers."""
        if self._reason is not None:
            return self._reason
        silent_s = time.monotonic() - max(self._answered_at, self._others_answered_at())
        return f"The graph has not answered for {silent_s:.1f} s." if silent_s > _SILENT_S else None

    @property
    def is_away(self) -> bool:
        """Whether a request would be in vain: the graph was asked and did not answer."""
        return self._is_away or (self._reason is None and self.trouble is not None)

    def _run(self) -> None:
        settings = self._settings
        driver = neo4j.GraphDatabase.driver(
            settings.neo4j_uri,
            auth=(settings.neo4j_username, settings.neo4j_password) if settings.neo4j_password else None,
            connection_timeout=_CONNECT_S,
            connection_acquisition_timeout=_CONNECT_S,
            liveness_check_timeout=_IDLE_S,
            max_connection_pool_size=1,
            telemetry_disabled=True,
            notifications_min_severity="OFF",
        )
        with driver:
            while not self._stop.is_set():
                answered_at = self._others_answered_at()
                if time.monotonic() - answered_at < INTERVAL_S:
                    self._has_answered(answered_at)
                else:
                    self._probe(driver)
                self._stop.wait(INTERVAL_S)

    def _probe(self, driver: neo4j.Driver) -> None:
        try:
            with driver.session() as session:
                session.run("RETURN 1 AS one").consume()
        except (driver_errors.Neo4jError, driver_errors.DriverError) as error:
            # The first failure may only be the old connection: a second one makes sure, at once.
            if self._is_away or not self._answers(driver):
                self._reason, self._is_away = f"The graph does not answer ({type(error).__name__}).", True
                return
        self._has_answered(time.monotonic())

    def _has_answered(self, answered_at: float) -> None:
        self._answered_at, self._reason, self._is_away = answered_at, None, False

    def _answers(self, driver: neo4j.Driver) -> bool:
        with suppress(driver_errors.Neo4jError, driver_errors.DriverError):
            with driver.session() as session:
                session.run("RETURN 1 AS one").consume()
            return True
        return False
