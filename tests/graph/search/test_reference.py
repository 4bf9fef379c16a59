"""Random filters over random records: the search finds exactly what a plain evaluator finds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_graph.graph.database import Graph
from tests.graph.search.conftest import START, World, make_world, remove_world
from tests.graph.search.reference import KINDS, matches

WORDS = (
    "Ada",
    "ada lovelace",
    "STRASSE",
    "straße",
    "Łódź",
    "nick@example.com",
    "a.b-c",
    "x_y 7",
    "100 %",
    ".*",
    "\\E(",
)
NUMBERS = (-3, 0, 1, 1.5, 2, 1000, 4_000_000_000)
DATES = (date(1969, 12, 31), date(2026, 2, 28), date(2026, 3, 1))
TIMES = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, 10, 0, 0, 123_000, tzinfo=UTC))
OPTIONS = ("Red", "red", "Blue", "two words")

VALUES: dict[str, tuple[Any, ...]] = {
    "text": WORDS,
    "number": NUMBERS,
    "boolean": (True, False),
    "date": DATES,
    "datetime": TIMES,
    "option": OPTIONS,
}
ORDER = ("LT", "LTE", "GT", "GTE", "BETWEEN")
SAME = ("EQ", "NEQ", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY")
TOKENS = ("CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN")
OPERATORS = {
    "text": SAME + ORDER + TOKENS,
    "number": SAME + ORDER,
    "boolean": SAME,
    "date": SAME + ORDER,
    "datetime": SAME + ORDER,
    "option": SAME + TOKENS,
    "options": SAME + TOKENS,
}
PATTERNS = (
    "ada",
    "*ada*",
    "ada love*",
    "*@example.com",
    "n*k",
    "example com",
    "STRASSE",
    "łó*",
    "b",
    "7 x_y",
    "*e",
    "wor*",
)


def records() -> list[dict[str, Any]]:
    """Sixty records, each value there in three of four."""
    chance = random.Random(7)

    def one() -> dict[str, Any]:
        values = {
            name: chance.choice(VALUES[kind])
            for name, kind in KINDS.items()
            if kind in VALUES and name not in ("hs_object_id", "createdate")
        }
        values["tags"] = chance.sample(OPTIONS, chance.randint(1, 3))
        return {name: value for name, value in values.items() if chance.random() < 0.75}

    return [one() for _ in range(60)]


def as_seen(record_id: int, values: dict[str, Any]) -> dict[str, Any]:
    """A record with its system properties."""
    created = datetime.fromtimestamp((START + 1_000 * record_id) / 1_000, UTC)
    return {**values, "hs_object_id": record_id, "createdate": created}


RECORDS = {n + 1: as_seen(n + 1, values) for n, values in enumerate(records())}


@pytest.fixture(scope="module")
def filled(search_graph: Graph) -> Iterator[World]:
    """A world with the random records."""
    world = make_world(search_graph)
    world.add(world.thing, records())
    yield world
    remove_world(world)


def wire(value: Any) -> Any:
    """A value as a client may send it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return str(int(value.timestamp() * 1_000))
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


@st.composite
def filters(draw: st.DrawFn) -> dict[str, Any]:
    """One filter that the contract permits."""
    name = draw(st.sampled_from(sorted(KINDS)))
    kind = KINDS[name]
    operator = draw(st.sampled_from(OPERATORS[kind]))
    if name == "hs_object_id":
        value = st.integers(0, 70)
    elif name == "createdate":
        value = st.integers(0, 70).map(lambda n: datetime.fromtimestamp((START + 1_000 * n) / 1_000, UTC))
    else:
        value = st.sampled_from(OPTIONS if kind == "options" else VALUES[kind])
    made: dict[str, Any] = {"propertyName": name, "operator": operator}
    if operator in TOKENS:
        made["value"] = draw(st.sampled_from(PATTERNS))
    elif operator in ("IN", "NOT_IN"):
        made["values"] = draw(st.lists(value.map(wire), min_size=1, max_size=3))
    elif operator == "BETWEEN":
        made |= {"value": wire(draw(value)), "highValue": wire(draw(value))}
    elif kind == "options" and operator in ("EQ", "NEQ"):
        made["value"] = ";".join(draw(st.lists(value, min_size=1, max_size=2)))
    elif not operator.endswith("HAS_PROPERTY"):
        made["value"] = wire(draw(value))
    return made


GROUPS = st.lists(st.lists(filters(), min_size=1, max_size=3), max_size=3)
FEW = st.lists(st.lists(filters(), min_size=1, max_size=2), max_size=2)
"""Nearly each of them is planned anew, which takes the longer the more filters there are."""


def check(world: World, groups: list[list[dict[str, Any]]]) -> None:
    body = {"filterGroups": [{"filters": group} for group in groups], "limit": 200}
    page = world.search(body)
    expected = [record_id for record_id, record in RECORDS.items() if matches(record, groups)]
    assert [record.id for record in page.records] == expected
    assert page.total == len(expected)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(groups=GROUPS)
def test_a_search_finds_what_a_plain_evaluator_finds(filled: World, groups: list[list[dict[str, Any]]]) -> None:
    check(filled, groups)


@pytest.mark.slow
@settings(max_examples=2_000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None)
@given(groups=FEW)
@pytest.mark.timeout(1_200)
def test_two_thousand_searches_find_what_a_plain_evaluator_finds(
    filled: World, groups: list[list[dict[str, Any]]]
) -> None:
    check(filled, groups)
