"""Statements that ran out of time are planned in the background, so that whoever tries again finds a plan.

Neo4j plans a statement in the first transaction that brings it. When the time of that transaction ends before the plan
is complete, the plan is lost: on a slow or busy machine the statement would never come to its end, however often it is
tried.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import neo4j
from neo4j import exceptions as driver_errors

_PLAN_S = 120.0
_APART_S = 1.0
_WAITING = 10
"""Statements that wait to be planned; the next one that runs out of time may be planned later."""


class Planner:
    """Plans one statement at a time."""

    def __init__(self, driver: neo4j.Driver) -> None:
        self._driver = driver
        self._turn = threading.Lock()
        self._waiting: set[str] = set()

    def plan(self, text: str, parameters: Mapping[str, Any]) -> None:
        """Have a statement planned that ran out of time; returns at once."""
        if text not in self._waiting and len(self._waiting) < _WAITING:
            self._waiting.add(text)
            # A daemon, so that nobody's end waits for it.
            threading.Thread(target=self._plan, args=(text, parameters), name="plan", daemon=True).start()

    def _plan(self, text: str, parameters: Mapping[str, Any]) -> None:
        # A plan depends on the types of the parameters. One that there is already costs nothing.
        explained = neo4j.Query(f"EXPLAIN {text}", timeout=_PLAN_S)
        # Processes that ran out of time together do not plan together: who comes later finds the plan.
        time.sleep(random.uniform(0, _APART_S))
        try:
            with self._turn, suppress(driver_errors.DriverError, driver_errors.Neo4jError):
                with self._driver.session() as session:
                    session.run(explained, dict(parameters)).consume()
        finally:
            self._waiting.discard(text)
