"""Searches that a person would make, each with its answer worked out by hand."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from crm_graph.errors import CRMError, QueryTooExpensive, TooMany, UndefinedAssociation, UnknownObjectType
from tests.graph.search.conftest import START, World
from tests.unit.search.things import BODIES


def where(name: str, operator: str, value: Any = None, **more: Any) -> dict[str, Any]:
    """A filter of a search body."""
    return {"propertyName": name, "operator": operator, **({} if value is None else {"value": value}), **more}


@pytest.mark.parametrize("name", ["name", "note"])
def test_strings_are_compared_without_regard_to_case(world: World, name: str) -> None:
    world.add(world.thing, [{name: "Straße ŁÓDŹ"}, {name: "other"}])
    assert world.ids(where(name, "EQ", "STRASSE łódź")) == [1]
    assert world.ids(where(name, "IN", values=["strasse Łódź", "x"])) == [1]


@pytest.mark.parametrize("name", ["name", "note"])
def test_a_string_longer_than_an_index_keeps_is_found_by_all_of_it(world: World, name: str) -> None:
    world.add(world.thing, [{name: "a" * 1_500 + "X"}, {name: "a" * 1_500 + "Y"}, {name: "a" * 65_536}])
    assert world.ids(where(name, "EQ", "A" * 1_500 + "x")) == [1]
    assert world.ids(where(name, "GT", "a" * 1_500 + "x")) == [2]
    assert world.ids(where(name, "CONTAINS_TOKEN", "a*y")) == [2]


def test_options_are_compared_exactly(world: World) -> None:
    world.add(world.thing, [{"color": "Red"}, {"color": "red"}])
    assert world.ids(where("color", "EQ", "Red")) == [1]


def test_several_options_equal_one_when_they_contain_it(world: World) -> None:
    world.add(world.thing, [{"tags": ["a", "b"]}, {"tags": ["b"]}, {}])
    assert world.ids(where("tags", "EQ", "a")) == [1]
    assert world.ids(where("tags", "NEQ", "a")) == [2]
    assert world.ids(where("tags", "IN", values=["a", "b"])) == [1, 2]
    assert world.ids(where("tags", "NOT_IN", values=["a"])) == [2]


def test_what_a_record_lacks_differs_from_nothing(world: World) -> None:
    world.add(world.thing, [{"name": "x", "note": "x"}, {"name": "y", "note": "y"}, {}])
    for name in ("name", "note"):
        assert world.ids(where(name, "NEQ", "x")) == [2]
        assert world.ids(where(name, "NOT_IN", values=["x"])) == [2]
        assert world.ids(where(name, "NOT_CONTAINS_TOKEN", "x")) == [2]


def test_known_and_unknown_divide_all_records(world: World) -> None:
    world.add(world.thing, [{"name": "x", "weight": 0}, {}])
    for name in ("name", "weight"):
        assert world.ids(where(name, "HAS_PROPERTY")) == [1]
        assert world.ids(where(name, "NOT_HAS_PROPERTY")) == [2]


def test_numbers_compare_as_numbers(world: World) -> None:
    world.add(world.thing, [{"amount": 9}, {"amount": 10}, {"amount": 10.5}, {"amount": 100}])
    assert world.ids(where("amount", "BETWEEN", "9", highValue="10.5")) == [1, 2, 3]
    assert world.ids(where("amount", "GT", "10.0")) == [3, 4]
    assert world.ids(where("amount", "EQ", 10)) == [2]


def test_a_date_is_compared_with_a_time_within_a_day(world: World) -> None:
    world.add(world.thing, [{"due": date(2026, 2, 28)}, {"due": date(2026, 3, 1)}, {"due": date(2026, 3, 2)}])
    noon = str(1_772_323_200_000 + 12 * 3_600_000)  # 2026-03-01T12:00:00Z
    assert world.ids(where("due", "LT", noon)) == [1, 2]
    assert world.ids(where("due", "LTE", noon)) == [1, 2]
    assert world.ids(where("due", "GT", noon)) == [3]
    assert world.ids(where("due", "GTE", noon)) == [3]
    assert world.ids(where("due", "GTE", "1772323200000")) == [2, 3]


def test_times_are_given_in_milliseconds_or_as_text(world: World) -> None:
    world.add(world.thing, [{"seen": datetime(2026, 3, 1, 10, 0, 0, 123_000, tzinfo=UTC)}])
    assert world.ids(where("seen", "EQ", "2026-03-01T10:00:00.123Z")) == [1]
    assert world.ids(where("seen", "EQ", "1772359200123")) == [1]
    assert world.ids(where("seen", "LT", "2026-03-01T11:00:00+01:00")) == []


def test_system_properties_are_searched_by(world: World) -> None:
    world.add(world.thing, [{}, {}, {}])
    second = str(START + 2_000)
    assert world.ids(where("hs_object_id", "GT", "1")) == [2, 3]
    assert world.ids(where("createdate", "EQ", second)) == [2]
    assert world.ids(where("hs_createdate", "BETWEEN", second, highValue=second)) == [2]
    assert world.ids(where("lastmodifieddate", "GTE", second)) == [2, 3]
    assert world.ids(where("hs_lastmodifieddate", "LT", "2023-11-14T22:13:22Z")) == [1]


def test_words_are_found_whole_and_all_of_them(world: World) -> None:
    world.add(world.thing, [{"note": "The quick, brown fox"}, {"note": "quicksand"}, {"note": "brown bread"}])
    assert world.ids(where("note", "CONTAINS_TOKEN", "QUICK")) == [1]
    assert world.ids(where("note", "CONTAINS_TOKEN", "fox quick")) == [1]
    assert world.ids(where("note", "CONTAINS_TOKEN", "quick*")) == [1, 2]
    assert world.ids(where("note", "NOT_CONTAINS_TOKEN", "brown")) == [2]


def test_a_wildcard_fits_a_word_or_the_whole_value(world: World) -> None:
    world.add(world.thing, [{"name": "nick@hubspot.com"}, {"name": "hubspot.com@nick.se"}])
    assert world.ids(where("name", "CONTAINS_TOKEN", "*@hubspot.com")) == [1]
    assert world.ids(where("name", "CONTAINS_TOKEN", "hubspot")) == [1, 2]


def test_words_are_found_in_any_of_several_options(world: World) -> None:
    world.add(world.thing, [{"tags": ["nick@example.com", "n@old.se"]}, {"tags": ["eve@example.com"]}])
    assert world.ids(where("tags", "CONTAINS_TOKEN", "*@old.se")) == [1]
    assert world.ids(where("tags", "NOT_CONTAINS_TOKEN", "nick")) == [2]


def test_a_pattern_made_to_be_slow_is_not(world: World) -> None:
    world.add(world.thing, [{"note": "a" * 65_536}])
    began = time.monotonic()
    assert world.ids(where("note", "CONTAINS_TOKEN", "*a" * 400 + "*b*")) == []
    assert world.ids(where("note", "CONTAINS_TOKEN", "*a" * 40 + "*")) == [1]
    assert time.monotonic() - began < 20


def test_one_group_of_several_is_enough(world: World) -> None:
    world.add(world.thing, [{"amount": n, "note": "odd" if n % 2 else "even"} for n in range(1, 7)])
    body = {
        "filterGroups": [
            {"filters": [where("note", "EQ", "odd"), where("amount", "GT", 3)]},
            {"filters": [where("amount", "EQ", 2)]},
        ]
    }
    assert world.ids(**body) == [2, 5]


def test_archived_records_are_not_found(world: World) -> None:
    world.add(world.thing, [{"name": "x"}, {"name": "x"}])
    world.graph._run(
        f"MATCH (r:{world.thing.node_label} {{_id: 1}}) REMOVE r:{world.thing.node_label} "
        f"SET r:{world.thing.archived_label} RETURN r._id",
        {},
        9_000,
        writes=True,
    )
    assert world.ids(where("name", "EQ", "x")) == [2]
    assert world.ids() == [2]
    assert world.ids(query="x") == [2]


def test_a_record_is_found_by_the_search_after_its_write(world: World) -> None:
    for n in range(1, 16):
        world.add(world.thing, [{"name": f"fresh{n}"}], first_id=n)
        assert world.ids(where("name", "EQ", f"Fresh{n}")) == [n]
        assert world.ids(query=f"fresh{n}") == [n]


@pytest.mark.parametrize(
    "query", ["halden", "HALD", "nick halden", "nick@example.com", "exam", "example.com", "o'neil"]
)
def test_a_query_finds_words_and_their_beginnings(world: World, query: str) -> None:
    world.add(
        world.thing, [{"name": "Nick Halden", "note": "nick@example.com O'Neil"}, {"name": "Eve", "note": "alden"}]
    )
    assert world.ids(query=query) == [1]


def test_a_query_leaves_out_other_object_types(world: World) -> None:
    world.add(world.thing, [{"name": "shared"}])
    world.add(world.part, [{"name": "shared"}], first_id=5)
    assert world.ids(query="shared") == [1]


@pytest.mark.parametrize(
    "query", ["!!!", '")', "_kind:*", "a) OR (b", "\\", "* OR *", "shared~", "/.*/", "[a TO z]", "NOT x"]
)
def test_a_query_has_no_syntax(world: World, query: str) -> None:
    world.add(world.thing, [{"name": "shared"}])
    assert query == "shared~" or world.ids(query=query) == []


def test_a_query_has_as_many_words_as_the_limit_allows(world: World) -> None:
    world.add(world.thing, [{"name": " ".join(f"w{n}" for n in range(100))}])
    assert world.ids(query=" ".join(f"w{n}" for n in range(100))) == [1]


def test_filters_narrow_a_query(world: World) -> None:
    world.add(world.thing, [{"name": "red one", "amount": 1}, {"name": "red two", "amount": 2}])
    assert world.ids(where("amount", "GT", 1), query="red") == [2]


def test_oldest_records_come_first_unless_a_sort_is_given(world: World) -> None:
    world.add(world.thing, [{"weight": 2}, {"weight": 1}, {}, {"weight": 3}])
    assert world.ids() == [1, 2, 3, 4]
    assert world.ids(sorts=["-createdate"]) == [4, 3, 2, 1]
    assert world.ids(sorts=[{"propertyName": "weight", "direction": "ASCENDING"}]) == [2, 1, 4, 3]
    assert world.ids(sorts=["-weight"]) == [4, 1, 2, 3]


@pytest.mark.parametrize("name", ["name", "note", "amount", "weight", "due", "seen", "color", "tags", "is_open"])
@pytest.mark.parametrize("direction", ["", "-"])
@pytest.mark.parametrize("after", ["0", "start"])
def test_pages_in_any_order_give_each_record_once(world: World, name: str, direction: str, after: str) -> None:
    made: dict[str, list[Any]] = {
        "name": ["b", "A", "c", "a"],
        "note": ["b", "A", "c", "ß"],
        "amount": [2, 1.5, -3, 2],
        "weight": [2, 1, 3, 1],
        "due": [date(2026, 1, day) for day in (2, 1, 3, 2)],
        "seen": [datetime(2026, 1, day, 1, 2, 3, 4_000, tzinfo=UTC) for day in (2, 1, 3, 2)],
        "color": ["b", "A", "c", "a"],
        "tags": [["b"], ["a", "c"], ["c"], ["b", "a"]],
        "is_open": [True, False, True, False],
    }
    world.add(world.thing, [*({name: value} for value in made[name]), {}, {}, {}])
    whole = world.ids(sorts=[direction + name])
    assert whole[-3:] == [5, 6, 7]
    walked, cursor = [], after
    while cursor is not None:
        page = world.search({"sorts": [direction + name], "limit": 2, "after": cursor})
        assert page.total == 7
        walked += [record.id for record in page.records]
        cursor = page.after
    assert walked == whole


def test_pages_by_position_pass_the_window(world: World) -> None:
    world.add(world.thing, [{"amount": n} for n in range(120)])
    with pytest.raises(TooMany, match="start"):
        world.search({"limit": 50, "after": "100"}, search_window=100)
    assert world.search({"limit": 50, "after": "50"}, search_window=100).after == "100"
    seen, cursor = [], "start"
    while cursor:
        page = world.search({"limit": 50, "after": cursor, "sorts": ["-createdate"]}, search_window=100)
        seen += [record.id for record in page.records]
        cursor = page.after or ""
    assert seen == list(range(120, 0, -1))


def test_a_total_alone_can_be_asked_for(world: World) -> None:
    world.add(world.thing, [{}, {}])
    page = world.search({"limit": 0})
    assert (page.total, list(page.records), page.after) == (2, [], None)


def test_only_the_properties_asked_for_are_given(world: World) -> None:
    world.add(world.thing, [{"name": "n", "note": "m", "amount": 1}])
    assert dict(world.search({"properties": ["note", "unheard_of"]}).records[0].properties) == {"note": "m"}
    assert set(world.search({"properties": ["*"]}).records[0].properties) == {"name", "note", "amount"}


def pair(world: World, prefix: str) -> str:
    return next(name for name in world.model.pairs if name.startswith(prefix))


def test_records_are_found_by_what_they_are_associated_with(world: World) -> None:
    world.add(world.thing, [{}, {}, {}])
    world.add(world.part, [{}, {}, {}])
    parts = pair(world, "PART_TO_THING")
    world.associate(parts, 1, 2)
    world.associate(parts, 2, 3)
    world.associate(parts, 1, 2, type_id=9)
    assert world.ids(where("associations.part", "EQ", "1")) == [2]
    assert world.ids(where("associations.parts", "IN", values=["1", "2", "77"])) == [2, 3]
    assert [r.id for r in world.search({"filters": [where("associations.thing", "EQ", 3)]}, world.part).records] == [2]


def test_associations_within_one_object_type_are_seen_from_both_ends(world: World) -> None:
    world.add(world.thing, [{}, {}, {}])
    things = pair(world, "THING_TO_THING")
    world.associate(things, 1, 2)
    world.associate(things, 2, 3)
    assert world.ids(where("associations.thing", "EQ", "2")) == [1, 3]


def test_an_archived_record_is_associated_with_nothing(world: World) -> None:
    world.add(world.thing, [{}])
    world.add(world.part, [{}])
    world.associate(pair(world, "PART_TO_THING"), 1, 1)
    label, archived = world.part.node_label, world.part.archived_label
    world.graph._run(f"MATCH (r:{label}) REMOVE r:{label} SET r:{archived} RETURN 1", {}, 9_000, writes=True)
    assert world.ids(where("associations.part", "EQ", "1")) == []


def test_an_association_filter_names_object_types_that_may_be_associated(world: World) -> None:
    with pytest.raises(UnknownObjectType):
        world.ids(where("associations.widget", "EQ", "1"))
    with pytest.raises(UndefinedAssociation):
        world.search({"filters": [where("associations.part", "EQ", "1")]}, world.part)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(body=BODIES)
def test_no_body_of_a_search_is_a_failure_of_the_graph(world: World, body: dict[str, Any]) -> None:
    try:
        page = world.search(body)
    except CRMError:
        return
    assert page.total == 0


def test_a_search_that_takes_too_long_names_what_to_index(world: World) -> None:
    long = "x " * 30_000
    world.add(world.thing, [{"note": long, "color": "Red"} for _ in range(100)])
    never = [where("color", "EQ", "Red"), where("weight", "NOT_HAS_PROPERTY"), where("note", "EQ", "y")]
    groups = [{"filters": [*never, where("note", "CONTAINS_TOKEN", "x x*y*z x y")]} for _ in range(4)]
    with pytest.raises(QueryTooExpensive, match="Mark note as indexed"):
        world.search({"filterGroups": groups}, search_ms=1)
