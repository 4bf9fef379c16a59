"""Properties and groups over REST."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.definitions.conftest import Server

CONTACTS = "/crm/v3/properties/contacts"


def text_property(name: str, **given: Any) -> dict[str, Any]:
    return {
        "name": name,
        "label": name,
        "type": "string",
        "fieldType": "text",
        "groupName": "contactinformation",
        **given,
    }


def test_a_property_is_answered_whole(server: Server, name: str) -> None:
    answer = server.call("POST", CONTACTS, text_property(name, description="Why", hasUniqueValue=True))

    body = answer.json()
    created = body.pop("createdAt")
    assert answer.status_code == 201
    assert body.pop("updatedAt") == created
    assert body == {
        "name": name,
        "label": name,
        "type": "string",
        "fieldType": "text",
        "groupName": "contactinformation",
        "description": "Why",
        "options": [],
        "displayOrder": -1,
        "calculated": False,
        "externalOptions": False,
        "archived": False,
        "hasUniqueValue": True,
        "hidden": False,
        "hubspotDefined": False,
        "formField": False,
        "dataSensitivity": "non_sensitive",
        "modificationMetadata": {"archivable": True, "readOnlyDefinition": False, "readOnlyValue": False},
        "createdUserId": "1",
        "updatedUserId": "1",
    }


@pytest.mark.parametrize("missing", ["name", "label", "type", "fieldType", "groupName"])
def test_a_property_without_what_it_needs_is_refused(server: Server, name: str, missing: str) -> None:
    body = text_property(name)
    del body[missing]

    answer = server.call("POST", CONTACTS, body)

    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Invalid input JSON on line 1, column 1:")
    assert missing in answer.json()["message"]


@pytest.mark.parametrize(
    "given", [{"groupName": "nowhere"}, {"type": "text"}, {"fieldType": "select"}, {"name": "Not lower"}]
)
def test_a_property_that_cannot_be_is_refused(server: Server, name: str, given: dict[str, Any]) -> None:
    answer = server.call("POST", CONTACTS, {**text_property(name), **given})

    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")
    assert answer.json()["context"]["field"] == list(given)


def test_a_name_in_use_is_a_conflict(server: Server, name: str) -> None:
    server.call("POST", CONTACTS, text_property(name))

    answer = server.call("POST", CONTACTS, text_property(name))

    assert answer.status_code == 409
    assert answer.json()["message"] == f"A property named '{name}' already exists."
    assert answer.json()["category"] == "OBJECT_ALREADY_EXISTS"


def test_a_built_in_property_is_not_deleted(server: Server) -> None:
    answer = server.call("DELETE", f"{CONTACTS}/email")

    assert answer.status_code == 400
    assert server.call("GET", f"{CONTACTS}/email").json()["modificationMetadata"]["archivable"] is False


def test_an_unknown_property_is_not_found(server: Server) -> None:
    for method in ("GET", "DELETE"):
        answer = server.call(method, f"{CONTACTS}/nothing")
        assert (answer.status_code, answer.json()["message"]) == (404, "Property nothing does not exist")


def test_a_group_that_is_not_empty_stays(server: Server, name: str) -> None:
    server.call("POST", f"{CONTACTS}/groups", {"name": name, "label": "Group"})
    server.call("POST", CONTACTS, text_property(f"{name}_p", groupName=name))

    assert server.call("DELETE", f"{CONTACTS}/groups/{name}").status_code == 400
    server.call("DELETE", f"{CONTACTS}/{name}_p")
    assert server.call("DELETE", f"{CONTACTS}/groups/{name}").status_code == 204


def test_missing_names_of_a_batch_read_are_told(server: Server, name: str) -> None:
    body = {"inputs": [{"name": "email"}, {"name": name}], "archived": False}

    answer = server.call("POST", f"{CONTACTS}/batch/read", body)

    assert answer.status_code == 207
    assert [each["name"] for each in answer.json()["results"]] == ["email"]
    assert answer.json()["numErrors"] == 1
    assert answer.json()["errors"][0]["context"] == {"names": [name]}


def test_a_batch_has_a_hundred_inputs_at_most(server: Server) -> None:
    def status(count: int) -> int:
        return server.call("POST", f"{CONTACTS}/batch/read", {"inputs": [{"name": "email"}] * count}).status_code

    assert (status(100), status(101)) == (200, 400)


def test_an_owner_property_refers_to_owners(server: Server) -> None:
    body = server.call("GET", f"{CONTACTS}/hubspot_owner_id").json()

    assert (body["externalOptions"], body["referencedObjectType"], body["options"]) == (True, "OWNER", [])


def test_stages_are_the_options_of_the_stage_property(server: Server) -> None:
    body = server.call("GET", "/crm/v3/properties/deals/dealstage").json()

    assert "closedwon" in [option["value"] for option in body["options"]]


def test_a_sensitive_property_is_read_only_when_it_is_asked_for(server: Server, name: str) -> None:
    server.call("POST", CONTACTS, text_property(name, dataSensitivity="sensitive"))
    body = {"inputs": [{"name": name}], "archived": False}

    def statuses(**query: str) -> tuple[int, int]:
        batch = {**body, **query}
        one = server.call("GET", f"{CONTACTS}/{name}", **query).status_code
        return one, server.call("POST", f"{CONTACTS}/batch/read", batch).status_code

    assert statuses() == (404, 207)
    assert statuses(dataSensitivity="sensitive") == (200, 200)


def test_a_property_does_not_change_between_one_value_and_several(server: Server, name: str) -> None:
    options = [{"label": "A", "value": "a"}]
    server.call("POST", CONTACTS, text_property(name, type="enumeration", fieldType="select", options=options))

    answer = server.call("PATCH", f"{CONTACTS}/{name}", {"fieldType": "checkbox"})
    server.call("DELETE", f"{CONTACTS}/{name}")
    again = text_property(name, type="enumeration", fieldType="checkbox", options=options)

    assert (answer.status_code, answer.json()["context"]["field"]) == (400, ["fieldType"])
    assert server.call("POST", CONTACTS, again).status_code == 409


def test_a_property_that_is_calculated_no_more_can_be_written(server: Server, name: str) -> None:
    given = {"type": "number", "fieldType": "calculation_equation", "calculationFormula": "1 + 1"}
    made = server.call("POST", CONTACTS, text_property(name, **given)).json()

    changed = server.call("PATCH", f"{CONTACTS}/{name}", {"fieldType": "number", "calculationFormula": None}).json()

    assert [made["calculated"], changed["calculated"]] == [True, False]
    assert changed["modificationMetadata"]["readOnlyValue"] is False


def test_a_property_becomes_unique_unless_values_are_there_twice(server: Server, name: str) -> None:
    server.call("POST", CONTACTS, text_property(name))
    records = "/crm/v3/objects/contacts"
    ids = [server.call("POST", records, {"properties": {name: value}}).json()["id"] for value in ("a", "b", "A")]

    refused = server.call("PATCH", f"{CONTACTS}/{name}", {"hasUniqueValue": True})
    server.call("PATCH", f"{records}/{ids[2]}", {"properties": {name: "c"}})
    made = server.call("PATCH", f"{CONTACTS}/{name}", {"hasUniqueValue": True, "label": name})

    assert (refused.status_code, refused.json()["category"]) == (400, "VALIDATION_ERROR")
    assert refused.json()["context"]["recordIds"] == [f"{ids[0]};{ids[2]}"]
    assert (made.status_code, made.json()["hasUniqueValue"]) == (200, True)
    assert server.call("GET", f"{records}/B", idProperty=name).json()["id"] == ids[1]
    assert server.call("POST", records, {"properties": {name: "B"}}).status_code == 400


def test_a_custom_property_may_refer_to_owners(server: Server, name: str) -> None:
    owner = {"type": "enumeration", "fieldType": "select", "externalOptions": True, "referencedObjectType": "OWNER"}

    made = server.call("POST", CONTACTS, text_property(name, **owner)).json()

    assert (made["externalOptions"], made["referencedObjectType"]) == (True, "OWNER")
    contacts = "/crm/v3/objects/contacts"
    assert server.call("POST", contacts, {"properties": {name: "1"}}).status_code == 201
    assert server.call("POST", contacts, {"properties": {name: "nobody"}}).status_code == 400


def test_owners_are_no_options_of_a_text(server: Server, name: str) -> None:
    body = text_property(name, externalOptions=True, referencedObjectType="OWNER")

    assert server.call("POST", CONTACTS, body).status_code == 400


@pytest.mark.parametrize("given", [{"displayOrder": 10**30}, {"displayOrder": -(2**31) - 1}])
def test_a_place_beyond_32_bits_is_refused(server: Server, name: str, given: dict[str, Any]) -> None:
    option = {"label": "A", "value": "a", **given}
    bodies = [
        text_property(name, **given),
        text_property(name, type="enumeration", fieldType="select", options=[option]),
    ]

    assert [server.call("POST", CONTACTS, body).status_code for body in bodies] == [400, 400]
    assert server.call("POST", f"{CONTACTS}/groups", {"name": name, "label": name, **given}).status_code == 400


def test_hints_for_showing_a_value_are_kept(server: Server, other: Server, name: str) -> None:
    hints = {"numberDisplayHint": "currency", "showCurrencySymbol": True, "currencyPropertyName": "hs_currency"}
    server.call("POST", CONTACTS, text_property(name, type="number", fieldType="number", **hints))

    changed = server.call("PATCH", f"{CONTACTS}/{name}", {"numberDisplayHint": "percentage"})

    assert changed.status_code == 200, changed.text
    read = other.call("GET", f"{CONTACTS}/{name}").json()
    assert {key: read[key] for key in hints} == {**hints, "numberDisplayHint": "percentage"}
    assert server.call("PATCH", f"{CONTACTS}/{name}", {"numberDisplayHint": "loud"}).status_code == 400
