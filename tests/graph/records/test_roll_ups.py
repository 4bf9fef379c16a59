"""Roll-ups over associated records, compared with what Python makes of the same associations and values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_graph.definitions import expressions
from crm_graph.definitions.association import USER_DEFINED, AssociationType
from crm_graph.definitions.formulas import FormulaRefused
from crm_graph.definitions.property import ROLL_UPS, Property
from crm_graph.errors import QueryTooExpensive, ReadTooLong
from crm_graph.graph.database import Graph
from crm_graph.records import computed
from tests.graph.records.formulas import to_15_digits
from tests.graph.search.conftest import World, make_world, remove_world
from tests.graph.search.conftest import search_graph as search_graph
from tests.graph.search.test_plans import profile, walk, where

LABEL = 5
THINGS, PARTS = range(1, 6), range(101, 113)
VALUES = (-2.5, 0, 1, 3, 1000, None)
DUE = (date(2026, 3, 1), date(1969, 12, 31), None)


def rolled_up(name: str, function: str, far: str = "part", **fields: Any) -> Property:
    type_name = fields.pop("type_name", "number")
    return Property(
        name=name,
        display_name=name,
        type=type_name,
        field_type="calculation_rollup",
        calculated=True,
        roll_up=function,
        roll_up_object_type=far,
        **fields,
    )


def calculated(name: str, formula: str) -> Property:
    return Property(
        name=name, display_name=name, type="number", field_type="calculation_equation", formula=formula, calculated=True
    )


def with_properties(world: World, *made: Property) -> World:
    """The world with computed properties of things."""
    thing = replace(world.thing, properties={**world.thing.properties, **{found.name: found for found in made}})
    return replace(
        world, thing=thing, model=replace(world.model, object_types={**world.model.object_types, "thing": thing})
    )


@pytest.fixture(scope="module")
def labelled(search_graph: Graph) -> Iterator[World]:
    """A world in which a part may be of a thing, or its main one."""
    world = make_world(search_graph)
    name, pair = next((name, pair) for name, pair in world.model.pairs.items() if name.startswith("PART"))
    label = AssociationType(
        id=LABEL, inverse_id=LABEL + 1, source="part", target="thing", category=USER_DEFINED, association_label="Main"
    )
    pairs = {**world.model.pairs, name: replace(pair, types=(*pair.types, label))}
    yield replace(world, model=replace(world.model, pairs=pairs))
    remove_world(world)


@pytest.fixture
def world(labelled: World) -> World:
    """The world, empty."""
    labelled.clear()
    return labelled


class Link(NamedTuple):
    """An association of a part with a thing."""

    part: int
    thing: int
    is_main: bool


LINKS = st.lists(
    st.builds(Link, st.sampled_from(PARTS), st.sampled_from(THINGS), st.booleans()),
    max_size=30,
    unique_by=lambda link: link[:2],
)


def pair_of(world: World, prefix: str) -> str:
    return next(name for name in world.model.pairs if name.startswith(prefix))


def plain(function: str, values: list[Any]) -> Any:
    """What is made of the values of all associated records, None for those without one."""
    there = [value for value in values if value is not None]
    if function == "count":
        return len(there)
    if function == "sum":
        return to_15_digits(float(sum(there)))
    if not there:
        return None
    return (
        to_15_digits(sum(there) / len(there)) if function == "average" else (min if function == "min" else max)(there)
    )


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(
    links=LINKS,
    amounts=st.lists(st.sampled_from(VALUES), min_size=len(PARTS), max_size=len(PARTS)),
    dates=st.lists(st.sampled_from(DUE), min_size=len(PARTS), max_size=len(PARTS)),
)
def test_roll_ups_are_what_python_makes_of_the_same_records(
    labelled: World, links: list[Link], amounts: list[Any], dates: list[Any]
) -> None:
    labelled.clear()
    parts = {
        part: {name: value for name, value in (("amount", amount), ("due", due)) if value is not None}
        for part, amount, due in zip(PARTS, amounts, dates, strict=True)
    }
    labelled.add(labelled.thing, [{}] * len(THINGS), THINGS[0])
    labelled.add(labelled.part, parts.values(), PARTS[0])
    for link in links:
        for type_id in (1, LABEL) if link.is_main else (1,):
            labelled.associate(pair_of(labelled, "PART"), link.part, link.thing, type_id)
    made = [rolled_up("n", "count"), rolled_up("last", "max", roll_up_property="due", type_name="date")]
    for function in ROLL_UPS:
        made += [
            rolled_up(f"all_{function}", function, roll_up_property="amount"),
            rolled_up(f"main_{function}", function, roll_up_property="amount", roll_up_type_id=LABEL + 1),
            rolled_up(f"big_{function}", function, roll_up_property="amount", roll_up_condition="amount >= 1"),
        ]
    found = values_of(with_properties(labelled, *made), *THINGS)
    for thing in THINGS:
        around = [(parts[link.part], link.is_main) for link in links if link.thing == thing]
        amounts_of = [(part.get("amount"), is_main) for part, is_main in around]
        dues = [due for part, _ in around if (due := part.get("due"))]
        expected = {"n": len(around), "last": max(dues, default=None)}
        for function in ROLL_UPS:
            expected[f"all_{function}"] = plain(function, [amount for amount, _ in amounts_of])
            expected[f"main_{function}"] = plain(function, [amount for amount, is_main in amounts_of if is_main])
            big = [amount for amount, _ in amounts_of if amount is not None and amount >= 1]
            expected[f"big_{function}"] = plain(function, big)
        assert found[thing] == expected


def values_of(world: World, *ids: int, **limits: int) -> dict[int, dict[str, Any]]:
    return computed.values_of(world.unit(**limits), world.thing, list(ids), ["*"])


def test_a_roll_up_of_one_object_type_sees_both_sides(world: World) -> None:
    world.add(world.thing, [{"amount": 1}, {"amount": 10}, {"amount": 100}])
    world.associate(pair_of(world, "THING"), 1, 2)
    world.associate(pair_of(world, "THING"), 2, 3)
    total = rolled_up("total", "sum", "thing", roll_up_property="amount")
    found = values_of(with_properties(world, total), 1, 2, 3)
    assert {record_id: each["total"] for record_id, each in found.items()} == {1: 10, 2: 101, 3: 10}


def test_a_roll_up_of_more_records_than_are_counted_has_no_value(world: World) -> None:
    world.add(world.thing, [{}])
    world.add(world.part, [{"amount": 1}] * 4, 101)
    for part in (101, 102, 103, 104):
        world.associate(pair_of(world, "PART"), part, 1)
    made = [rolled_up(function, function, roll_up_property="amount") for function in ROLL_UPS]
    enough = values_of(with_properties(world, *made), 1, counted_associations=4)[1]
    assert enough == {"count": 4, "sum": 4, "average": 1, "min": 1, "max": 1}
    assert values_of(with_properties(world, *made), 1, counted_associations=3)[1] == dict.fromkeys(ROLL_UPS)


def test_records_are_found_and_sorted_by_a_roll_up(world: World) -> None:
    world.add(world.thing, [{}] * 4)
    world.add(world.part, [{"amount": 5}, {"amount": 7}, {"amount": -1}], 101)
    for part, thing in ((101, 1), (102, 2), (103, 2), (103, 4)):
        world.associate(pair_of(world, "PART"), part, thing)
    rolled = with_properties(world, rolled_up("total", "sum", roll_up_property="amount"))
    filters = [{"propertyName": "total", "operator": "BETWEEN", "value": "0", "highValue": "6"}]
    sorts = [{"propertyName": "total", "direction": "DESCENDING"}]
    assert [each.id for each in rolled.search({"filters": filters, "sorts": sorts}).records] == [2, 1, 3]
    page = rolled.search({"sorts": sorts, "limit": 3, "after": "start"})
    assert [each.id for each in page.records] == [2, 1, 3]
    assert [each.id for each in rolled.search({"sorts": sorts, "limit": 3, "after": page.after}).records] == [4]


def test_stored_and_computed_alternatives_are_found_by_position(world: World) -> None:
    world.add(world.thing, [{"amount": n} for n in range(1, 6)])
    world.add(world.part, [{"amount": 10 * n} for n in range(1, 6)], 101)
    for thing in THINGS:
        world.associate(pair_of(world, "PART"), 100 + thing, thing)
    total, n = rolled_up("total", "sum", roll_up_property="amount"), rolled_up("n", "count")
    rolled = with_properties(world, total, n, calculated("half", "total / 2"))
    groups = [
        {"filters": [where("amount", "LT", "3"), where("total", "GT", "10"), where("total", "LT", "50")]},
        {"filters": [where("half", "GTE", "20"), where("n", "EQ", "1")]},
        {"filters": [where("amount", "EQ", "1")]},
    ]
    for sorts, expected in (("-total", [5, 4, 2, 1]), ("half", [1, 2, 4, 5]), ("-amount", [5, 4, 2, 1])):
        body = {"filterGroups": groups, "sorts": [sorts], "limit": 2}
        first = rolled.search({**body, "after": "start"})
        second = rolled.search({**body, "after": first.after})
        assert [each.id for each in (*first.records, *second.records)] == expected
        assert (first.total, second.total, second.after) == (4, 4, None)


def test_a_search_works_a_roll_up_out_once_for_each_record(world: World) -> None:
    world.add(world.thing, [{}] * 4)
    world.add(world.part, [{"amount": 1}] * 100, 101)
    for part in range(101, 201):
        world.associate(pair_of(world, "PART"), part, part % 4 + 1)
    rolled = with_properties(world, rolled_up("total", "sum", roll_up_property="amount"))
    at_all = {"sorts": ["-total"]}
    between = {"filters": [where("total", "GT", "0"), where("total", "LT", "90")]}
    once = profile(rolled, at_all)
    assert once.total == 4
    assert once.hits > 400
    for body in (between, {**between, **at_all}, {"filters": between["filters"][:1]}):
        found = profile(rolled, body)
        assert found.total == 4
        assert found.hits < once.hits * 1.2


def test_a_search_that_takes_too_long_names_what_is_computed(world: World) -> None:
    world.add(world.thing, [{"note": "x " * 30_000} for _ in range(100)])
    slow = "concatenate(" + ", ".join(["upper(lower(note))"] * 30) + ")"
    text = replace(calculated("slow", slow), type="string")
    made = with_properties(world, rolled_up("total", "count"), text)
    filters = [where("slow", "CONTAINS_TOKEN", "x x*y*z y"), where("amount", "NOT_HAS_PROPERTY")]
    with pytest.raises(QueryTooExpensive, match="slow and total: computed for every record") as raised:
        made.search({"filters": filters, "sorts": ["total"]}, search_ms=1)
    assert raised.value.context["propertyName"] == ["slow", "total"]


def in_currencies(world: World) -> World:
    """The world with parts whose amount is in the currency that their name is."""
    amount = replace(world.part.properties["amount"], currency_property="name")
    part = replace(world.part, properties={**world.part.properties, "amount": amount})
    return replace(
        world, part=part, model=replace(world.model, object_types={**world.model.object_types, "part": part})
    )


def test_amounts_in_unlike_currencies_are_not_rolled_up(world: World) -> None:
    world.add(world.thing, [{}] * 3)
    parts = [{"amount": 0.1, "name": "USD"}, {"amount": 0.2}, {"amount": 100_000, "name": "JPY"}, {"name": "EUR"}]
    world.add(world.part, parts, 101)
    for part, thing in ((101, 1), (102, 1), (104, 1), (101, 2), (103, 2), (103, 3)):
        world.associate(pair_of(world, "PART"), part, thing)
    made = [rolled_up(function, function, roll_up_property="amount") for function in ROLL_UPS]
    found = values_of(with_properties(in_currencies(world), *made), 1, 2, 3)
    assert found[1] == {"count": 2, "sum": 0.3, "average": 0.15, "min": 0.1, "max": 0.2}
    assert found[2] == {**dict.fromkeys(ROLL_UPS), "count": 2}
    assert found[3] == {"count": 1, "sum": 100_000, "average": 100_000, "min": 100_000, "max": 100_000}


def test_only_currencies_of_records_that_fulfil_the_condition_count(world: World) -> None:
    world.add(world.thing, [{}])
    world.add(world.part, [{"amount": 1, "name": "EUR"}, {"amount": 2, "name": "USD"}], 101)
    for part in (101, 102):
        world.associate(pair_of(world, "PART"), part, 1)
    euros = rolled_up("euros", "sum", roll_up_property="amount", roll_up_condition="name = 'EUR'")
    assert values_of(with_properties(in_currencies(world), euros), 1)[1] == {"euros": 1}


def test_a_computed_number_is_found_by_the_digits_that_are_shown(world: World) -> None:
    world.add(world.thing, [{"amount": 0.7, "weight": 0.1}, {"amount": 9e14, "weight": 1.125}])
    world.add(world.part, [{"amount": 0.1}, {"amount": 0.2}], 101)
    for part in (101, 102):
        world.associate(pair_of(world, "PART"), part, 1)
    total = rolled_up("total", "sum", roll_up_property="amount")
    more = with_properties(world, total, calculated("more", "amount + weight"))
    assert values_of(more, 1, 2) == {1: {"total": 0.3, "more": 0.8}, 2: {"total": 0, "more": 900_000_000_000_001}}
    for name, value in (("total", "0.3"), ("more", "0.8")):
        assert [each.id for each in more.search({"filters": [where(name, "EQ", value)]}).records] == [1]


def test_a_search_that_would_count_too_many_finds_no_value(world: World) -> None:
    world.add(world.thing, [{}])
    world.add(world.part, [{"amount": 1}] * 2, 101)
    for part in (101, 102):
        world.associate(pair_of(world, "PART"), part, 1)
    rolled = with_properties(world, rolled_up("total", "sum", roll_up_property="amount"))
    body = {"filters": [{"propertyName": "total", "operator": "GT", "value": "0"}]}
    assert [rolled.search(body, counted_associations=most).total for most in (2, 1)] == [1, 0]


def test_a_formula_goes_on_with_a_roll_up(world: World) -> None:
    world.add(world.thing, [{"weight": 2}])
    world.add(world.part, [{"amount": 5}, {"amount": 7}], 101)
    for part in (101, 102):
        world.associate(pair_of(world, "PART"), part, 1)
    total = rolled_up("total", "sum", roll_up_property="amount")
    share = calculated("share", "if total > 10 then round_nearest(total / 7 * weight, 2) else -1")
    assert values_of(with_properties(world, total, share), 1)[1] == {"total": 12, "share": 3.43}


def db_hits(world: World, names: list[str]) -> int:
    """Db hits of what reads the computed properties of thing 1."""
    parameters: dict[str, Any] = {}

    def give(value: Any) -> str:
        parameters[name := f"v{len(parameters)}"] = value
        return f"${name}"

    text = expressions.compile_values(world.model, world.thing, names, give).text
    with world.graph.driver.session() as session:
        plan = session.run(f"PROFILE {text}", keys=[f"{world.thing.id}:1"], **parameters).consume().profile
    assert plan is not None
    return walk(plan)[0]


def test_a_roll_up_is_worked_out_once_for_a_record(world: World) -> None:
    world.add(world.thing, [{}])
    world.add(world.part, [{"amount": 1}] * 200, 101)
    for part in range(101, 301):
        world.associate(pair_of(world, "PART"), part, 1)
    total, formulas = rolled_up("total", "sum", roll_up_property="amount"), (" + ".join(["total"] * 12), "total / 2")
    made = with_properties(world, total, *(calculated(f"f{n}", text) for n, text in enumerate(formulas)))
    assert values_of(made, 1)[1] == {"total": 200, "f0": 2_400, "f1": 100}
    once = db_hits(made, ["total"])
    assert once > 200
    assert db_hits(made, ["f0"]) == db_hits(made, ["total", "f0", "f1"]) == once


def test_records_are_found_by_a_formula_that_names_a_roll_up_more_than_once(world: World) -> None:
    world.add(world.thing, [{}] * 2)
    world.add(world.part, [{"amount": 5}], 101)
    world.associate(pair_of(world, "PART"), 101, 2)
    made = [rolled_up("total", "sum", roll_up_property="amount"), rolled_up("n", "count")]
    found = with_properties(world, *made, calculated("twice", "total + total * n"))
    body = {"filters": [{"propertyName": "twice", "operator": "EQ", "value": "10"}]}
    assert [each.id for each in found.search(body).records] == [2]


def test_a_formula_of_more_roll_ups_than_the_limit_is_refused(labelled: World) -> None:
    made = [rolled_up(f"n{n}", "count") for n in range(4)]
    inner, outer = calculated("inner", "n0 + n1 + n1"), calculated("outer", "inner + n0 + n2 + n3")
    world = with_properties(labelled, *made, inner, outer)
    expressions.check(world.model, world.thing, outer, most=4)
    with pytest.raises(FormulaRefused, match="at character 19: it comes to more than 3 roll-ups"):
        expressions.check(world.model, world.thing, outer, most=3)


def test_a_read_that_runs_out_of_time_names_what_it_computed(world: World) -> None:
    world.add(world.thing, [{"weight": 1}] * 100)
    slow = "min(" + ", ".join(["round_nearest(weight / 3, 2)"] * 20) + ")"
    made = with_properties(world, *(calculated(f"slow{n}", slow) for n in range(2)))
    graph = world.graph
    limits, graph.limits = graph.limits, replace(graph.limits, read_ms=1)
    try:
        with pytest.raises(ReadTooLong, match=r"Computing slow0, slow1.* of 100 records took longer"):
            values_of(made, *range(1, 101))
    finally:
        graph.limits = limits


@pytest.mark.parametrize(
    ("wanted", "reason"),
    [
        (rolled_up("x", "median"), "function 'median': is none of count, sum, average, min, max"),
        (rolled_up("x", "sum"), "property None: sum needs one"),
        (rolled_up("x", "sum", roll_up_property="name"), "'name': name of part is a text, and sum takes a number"),
        (
            rolled_up("x", "max", roll_up_property="is_open"),
            "is_open of part is true or false, and max takes a number or",
        ),
        (rolled_up("x", "sum", roll_up_property="gone"), "property 'gone': the property gone of part does not exist"),
        (rolled_up("x", "count", "nothing"), "objectType 'nothing': there is no such object type"),
        (
            rolled_up("x", "count", roll_up_type_id=LABEL),
            "associationTypeId 5: is no association type from thing to part",
        ),
        (rolled_up("x", "count", roll_up_condition="amount +"), r"'amount \+': at character 9: it ends too early"),
        (rolled_up("x", "count", roll_up_condition="amount + 1"), "it is a number, and a condition is true or false"),
        (rolled_up("x", "sum", "thing", roll_up_property="x"), "property 'x': x is made of associated records itself"),
        (rolled_up("x", "max", roll_up_property="due"), "type 'number': max of due of part gives a date"),
    ],
)
def test_a_roll_up_that_cannot_be_made_is_refused(labelled: World, wanted: Property, reason: str) -> None:
    world = with_properties(labelled, wanted)
    with pytest.raises(FormulaRefused, match=reason):
        expressions.check(world.model, world.thing, wanted)
