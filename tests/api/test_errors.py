"""Statuses and bodies of everything that goes wrong."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator

import orjson
import pytest
from werkzeug.test import TestResponse

from api.errors import row_of
from api.resources import objects
from crm_graph import errors
from crm_graph.config import Limits
from tests.api.client import Client
from tests.factories import Make, email

INTERNAL = {errors.CRMError, errors.PairNotIndexed, errors.StaleModel}
"""Never answered: the first is only a base, the others end in `Crm.run`."""


def _tree(error: type[Exception]) -> Iterator[type[Exception]]:
    yield error
    for below in error.__subclasses__():
        if below.__module__ == errors.__name__:
            yield from _tree(below)


def test_every_error_of_the_tree_has_a_status() -> None:
    missing = {error for error in _tree(errors.CRMError) if row_of(error) is None}
    assert missing == INTERNAL


def test_error_body_has_the_same_correlation_id_as_the_header(client: Client) -> None:
    answer = client.get("/crm/v3/objects/widgets")
    body = answer.get_json()
    assert list(body)[:3] == ["status", "message", "correlationId"]
    assert body["status"] == "error"
    assert body["correlationId"] == answer.headers["X-HubSpot-Correlation-Id"]
    assert uuid.UUID(body["correlationId"])
    assert answer.headers["Content-Type"] == "application/json;charset=utf-8"


def test_unknown_object_type_is_400(client: Client) -> None:
    answer = client.get("/crm/v3/objects/widgets")
    assert answer.status_code == 400
    assert answer.get_json()["message"] == "Unable to infer object type from: widgets"
    assert answer.get_json()["category"] == "VALIDATION_ERROR"


def test_wrong_values_are_all_named(client: Client) -> None:
    given = {"properties": {"testproperty": "1", "hs_object_id": "2", "hubspot_owner_id": "nobody"}}
    body = client.post("/crm/v3/objects/contacts", given).get_json()
    message, _, listed = body["message"].partition(": ")
    assert message == "Property values were not valid"
    found = {fault["name"]: fault for fault in orjson.loads(listed)}
    assert found["testproperty"] == {
        "isValid": False,
        "message": 'Property "testproperty" does not exist',
        "error": "PROPERTY_DOESNT_EXIST",
        "name": "testproperty",
        "localizedErrorMessage": 'Property "testproperty" does not exist',
        "portalId": 1,
    }
    assert {fault["error"] for fault in found.values()} == {
        "PROPERTY_DOESNT_EXIST",
        "READ_ONLY_VALUE",
        "INVALID_OPTION",
    }
    assert {
        "message": 'Property "testproperty" does not exist',
        "code": "PROPERTY_DOESNT_EXIST",
        "context": {"propertyName": ["testproperty"]},
    } in body["errors"]


def _faults(answer: TestResponse) -> list[tuple[str, str]]:
    """Code and property of everything that the answer to a refused request names."""
    assert answer.status_code == 400
    return [(each["code"], each["context"]["propertyName"][0]) for each in answer.get_json()["errors"]]


STAGES = (
    '[label: "Appointment Scheduled" value: "appointmentscheduled", '
    'label: "Qualified To Buy" value: "qualifiedtobuy", '
    'label: "Presentation Scheduled" value: "presentationscheduled", '
    'label: "Decision Maker Bought-In" value: "decisionmakerboughtin", '
    'label: "Contract Sent" value: "contractsent", label: "Closed Won" value: "closedwon", '
    'label: "Closed Lost" value: "closedlost"]'
)


def test_wrong_stage_is_told_once_with_the_pipeline_and_its_stages(client: Client, make: Make) -> None:
    wanted = f'nosuch was not one of the allowed options: {STAGES}, the stages of pipeline "Sales Pipeline" (default)'
    wrong = {"properties": {"dealname": "x", "dealstage": "nosuch"}}
    deal = make.deal()
    for answer in (
        client.post("/crm/v3/objects/deals", wrong),
        client.patch(f"/crm/v3/objects/deals/{deal.id}", wrong),
    ):
        assert _faults(answer) == [("INVALID_OPTION", "dealstage")]
        assert answer.get_json()["errors"][0]["message"] == wanted


def test_wrong_pipeline_and_a_stage_that_none_has_are_both_told(client: Client) -> None:
    given = {"properties": {"dealname": "x", "pipeline": "nosuch", "dealstage": "nowhere"}}
    answer = client.post("/crm/v3/objects/deals", given)
    assert _faults(answer) == [("INVALID_OPTION", "pipeline"), ("INVALID_OPTION", "dealstage")]
    assert 'label: "Sales Pipeline" value: "default"' in answer.get_json()["errors"][0]["message"]


def test_wrong_values_wrong_stage_and_what_is_missing_are_told_together(client: Client) -> None:
    answer = client.post("/crm/v3/objects/deals", {"properties": {"nosuch": "1", "amount": "ten", "dealstage": "x"}})
    assert _faults(answer) == [
        ("INVALID_NUMBER", "amount"),
        ("PROPERTY_DOESNT_EXIST", "nosuch"),
        ("INVALID_OPTION", "dealstage"),
        ("MISSING_REQUIRED_PROPERTY", "dealname"),
    ]


def test_update_with_wrong_values_and_a_wrong_stage_tells_both(client: Client, make: Make) -> None:
    path = f"/crm/v3/objects/deals/{make.deal().id}"
    answer = client.patch(path, {"properties": {"amount": "ten", "dealstage": "x"}})
    assert _faults(answer) == [("INVALID_NUMBER", "amount"), ("INVALID_OPTION", "dealstage")]


def test_required_value_that_is_wrong_is_not_missing_too(client: Client) -> None:
    answer = client.post("/crm/v3/objects/notes", {"properties": {"hs_timestamp": "yesterday"}})
    assert _faults(answer) == [("INVALID_DATE", "hs_timestamp")]


def test_batch_tells_what_is_wrong_with_each_of_its_inputs(client: Client, make: Make) -> None:
    deals = [make.deal(), make.deal(), make.deal()]
    given = [{"dealname": "x", "amount": "ten"}, {"dealname": "x"}, {"dealname": "x", "dealstage": "nosuch", "no": "1"}]
    for path, inputs in (
        ("create", [{"properties": each} for each in given]),
        ("update", [{"id": str(deal.id), "properties": each} for deal, each in zip(deals, given, strict=True)]),
    ):
        answer = client.post(f"/crm/v3/objects/deals/batch/{path}", {"inputs": inputs})
        assert _faults(answer) == [
            ("INVALID_NUMBER", "amount"),
            ("PROPERTY_DOESNT_EXIST", "no"),
            ("INVALID_OPTION", "dealstage"),
        ]
        body = answer.get_json()
        assert [each["in"] for each in body["errors"]] == ["inputs.0", "inputs.2", "inputs.2"]
        assert len(orjson.loads(body["message"].partition(": ")[2])) == 3


def test_batch_tells_which_inputs_lack_required_properties(client: Client) -> None:
    inputs = [{"properties": {"hs_note_body": "x"}}, {"properties": {"hs_note_body": "y"}}]
    body = client.post("/crm/v3/objects/notes/batch/create", {"inputs": inputs}).get_json()
    assert body["message"] == "Error creating 0-46. Some required properties were not set."
    assert body["context"] == {"properties": ["hs_timestamp"]}
    assert [each["in"] for each in body["errors"]] == ["inputs.0", "inputs.1"]


def test_missing_required_property_is_named(client: Client) -> None:
    answer = client.post("/crm/v3/objects/notes", {"properties": {"hs_note_body": "x"}})
    body = answer.get_json()
    assert answer.status_code == 400
    assert body["message"] == "Error creating 0-46. Some required properties were not set."
    assert body["context"] == {"properties": ["hs_timestamp"]}
    assert body["errors"][0]["code"] == "MISSING_REQUIRED_PROPERTY"
    assert body["errors"][0]["context"] == {"propertyName": ["hs_timestamp"]}


def test_existing_email_is_409_with_the_id_in_the_message_alone(client: Client, make: Make) -> None:
    address = email()
    record = make.contact(email=address)
    answer = client.post("/crm/v3/objects/contacts", {"properties": {"email": address.upper()}})
    assert answer.status_code == 409
    body = answer.get_json()
    assert body.pop("correlationId")
    assert body == {
        "status": "error",
        "message": f"Contact already exists. Existing ID: {record.id}",
        "category": "CONFLICT",
    }


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("", "line 1, column 1"),
        ("{", "line 1, column 2"),
        ('{"properties":\n{"a" 1}}', "line 2, column 6"),
        ('{"properties": {"firstname": "\\ud800"}}', "line 1"),
        ("[]", "line 1, column 1"),
        ('{"properties": []}', "line 1, column 1: properties"),
        ('{"properties": {}, "associations": [{"to": {"id": "1"}, "types": [{}]}]}', "associations.0.types.0"),
    ],
)
def test_body_that_cannot_be_read_is_400(client: Client, body: str, place: str) -> None:
    answer = client.post("/crm/v3/objects/contacts", body)
    assert answer.status_code == 400
    assert answer.get_json()["message"].startswith("Invalid input JSON on line ")
    assert place in answer.get_json()["message"]


def test_record_that_is_not_there_is_404(client: Client) -> None:
    answer = client.get("/crm/v3/objects/contacts/999999999999")
    assert answer.status_code == 404
    assert answer.get_json()["message"] == "resource not found"
    assert answer.get_json()["category"] == "OBJECT_NOT_FOUND"


def test_id_that_is_no_number_is_404_with_two_spaces(client: Client) -> None:
    body = client.get("/crm/v3/objects/contacts/x").get_json()
    assert body["message"] == "Object not found.  objectId are usually numeric."
    assert body["context"] == {"id": ["x"]}


def test_taken_value_is_refused_with_both_records(client: Client, make: Make) -> None:
    taken = email()
    owner, other = make.contact(email=taken), make.contact(email=email())
    answer = client.patch(f"/crm/v3/objects/contacts/{other.id}", {"properties": {"email": taken}})
    assert answer.status_code == 400
    assert answer.get_json()["message"] == (
        "Cannot set PropertyValueCoordinates{portalId=1, objectTypeId=ObjectTypeId{legacyObjectType=CONTACT}, "
        f"propertyName=email, value={taken}}} on {other.id}. {owner.id} already has that value."
    )


def test_property_that_is_not_unique_identifies_nothing(client: Client) -> None:
    answer = client.get("/crm/v3/objects/contacts/1", idProperty="phone")
    assert answer.status_code == 400
    assert answer.get_json()["message"] == "Unable to perform update/upsert by non-unique 0-1 property phone"


def test_operation_that_a_type_refuses_is_405(client: Client) -> None:
    assert client.post("/crm/v3/objects/feedback_submissions", {"properties": {}}).status_code == 405


def test_path_and_method_that_are_not_there(client: Client) -> None:
    assert client.get("/crm/v3/nothing").status_code == 404
    answer = client.call("PUT", "/crm/v3/objects/contacts")
    assert answer.status_code == 405
    assert answer.get_json()["category"] == "METHOD_NOT_ALLOWED"


@pytest.mark.parametrize("limit", ["101", "0", "-1", "ten"])
def test_page_size_out_of_bounds_is_400(client: Client, limit: str) -> None:
    assert client.get("/crm/v3/objects/contacts", limit=limit).status_code == 400


def test_too_long_url_is_414(client: Client) -> None:
    answer = client.get("/crm/v3/objects/contacts", properties="a" * Limits().url_length)
    assert answer.status_code == 414
    assert answer.get_json()["category"] == "URI_TOO_LONG"


def test_too_long_body_is_413(client: Client) -> None:
    answer = client.post("/crm/v3/objects/contacts", b" " * (Limits().body_bytes + 1))
    assert answer.status_code == 413
    assert answer.get_json()["status"] == "error"


def test_body_of_the_greatest_length_is_read(client: Client) -> None:
    answer = client.post("/crm/v3/objects/contacts", b" " * Limits().body_bytes)
    assert answer.status_code == 400


def test_unmapped_error_is_500_without_internals(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret of the inside")

    monkeypatch.setattr(objects.store, "page", fail)
    with caplog.at_level(logging.ERROR):
        answer = client.get("/crm/v3/objects/contacts")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "ZeroDivision" not in answer.text
    assert answer.get_json()["correlationId"] in caplog.text
    assert "secret of the inside" in caplog.text
