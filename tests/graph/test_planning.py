"""A statement whose plan takes longer than a transaction may last is planned nevertheless."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from crm_graph.config import Settings
from crm_graph.errors import CRMError, GraphUnavailable, ReadTooLong, WriteTooLong
from crm_graph.graph import migrations
from crm_graph.graph.database import Graph, Guard
from crm_graph.graph.queries import Door, Statement, guarded, load
from tests.factories import unique
from tests.lost import refuse_once

pytestmark = pytest.mark.slow  # planning what is complicated takes seconds

LIMIT_MS = 300
ENOUGH_S = 40


@pytest.fixture
def impatient(settings: Settings) -> Iterator[Graph]:
    """Doors through which nothing may last long."""
    graph = Graph(replace(settings, limits=replace(settings.limits, retry_ms=LIMIT_MS)))
    migrations.run(graph)
    guard(graph)  # planned while there is time
    graph.limits = replace(graph.limits, read_ms=LIMIT_MS, write_ms=LIMIT_MS)
    yield graph
    graph.close()


def guard(graph: Graph) -> Guard:
    """What is known now."""
    versions = graph.plain(load("definitions").versions)
    return Guard(versions["model_version"], versions["access_version"])


def complicated(door: Door) -> Statement:
    """A statement that finds nothing, and takes much longer to be planned than to be run."""
    chains = ["-->".join(f"(:{unique('Nothing')})" for _ in range(10)) for _ in range(3)]
    calls = [f"CALL () {{ MATCH {chain} RETURN count(*) AS c{n} }}" for n, chain in enumerate(chains)]
    body = "\n".join([*calls, "RETURN c0 + c1 + c2 AS number"])
    return Statement("tests.complicated", door, guarded(door, body, ("number",)), ("number",))


def tried(work: Callable[[], object], refusal: type[CRMError]) -> bool:
    """Whether a later try comes to its end, after the first took too long."""
    with pytest.raises(refusal):
        work()
    end = time.monotonic() + ENOUGH_S
    while time.monotonic() < end:
        try:
            work()
        except refusal:
            time.sleep(0.5)
        else:
            return True
    return False


def noting(planned: list[str], plan: Callable[..., None]) -> Callable[..., None]:
    def noted(text: str, parameters: object) -> None:
        planned.append(text)
        plan(text, parameters)

    return noted


@pytest.mark.parametrize(("door", "refusal"), [("ask", ReadTooLong), ("change", WriteTooLong)])
def test_what_was_not_planned_in_time_comes_to_its_end_later(
    impatient: Graph, door: Door, refusal: type[CRMError]
) -> None:
    statement, doors = complicated(door), impatient.statements(guard(impatient), impatient.clock.new_id())
    assert tried(lambda: getattr(doors, door)(statement), refusal)


def test_a_statement_of_a_transaction_comes_to_its_end_later(impatient: Graph) -> None:
    statement, known = complicated("change"), guard(impatient)

    def work() -> object:
        return impatient.transaction(known, impatient.clock.new_id(), lambda inner: inner.change(statement))

    assert tried(work, WriteTooLong)


def test_a_graph_that_has_just_come_back_is_told_of_in_time_and_plans_once(
    impatient: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    statement, doors = complicated("change"), impatient.statements(guard(impatient), impatient.clock.new_id())
    impatient.limits = replace(impatient.limits, write_ms=120_000)
    planned: list[str] = []
    monkeypatch.setattr(impatient.planner, "_plan", noting(planned, impatient.planner._plan))
    refuse_once(monkeypatch, statement.text)
    assert tried(lambda: doors.change(statement), GraphUnavailable)
    assert planned == [statement.text]
