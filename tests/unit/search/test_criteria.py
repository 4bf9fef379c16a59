"""The body of a search: what is understood, and what is refused with which sentence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from crm_graph.config import Limits
from crm_graph.errors import InvalidInput, TooMany
from crm_graph.search import Criteria, parse
from tests.unit.search.things import THING, VALUES, filter_on

SAME = {"EQ", "NEQ", "IN", "NOT_IN", "HAS_PROPERTY", "NOT_HAS_PROPERTY"}
ORDER = {"LT", "LTE", "GT", "GTE", "BETWEEN"}
WORDS = {"CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}
TAKEN = {
    "name": SAME | ORDER | WORDS,
    "note": SAME | ORDER | WORDS,
    "amount": SAME | ORDER,
    "is_open": SAME,
    "due": SAME | ORDER,
    "seen": SAME | ORDER,
    "color": SAME | WORDS,
    "tags": SAME | WORDS,
    "associations.part": {"EQ", "IN"},
}


def read(body: Any, **limits: int) -> Criteria:
    """The criteria of a body under the usual limits, or some others."""
    return parse(body, THING, Limits(**limits))


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("operator", sorted(SAME | ORDER | WORDS))
def test_each_operator_takes_the_value_types_that_it_can_compare(name: str, operator: str) -> None:
    body = {"filters": [filter_on(name, operator)]}
    if operator in TAKEN[name]:
        assert read(body).groups[0][0].operator.name == operator
    else:
        with pytest.raises(InvalidInput, match=f"{name} {operator} was not valid: {operator} cannot be used on"):
            read(body)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", "1,5"),
        ("amount", "NaN"),
        ("amount", True),
        ("is_open", "yes"),
        ("due", "yesterday"),
        ("seen", "2026-13-01"),
        ("seen", "99999999999999999"),
        ("hs_object_id", "seven"),
        ("hs_object_id", "-1"),
        ("associations.part", "x"),
        ("createdate", "now"),
        ("name", ""),
        ("name", {"a": 1}),
        ("name", ["a"]),
        ("note", "\ud800"),
        ("tags", ";"),
        ("color", " "),
    ],
)
def test_a_wrong_value_is_named_with_its_filter(name: str, value: Any) -> None:
    with pytest.raises(InvalidInput, match=f"The filter {name} EQ was not valid: the value ") as refused:
        read({"filters": [{"propertyName": name, "operator": "EQ", "value": value}]})
    assert refused.value.context["propertyName"] == [name]
    assert refused.value.context["operator"] == ["EQ"]


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"operator": "EQ"}, "`value` is missing"),
        ({"operator": "EQ", "value": None, "values": ["a"]}, "`value` is missing"),
        ({"operator": "BETWEEN", "value": "a"}, "`highValue` is missing"),
        ({"operator": "IN", "value": "a"}, "`values` must be a list"),
        ({"operator": "NOT_IN", "values": []}, "`values` must be a list"),
        ({"operator": "CONTAINS_TOKEN", "value": "* *"}, "no letter or digit"),
    ],
)
def test_a_missing_value_is_named(given: dict[str, Any], missing: str) -> None:
    with pytest.raises(InvalidInput, match=missing):
        read({"filters": [{"propertyName": "name", **given}]})


@pytest.mark.parametrize("name", ["unheard_of", "gone", "_text", "name` = 1 //", "parts_total", "hs_email_html"])
def test_a_property_that_cannot_be_searched_by_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput, match="Property"):
        read({"filters": [filter_on(name, "EQ", "1")]})
    with pytest.raises(InvalidInput, match="Property"):
        read({"sorts": [name]})


@pytest.mark.parametrize("operator", ["LIKE", "eq", "", None, 7, {"a": 1}])
def test_an_unknown_operator_is_invalid_json(operator: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^Invalid input JSON"):
        read({"filters": [{"propertyName": "name", "operator": operator, "value": "a"}]})


@pytest.mark.parametrize(
    "body",
    [
        [],
        "name",
        {"filterGroups": {}},
        {"filterGroups": ["a"]},
        {"filterGroups": [{"filters": {}}]},
        {"filters": ["a"]},
        {"filters": [{"operator": "EQ", "value": "a"}]},
        {"sorts": "createdate"},
        {"sorts": [7]},
        {"sorts": [{"propertyName": "name", "direction": "UP"}]},
        {"query": 7},
        {"properties": "name"},
        {"properties": [7]},
        {"limit": "ten"},
        {"limit": -1},
        {"limit": True},
        {"limit": 1.5},
    ],
)
def test_a_body_of_another_shape_is_invalid_json(body: Any) -> None:
    with pytest.raises(InvalidInput, match=r"^Invalid input JSON"):
        read(body)


def groups(*sizes: int) -> dict[str, Any]:
    """Groups with so many filters each."""
    return {"filterGroups": [{"filters": [filter_on("name", "EQ")] * size} for size in sizes]}


@pytest.mark.parametrize("body", [groups(1, 1, 1, 1, 1), groups(6, 6, 6), groups(6)])
def test_as_many_filters_as_the_limits_allow_are_read(body: dict[str, Any]) -> None:
    assert len(read(body).groups) == len(body["filterGroups"])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (groups(1, 1, 1, 1, 1, 1), r"too many filterGroups \(count: 6, max allowed: 5\)"),
        (groups(7), r"too many filters in a filterGroup \(count: 7, max allowed: 6\)"),
        (groups(6, 6, 6, 1), r"too many filters \(count: 19, max allowed: 18\)"),
        ({"sorts": ["name", "note"]}, "too many sorts"),
        ({"limit": 201}, "at most 200"),
        ({"after": "9991", "limit": 10}, "at most 10000"),
        ({"after": "10000", "limit": 1}, "at most 10000"),
        ({"query": "a" * 3_001}, "at most 3000"),
        ({"query": " ".join(map(str, range(101)))}, "at most 100 different words"),
        ({"filters": [{"propertyName": "name", "operator": "IN", "values": ["a"] * 101}]}, "at most 100"),
    ],
)
def test_one_more_than_a_limit_is_refused(body: dict[str, Any], message: str) -> None:
    with pytest.raises(TooMany, match=message):
        read(body)


def test_a_body_may_be_as_long_as_the_limit_whatever_properties_it_names() -> None:
    body = {"query": "a" * (3_000 - len('{"query":""}')), "properties": ["name"] * 1_000}
    assert read(body).query == body["query"]
    with pytest.raises(TooMany, match="at most 3000 characters, not 3001"):
        read({**body, "query": f"{body['query']}a"})


@pytest.mark.parametrize(
    "body", [{}, {"filterGroups": []}, {"filterGroups": [{"filters": []}]}, {"filterGroups": None, "filters": None}]
)
def test_no_filters_ask_for_everything(body: dict[str, Any]) -> None:
    assert read(body).groups == ()


def test_the_body_of_the_official_clients_is_read() -> None:
    body = {
        "limit": 10,
        "after": "0",
        "sorts": ["-createdate"],
        "properties": ["name"],
        "filterGroups": [],
        "query": None,
    }
    criteria = read(body)
    assert (criteria.limit, criteria.after, criteria.sort.name) == (10, 0, "-createdate")
    assert criteria.selection.properties == ("name",)


def test_filters_beside_groups_are_one_more_group() -> None:
    criteria = read({"filters": [filter_on("amount", "EQ")], **groups(1)})
    assert [group[0].target.name for group in criteria.groups] == ["name", "amount"]


@pytest.mark.parametrize(("after", "expected"), [(None, 0), ("", 0), ("0", 0), (20, 20), ("9990", 9_990)])
def test_offsets_are_read(after: Any, expected: int) -> None:
    assert read({"after": after}).after == expected


@pytest.mark.parametrize("after", ["-1", -1, "x", "k", "k!", "kAAAA", "1.5", True, [], "k" + "W" * 50, "9" * 30])
def test_a_cursor_that_no_page_gave_is_refused(after: Any) -> None:
    with pytest.raises(InvalidInput, match="after"):
        read({"after": after})


def test_a_time_within_a_day_stands_for_the_day_that_compares_alike() -> None:
    noon = "2026-03-01T12:00:00Z"
    days = {name: read({"filters": [filter_on("due", name, noon)]}).groups[0][0].values for name in sorted(ORDER)}
    first, second = date(2026, 3, 1), date(2026, 3, 2)
    assert days == {"BETWEEN": (second, first), "GT": (first,), "GTE": (second,), "LT": (second,), "LTE": (first,)}
    with pytest.raises(InvalidInput, match="due EQ"):
        read({"filters": [filter_on("due", "EQ", noon)]})


def test_a_filter_says_what_it_asks() -> None:
    said = [
        read({"filters": [filter_on("amount", operator, value)]}).groups[0][0].sentence
        for operator, value in (("GTE", "100"), ("BETWEEN", "1"), ("IN", "7"), ("HAS_PROPERTY", None))
    ]
    assert said == [
        "amount is at least 100",
        "amount is between 1 and 1, both included",
        "amount is one of 7",
        "amount is known",
    ]
