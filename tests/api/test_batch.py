"""Records many at a time: statuses, envelopes, what fails beside what succeeds."""

from __future__ import annotations

import pytest

from tests.api.client import Client
from tests.factories import Make, email, unique

PATH = "/crm/v3/objects/contacts/batch"


def test_created_batch_is_201(client: Client) -> None:
    answer = client.post(f"{PATH}/create", {"inputs": [{"properties": {"email": email()}} for _ in range(3)]})
    body = answer.get_json()
    assert answer.status_code == 201
    assert body["status"] == "COMPLETE"
    assert len({record["id"] for record in body["results"]}) == 3
    assert body["startedAt"] <= body["completedAt"]
    assert "errors" not in body


def test_one_existing_email_refuses_the_whole_batch(client: Client, make: Make) -> None:
    taken, free = email(), email()
    record = make.contact(email=taken)
    inputs = [{"properties": {"email": free}}, {"properties": {"email": taken}}]
    answer = client.post(f"{PATH}/create", {"inputs": inputs})
    assert answer.status_code == 409
    assert answer.get_json()["message"] == f"Contact already exists. Existing ID: {record.id}"
    assert client.get(f"/crm/v3/objects/contacts/{free}", idProperty="email").status_code == 404


def test_traced_batch_is_made_in_part(client: Client) -> None:
    inputs = [
        {"properties": {"email": email()}, "objectWriteTraceId": "good"},
        {"properties": {"nosuch": "1"}, "objectWriteTraceId": "bad"},
    ]
    answer = client.post(f"{PATH}/create", {"inputs": inputs})
    body = answer.get_json()
    assert answer.status_code == 207
    assert len(body["results"]) == 1
    assert body["numErrors"] == 1
    error = body["errors"][0]
    assert error["status"] == "error"
    assert error["category"] == "VALIDATION_ERROR"
    assert error["context"] == {"objectWriteTraceId": ["bad"]}
    assert error["links"] == {}
    assert error["message"].startswith("Property values were not valid: [")


def test_batch_read_names_what_is_not_there(client: Client, make: Make) -> None:
    address = email()
    record = make.contact(email=address)
    given = {"inputs": [{"id": address}, {"id": "no@example.com"}], "idProperty": "email", "properties": ["phone"]}
    answer = client.post(f"{PATH}/read", given)
    body = answer.get_json()
    assert answer.status_code == 207
    assert [each["id"] for each in body["results"]] == [str(record.id)]
    assert body["results"][0]["properties"]["phone"] is None
    assert body["errors"] == [
        {
            "status": "error",
            "category": "OBJECT_NOT_FOUND",
            "message": "Could not get some CONTACT objects, they may be deleted or not exist. "
            "Check that ids are valid.",
            "errors": [],
            "links": {},
            "context": {"ids": ["no@example.com"]},
        }
    ]


def test_batch_read_of_what_is_there_is_200(client: Client, make: Make) -> None:
    record = make.contact()
    answer = client.post(f"{PATH}/read", {"inputs": [{"id": str(record.id)}], "propertiesWithHistory": ["email"]})
    assert answer.status_code == 200
    assert len(answer.get_json()["results"][0]["propertiesWithHistory"]["email"]) == 1


def test_batch_update_is_200(client: Client, make: Make) -> None:
    records = [make.contact(), make.contact()]
    inputs = [{"id": str(record.id), "properties": {"firstname": "Ada"}} for record in records]
    answer = client.post(f"{PATH}/update", {"inputs": inputs})
    assert answer.status_code == 200
    assert {each["properties"]["firstname"] for each in answer.get_json()["results"]} == {"Ada"}


def test_upsert_says_what_is_new(client: Client, make: Make) -> None:
    old, new = email(), email()
    make.contact(email=old)
    inputs = [{"id": each, "idProperty": "email", "properties": {"firstname": "Ada"}} for each in (old, new)]
    answer = client.post(f"{PATH}/upsert", {"inputs": inputs})
    assert answer.status_code == 200
    assert [each["new"] for each in answer.get_json()["results"]] == [False, True]


def test_archived_batch_is_204_whatever_was_there(client: Client, make: Make) -> None:
    record = make.contact()
    answer = client.post(f"{PATH}/archive", {"inputs": [{"id": str(record.id)}, {"id": "999999999999"}]})
    assert answer.status_code == 204
    assert answer.data == b""
    assert client.get(f"/crm/v3/objects/contacts/{record.id}").status_code == 404


@pytest.mark.parametrize(
    ("operation", "item"),
    [
        ("create", {"properties": {"firstname": "x"}}),
        ("read", {"id": "1"}),
        ("update", {"id": "1", "properties": {}}),
        ("upsert", {"id": "a@b.se", "idProperty": "email", "properties": {}}),
        ("archive", {"id": "1"}),
    ],
)
def test_batch_of_more_than_a_hundred_is_400(client: Client, operation: str, item: dict[str, object]) -> None:
    answer = client.post(f"{PATH}/{operation}", {"inputs": [item] * 101})
    assert answer.status_code == 400
    assert answer.get_json()["message"] == "A batch has at most 100 inputs, not 101."


def test_batch_of_a_hundred_is_made(client: Client) -> None:
    inputs = [{"properties": {"hs_cart_name": unique()}} for _ in range(100)]
    answer = client.post("/crm/v3/objects/carts/batch/create", {"inputs": inputs})
    assert answer.status_code == 201
    assert len(answer.get_json()["results"]) == 100


@pytest.mark.parametrize(
    "body", [{}, {"inputs": {}}, {"inputs": [1]}, {"inputs": [{"properties": {}}]}, {"inputs": [{"id": 1.5}]}]
)
def test_batch_that_cannot_be_read_is_400(client: Client, body: dict[str, object]) -> None:
    answer = client.post(f"{PATH}/update", body)
    assert answer.status_code == 400
    assert answer.get_json()["message"].startswith("Invalid input JSON on line 1, column 1: inputs")


def test_batch_read_names_an_id_that_is_no_number_beside_the_missing(client: Client, make: Make) -> None:
    contact = make.contact()
    answer = client.post(
        "/crm/v3/objects/contacts/batch/read", {"inputs": [{"id": str(contact.id)}, {"id": "x"}, {"id": "999999999"}]}
    )
    assert answer.status_code == 207
    assert [each["id"] for each in answer.get_json()["results"]] == [str(contact.id)]
    assert answer.get_json()["errors"][0]["context"]["ids"] == ["x", "999999999"]


def test_upserted_record_has_the_value_that_it_was_asked_for_by(client: Client) -> None:
    asked, given = email(), email()
    answer = client.post(
        "/crm/v3/objects/contacts/batch/upsert",
        {"inputs": [{"id": asked, "idProperty": "email", "properties": {"email": given}}]},
    )
    assert answer.status_code == 200
    assert answer.get_json()["results"][0]["properties"]["email"] == asked
