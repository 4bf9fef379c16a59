"""Whatever is sent: never a 500, and never a word of it in the text of a statement."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_graph.crm import Crm
from crm_graph.graph.queries import Statement
from crm_graph.search.operators import OPERATORS
from tests.api.client import Client

bounded = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

MARK = "zqx"
"""In every text that is sent: no statement of ours has it."""

COMPANIES = "/crm/v3/objects/companies"

INJECTIONS = st.sampled_from(
    [
        f"{MARK}` }}) DETACH DELETE r //",
        f"{MARK}'}}) MATCH (n) DETACH DELETE n //",
        f"name` OR true //{MARK}",
        f"{MARK}\\u0060",
        f"{{{{{MARK}}}}}",
        f"${MARK}",
        f"_{MARK}",
        f"{MARK}\x00",
        f"{MARK}\u202e",
        f"%{MARK}%",
        f"../{MARK}",
        f"{MARK}" * 400,
    ]
)
TEXTS = st.one_of(INJECTIONS, st.text(max_size=40).map(lambda text: text + MARK))
SCALARS = st.one_of(TEXTS, st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.just(2**70))
JSON = st.recursive(
    SCALARS,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(TEXTS, below, max_size=3)),
    max_leaves=8,
)
NAMES = st.one_of(st.sampled_from(["name", "numberofemployees", "createdate", "associations.contact"]), TEXTS)
OPERATOR_NAMES = st.one_of(st.sampled_from(sorted(OPERATORS)), TEXTS)
FILTERS = st.fixed_dictionaries(
    {"propertyName": st.one_of(NAMES, JSON), "operator": st.one_of(OPERATOR_NAMES, JSON)},
    optional={"value": JSON, "values": JSON, "highValue": JSON},
)
SEARCHES = st.fixed_dictionaries(
    {},
    optional={
        "filters": st.one_of(st.lists(FILTERS, max_size=3), JSON),
        "filterGroups": st.one_of(
            st.lists(st.fixed_dictionaries({"filters": st.one_of(st.lists(FILTERS, max_size=2), JSON)}), max_size=2),
            JSON,
        ),
        "sorts": st.one_of(st.lists(st.one_of(NAMES, JSON), max_size=2), JSON),
        "query": JSON,
        "properties": st.one_of(st.lists(NAMES, max_size=3), JSON),
        "after": JSON,
        "limit": JSON,
    },
)


@pytest.fixture
def statements(crm: Crm) -> Iterator[list[str]]:
    """Text of every statement that is sent meanwhile."""
    texts: list[str] = []

    def keep(statement: Statement, parameters: Mapping[str, Any]) -> None:
        texts.append(statement.text)

    crm.graph.observers.append(keep)
    yield texts
    crm.graph.observers.remove(keep)


def asked(client: Client, statements: list[str], method: str, path: str, body: Any = None, **options: Any) -> int:
    """The status of an answer which is no fault of ours."""
    statements.clear()
    text = None if body is None else json.dumps(body)
    answer = client.call(method, path, text, **options)
    assert answer.status_code < 500, f"{method} {path} {text}: {answer.text}"
    if answer.status_code >= 400:
        told = answer.get_json()
        assert told["message"]
        assert told["category"]
    assert not [each for each in statements if MARK in each]
    return answer.status_code


@bounded
@given(SEARCHES)
def test_a_search_of_any_form(client: Client, statements: list[str], body: Any) -> None:
    asked(client, statements, "POST", f"{COMPANIES}/search", body)


@bounded
@given(st.sampled_from(["", "/batch/create", "/batch/read", "/batch/update", "/batch/upsert", "/merge"]), JSON)
def test_a_body_of_any_form(client: Client, statements: list[str], path: str, body: Any) -> None:
    assert asked(client, statements, "POST", COMPANIES + path, body) >= 400 or isinstance(body, dict)


@bounded
@given(st.dictionaries(NAMES, JSON, min_size=1, max_size=3))
def test_names_and_values_of_any_form(client: Client, statements: list[str], properties: Any) -> None:
    asked(client, statements, "POST", COMPANIES, {"properties": properties})
    inputs = [{"properties": properties, "associations": properties, "objectWriteTraceId": MARK}]
    asked(client, statements, "POST", f"{COMPANIES}/batch/create", {"inputs": inputs})


@bounded
@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ("after", "limit", "properties", "propertiesWithHistory", "associations", "archived", "idProperty"), TEXTS
        ),
    )
)
def test_a_query_string_of_any_form(client: Client, statements: list[str], query: dict[str, str]) -> None:
    for path in (COMPANIES, f"{COMPANIES}/1", "/crm/v3/owners", "/crm/v4/objects/contacts/1/associations/companies"):
        asked(client, statements, "GET", path, query_string=query)


@bounded
@given(TEXTS)
def test_a_path_of_any_form(client: Client, statements: list[str], text: str) -> None:
    part = quote(text, safe="")
    for path in (
        f"/crm/v3/objects/{part}",
        f"{COMPANIES}/{part}",
        f"/crm/v3/properties/companies/{part}",
        f"/crm/v3/pipelines/deals/{part}",
        f"/crm/v3/schemas/{part}",
        f"/crm/v4/associations/{part}/companies/labels",
        f"/crm/v4/objects/contacts/{part}/associations/companies",
        f"/crm/v3/owners/{part}",
        f"/crm/v3/limits/associations/records/{part}/{part}",
        f"/oauth/v1/access-tokens/{part}",
    ):
        asked(client, statements, "GET", path)
    asked(client, statements, "DELETE", f"{COMPANIES}/{part}")
    asked(client, statements, "POST", f"{COMPANIES}/gdpr-delete", {"objectId": text, "idProperty": text})


@bounded
@given(
    st.sampled_from(["Authorization", "Content-Type", "Accept", "Host", "If-None-Match", "Accept-Encoding", "Cookie"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60),
)
def test_a_header_of_any_form(client: Client, statements: list[str], name: str, value: str) -> None:
    asked(client, statements, "GET", COMPANIES, headers={name: value + MARK})
    asked(client, statements, "POST", f"{COMPANIES}/search", {}, headers={name: value + MARK})


@bounded
@given(TEXTS, TEXTS, TEXTS)
def test_a_definition_of_any_form(client: Client, statements: list[str], name: str, label: str, group: str) -> None:
    body = {"name": name, "label": label, "type": "string", "fieldType": "text", "groupName": group}
    assert asked(client, statements, "POST", "/crm/v3/properties/companies", body) == 400
    for path, given_body in (
        ("/crm/v3/schemas", {"name": name, "labels": label, "properties": [body]}),
        ("/crm/v4/associations/contacts/companies/labels", {"name": f"{name} -", "label": label}),
    ):
        if not re.fullmatch(r"[A-Za-z]\w*", name):
            assert asked(client, statements, "POST", path, given_body) == 400


@bounded
@given(st.fixed_dictionaries(dict.fromkeys(("grant_type", "client_id", "client_secret", "code", "token"), TEXTS)))
def test_a_form_of_any_form(client: Client, statements: list[str], form: dict[str, str]) -> None:
    for path in ("/oauth/v1/token", "/oauth/v3/token/introspect", "/oauth/v3/token/revoke"):
        assert asked(client, statements, "POST", path, data=form) == 400
