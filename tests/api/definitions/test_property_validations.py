"""Rules for values over REST: set, read, removed, and kept by every way in which a value comes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.definitions.conftest import Server

RULES = "/crm/v3/property-validations"
PRODUCTS = "/crm/v3/objects/products"


def define(server: Server, name: str, **given: Any) -> None:
    body = {
        "name": name,
        "label": name,
        "type": "string",
        "fieldType": "text",
        "groupName": "productinformation",
        **given,
    }
    assert server.call("POST", "/crm/v3/properties/products", body).status_code == 201


def put(server: Server, name: str, rule_type: str, *arguments: str, **given: Any) -> int:
    path = f"{RULES}/0-7/{name}/rule-type/{rule_type}"
    return server.call("PUT", path, {"ruleArguments": list(arguments), **given}).status_code


def test_rules_are_set_read_replaced_and_removed(server: Server, other: Server, name: str) -> None:
    define(server, name)
    assert put(server, name, "MAX_LENGTH", "5") == put(server, name, "ALPHANUMERIC", "NUMERIC_ONLY") == 204
    assert put(server, name, "MAX_LENGTH", "9", shouldApplyNormalization=True) == 204
    longest = {"ruleType": "MAX_LENGTH", "ruleArguments": ["9"], "shouldApplyNormalization": True}
    digits = {"ruleType": "ALPHANUMERIC", "ruleArguments": ["NUMERIC_ONLY"], "shouldApplyNormalization": False}
    assert other.call("GET", f"{RULES}/0-7/{name}").json()["results"] == [digits, longest]
    assert other.call("GET", f"{RULES}/products/{name}/rule-type/MAX_LENGTH").json() == longest
    listed = other.call("GET", f"{RULES}/0-7").json()["results"]
    assert {"propertyName": name, "propertyValidationRules": [digits, longest]} in listed
    assert other.call("DELETE", f"{RULES}/0-7/{name}/rule-type/MAX_LENGTH").status_code == 204
    assert server.call("GET", f"{RULES}/0-7/{name}").json()["results"] == [digits]
    assert server.call("GET", f"{RULES}/0-7/{name}/rule-type/MAX_LENGTH").status_code == 404


def test_a_rule_holds_in_every_way_in_which_a_value_comes(server: Server, name: str) -> None:
    define(server, name, hasUniqueValue=True)
    good, another, bad = f"{name}1", f"{name}2", f"{name} long"
    record_id = server.call("POST", PRODUCTS, {"properties": {"name": name, name: good}}).json()["id"]
    assert put(server, name, "MAX_LENGTH", str(len(good))) == 204
    wrong = {"properties": {"name": name, name: bad}}
    answers = [
        server.call("POST", PRODUCTS, wrong),
        server.call("PATCH", f"{PRODUCTS}/{record_id}", wrong),
        server.call(
            "POST", f"{PRODUCTS}/batch/create", {"inputs": [{"properties": {"name": name, name: another}}, wrong]}
        ),
        server.call("POST", f"{PRODUCTS}/batch/update", {"inputs": [{"id": record_id, **wrong}]}),
        server.call(
            "POST",
            f"{PRODUCTS}/batch/upsert",
            {"inputs": [{"id": bad, "idProperty": name, "properties": {"name": name}}]},
        ),
    ]
    assert [answer.status_code for answer in answers] == [400] * 5
    for answer in answers[:4]:
        [error] = answer.json()["errors"]
        assert (error["code"], error["context"]["propertyName"]) == ("MAX_LENGTH", [name])
        assert answer.json()["message"].startswith("Property values were not valid: ")
    found = server.call("GET", f"{PRODUCTS}/{record_id}", properties=name).json()["properties"][name]
    assert found == good


def test_values_are_mended_and_found_by_what_was_given(server: Server, name: str) -> None:
    define(server, name, hasUniqueValue=True)
    put(server, name, "PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE", shouldApplyNormalization=True)
    number = str(int(name[1:], 16) % 10**9).zfill(9)
    made = server.call(
        "POST", PRODUCTS, {"properties": {"name": name, name: f"00 46 ({number[:3]}) {number[3:]}"}}
    ).json()
    assert made["properties"][name] == f"+46{number}"
    found = server.call("GET", f"{PRODUCTS}/0046-{number}", idProperty=name)
    assert found.json()["id"] == made["id"]
    again = server.call("POST", PRODUCTS, {"properties": {"name": name, name: f"+46 {number}"}})
    assert "already has that value" in again.json()["message"]


def test_values_that_identify_records_are_not_mended_afterwards(server: Server, name: str) -> None:
    define(server, name, hasUniqueValue=True)
    server.call("POST", PRODUCTS, {"properties": {"name": name, name: f"A  {name}"}})
    assert put(server, name, "WHITESPACE", shouldApplyNormalization=True) == 400
    assert server.call("GET", f"{PRODUCTS}/A  {name}", idProperty=name).status_code == 200


def test_a_property_whose_values_are_mended_is_not_made_unique(server: Server, name: str) -> None:
    define(server, name)
    put(server, name, "WHITESPACE", shouldApplyNormalization=True)
    answer = server.call("PATCH", f"/crm/v3/properties/products/{name}", {"hasUniqueValue": True})
    assert (answer.status_code, "mend" in answer.json()["message"]) == (400, True)


@pytest.mark.parametrize(
    ("rule_type", "arguments", "field"),
    [
        ("MAX_LENGTH", ["many"], "ruleArguments"),
        ("MAX_NUMBER", ["1"], "ruleType"),
        ("REGEX", ["("], "ruleArguments"),
        ("REGEX", ["a" * 501], "ruleArguments"),
        ("SPECIAL_CHARACTERS", ["x"] * 101, "ruleArguments"),
    ],
)
def test_a_rule_that_cannot_be_is_refused(
    server: Server, name: str, rule_type: str, arguments: list[str], field: str
) -> None:
    define(server, name)
    answer = server.call("PUT", f"{RULES}/0-7/{name}/rule-type/{rule_type}", {"ruleArguments": arguments})
    assert (answer.status_code, answer.json()["context"]["field"]) == (400, [field])
    assert server.call("GET", f"{RULES}/0-7/{name}").json()["results"] == []


def test_unknown_rules_and_properties_are_told_apart(server: Server, name: str) -> None:
    body: dict[str, Any] = {"ruleArguments": []}
    assert server.call("PUT", f"{RULES}/0-7/name/rule-type/NICE", body).status_code == 400
    assert server.call("PUT", f"{RULES}/0-7/{name}/rule-type/EMAIL", body).status_code == 404
    assert server.call("PUT", f"{RULES}/nothing/name/rule-type/EMAIL", body).status_code == 400
    assert (
        server.call("PUT", f"{RULES}/0-7/hs_object_id/rule-type/MIN_NUMBER", {"ruleArguments": ["1"]}).status_code
        == 400
    )
