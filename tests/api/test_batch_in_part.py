"""Batches of which a part is written: every input has a trace id of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from crm_graph.crm import Crm
from crm_graph.graph.queries import Statement
from tests.api.client import Client
from tests.factories import Make, email, unique

CONTACTS, COMPANIES = "/crm/v3/objects/contacts/batch", "/crm/v3/objects/companies/batch"
NOBODY = "999999999999"


def new(trace: str, to: str | None = None, type_id: int = 279, category: str = "HUBSPOT_DEFINED", **values: str) -> Any:
    types = [{"associationCategory": category, "associationTypeId": type_id}]
    associations = [] if to is None else [{"to": {"id": to}, "types": types}]
    return {"properties": {"email": email(), **values}, "associations": associations, "objectWriteTraceId": trace}


def written(answer: Any) -> tuple[int, dict[str, str]]:
    """How many inputs were written, and the messages of the others by their trace ids."""
    assert answer.status_code == 207, answer.text
    body = answer.get_json()
    assert body["numErrors"] == len(body["errors"])
    return len(body["results"]), {each["context"]["objectWriteTraceId"][0]: each["message"] for each in body["errors"]}


@pytest.fixture
def statements(crm: Crm) -> Iterator[list[str]]:
    """Names of the statements that were run, in their order."""
    found: list[str] = []

    def observe(statement: Statement, parameters: Any) -> None:
        if statement.door != "plain":
            found.append(statement.name)

    crm.graph.observers.append(observe)
    yield found
    crm.graph.observers.remove(observe)


def test_taken_values_are_left_out_of_a_created_batch(client: Client, make: Make) -> None:
    taken, twice = email(), email()
    record = make.contact(email=taken)
    inputs = [new("a"), new("b", email=taken), new("c", email=twice), new("d", email=twice)]
    assert written(client.post(f"{CONTACTS}/create", {"inputs": inputs})) == (
        2,
        {
            "b": f"Contact already exists. Existing ID: {record.id}",
            "d": f"Contact already exists. Two inputs have the email {twice}.",
        },
    )


def test_associations_that_cannot_be_made_are_left_out_of_a_created_batch(client: Client, make: Make) -> None:
    company = str(make.company().id)
    inputs = [new("a", company), new("b", NOBODY), new("c", company, type_id=280), new("d", "x"), new("e")]
    count, errors = written(client.post(f"{CONTACTS}/create", {"inputs": inputs}))
    assert (count, set(errors)) == (2, {"b", "c", "d"})
    assert errors["b"] == errors["d"] == "One or more associations are invalid"
    assert client.get(f"/crm/v4/objects/companies/{company}/associations/contacts").get_json()["results"]


def test_what_is_refused_is_found_in_as_many_looks_as_there_are_kinds(
    client: Client, make: Make, statements: list[str]
) -> None:
    taken = email()
    make.contact(email=taken)
    inputs = [new(f"{n}") for n in range(40)] + [new(f"taken{n}", email=taken) for n in range(40)]
    statements.clear()
    assert written(client.post(f"{CONTACTS}/create", {"inputs": inputs}))[0] == 40
    assert statements == ["records.create", "records.claimed_by", "records.blocked", "records.create"]


def test_what_a_rule_of_its_type_forbids_is_left_out_of_a_batch(client: Client) -> None:
    path = "/crm/v3/objects/quotes/batch"
    values = {"hs_title": unique(), "hs_expiration_date": "2030-01-01"}
    inputs = [
        {"properties": {**values, "hs_status": status}, "objectWriteTraceId": status}
        for status in ("DRAFT", "APPROVED")
    ]
    answer = client.post(f"{path}/create", {"inputs": inputs})
    count, errors = written(answer)
    assert (count, set(errors)) == (1, {"APPROVED"})
    assert errors["APPROVED"].startswith("A quote cannot be finalised")
    draft = answer.get_json()["results"][0]["id"]
    change = {"id": draft, "properties": {"hs_status": "APPROVED"}, "objectWriteTraceId": "final"}
    assert written(client.post(f"{path}/update", {"inputs": [change]})) == (0, {"final": errors["APPROVED"]})


@pytest.fixture
def limited(client: Client) -> Iterator[int]:
    """The id of a label that two contacts of a company may have."""
    paths = "/crm/v4/associations/contacts/companies/labels", "/crm/associations/v4/definitions/configurations"
    asked = {"label": unique("Limited "), "name": unique("limited")}
    made = client.post(paths[0], asked).get_json()["results"]
    ahead, back = (each["typeId"] for each in made)
    limit = {"inputs": [{"category": "USER_DEFINED", "typeId": back, "maxToObjectIds": 2}]}
    answer = client.post(f"{paths[1]}/companies/contacts/batch/create", limit)
    assert answer.status_code == 201, answer.text
    yield ahead
    client.delete(f"{paths[0]}/{ahead}")


def test_what_would_pass_a_limit_is_left_out_of_a_created_batch(client: Client, make: Make, limited: int) -> None:
    company = str(make.company().id)
    inputs = [new(trace, company, limited, "USER_DEFINED") for trace in "abcd"]
    count, errors = written(client.post(f"{CONTACTS}/create", {"inputs": inputs}))
    assert (count, set(errors)) == (2, {"c", "d"})
    assert f"company {company} may have at most 2 contacts" in errors["c"]


def test_an_updated_batch_leaves_out_what_is_wrong_taken_missing_or_given_twice(client: Client, make: Make) -> None:
    taken = email()
    make.contact(email=taken)
    ids = [str(make.contact().id) for _ in range(4)]
    inputs = [
        {"id": ids[0], "properties": {"phone": "1"}, "objectWriteTraceId": "good"},
        {"id": ids[1], "properties": {"email": taken}, "objectWriteTraceId": "taken"},
        {"id": ids[2], "properties": {"nosuch": "1"}, "objectWriteTraceId": "wrong"},
        {"id": ids[3], "properties": {"email": "none"}, "objectWriteTraceId": "rule"},
        {"id": NOBODY, "properties": {"phone": "1"}, "objectWriteTraceId": "missing"},
        {"id": "x", "properties": {"phone": "1"}, "objectWriteTraceId": "no id"},
        {"id": ids[0], "properties": {"phone": "2"}, "objectWriteTraceId": "twice"},
    ]
    answer = client.post(f"{CONTACTS}/update", {"inputs": inputs})
    count, errors = written(answer)
    assert (count, set(errors)) == (1, {"taken", "wrong", "rule", "missing", "no id", "twice"})
    assert answer.get_json()["results"][0]["properties"]["phone"] == "1"
    assert "already has that value" in errors["taken"]


def test_an_updated_batch_without_traces_is_refused_whole_by_a_taken_value(client: Client, make: Make) -> None:
    taken, record = email(), make.contact()
    make.contact(email=taken)
    inputs = [
        {"id": str(record.id), "properties": {"phone": "1"}},
        {"id": str(make.contact().id), "properties": {"email": taken}},
    ]
    assert client.post(f"{CONTACTS}/update", {"inputs": inputs}).status_code == 400
    assert (
        client.get(f"/crm/v3/objects/contacts/{record.id}", properties="phone").get_json()["properties"]["phone"]
        is None
    )


def test_an_upserted_batch_is_written_in_part_except_by_the_address_of_contacts(
    client: Client, unique_company_property: str
) -> None:
    name = unique_company_property
    inputs = [
        {"id": unique(), "idProperty": name, "properties": {"name": "A"}, "objectWriteTraceId": "good"},
        {"id": unique(), "idProperty": name, "properties": {"nosuch": "1"}, "objectWriteTraceId": "wrong"},
    ]
    count, errors = written(client.post(f"{COMPANIES}/upsert", {"inputs": inputs}))
    assert (count, set(errors)) == (1, {"wrong"})
    first, second = ({"id": email(), "idProperty": "email", "properties": {}} for _ in range(2))
    by_address = [{**first, "objectWriteTraceId": "a"}, {**second, "objectWriteTraceId": "b"}]
    by_address[1]["properties"] = {"nosuch": "1"}
    assert client.post(f"{CONTACTS}/upsert", {"inputs": by_address}).status_code == 400
    assert client.get(f"/crm/v3/objects/contacts/{first['id']}", idProperty="email").status_code == 404


@pytest.fixture
def unique_company_property(client: Client) -> Iterator[str]:
    """The name of a unique property of companies."""
    name = unique("code")
    asked = {"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": "companyinformation"}
    answer = client.post("/crm/v3/properties/companies", {**asked, "hasUniqueValue": True})
    assert answer.status_code == 201, answer.text
    yield name
    client.delete(f"/crm/v3/properties/companies/{name}")
