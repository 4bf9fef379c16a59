"""Formulas: what they give when they are read and searched by, compared with a plain evaluator."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_graph.definitions import expressions
from crm_graph.definitions.property import Property
from crm_graph.graph.database import Graph
from crm_graph.records import computed
from tests.graph.records.formulas import OPTIONS, PROPERTIES, VALUES, Formula, formulas
from tests.graph.search.conftest import World, make_world, remove_world
from tests.graph.search.conftest import search_graph as search_graph

FIELD_TYPE = "calculation_equation"


def records() -> list[dict[str, Any]]:
    """Forty records, each value there in three of four."""
    chance = random.Random(11)

    def one() -> dict[str, Any]:
        values: dict[str, Any] = {name: chance.choice(found) for name, found in VALUES.items()}
        values["tags"] = chance.sample(OPTIONS, chance.randint(1, 2))
        return {name: value for name, value in values.items() if chance.random() < 0.75}

    return [one() for _ in range(40)]


RECORDS = dict(enumerate(records(), 1))


@pytest.fixture(scope="module")
def filled(search_graph: Graph) -> Iterator[World]:
    """A world with the records."""
    world = make_world(search_graph)
    world.add(world.thing, RECORDS.values())
    yield world
    remove_world(world)


def with_formulas(world: World, made: Mapping[str, tuple[str, str]]) -> World:
    """The world with computed properties: type and formula by name."""
    properties = {
        name: Property(
            name=name, display_name=name, type=type_name, field_type=FIELD_TYPE, formula=text, calculated=True
        )
        for name, (type_name, text) in made.items()
    }
    thing = replace(world.thing, properties={**world.thing.properties, **properties})
    model = replace(world.model, object_types={**world.model.object_types, "thing": thing})
    for found in properties.values():
        expressions.check(model, thing, found)
    return replace(world, thing=thing, model=model)


def values(world: World, names: Sequence[str]) -> dict[int, dict[str, Any]]:
    return computed.values_of(world.unit(), world.thing, list(RECORDS), names)


ANY = st.sampled_from(sorted(PROPERTIES)).flatmap(lambda name: st.tuples(st.just(name), formulas(name)))


def check(filled: World, made: list[tuple[str, Formula]]) -> None:
    named = {f"f{n}": (type_name, formula) for n, (type_name, formula) in enumerate(made)}
    world = with_formulas(filled, {name: (type_name, found.text) for name, (type_name, found) in named.items()})
    found = values(world, list(named))
    for record_id, record in RECORDS.items():
        expected = {name: formula.result(record) for name, (_, formula) in named.items()}
        assert found[record_id] == expected, {name: formula.text for name, (_, formula) in named.items()}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(made=st.lists(ANY, min_size=1, max_size=4))
def test_a_formula_gives_what_a_plain_evaluator_gives(filled: World, made: list[tuple[str, Formula]]) -> None:
    check(filled, made)


@pytest.mark.slow
@pytest.mark.timeout(1_200)
@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(made=st.lists(ANY, min_size=2, max_size=6))
def test_a_thousand_formulas_give_what_a_plain_evaluator_gives(filled: World, made: list[tuple[str, Formula]]) -> None:
    check(filled, made)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(formula=formulas("number"), bound=st.sampled_from([-3, 0, 0.5, 1000]), descending=st.booleans())
def test_records_are_found_and_sorted_by_a_formula(
    filled: World, formula: Formula, bound: float, descending: bool
) -> None:
    world = with_formulas(filled, {"total": ("number", formula.text)})
    results = {record_id: formula.result(record) for record_id, record in RECORDS.items()}
    matching = [record_id for record_id, value in results.items() if value is not None and value >= bound]
    filters = [{"propertyName": "total", "operator": "GTE", "value": str(bound)}]
    sign = -1 if descending else 1
    sorts = [{"propertyName": "total", "direction": "DESCENDING" if descending else "ASCENDING"}]
    page = world.search({"filters": filters, "sorts": sorts, "limit": 200})
    assert [each.id for each in page.records] == sorted(matching, key=lambda n: (sign * results[n], n))
    absent = [record_id for record_id, value in results.items() if value is None]
    missing = {"propertyName": "total", "operator": "NOT_HAS_PROPERTY"}
    assert world.search({"filters": [missing], "limit": 200}).total == len(absent)
