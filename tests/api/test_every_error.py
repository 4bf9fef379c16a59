"""TABLE of the errors that the contract has: each is provoked, and has its status, category, message and context."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from werkzeug.test import TestResponse

from crm_graph.crm import Crm
from crm_graph.definitions.property import Property
from tests.api.client import Client
from tests.api.test_oauth import Connected, expire
from tests.factories import Make, email, unique
from tests.rules.asking import Account

CONTACTS = "/crm/v3/objects/contacts"
COMPANIES = "/crm/v3/objects/companies"
DEALS = "/crm/v3/objects/deals"
PROPERTIES = "/crm/v3/properties/companies"
PIPELINES = "/crm/v3/pipelines/deals"
ASSOCIATIONS = "/crm/v4/associations/contacts/companies"
NOBODY = "999999999999"
CHANGE = {"properties": {"city": "Oslo"}}


@dataclass(frozen=True)
class Place:
    """What an error is provoked with."""

    client: Client
    make: Make
    account: Account
    crm: Crm

    def post(self, path: str, **properties: Any) -> TestResponse:
        """The answer to a new record."""
        return self.client.post(path, {"properties": properties})

    def search(self, *filters: dict[str, Any], **more: Any) -> TestResponse:
        """The answer to a search for companies."""
        return self.client.post(f"{COMPANIES}/search", {"filters": list(filters), **more})

    def expired(self) -> TestResponse:
        """The answer to a token of an app whose time is over."""
        token = Connected(self.client).tokens()["access_token"]
        expire(self.crm, token, 75_000)
        return self.client.signed_in_as(token).get(CONTACTS)

    def limited(self) -> TestResponse:
        """The answer to a write that needs a scope."""
        made = self.client.post("/crm/graph/v1/tokens", {"name": "x", "scopes": ["crm.objects.contacts.read"]})
        return self.client.signed_in_as(made.get_json()["token"]).post(CONTACTS, {"properties": {}})

    def taken(self, new: bool) -> TestResponse:
        """The answer to an address that another contact has."""
        address = str(self.make.contact().properties["email"])
        if new:
            return self.post(CONTACTS, email=address)
        return self.client.patch(f"{CONTACTS}/{self.make.contact().id}", {"properties": {"email": address}})

    def taken_code(self) -> TestResponse:
        """The answer to a new record of a custom type with a unique value that another one has."""
        code = Property(name="code", display_name="Code", type="string", field_type="text", unique=True)
        path = f"/crm/v3/objects/{self.make.object_type(code).id}"
        value = unique()
        assert self.post(path, code=value).status_code == 201
        return self.post(path, code=value)

    def associated(self, types: list[dict[str, Any]], far: str | None = None) -> TestResponse:
        """The answer to an association of a contact with a company."""
        far = far or str(self.make.company().id)
        path = f"/crm/v4/objects/contacts/{self.make.contact().id}/associations/companies/{far}"
        return self.client.call("PUT", path, types)

    def again(self, path: str, body: dict[str, Any]) -> TestResponse:
        """The answer to the second of two equal bodies."""
        assert self.client.post(path, body).status_code < 300
        return self.client.post(path, body)

    def used_stage(self) -> TestResponse:
        """The answer to the removal of a stage in which a deal stands."""
        pipeline = self.account.pipeline()
        self.make.deal(pipeline=pipeline["pipeline_id"], dealstage=pipeline["stage_id"])
        path = f"/crm/v3/pipelines/deals/{pipeline['pipeline_id']}/stages/{pipeline['stage_id']}"
        return self.client.call("DELETE", path, query_string={"validateReferencesBeforeDelete": "true"})

    def blocked(self) -> TestResponse:
        """The answer to an address whose person was deleted."""
        address = email()
        self.client.post(f"{CONTACTS}/gdpr-delete", {"objectId": address, "idProperty": "email"})
        return self.post(CONTACTS, email=address)


@dataclass(frozen=True)
class Row:
    """An error, and how it is provoked. `codes` are those of its errors, `context` the names that it has."""

    what: str
    status: int
    category: str
    message: str
    provoke: Callable[[Place], TestResponse]
    codes: tuple[str, ...] = ()
    context: tuple[str, ...] = field(default=())


REQUIRED = {COMPANIES: {"name": "x"}, DEALS: {"dealname": "x"}}
"""What a new record needs beside the value that is wrong."""


def wrong_value(code: str, path: str, name: str, value: Any) -> Row:
    """A value that is none."""
    message = r"Property values were not valid: \[\{.*\}\]"
    return Row(
        f"value: {code} of {name}",
        400,
        "VALIDATION_ERROR",
        message,
        lambda p: p.post(path, **{**REQUIRED.get(path, {}), name: value}),
        codes=(code,),
    )


def invalid(what: str, message: str, provoke: Callable[[Place], TestResponse], *context: str) -> Row:
    """A request that is wrong in itself."""
    return Row(what, 400, "VALIDATION_ERROR", message, provoke, context=context)


def missing(what: str, message: str, provoke: Callable[[Place], TestResponse], *context: str) -> Row:
    """Something that is not there."""
    return Row(what, 404, "OBJECT_NOT_FOUND", message, provoke, context=context)


def unknown(what: str, path: str, **change: Any) -> tuple[Row, ...]:
    """A definition that there is not, read, changed and deleted by its name."""
    message = ".*nosuch.*"
    return (
        missing(f"a {what} to read", message, lambda p: p.client.get(path)),
        missing(f"a {what} to change", message, lambda p: p.client.patch(path, change)),
        missing(f"a {what} to remove", message, lambda p: p.client.delete(path)),
    )


def existing(what: str, message: str, provoke: Callable[[Place], TestResponse]) -> Row:
    """A definition that there is."""
    return Row(what, 409, "OBJECT_ALREADY_EXISTS", message, provoke)


def equal(name: str, value: str) -> dict[str, Any]:
    """A filter."""
    return {"propertyName": name, "operator": "EQ", "value": value}


def typed(category: str, type_id: int) -> list[dict[str, Any]]:
    """An association type."""
    return [{"associationCategory": category, "associationTypeId": type_id}]


TABLE = (
    wrong_value("PROPERTY_DOESNT_EXIST", COMPANIES, "testproperty", "1"),
    wrong_value("READ_ONLY_VALUE", COMPANIES, "hs_object_id", "1"),
    wrong_value("INVALID_OPTION", CONTACTS, "lifecyclestage", "foo"),
    wrong_value("INVALID_NUMBER", DEALS, "amount", "x"),
    wrong_value("INVALID_DATE", DEALS, "closedate", "x"),
    wrong_value("INVALID_EMAIL", CONTACTS, "email", "x"),
    Row(
        "a required property is missing",
        400,
        "VALIDATION_ERROR",
        r"Error creating 0-46\. Some required properties were not set\.",
        lambda p: p.post("/crm/v3/objects/notes", hs_note_body="x"),
        codes=("MISSING_REQUIRED_PROPERTY",),
        context=("properties",),
    ),
    invalid("malformed JSON", "Invalid input JSON on line 1, column 2: .+", lambda p: p.client.post(COMPANIES, "{")),
    invalid(
        "a body of another form",
        "Invalid input JSON on line 1, column 1: properties.*",
        lambda p: p.client.post(COMPANIES, {"properties": []}),
    ),
    invalid(
        "an unknown operator",
        "Invalid input JSON on line 1, column 1: .*operator.*",
        lambda p: p.search({**equal("name", "x"), "operator": "RESEMBLES"}),
    ),
    invalid(
        "an unknown object type",
        "Unable to infer object type from: widgets",
        lambda p: p.client.get("/crm/v3/objects/widgets"),
    ),
    invalid(
        "a value that another record has",
        r"Cannot set PropertyValueCoordinates\{portalId=1, objectTypeId=ObjectTypeId\{legacyObjectType=CONTACT\}, "
        r"propertyName=email, value=.+\} on \d+\. \d+ already has that value\.",
        lambda p: p.taken(new=False),
        "existingId",
        "propertyName",
    ),
    invalid(
        "a custom unique value that another record has",
        r"Cannot set PropertyValueCoordinates\{portalId=1, objectTypeId=ObjectTypeId\{legacyObjectType=\w+\}, "
        r"propertyName=code, value=\w+\}\. \d+ already has that value\.",
        Place.taken_code,
        "existingId",
        "propertyName",
    ),
    invalid(
        "an id property that identifies nothing",
        "Unable to perform update/upsert by non-unique 0-1 property phone",
        lambda p: p.client.get(f"{CONTACTS}/1", idProperty="phone"),
    ),
    invalid(
        "an association with nobody",
        "One or more associations are invalid",
        lambda p: p.associated(typed("HUBSPOT_DEFINED", 279), far=NOBODY),
        "INVALID_OBJECT_IDS",
        "objectId",
        "objectType",
    ),
    invalid(
        "an association type of the other direction",
        r"invalid from object type 0-1 for associations to be created\. expected: 0-2",
        lambda p: p.associated(typed("HUBSPOT_DEFINED", 280)),
    ),
    Row(
        "no token",
        401,
        "INVALID_AUTHENTICATION",
        r"Authentication credentials not found\. .+oauth-overview",
        lambda p: p.client.signed_in_as(None).get(CONTACTS),
    ),
    Row(
        "an unknown token",
        401,
        "INVALID_AUTHENTICATION",
        r"Authentication credentials not found\. .+oauth-overview",
        lambda p: p.client.signed_in_as(unique()).get(CONTACTS),
    ),
    Row(
        "a token past its time",
        401,
        "EXPIRED_AUTHENTICATION",
        r"The OAuth token used to make this call expired 7\d second\(s\) ago\.",
        Place.expired,
        context=("expire time",),
    ),
    Row(
        "a missing scope",
        403,
        "MISSING_SCOPES",
        "This app hasn't been granted all required scopes to make this call\\. .+developers\\.hubspot\\.com/scopes\\.",
        Place.limited,
    ),
    missing("an unknown record", "resource not found", lambda p: p.client.get(f"{CONTACTS}/{NOBODY}")),
    missing(
        "an unknown record to change", "resource not found", lambda p: p.client.patch(f"{CONTACTS}/{NOBODY}", CHANGE)
    ),
    missing(
        "an id that is none",
        r"Object not found\.  objectId are usually numeric\.",
        lambda p: p.client.get(f"{CONTACTS}/x"),
        "id",
    ),
    *unknown("property", f"{PROPERTIES}/nosuch", label="x"),
    *unknown("group", f"{PROPERTIES}/groups/nosuch", label="x"),
    *unknown("pipeline", f"{PIPELINES}/nosuch", label="x"),
    *unknown("stage", f"{PIPELINES}/default/stages/nosuch", label="x", metadata={"probability": "0.5"}),
    *unknown("schema", "/crm/v3/schemas/nosuch", description="x"),
    missing("an owner", ".*nosuch.*", lambda p: p.client.get("/crm/v3/owners/nosuch")),
    missing("a list to read", f".*{NOBODY}.*", lambda p: p.client.get(f"/crm/v3/lists/{NOBODY}")),
    missing(
        "a list to change",
        f".*{NOBODY}.*",
        lambda p: p.client.call("PUT", f"/crm/v3/lists/{NOBODY}/update-list-name", query_string={"listName": "x"}),
    ),
    missing("a list to remove", f".*{NOBODY}.*", lambda p: p.client.delete(f"/crm/v3/lists/{NOBODY}")),
    missing(
        "a label to change",
        f".*{NOBODY[:6]}.*",
        lambda p: p.client.call("PUT", f"{ASSOCIATIONS}/labels", {"associationTypeId": int(NOBODY[:6]), "label": "x"}),
    ),
    missing("a label to remove", f".*{NOBODY[:6]}.*", lambda p: p.client.delete(f"{ASSOCIATIONS}/labels/{NOBODY[:6]}")),
    invalid("a page that is too long", ".*101.*", lambda p: p.client.get(COMPANIES, limit="101"), "limit"),
    invalid("a page of a search that is too long", ".*201.*", lambda p: p.search(limit=201), "limit"),
    invalid(
        "a page with history that is too long",
        ".*51.*",
        lambda p: p.client.get(COMPANIES, limit="51", propertiesWithHistory="name"),
        "limit",
    ),
    invalid(
        "a batch that is too long",
        "A batch has at most 100 inputs, not 101.",
        lambda p: p.client.post(f"{COMPANIES}/batch/archive", {"inputs": [{"id": "1"}] * 101}),
    ),
    invalid(
        "a group that there is not",
        ".*nosuch.*",
        lambda p: p.client.post(
            PROPERTIES,
            {"name": unique(), "label": "x", "type": "string", "fieldType": "text", "groupName": "nosuch"},
        ),
    ),
    invalid("an unknown property in a filter", ".*nosuch.*", lambda p: p.search(equal("nosuch", "x"))),
    invalid("an unknown property in a sort", ".*nosuch.*", lambda p: p.search(sorts=["nosuch"])),
    Row(
        "a contact that there is",
        409,
        "CONFLICT",
        r"Contact already exists\. Existing ID: \d+",
        lambda p: p.taken(True),
    ),
    existing(
        "a property that there is",
        r"A property named 'x\w+' already exists\.",
        lambda p: p.again(
            PROPERTIES,
            {
                "name": unique(),
                "label": "x",
                "type": "string",
                "fieldType": "text",
                "groupName": "companyinformation",
            },
        ),
    ),
    existing(
        "a group that there is",
        r"A property group named 'x\w+' already exists\.",
        lambda p: p.again(f"{PROPERTIES}/groups", {"name": unique(), "label": "x"}),
    ),
    existing(
        "an object type that there is",
        r"An object type named '\w+' already exists\.",
        lambda p: p.client.post(
            "/crm/v3/schemas",
            {"name": p.account.schema(), "labels": {"singular": "x", "plural": unique()}, "properties": []},
        ),
    ),
    invalid(
        "a stage in which records stand",
        r"Stage IDs: \[\w+\] are being referenced by object IDs: \[\d+\]",
        Place.used_stage,
        "objectIds",
        "stageIds",
    ),
    invalid("a value that was blocked", "The value belonged to a person whose data was deleted.+", Place.blocked),
    Row(
        "what is not served",
        404,
        "NOT_SERVED",
        r"crm-graph does not serve this \(Webhooks\): .+",
        lambda p: p.client.get("/webhooks/v3/1/settings"),
    ),
)


@pytest.fixture
def place(client: Client, make: Make, crm: Crm, token: str) -> Place:
    return Place(client, make, Account(client, token), crm)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: row.what)
def test_an_error_has_what_the_contract_says(place: Place, row: Row) -> None:
    answer = row.provoke(place)
    body = answer.get_json()
    assert (answer.status_code, body["category"]) == (row.status, row.category), answer.text
    assert re.fullmatch(row.message, body["message"]), body["message"]
    assert (body["status"], answer.headers["Content-Type"]) == ("error", "application/json;charset=utf-8")
    assert body["correlationId"] == answer.headers["X-HubSpot-Correlation-Id"]
    assert uuid.UUID(body["correlationId"])
    if row.codes:
        assert {each["code"] for each in body["errors"]} == set(row.codes)
    if row.context:
        assert body["context"].keys() == set(row.context)
        assert {type(each) for values in body["context"].values() for each in values} == {str}


WRONG: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("create", {"properties": {"nosuch": "1"}}, "PROPERTY_DOESNT_EXIST"),
    ("create", {"properties": {"name": "x", "hs_object_id": "1"}}, "READ_ONLY_VALUE"),
    ("update", {"properties": {"numberofemployees": "many"}}, "INVALID_NUMBER"),
)


@pytest.mark.parametrize(("deed", "wrong", "code"), WRONG)
def test_a_batch_with_one_bad_row_is_written_not_at_all_or_but_for_that_row(
    client: Client, make: Make, deed: str, wrong: dict[str, Any], code: str
) -> None:
    names = [unique("Batch ") for _ in range(2)]
    ids = [str(make.company().id) for _ in range(3)]
    rows = [{"properties": {"name": name}} for name in names]
    inputs: list[dict[str, Any]] = [rows[0], wrong, rows[1]]
    if deed == "update":
        inputs = [{"id": record_id, **each} for record_id, each in zip(ids, inputs, strict=True)]

    whole = client.post(f"{COMPANIES}/batch/{deed}", {"inputs": inputs})
    assert whole.status_code == 400
    assert code in {each["code"] for each in whole.get_json()["errors"]}
    for name in names:
        found = client.post(f"{COMPANIES}/search", {"filters": [equal("name", name)]}).get_json()
        assert found["total"] == 0

    traced = [{**each, "objectWriteTraceId": f"trace {n}"} for n, each in enumerate(inputs)]
    part = client.post(f"{COMPANIES}/batch/{deed}", {"inputs": traced})
    body = part.get_json()
    assert (part.status_code, body["numErrors"], len(body["results"])) == (207, 1, 2)
    assert body["errors"][0]["context"]["objectWriteTraceId"] == ["trace 1"]
    assert body["errors"][0]["category"] == "VALIDATION_ERROR"
    assert sorted(each["properties"]["name"] for each in body["results"]) == sorted(names)
