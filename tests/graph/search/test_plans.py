"""A search costs what it finds, however many records there are. The plans are made while there are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from crm_graph.graph.database import Graph
from crm_graph.search import parse
from crm_graph.search.compiler import compile_search
from tests.graph.search.conftest import START, World, make_world, remove_world

SMALL, LARGE = 2_000, 40_000


def where(name: str, operator: str, value: Any = None, **more: Any) -> dict[str, Any]:
    """A filter of a search body."""
    return {"propertyName": name, "operator": operator, **({} if value is None else {"value": value}), **more}


SERVED: Mapping[str, Mapping[str, Any]] = {
    "everything": {},
    "newest first": {"sorts": ["-createdate"]},
    "last changed first": {"sorts": ["-lastmodifieddate"]},
    "by id": {"sorts": ["hs_object_id"]},
    "by an indexed number": {"sorts": ["-amount"]},
    "by an indexed string": {"sorts": ["name"]},
    "by position": {"after": "start"},
    "string equal": {"filters": [where("name", "EQ", "SPECIAL1")]},
    "string in": {"filters": [where("name", "IN", values=["special1", "special2"])]},
    "option equal": {"filters": [where("color", "EQ", "Rare")]},
    "number above": {"filters": [where("amount", "GTE", 1_000_000)]},
    "number between": {"filters": [where("amount", "BETWEEN", 1_000_000, highValue=2_000_000)]},
    "date after": {"filters": [where("due", "GT", "2030-01-01")]},
    "created before": {"filters": [where("createdate", "LT", str(START + 11_000))]},
    "id below": {"filters": [where("hs_object_id", "LT", "11")]},
    "indexed and not": {"filters": [where("amount", "GTE", 1_000_000), where("note", "CONTAINS_TOKEN", "rare")]},
    "either indexed": {
        "filterGroups": [
            {"filters": [where("name", "EQ", "special1")]},
            {"filters": [where("amount", "GT", 1_000_005)]},
        ]
    },
    "associated": {"filters": [where("associations.part", "EQ", "1")]},
    "associated and more": {"filters": [where("associations.part", "IN", values=["1"]), where("note", "EQ", "rare")]},
    "associated either way": {
        "filterGroups": [
            {"filters": [where("associations.part", "EQ", "1")]},
            {"filters": [where("associations.thing", "EQ", "7")]},
        ]
    },
    "words": {"query": "special"},
}


@dataclass(frozen=True)
class Profile:
    """Db hits and plan operators of one search."""

    hits: int
    operators: frozenset[str]
    total: int


@pytest.fixture(scope="module")
def profiles(search_graph: Graph) -> Iterator[dict[int, dict[str, Profile]]]:
    """Profiles of every served search in an empty world, in a small and in a large one."""
    world = make_world(search_graph)
    found = {0: {name: profile(world, body) for name, body in SERVED.items()}}
    rare = {"note": "rare", "color": "Rare", "due": date(2031, 1, 1)}
    world.add(world.thing, [{"name": f"Special{n}", "amount": 1_000_000 + n, **rare} for n in range(10)])
    world.add(world.part, [{} for _ in range(10)])
    names = {name.partition("_TO_")[0]: name for name in world.model.pairs}
    for n in range(1, 9):
        world.associate(names["PART"], 1, n)
    world.associate(names["THING"], 3, 7)
    world.associate(names["THING"], 7, 8)
    for size, previous in ((SMALL, 10), (LARGE, SMALL)):
        for start in range(previous, size, 5_000):
            world.add(world.thing, map(common, range(start, min(size, start + 5_000))), first_id=start + 1)
        found[size] = {name: profile(world, body) for name, body in SERVED.items()}
    yield found
    remove_world(world)


def common(n: int) -> dict[str, Any]:
    """A record that no filter here finds."""
    return {"name": f"name{n}", "amount": n, "note": "common", "color": "Red", "due": date(2020, 1, 1)}


def profile(world: World, body: Mapping[str, Any]) -> Profile:
    """The profile of one page of a search, run once before so that nothing is planned in it."""
    compiled = compile_search(parse(body, world.thing, world.limits), world.thing, world.model, ["_id", "name"])
    with world.graph.driver.session() as session:
        session.run(compiled.statement.text, compiled.parameters).consume()
        result = session.run(f"PROFILE {compiled.statement.text}", compiled.parameters)
        total = result.single(strict=True)["total"]
        plan = result.consume().profile
    assert plan is not None
    hits, operators = walk(plan)
    return Profile(hits, frozenset(operators), total)


def walk(plan: Mapping[str, Any]) -> tuple[int, set[str]]:
    """Db hits of a plan and of all below it, with the names of their operators."""
    hits, operators = plan.get("args", {}).get("DbHits", 0), {plan["operatorType"].partition("@")[0]}
    for child in plan.get("children", []):
        more, others = walk(child)
        hits, operators = hits + more, operators | others
    return hits, operators


@pytest.mark.slow
@pytest.mark.parametrize("name", SERVED)
def test_db_hits_do_not_grow_with_the_records(profiles: dict[int, dict[str, Profile]], name: str) -> None:
    small, large = profiles[SMALL][name], profiles[LARGE][name]
    assert large.total in (small.total, LARGE)
    assert large.hits <= small.hits * 1.1
    assert large.hits < 250


@pytest.mark.slow
@pytest.mark.parametrize("size", [0, SMALL, LARGE])
def test_no_search_that_an_index_serves_walks_all_records(profiles: dict[int, dict[str, Profile]], size: int) -> None:
    walks = {"NodeByLabelScan", "AllNodesScan", "UnionNodeByLabelsScan", "DirectedRelationshipTypeScan"}
    faults = [f"{name}: {found.operators & walks}" for name, found in profiles[size].items() if found.operators & walks]
    assert not faults, "\n".join(faults)


@pytest.mark.slow
def test_the_total_of_everything_comes_from_the_count_store(profiles: dict[int, dict[str, Profile]]) -> None:
    assert "NodeCountFromCountStore" in profiles[LARGE]["everything"].operators
    assert profiles[LARGE]["everything"].total == LARGE


def test_a_search_is_one_statement(module_world: World) -> None:
    seen: list[str] = []
    module_world.graph.observers.append(lambda statement, _: seen.append(statement.name))
    try:
        for body in SERVED.values():
            seen.clear()
            module_world.search(body)
            assert len(seen) <= (2 if body.get("sorts") in (["-amount"], ["name"]) else 1)
    finally:
        module_world.graph.observers.pop()
