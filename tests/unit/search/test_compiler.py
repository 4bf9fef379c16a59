"""The text of a search: made of known names alone, the same for criteria of one shape."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crm_graph.config import Limits
from crm_graph.errors import CRMError
from crm_graph.search import parse
from crm_graph.search.compiler import Compiled, compile_search
from tests.unit.search.things import BODIES, MODEL, THING, VALUES, filter_on


def compiled(body: Mapping[str, Any]) -> Compiled:
    """The statement for a body of a search."""
    return compile_search(parse(body, THING, Limits()), THING, MODEL, ["_id"])


KNOWN = {
    "Thing",
    "Part",
    "PART_TO_THING",
    "_id",
    "_created_at",
    "_f_name",
    *(name for name in VALUES if "." not in name),
}


@given(body=BODIES)
def test_no_text_of_a_request_gets_into_a_statement(body: dict[str, Any]) -> None:
    try:
        statement = compiled(body).statement.text
    except CRMError:
        return
    assert set(re.findall(r"`(.*?)`", statement, re.DOTALL)) <= KNOWN
    rest = re.sub(r"`.*?`", "", statement)
    assert re.fullmatch(r"[A-Za-z0-9_ \n$().,:|<>=~+\-*{}\[\]']*", rest)
    assert set(re.findall(r"'(.*?)'", rest)) <= {"state", "record_text"}


@given(first=st.text(min_size=1, max_size=40), second=st.text(min_size=1, max_size=40))
def test_other_values_leave_the_text_as_it_is(first: str, second: str) -> None:
    def text(value: str) -> str | None:
        try:
            return compiled(
                {"filters": [filter_on("name", "EQ", value), filter_on("note", "IN", value)]}
            ).statement.text
        except CRMError:
            return None

    assert None in (text(first), text(second)) or text(first) == text(second)


def test_values_and_pages_are_parameters() -> None:
    body = {"filters": [filter_on("amount", "BETWEEN")], "limit": 5, "after": "10"}
    assert compiled(body).parameters == {"v0": 1.5, "v1": 1.5, "limit": 6, "skip": 10, "names": ["_id"]}
    assert compiled({**body, "limit": 7, "after": "20"}).statement == compiled(body).statement


def test_a_pair_without_relationships_can_match_nothing() -> None:
    pair = MODEL.pairs["PART_TO_THING"]
    unused = {"PART_TO_THING": type(pair)(source="part", target="thing", relationship_type="X", types=pair.types)}
    model = type(MODEL)(version=1, object_types=MODEL.object_types, pairs=unused)
    criteria = parse({"filters": [filter_on("associations.part", "EQ")]}, THING, Limits())
    assert "WHERE ((false))" in compile_search(criteria, THING, model, ["_id"]).statement.text


def test_an_indexed_string_is_compared_with_its_folded_value() -> None:
    assert "r.`_f_name` = $v0" in compiled({"filters": [filter_on("name", "EQ")]}).statement.text
    assert (
        "toLower(toUpper(toLower(r.`note`))) = $v0" in compiled({"filters": [filter_on("note", "EQ")]}).statement.text
    )
