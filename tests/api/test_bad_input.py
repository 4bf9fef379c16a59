"""Input that is wrong gets the contract's status and body, and writes nothing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from api.app import close, create_app
from crm_graph.config import Limits, Settings
from crm_graph.crm import Crm
from crm_graph.definitions import catalogue
from crm_graph.definitions.object_type import ObjectType
from tests.api.client import Client
from tests.factories import Make, email, unique
from tests.rules.test_every_object_type import WRITABLE, required

CONTACTS = "/crm/v3/objects/contacts"
LONGEST = Limits().string_length
LONE = b"\\ud83d"
"""Half of a surrogate pair, as JSON escapes it."""


class Visitor:
    """A client with a token of its own, by which the graph says what it has written."""

    def __init__(self, crm: Crm, client: Client) -> None:
        made = client.post("/crm/graph/v1/tokens", {"name": unique(), "superAdmin": True}).get_json()
        self._crm = crm
        self._id = made["id"]
        self.client = client.signed_in_as(made["token"])

    @property
    def written(self) -> int:
        """Its revisions."""
        rows, _, _ = self._crm.graph.driver.execute_query(
            "MATCH (v:_Revision {source_id: $id}) RETURN count(v) AS written", id=self._id
        )
        return int(rows[0]["written"])

    def is_refused(self, status: int, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        """The answer, which has the status and the body of an error; nothing was written."""
        before = self.written
        answer = self.client.call(method, path, body, **options)
        assert answer.status_code == status, answer.text[:500]
        told = answer.get_json()
        assert told["status"] == "error"
        assert told["correlationId"] == answer.headers["X-HubSpot-Correlation-Id"]
        assert told["message"]
        assert self.written == before
        return answer

    def create(self, object_type: str, **properties: Any) -> str:
        """The id of a new record."""
        answer = self.client.post(f"/crm/v3/objects/{object_type}", {"properties": properties})
        assert answer.status_code == 201, answer.text[:500]
        return str(answer.get_json()["id"])


@pytest.fixture
def visitor(crm: Crm, client: Client) -> Visitor:
    """A super admin whose writes are counted."""
    return Visitor(crm, client)


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("{", "line 1, column 2"),
        ('{"properties":\n  {"firstname": nick}}', "line 2, column 17"),
        ('{"properties": {}}}', "line 1, column 19"),
        ('{"properties": {"firstname": "Nick"', "line 1, column 36"),
        ("\ufeff{}", "line 1, column 1"),
        (b'{"properties": {"firstname": "\xff"}}', "line 1, column"),
        (b'{"properties": {"firstname": "\xed\xa0\x80"}}', "line 1, column"),
    ],
)
def test_malformed_json_is_refused_with_its_place(visitor: Visitor, body: str | bytes, place: str) -> None:
    answer = visitor.is_refused(400, "POST", CONTACTS, body)
    assert answer.get_json()["message"].startswith("Invalid input JSON on line ")
    assert place in answer.get_json()["message"]
    assert answer.get_json()["category"] == "VALIDATION_ERROR"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/crm/v3/objects/widgets"),
        ("GET", "/crm/v3/objects/widgets"),
        ("PATCH", "/crm/v3/objects/0-999/1"),
        ("POST", "/crm/v3/objects/widgets/batch/create"),
        ("POST", "/crm/v3/objects/widgets/search"),
        ("PUT", "/crm/v4/objects/contacts/1/associations/default/widgets/1"),
        ("GET", "/crm/v3/properties/widgets"),
    ],
)
def test_unknown_object_type_is_refused(visitor: Visitor, method: str, path: str) -> None:
    body = None if method in ("GET", "PUT") else {"properties": {}, "inputs": []}
    answer = visitor.is_refused(400, method, path, body)
    assert answer.get_json()["message"].startswith("Unable to infer object type from: ")


WRONG_VALUES = [
    ("contacts", "testproperty", "1", "PROPERTY_DOESNT_EXIST"),
    ("contacts", "_version", "1", "PROPERTY_DOESNT_EXIST"),
    ("contacts", "hs_object_id", "1", "READ_ONLY_VALUE"),
    ("contacts", "lifecyclestage", "Lead", "INVALID_OPTION"),
    ("contacts", "hubspot_owner_id", "no owner", "INVALID_OPTION"),
    ("contacts", "email", "not an address", "INVALID_EMAIL"),
    ("contacts", "firstname", {"first": "Nick"}, "INVALID_VALUE"),
    ("contacts", "firstname", ["Nick"], "INVALID_VALUE"),
    ("contacts", "hs_additional_emails", "a@example.com;b", "INVALID_EMAIL"),
    ("contacts", "hs_email_optout", "perhaps", "INVALID_BOOLEAN"),
    ("deals", "amount", "ten", "INVALID_NUMBER"),
    ("deals", "amount", "NaN", "INVALID_NUMBER"),
    ("deals", "amount", "1e400", "INVALID_NUMBER"),
    ("deals", "amount", "9007199254740993", "INVALID_NUMBER"),
    ("deals", "amount", True, "INVALID_NUMBER"),
    ("deals", "closedate", "tomorrow", "INVALID_DATE"),
    ("deals", "closedate", "2026-02-30T10:00:00Z", "INVALID_DATE"),
    ("campaigns", "hs_start_date", "2026-13-01", "INVALID_DATE"),
    ("campaigns", "hs_start_date", "1772323200001", "INVALID_DATE"),
    ("deals", "dealstage", "nosuchstage", "INVALID_OPTION"),
    ("deals", "pipeline", "nosuchpipeline", "INVALID_OPTION"),
    ("deals", "deal_currency_code", "XXQ", "INVALID_OPTION"),
]


@pytest.mark.parametrize(("object_type", "name", "value", "code"), WRONG_VALUES)
def test_wrong_value_is_refused_by_create_update_and_batch(
    visitor: Visitor, object_type: str, name: str, value: Any, code: str
) -> None:
    path = f"/crm/v3/objects/{object_type}"
    right = required(catalogue.load().object_type(object_type))
    record_id = visitor.create(object_type, **right)
    given = {"properties": {**right, name: value}}
    for method, where, body in (
        ("POST", path, given),
        ("PATCH", f"{path}/{record_id}", given),
        ("POST", f"{path}/batch/create", {"inputs": [{"properties": right}, given]}),
        ("POST", f"{path}/batch/update", {"inputs": [{"id": record_id, **given}]}),
    ):
        told = visitor.is_refused(400, method, where, body).get_json()
        assert told["category"] == "VALIDATION_ERROR"
        assert told["message"].startswith("Property values were not valid: [")
        assert {"code": code, "context": {"propertyName": [name]}}.items() <= told["errors"][0].items()


@pytest.mark.parametrize(
    "body",
    [
        b'{"properties": {"firstname": "' + LONE + b'"}}',
        b'{"properties": {"' + LONE + b'": "Nick"}}',
        b'{"inputs": [{"properties": {"firstname": "' + LONE + b'"}}]}',
    ],
)
def test_lone_surrogate_in_a_record_is_refused(visitor: Visitor, body: bytes) -> None:
    path = f"{CONTACTS}/batch/create" if b"inputs" in body else CONTACTS
    answer = visitor.is_refused(400, "POST", path, body)
    assert answer.get_json()["message"].startswith("Invalid input JSON on line 1, column ")


@pytest.mark.parametrize(
    "filtered",
    [
        b'{"propertyName": "firstname", "operator": "EQ", "value": "' + LONE + b'"}',
        b'{"propertyName": "' + LONE + b'", "operator": "EQ", "value": "x"}',
        b'{"propertyName": "firstname", "operator": "' + LONE + b'", "value": "x"}',
    ],
)
def test_lone_surrogate_in_a_filter_is_refused(visitor: Visitor, filtered: bytes) -> None:
    visitor.is_refused(400, "POST", f"{CONTACTS}/search", b'{"filters": [' + filtered + b"]}")


@pytest.mark.parametrize(
    ("status", "path"),
    [
        (400, "/crm/v3/objects/%ED%A0%BD"),
        (404, f"{CONTACTS}/%ED%A0%BD"),
        (404, f"{CONTACTS}/%ED%A0%BD?idProperty=email"),
        (400, f"{CONTACTS}/1?idProperty=%ED%A0%BD"),
        (400, f"{CONTACTS}?after=%ED%A0%BD"),
        (404, "/crm/v3/properties/contacts/%ED%A0%BD"),
    ],
)
def test_lone_surrogate_in_a_path_is_refused(visitor: Visitor, status: int, path: str) -> None:
    visitor.is_refused(status, "GET", path)


def test_lone_surrogate_among_the_properties_asked_for_is_passed_over(visitor: Visitor) -> None:
    record_id = visitor.create("contacts", firstname="Nick")
    answer = visitor.client.call("GET", f"{CONTACTS}/{record_id}?properties=firstname,%ED%A0%BD")
    assert answer.status_code == 200
    assert answer.get_json()["properties"]["firstname"] == "Nick"


def long_names(object_type: ObjectType) -> list[str]:
    """Properties that take any string."""
    return [
        each.name
        for each in object_type.live_properties.values()
        if each.type == "string" and not (each.read_only or each.unique or each.options or each.options_from)
    ]


@pytest.mark.parametrize("name", WRITABLE)
def test_the_longest_string_fits_every_string_property_and_one_more_character_none(visitor: Visitor, name: str) -> None:
    object_type = catalogue.load().object_types[name]
    names = long_names(object_type)
    path = f"/crm/v3/objects/{object_type.plural}"
    record_id = visitor.create(object_type.plural, **required(object_type))
    for start in range(0, len(names), 40):
        chunk = names[start : start + 40]
        # Four bytes a character are the most, and only an index could mind them.
        given = {each: ("😀" if object_type.properties[each].indexed else "a") * LONGEST for each in chunk}
        answer = visitor.client.patch(f"{path}/{record_id}", {"properties": given})
        assert answer.status_code == 200, answer.text[:500]
        read = visitor.client.get(f"{path}/{record_id}", properties=",".join(chunk)).get_json()["properties"]
        assert [each for each in chunk if read[each] != given[each]] == []

        longer = {each: value + "a" for each, value in given.items()}
        told = visitor.is_refused(400, "PATCH", f"{path}/{record_id}", {"properties": longer}).get_json()
        assert {error["code"] for error in told["errors"]} == {"VALUE_TOO_LONG"}
        assert {error["context"]["propertyName"][0] for error in told["errors"]} == set(chunk)


def test_the_longest_string_fits_a_custom_unique_property_and_identifies_the_record(visitor: Visitor) -> None:
    name = f"p_{unique()}"
    given = {"name": name, "label": name, "groupName": "contactinformation", "type": "string", "fieldType": "text"}
    assert visitor.client.post("/crm/v3/properties/contacts", {**given, "hasUniqueValue": True}).status_code == 201
    longest = unique() + "😀" * (LONGEST - 13)
    record_id = visitor.create("contacts", **{name: longest})
    visitor.is_refused(400, "POST", CONTACTS, {"properties": {name: longest}})
    wanted = {"inputs": [{"id": longest}], "idProperty": name, "properties": []}
    found = visitor.client.post(f"{CONTACTS}/batch/read", wanted).get_json()["results"]
    assert [each["id"] for each in found] == [record_id]


def test_records_are_found_by_their_words_after_the_longest_string_was_written(visitor: Visitor) -> None:
    word = unique()
    visitor.create("contacts", firstname="a" * LONGEST, lastname="😀" * LONGEST)
    record_id = visitor.create("contacts", firstname=word)
    found = visitor.client.post(f"{CONTACTS}/search", {"query": word}).get_json()["results"]
    assert [each["id"] for each in found] == [record_id]


@pytest.mark.parametrize("deed", ["create", "update", "upsert", "archive", "read"])
def test_batch_of_more_than_a_hundred_is_refused(visitor: Visitor, deed: str) -> None:
    inputs = [{"id": email(), "idProperty": "email", "properties": {}} for _ in range(Limits().batch_size + 1)]
    wanted: dict[str, Any] = {"inputs": inputs}
    if deed == "create":
        wanted = {"inputs": [{"properties": {}}] * len(inputs)}
    elif deed in ("archive", "read"):
        wanted = {"inputs": [{"id": str(n)} for n in range(len(inputs))]}
    told = visitor.is_refused(400, "POST", f"{CONTACTS}/batch/{deed}", wanted).get_json()
    assert "100" in told["message"]


def test_batch_of_a_hundred_is_written(visitor: Visitor) -> None:
    before = visitor.written
    inputs = [{"properties": {"firstname": str(n)}} for n in range(Limits().batch_size)]
    assert visitor.client.post(f"{CONTACTS}/batch/create", {"inputs": inputs}).status_code == 201
    assert visitor.written == before + Limits().batch_size


def test_body_and_url_beyond_their_limits_are_refused(visitor: Visitor) -> None:
    long_body = b'{"properties": {"firstname": "Nick"}}'.ljust(Limits().body_bytes + 1)
    assert visitor.is_refused(413, "POST", CONTACTS, long_body).get_json()["category"] == "REQUEST_TOO_LARGE"
    long_path = f"{CONTACTS}/1?properties={'a' * Limits().url_length}"
    answer = visitor.is_refused(414, "PATCH", long_path, {"properties": {"firstname": "Nick"}})
    assert answer.get_json()["category"] == "URI_TOO_LONG"


def test_missing_unknown_or_revoked_token_is_refused(visitor: Visitor, client: Client) -> None:
    made = client.post("/crm/graph/v1/tokens", {"name": unique(), "superAdmin": True}).get_json()
    revoked = client.signed_in_as(made["token"])
    assert revoked.get(CONTACTS).status_code == 200
    assert client.delete(f"/crm/graph/v1/tokens/{made['id']}").status_code == 204
    for each in (revoked, client.signed_in_as(None), client.signed_in_as("pat-of-nobody")):
        address = email()
        answer = each.post(CONTACTS, {"properties": {"email": address}})
        assert answer.status_code == 401
        assert answer.get_json()["category"] == "INVALID_AUTHENTICATION"
        assert client.get(f"{CONTACTS}/{address}", idProperty="email").status_code == 404


def test_missing_scope_is_named(client: Client, make: Make) -> None:
    given = {"name": unique(), "scopes": ["crm.objects.contacts.read"]}
    reader = client.signed_in_as(client.post("/crm/graph/v1/tokens", given).get_json()["token"])
    record = make.contact(firstname="Nick")
    answer = reader.patch(f"{CONTACTS}/{record.id}", {"properties": {"firstname": "Ada"}})
    assert answer.status_code == 403
    told = answer.get_json()
    assert told.pop("correlationId")
    assert told == {
        "status": "error",
        "category": "MISSING_SCOPES",
        "message": "This app hasn't been granted all required scopes to make this call. "
        "Read more about required scopes here: https://developers.hubspot.com/scopes.",
        "errors": [
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": ["crm.objects.contacts.write"]},
            }
        ],
        "links": {"scopes": "https://developers.hubspot.com/scopes"},
    }
    assert reader.get(f"{CONTACTS}/{record.id}").get_json()["properties"]["firstname"] == "Nick"


def test_association_type_of_the_other_direction_is_refused(visitor: Visitor) -> None:
    contact, company = visitor.create("contacts"), visitor.create("companies", name=unique())
    wrong = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 280}]  # company to contact
    for method, path, body in (
        ("PUT", f"/crm/v4/objects/contacts/{contact}/associations/companies/{company}", wrong),
        ("POST", CONTACTS, {"properties": {}, "associations": [{"to": {"id": company}, "types": wrong}]}),
        (
            "POST",
            "/crm/v4/associations/contacts/companies/batch/create",
            {"inputs": [{"from": {"id": contact}, "to": {"id": company}, "types": wrong}]},
        ),
    ):
        told = visitor.is_refused(400, method, path, body).get_json()
        assert told["category"] == "VALIDATION_ERROR"
        assert "invalid from object type" in told["message"]


@pytest.fixture
def broken(settings: Settings) -> Iterator[Flask]:
    """The application with a view more, which fails."""
    app = create_app(settings)

    def fail() -> str:
        raise ZeroDivisionError("secret of the inside, bolt://127.0.0.1:7687")

    app.add_url_rule("/broken", view_func=fail)
    yield app
    close(app)


def test_error_that_nobody_foresaw_is_500_with_an_id_that_the_log_has(
    broken: Flask, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        answer = Client(broken, token).get("/broken")
    assert answer.status_code == 500
    told = orjson.loads(answer.data)
    assert set(told) == {"status", "message", "correlationId", "category"}
    assert told["category"] == "INTERNAL_ERROR"
    assert told["correlationId"] == answer.headers["X-HubSpot-Correlation-Id"]
    assert not any(word in answer.text for word in ("secret", "ZeroDivision", "bolt", "Traceback", ".py"))
    assert told["correlationId"] in caplog.text
    assert "secret of the inside" in caplog.text
