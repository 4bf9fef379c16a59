"""Formula and roll-up properties over REST: defined, refused, read and searched by."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.api.definitions.conftest import Server

COMPANIES, DEALS = "/crm/v3/objects/companies", "/crm/v3/objects/deals"


def formula(name: str, text: str, **given: Any) -> dict[str, Any]:
    return {
        "name": name,
        "label": name,
        "type": "number",
        "fieldType": "calculation_equation",
        "groupName": "companyinformation",
        "calculationFormula": text,
        **given,
    }


def roll_up(name: str, function: str, **given: Any) -> dict[str, Any]:
    rolled_up = {"function": function, "objectType": "deals", **given}
    found = formula(name, "", fieldType="calculation_rollup", crmGraphRollUp=rolled_up)
    return {key: value for key, value in found.items() if key != "calculationFormula"}


def define(server: Server, body: dict[str, Any]) -> dict[str, Any]:
    answer = server.call("POST", "/crm/v3/properties/companies", body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def make(server: Server, path: str, **properties: str) -> str:
    answer = server.call("POST", path, {"properties": properties})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def value(server: Server, record_id: str, name: str) -> str | None:
    answer = server.call("GET", f"{COMPANIES}/{record_id}", properties=name)
    found: str | None = answer.json()["properties"][name]
    return found


def join(server: Server, company: str, deal: str) -> None:
    path = f"/crm/v4/objects/companies/{company}/associations/default/deals/{deal}"
    assert server.call("PUT", path).status_code == 200


def test_a_formula_is_right_in_every_read_after_a_write(server: Server, name: str) -> None:
    define(server, formula(name, "annualrevenue / numberofemployees"))
    staff = random.randint(2, 90)
    company = make(server, COMPANIES, name=name, annualrevenue=str(staff * 7), numberofemployees=str(staff))
    batch = {"inputs": [{"id": company}], "properties": [name]}
    reads = [
        server.call("GET", f"{COMPANIES}/{company}", properties=name).json(),
        server.call("POST", f"{COMPANIES}/batch/read", batch).json()["results"][0],
        server.call("GET", COMPANIES, properties=name, limit="1", after=str(int(company) - 1)).json()["results"][0],
    ]
    assert [each["properties"][name] for each in reads] == ["7", "7", "7"]
    server.call("PATCH", f"{COMPANIES}/{company}", {"properties": {"annualrevenue": str(staff * 3.5)}})
    assert value(server, company, name) == "3.5"


def test_records_are_searched_and_sorted_by_a_formula(server: Server, name: str) -> None:
    define(server, formula(name, "annualrevenue * 2"))
    ids = [make(server, COMPANIES, name=name, annualrevenue=str(amount)) for amount in (3, 1, 2)]
    body = {
        "filters": [
            {"propertyName": "name", "operator": "EQ", "value": name},
            {"propertyName": name, "operator": "GTE", "value": "4"},
        ],
        "sorts": [name],
        "properties": [name],
    }
    found = server.call("POST", f"{COMPANIES}/search", body).json()
    assert [each["id"] for each in found["results"]] == [ids[2], ids[0]]
    assert [each["properties"][name] for each in found["results"]] == ["4", "6"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("annualrevenue +", "at character 16: it ends too early"),
        ("annualrevenue $ 2", "at character 15: '$' is not expected here"),
        ("1 + nowhere_to_be_found", "at character 5: the property nowhere_to_be_found of company does not exist"),
        ("annualrevenue + name", "at character 17: + takes a number, and this is a text"),
        ("if name then 1 else 2", "at character 4: a condition is true or false, not a text"),
        ("if is_present(name) then 1 else 'x'", "at character 33: this is a text and the other case a number"),
        ("sin(annualrevenue)", "at character 1: there is no function sin"),
        ("max()", "at character 1: max does not take 0 values"),
        ("round_nearest(annualrevenue, 1.5)", "at character 30: digits are a whole number"),
        ("upper(name)", "it gives a string, and the property has the type number"),
        ("-" * 60 + "1", "there are more than 50 parts within each other"),
        ("1" + " " * 3_000, "has more than 3,000 characters"),
        ("", "at character 1: it ends too early"),
        ("`r`) RETURN 1 //", "at character 1: '`' is not expected here"),
    ],
)
def test_what_is_no_formula_is_refused_at_its_place(server: Server, name: str, text: str, reason: str) -> None:
    answer = server.call("POST", "/crm/v3/properties/companies", formula(name, text))
    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    assert reason in answer.json()["message"]
    assert server.call("GET", f"/crm/v3/properties/companies/{name}").status_code == 404


def test_a_formula_that_leads_back_to_itself_is_refused(server: Server, name: str) -> None:
    define(server, formula(f"{name}_a", "annualrevenue"))
    define(server, formula(f"{name}_b", f"{name}_a + 1"))
    answer = server.call("PATCH", f"/crm/v3/properties/companies/{name}_a", {"calculationFormula": f"{name}_b"})
    assert answer.status_code == 400
    assert f"at character 1: it leads back to itself: {name}_a → {name}_b → {name}_a" in answer.json()["message"]


def test_what_a_formula_is_about_is_not_archived_or_changed_to_another_type(server: Server, name: str) -> None:
    define(server, formula(f"{name}_a", "annualrevenue"))
    define(server, formula(f"{name}_b", f"{name}_a + 1"))
    answer = server.call("DELETE", f"/crm/v3/properties/companies/{name}_a")
    assert answer.status_code == 400
    assert f"{name}_b of company is computed from it" in answer.json()["message"]
    assert server.call("DELETE", f"/crm/v3/properties/companies/{name}_b").status_code == 204
    assert server.call("DELETE", f"/crm/v3/properties/companies/{name}_a").status_code == 204


def test_a_formula_cannot_be_about_an_archived_property(server: Server, name: str) -> None:
    define(server, {**formula(f"{name}_a", ""), "fieldType": "number", "calculationFormula": None})
    server.call("DELETE", f"/crm/v3/properties/companies/{name}_a")
    answer = server.call("POST", "/crm/v3/properties/companies", formula(f"{name}_b", f"{name}_a * 2"))
    assert answer.status_code == 400
    assert f"at character 1: the property {name}_a of company is archived" in answer.json()["message"]


def test_a_formula_cannot_be_written_or_indexed(server: Server, name: str) -> None:
    define(server, formula(name, "1 + 1"))
    written = server.call("POST", COMPANIES, {"properties": {"name": name, name: "3"}})
    path = "/crm/graph/v1/object-types/companies"
    indexed = server.call("PATCH", path, {"indexedProperties": {name: True}})
    assert (written.status_code, written.json()["errors"][0]["code"]) == (400, "READ_ONLY_VALUE")
    assert indexed.status_code == 400


def test_a_property_with_stored_values_does_not_become_a_formula(server: Server, name: str) -> None:
    define(server, {**formula(name, ""), "fieldType": "number", "calculationFormula": None})
    change = {"fieldType": "calculation_equation", "calculationFormula": "1 + 1"}
    answer = server.call("PATCH", f"/crm/v3/properties/companies/{name}", change)
    assert (answer.status_code, answer.json()["context"]["field"]) == (400, ["fieldType"])


def test_a_roll_up_is_right_in_the_request_after_a_write_on_either_side(server: Server, name: str) -> None:
    define(server, roll_up(name, "sum", property="amount"))
    amounts = [random.randint(1, 10_000) for _ in range(3)]
    company = make(server, COMPANIES, name=name)
    seen = [value(server, company, name)]
    deals = [make(server, DEALS, dealname=name, amount=str(amount)) for amount in amounts]
    for deal in deals:
        join(server, company, deal)
        seen.append(value(server, company, name))
    server.call("PATCH", f"{DEALS}/{deals[0]}", {"properties": {"amount": "0"}})
    seen.append(value(server, company, name))
    server.call("DELETE", f"{DEALS}/{deals[1]}")
    seen.append(value(server, company, name))
    server.call("DELETE", f"/crm/v4/objects/companies/{company}/associations/deals/{deals[2]}")
    seen.append(value(server, company, name))
    a, b, c = amounts
    assert seen == [str(number) for number in (0, a, a + b, a + b + c, b + c, c, 0)]


def test_companies_are_found_and_sorted_by_a_roll_up_with_a_condition(server: Server, name: str) -> None:
    define(server, roll_up(name, "count", condition="amount >= 10 and dealstage != 'closedlost'"))
    companies = [make(server, COMPANIES, name=name) for _ in range(3)]
    for company, amounts in zip(companies, ((10, 20, 5), (30, 10, 11), (9,)), strict=True):
        for amount in amounts:
            join(server, company, make(server, DEALS, dealname=name, amount=str(amount)))
    filters = [
        {"propertyName": "name", "operator": "EQ", "value": name},
        {"propertyName": name, "operator": "GT", "value": "0"},
    ]
    body = {"filters": filters, "sorts": [f"-{name}"], "properties": [name]}
    found = server.call("POST", f"{COMPANIES}/search", body).json()["results"]
    assert [(each["id"], each["properties"][name]) for each in found] == [(companies[1], "3"), (companies[0], "2")]


def test_the_definition_of_a_roll_up_is_shown_and_changed(server: Server, name: str) -> None:
    made = define(server, roll_up(name, "sum", property="amount", condition="amount > 1"))
    change = {"crmGraphRollUp": {"function": "max", "objectType": "deals", "property": "amount"}}
    changed = server.call("PATCH", f"/crm/v3/properties/companies/{name}", change).json()
    shown = server.call("GET", f"/crm/v3/properties/companies/{name}").json()
    expected = {"function": "sum", "objectType": "deals", "property": "amount", "condition": "amount > 1"}
    assert made["crmGraphRollUp"] == expected
    assert changed["crmGraphRollUp"] == shown["crmGraphRollUp"] == change["crmGraphRollUp"]
    assert shown["modificationMetadata"]["readOnlyValue"] is True


@pytest.mark.parametrize(
    ("given", "field", "reason"),
    [
        ({"function": "sum"}, "property", "None: sum needs one"),
        (
            {"function": "sum", "property": "dealname"},
            "property",
            "'dealname': dealname of deal is a text, and sum takes a number",
        ),
        (
            {"function": "sum", "property": "nosuch"},
            "property",
            "'nosuch': the property nosuch of deal does not exist",
        ),
        ({"function": "count", "objectType": "nothing"}, "objectType", "'nothing': there is no such object type"),
        (
            {"function": "count", "objectType": "line_items"},
            "objectType",
            "'line_items': no association is defined between company and line_item",
        ),
        (
            {"function": "count", "associationTypeId": 999_999},
            "associationTypeId",
            "999999: is no association type from company to deal; there are 6, 342",
        ),
        ({"function": "count", "condition": "amount >"}, "condition", "'amount >': at character 9: it ends too early"),
        (
            {"function": "count", "condition": "nosuch > 1"},
            "condition",
            "'nosuch > 1': at character 1: the property nosuch of deal does not exist",
        ),
        (
            {"function": "count", "property": "num_associated_contacts"},
            "property",
            "'num_associated_contacts': num_associated_contacts is made of associated records itself",
        ),
    ],
)
def test_what_cannot_be_rolled_up_is_refused(
    server: Server, name: str, given: dict[str, Any], field: str, reason: str
) -> None:
    answer = server.call("POST", "/crm/v3/properties/companies", roll_up(name, **given))
    body = answer.json()
    assert (answer.status_code, body["category"]) == (400, "VALIDATION_ERROR")
    assert body["message"].startswith(f"crmGraphRollUp.{field} {reason}")
    assert [each["in"] for each in body["errors"]] == [f"crmGraphRollUp.{field}"]


def test_a_roll_up_by_an_unknown_function_names_it_and_those_that_there_are(server: Server, name: str) -> None:
    answer = server.call("POST", "/crm/v3/properties/companies", roll_up(name, function="median"))
    assert answer.status_code == 400
    assert "crmGraphRollUp.function: 'median' is none of count, sum, average, min, max." in answer.json()["message"]


def test_a_roll_up_whose_values_have_another_type_names_both(server: Server, name: str) -> None:
    given = roll_up(name, function="max", property="closedate")
    told = server.call("POST", "/crm/v3/properties/companies", given).json()["message"]
    assert told == "type 'number': max of closedate of deals gives a datetime."


def test_a_roll_up_of_its_own_object_type_is_not_of_itself(server: Server, name: str) -> None:
    given = roll_up(name, function="sum", objectType="companies", property=name)
    told = server.call("POST", "/crm/v3/properties/companies", given).json()["message"]
    assert told.startswith(f"crmGraphRollUp.property '{name}': {name} is made of associated records itself")


def test_a_property_to_be_rolled_up_needs_to_say_what_of(server: Server, name: str) -> None:
    given = {**roll_up(name, function="count"), "crmGraphRollUp": None}
    told = server.call("POST", "/crm/v3/properties/companies", given).json()["message"]
    assert told == "crmGraphRollUp None: is needed for fieldType calculation_rollup."


def test_what_a_roll_up_of_another_object_type_is_about_is_not_archived(server: Server, name: str) -> None:
    deal_property = {**formula(f"{name}_x", ""), "groupName": "dealinformation", "fieldType": "number"}
    deal_property.pop("calculationFormula")
    assert server.call("POST", "/crm/v3/properties/deals", deal_property).status_code == 201
    define(server, roll_up(name, "sum", property=f"{name}_x"))
    answer = server.call("DELETE", f"/crm/v3/properties/deals/{name}_x")
    assert answer.status_code == 400
    assert f"{name} of company is computed from it" in answer.json()["message"]


def test_built_in_counts_are_searched_by(server: Server, name: str) -> None:
    companies = [make(server, COMPANIES, name=name) for _ in range(2)]
    join(server, companies[1], make(server, DEALS, dealname=name))
    filters = [
        {"propertyName": "name", "operator": "EQ", "value": name},
        {"propertyName": "num_associated_deals", "operator": "EQ", "value": "1"},
    ]
    found = server.call("POST", f"{COMPANIES}/search", {"filters": filters}).json()["results"]
    assert [each["id"] for each in found] == [companies[1]]


def test_deals_in_unlike_currencies_have_no_sum(server: Server, name: str) -> None:
    define(server, roll_up(name, "sum", property="amount"))
    company = make(server, COMPANIES, name=name)
    for amount, code in (("0.1", "USD"), ("0.2", "USD")):
        join(server, company, make(server, DEALS, dealname=name, amount=amount, deal_currency_code=code))
    assert value(server, company, name) == "0.3"
    join(server, company, make(server, DEALS, dealname=name, amount="100000", deal_currency_code="JPY"))
    assert value(server, company, name) is None
