"""Filters drawn at random find in the graph exactly whom they find in plain Python."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_graph.search.members import compile_members
from crm_graph.segments import filters
from crm_graph.segments.segment import Segment
from tests.graph.search.conftest import World
from tests.graph.segments import reference
from tests.graph.segments.reference import Body, Thing

TEXTS = ("Ann", "ann", "BANANA", "straße", "STRASSE", "na", "a b")
OPTIONS = ("Red", "Green", "Blue")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
HAND = 10**9 + secrets.randbelow(10**9)
RULE = HAND + 1
"""Ids of a list that is filled by hand and of one that has filters."""
RULE_FILTERS = {
    "filterBranchType": "OR",
    "filterBranches": [
        {
            "filterBranchType": "AND",
            "filters": [
                {
                    "filterType": "PROPERTY",
                    "property": "amount",
                    "operation": {"operationType": "NUMBER", "operator": "IS_GREATER_THAN", "value": 2},
                }
            ],
        }
    ],
}


def _property(name: str, kind: str, operator: Any, **given: Any) -> st.SearchStrategy[Body]:
    operation = st.fixed_dictionaries(
        {
            "operationType": st.just(kind),
            "operator": st.sampled_from(operator),
            "includeObjectsWithNoValueSet": st.booleans(),
            **given,
        }
    )
    return st.fixed_dictionaries(
        {"filterType": st.just("PROPERTY"), "property": st.sampled_from(name.split()), "operation": operation}
    )


_EQUAL = ("IS_EQUAL_TO", "IS_NOT_EQUAL_TO", "HAS_EVER_BEEN_EQUAL_TO", "HAS_NEVER_BEEN_EQUAL_TO")
_WORDS = (
    *_EQUAL,
    "CONTAINS",
    "DOES_NOT_CONTAIN",
    "STARTS_WITH",
    "ENDS_WITH",
    "HAS_EVER_CONTAINED",
    "HAS_NEVER_CONTAINED",
)
_SIZES = ("IS_GREATER_THAN", "IS_GREATER_THAN_OR_EQUAL_TO", "IS_LESS_THAN", "IS_LESS_THAN_OR_EQUAL_TO")
_CHOICES = ("IS_ANY_OF", "IS_NONE_OF", "IS_EXACTLY", "IS_NOT_EXACTLY", "CONTAINS_ALL", "DOES_NOT_CONTAIN_ALL")
_EVER = ("HAS_EVER_BEEN_ANY_OF", "HAS_NEVER_BEEN_ANY_OF", "HAS_EVER_BEEN_EXACTLY", "HAS_NEVER_BEEN_EXACTLY")
_EVER_ALL = ("HAS_EVER_CONTAINED_ALL", "HAS_NEVER_CONTAINED_ALL")
_BETWEEN = ("IS_BETWEEN", "IS_NOT_BETWEEN")
_ROLLING = (
    "IS_LESS_THAN_X_DAYS_AGO",
    "IS_MORE_THAN_X_DAYS_AGO",
    "IS_LESS_THAN_X_DAYS_FROM_NOW",
    "IS_MORE_THAN_X_DAYS_FROM_NOW",
)
words, numbers = st.sampled_from(TEXTS), st.integers(-1, 5)
days = {"year": st.just(2026), "month": st.just(1), "day": st.integers(1, 6)}
moments = st.integers(0, 6 * 24).map(lambda hours: int((BEGIN + timedelta(hours=hours)).timestamp()) * 1_000)
point = st.fixed_dictionaries(
    {"timeType": st.just("DATE"), "zoneId": st.just("UTC"), "hour": st.integers(0, 23), **days}
)
endpoints = st.sampled_from(("INCLUSIVE", "EXCLUSIVE"))
referenced = st.one_of(
    *(
        st.fixed_dictionaries(
            {
                "timeType": st.just("PROPERTY_REFERENCED"),
                "zoneId": st.just("UTC"),
                "property": st.sampled_from(names),
                "referenceType": st.just(part),
            }
        )
        for names, part in ((("due", "seen"), "VALUE"), (("name", "amount", "tags"), "UPDATED_AT"))
    )
)

PROPERTY_FILTERS = st.one_of(
    _property("name note", "STRING", _WORDS, value=words),
    _property("name note", "MULTISTRING", _WORDS, values=st.lists(words, min_size=1, max_size=3)),
    _property("amount", "NUMBER", (*_EQUAL, *_SIZES), value=numbers),
    _property("amount", "NUMBER_RANGED", _BETWEEN, lowerBound=numbers, upperBound=numbers),
    _property("is_open", "BOOL", _EQUAL, value=st.booleans()),
    _property(
        "color tags",
        "ENUMERATION",
        (*_CHOICES, *_EVER, *_EVER_ALL),
        values=st.lists(st.sampled_from(OPTIONS), min_size=1, max_size=2, unique=True),
    ),
    _property("name note amount is_open due seen color tags", "ALL_PROPERTY", ("IS_KNOWN", "IS_UNKNOWN")),
    _property("due seen", "DATE", ("IS_EQUAL_TO", "IS_NOT_EQUAL_TO", "IS_BEFORE_DATE", "IS_AFTER_DATE"), **days),
    _property("due seen", "RANGED_DATE", _BETWEEN, lowerBound=moments, upperBound=moments),
    _property("due seen", "TIME_POINT", ("IS_BEFORE", "IS_AFTER"), timePoint=point, endpointBehavior=endpoints),
    _property("due seen", "TIME_RANGED", _BETWEEN, lowerBoundTimePoint=point, upperBoundTimePoint=point),
    _property("due seen", "ROLLING_DATE_RANGE", _ROLLING, numberOfDays=st.integers(0, 3)),
)
ANY = "name note amount is_open due seen color tags"
TIMED_FILTERS = st.one_of(
    _property(
        "due seen",
        "COMPARATIVE_DATE",
        ("IS_BEFORE", "IS_AFTER", "IS_EQUAL_TO"),
        comparisonPropertyName=st.sampled_from(("due", "seen")),
        defaultComparisonValue=st.one_of(st.none(), moments),
    ),
    _property(
        "name note color",
        "COMPARATIVE_STRING",
        (*_EQUAL[:2], "CONTAINS", "DOES_NOT_CONTAIN", "STARTS_WITH", "ENDS_WITH"),
        comparisonPropertyName=st.sampled_from(("name", "note", "color")),
        defaultComparisonValue=st.one_of(st.none(), words),
    ),
    _property(
        ANY,
        "COMPARATIVE_PROPERTY_UPDATED",
        ("IS_BEFORE", "IS_AFTER"),
        comparisonPropertyName=st.sampled_from(ANY.split()),
        defaultComparisonValue=st.one_of(st.none(), moments),
    ),
    _property(
        ANY,
        "ROLLING_PROPERTY_UPDATED",
        ("UPDATED_IN_LAST_X_DAYS", "NOT_UPDATED_IN_LAST_X_DAYS"),
        numberOfDays=st.integers(0, 4),
    ),
    _property(
        ANY,
        "TIME_POINT",
        ("IS_EQUAL_TO", "IS_BEFORE", "IS_AFTER"),
        propertyParser=st.just("UPDATED_AT"),
        timePoint=st.one_of(point, referenced),
        endpointBehavior=endpoints,
    ),
    _property(
        "due seen",
        "TIME_POINT",
        ("IS_EQUAL_TO", "IS_BEFORE", "IS_AFTER"),
        propertyParser=st.just("VALUE"),
        timePoint=referenced,
        endpointBehavior=endpoints,
    ),
    _property(
        ANY,
        "TIME_RANGED",
        _BETWEEN,
        propertyParser=st.just("UPDATED_AT"),
        lowerBoundTimePoint=point,
        upperBoundTimePoint=point,
    ),
)
"""What looks at more than one value: at another property, or at when one was changed."""
MEMBER_OF = st.fixed_dictionaries(
    {
        "filterType": st.just("IN_LIST"),
        "operator": st.sampled_from(("IN_LIST", "NOT_IN_LIST")),
        "listId": st.sampled_from((str(HAND), str(RULE))),
    }
)


def branches(kinds: tuple[str, ...], depth: int, near: str) -> st.SearchStrategy[Body]:
    """Branches for records of `near`, with what is below them."""
    below: st.SearchStrategy[list[Any]] = st.just([])
    if depth:
        plain = branches(("AND", "OR", "NOT_ALL", "NOT_ANY"), depth - 1, near)
        far = ("part", "thing") if near == "thing" else ("thing",)
        below = st.lists(st.one_of(plain, *(associated(each, depth - 1) for each in far)), max_size=2)
    asked = st.one_of(PROPERTY_FILTERS, TIMED_FILTERS)
    leaves = st.one_of(asked, MEMBER_OF) if near == "thing" else asked
    return st.fixed_dictionaries(
        {
            "filterBranchType": st.sampled_from(kinds),
            "filters": st.lists(leaves, min_size=0 if depth else 1, max_size=2),
            "filterBranches": below,
        }
    )


def associated(far: str, depth: int) -> st.SearchStrategy[Body]:
    """A branch about associated records."""
    return branches(("AND",), depth, far).flatmap(
        lambda below: st.sampled_from(("IN_LIST", "NOT_IN_LIST")).map(
            lambda operator: {
                **below,
                "filterBranchType": "ASSOCIATION",
                "filterBranchOperator": "AND",
                "objectTypeId": far,
                "operator": operator,
            }
        )
    )


ROOTS = st.lists(branches(("AND",), 2, "thing"), min_size=1, max_size=2).map(
    lambda below: {"filterBranchType": "OR", "filters": [], "filterBranches": below}
)


def _values(dice: random.Random) -> dict[str, Any]:
    at = BEGIN + timedelta(hours=dice.randrange(6 * 24))
    given = {
        "name": dice.choice(TEXTS),
        "note": dice.choice(TEXTS),
        "amount": dice.randrange(-1, 6),
        "is_open": dice.random() < 0.5,
        "due": date(2026, 1, dice.randrange(1, 7)),
        "seen": at,
        "color": dice.choice(OPTIONS),
        "tags": dice.sample(OPTIONS, dice.randrange(1, 4)),
    }
    return {name: value for name, value in given.items() if dice.random() < 0.7}


def _thing(dice: random.Random, record_id: int) -> Thing:
    written = sorted(BEGIN + timedelta(hours=dice.randrange(4 * 24)) for _ in range(2))
    return Thing(record_id, _values(dice), [_values(dice) for _ in written], written)


class Ground:
    """The records in the graph and the same in plain Python; what is said of a failure does not show them."""

    def __init__(self, world: World, things: list[Thing]) -> None:
        self.world = world
        self.things = things


@pytest.fixture(scope="module")
def ground(module_world: World) -> Iterator[Ground]:
    """Records with values, earlier values, parts, and each other, in the graph and as plain ones."""
    dice = random.Random(20260301)
    things, parts = ([_thing(dice, n) for n in range(1, 31)] for _ in range(2))
    module_world.clear()
    module_world.add(module_world.thing, [each.values for each in things])
    module_world.add(module_world.part, [each.values for each in parts])
    part_pair, thing_pair = module_world.model.pairs
    for each in things:
        for part in dice.sample(parts, dice.randrange(3)):
            module_world.associate(part_pair, part.id, each.id)
            part.things.append(each)
            each.parts.append(part)
    for _ in range(20):
        one, other = sorted(dice.sample(things, 2), key=lambda each: each.id)
        if other not in one.things:
            module_world.associate(thing_pair, one.id, other.id)
            one.things.append(other)
            other.things.append(one)
    for each in things:
        each.lists = {str(HAND)} if dice.random() < 0.4 else set()
        if each.values.get("amount", 0) > 2:
            each.lists.add(str(RULE))
    _write(module_world, things, parts)
    yield Ground(module_world, things)
    module_world.graph._run(
        "MATCH (v:_Revision {source: 'reference'}) DELETE v RETURN count(*) AS n", {}, 9_000, writes=True
    )
    module_world.graph._run(
        "MATCH (s:Segment {id: $id}) DETACH DELETE s RETURN 1 AS n", {"id": HAND}, 9_000, writes=True
    )


def _write(world: World, things: list[Thing], parts: list[Thing]) -> None:
    rows = [
        {
            "record_key": f"{object_type.id}:{each.id}",
            "version": version,
            "at": int(at.timestamp()) * 1_000,
            "source": "reference",
            "changed": list(earlier),
            **{f"after_{name}": value for name, value in earlier.items()},
        }
        for object_type, records in ((world.thing, things), (world.part, parts))
        for each in records
        for version, (at, earlier) in enumerate(zip(each.written, each.earlier, strict=True), 1)
    ]
    world.graph._run(
        "UNWIND $rows AS row CREATE (v:_Revision) SET v = row RETURN count(v) AS n", {"rows": rows}, 9_000, writes=True
    )
    keys = [f"{world.thing.id}:{each.id}" for each in things if str(HAND) in each.lists]
    world.graph._run(
        "MERGE (s:Segment {id: $id}) WITH s UNWIND $keys AS key MATCH (r:Record {_key: key}) "
        "CREATE (r)-[:IN_SEGMENT {segment_id: $id, record_id: r._id, since: 1}]->(s) RETURN count(*) AS n",
        {"id": HAND, "keys": keys},
        9_000,
        writes=True,
    )


def _segment(number: int, processing_type: str, given: Body | None = None) -> Segment:
    return Segment(
        id=number,
        name=str(number),
        object_type="thing",
        object_type_id="thing",
        processing_type=processing_type,
        filters=given,
    )


NOW_MS = int(reference.PRESENT.timestamp()) * 1_000
KNOWN = {HAND: _segment(HAND, "MANUAL"), RULE: _segment(RULE, "DYNAMIC", RULE_FILTERS)}


def alone(leaf: Body) -> Body:
    """A root with one filter."""
    return {"filterBranchType": "OR", "filterBranches": [{"filterBranchType": "AND", "filters": [leaf]}]}


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(root=st.one_of(ROOTS, TIMED_FILTERS.map(alone)))
@pytest.mark.slow
@pytest.mark.timeout(900)
def test_filters_find_whom_they_find_in_plain_python(ground: Ground, root: Body) -> None:
    world = ground.world
    unit = world.unit()
    read = filters.read(root, world.thing, unit.model, known=KNOWN, now=NOW_MS, limits=unit.limits)
    statement, parameters = compile_members(world.thing, read.condition, unit.model)
    rows = unit.graph.ask(statement, segment=0, after=-1, limit=1_000, **parameters)["members"]
    assert [row[0] for row in rows] == reference.found(root, ground.things)
