"""Plans that are made in the background, so that whoever tries again finds one.

Neo4j plans a statement in the first transaction that brings it. When the time of that transaction ends before the plan
is complete, the plan is lost: on a slow or busy machine the statement would never come to its end, however often it is
tried. And whoever else brings it meanwhile plans it too: after a restart everybody would plan everything at once.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Hashable, Mapping
from contextlib import suppress
from typing import Any

import neo4j
from neo4j import exceptions as driver_errors

_PLAN_S = 120.0
_APART_S = 1.0
"""Processes that ran out of time together do not plan together: who comes later finds the plan."""
_WAITING = 10
"""Statements that wait to be planned; the next one that runs out of time may be planned later."""


class Planner:
    """Plans one statement at a time."""

    def __init__(self, driver: neo4j.Driver) -> None:
        self._driver = driver
        self._turn = threading.Lock()
        self._change = threading.Lock()
        self._waiting: set[str] = set()
        self._since_restart: dict[Hashable, threading.Event] = {}

    def plan(self, text: str, parameters: Mapping[str, Any]) -> None:
        """Have a statement planned that ran out of time; returns at once."""
        if text not in self._waiting and len(self._waiting) < _WAITING:
            self._waiting.add(text)
            _in_background(self._plan_apart, text, parameters)

    def is_planned(self, text: str, parameters: Mapping[str, Any], seconds: float) -> bool:
        """Whether a statement was planned since the last `forget`, or is now, within that time; else it will be."""
        plan = text, tuple((name, _kind(value)) for name, value in parameters.items())
        with self._change:
            planned = self._since_restart.get(plan)
            if planned is None:
                planned = self._since_restart[plan] = threading.Event()
                _in_background(self._plan_at_once, text, parameters, planned)
        return planned.wait(seconds)

    def forget(self) -> None:
        """The graph was away: its plans are gone."""
        with self._change:
            self._since_restart.clear()

    def _plan_apart(self, text: str, parameters: Mapping[str, Any]) -> None:
        time.sleep(random.uniform(0, _APART_S))
        try:
            self._plan(text, parameters)
        finally:
            self._waiting.discard(text)

    def _plan_at_once(self, text: str, parameters: Mapping[str, Any], planned: threading.Event) -> None:
        try:
            self._plan(text, parameters)
        finally:
            planned.set()

    def _plan(self, text: str, parameters: Mapping[str, Any]) -> None:
        # A plan depends on the types of the parameters. One that there is already costs nothing.
        explained = neo4j.Query(f"EXPLAIN {text}", timeout=_PLAN_S)
        with self._turn, suppress(driver_errors.DriverError, driver_errors.Neo4jError):
            with self._driver.session() as session:
                session.run(explained, dict(parameters)).consume()


def _kind(value: Any) -> Hashable:
    """What of a value a plan depends on: its type, and about how long it is."""
    if isinstance(value, str | list | tuple):
        return type(value).__name__, len(str(len(value))) if len(value) > 1 else len(value) - 1
    return type(value).__name__


def _in_background(work: Any, *arguments: Any) -> None:
    # A daemon, so that nobody's end waits for it.
    threading.Thread(target=work, args=arguments, name="plan", daemon=True).start()
