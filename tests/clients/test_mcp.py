"""HubSpot's own MCP server: each of its tools, pointed here by its environment variable and nothing else."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.environments import run_node
from tests.factories import Make, email, unique

pytestmark = pytest.mark.slow

RECORDS = {f"hubspot-{name}-objects" for name in ("list", "search", "batch-create", "batch-update", "batch-read")}
ASSOCIATIONS = {"hubspot-list-associations", "hubspot-batch-create-associations", "hubspot-get-association-definitions"}
PROPERTIES = {"hubspot-list-properties"} | {f"hubspot-{name}-property" for name in ("get", "create", "update")}
ACCOUNT = {"hubspot-get-user-details", "hubspot-get-schemas"}
NOT_SERVED = {
    "hubspot-create-engagement": {
        "type": "NOTE",
        "ownerId": 1,
        "associations": {"contactIds": [1]},
        "metadata": {"body": "x"},
    },
    "hubspot-get-engagement": {"engagementId": 1},
    "hubspot-update-engagement": {"engagementId": 1, "associations": {}, "metadata": {"body": "x"}},
    "hubspot-list-workflows": {},
    "hubspot-get-workflow": {"flowId": "1"},
}
"""Tools that call what is left out, with what they are given."""
LINKS = {"hubspot-get-link", "hubspot-generate-feedback-link"}
"""Tools that ask no server."""

Calls = Callable[..., list[Any]]


@pytest.fixture
def run(served: str, token: str, tmp_path: Path) -> Callable[..., Any]:
    """Calls tools one after the other; gives the server's tools and the answers."""

    def run(*calls: tuple[str, Any]) -> Any:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "HUBSPOT_URL": served,
            "HUBSPOT_TOKEN": token,
            "CALLS": json.dumps(calls),
        }
        return json.loads(run_node("mcp", "call.mjs", environment=environment))

    return run


@pytest.fixture
def call(run: Callable[..., Any]) -> Calls:
    """What tools answered that had to succeed."""

    def call(*calls: tuple[str, Any]) -> list[Any]:
        answers = run(*calls)["answers"]
        assert not [each for each in answers if each["isError"]]
        return [json.loads(each["text"]) if each["text"].startswith("{") else each["text"] for each in answers]

    return call


def test_every_tool_of_the_server_is_known_here(run: Callable[..., Any]) -> None:
    assert {*run()["tools"]} == RECORDS | ASSOCIATIONS | PROPERTIES | ACCOUNT | NOT_SERVED.keys() | LINKS


def test_records_are_made_changed_read_and_found(call: Calls) -> None:
    word, address = unique(), email()
    made, before = call(
        ("hubspot-batch-create-objects", {"objectType": "contacts", "inputs": [{"properties": {"email": address}}]}),
        ("hubspot-search-objects", {"objectType": "contacts", "query": word}),
    )
    record_id = made["results"][0]["id"]
    assert before["results"] == []
    filters = [{"filters": [{"propertyName": "lastname", "operator": "EQ", "value": word}]}]
    changed = [{"id": record_id, "properties": {"lastname": word}}]
    _, read, found = call(
        ("hubspot-batch-update-objects", {"objectType": "contacts", "inputs": changed}),
        (
            "hubspot-batch-read-objects",
            {"objectType": "contacts", "inputs": [{"id": record_id}], "properties": ["email", "lastname"]},
        ),
        ("hubspot-search-objects", {"objectType": "contacts", "filterGroups": filters, "properties": ["email"]}),
    )
    values = read["results"][0]["properties"]
    assert (values["email"], values["lastname"]) == (address, word)
    assert [(row["id"], row["properties"]["email"]) for row in found["results"]] == [(record_id, address)]


def test_records_are_associated(call: Calls, make: Make) -> None:
    contact, company = str(make.contact().id), str(make.company().id)
    pair = {"fromObjectType": "contacts", "toObjectType": "companies"}
    wanted = {
        "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}],
        "inputs": [{"from": {"id": contact}, "to": {"id": company}}],
    }
    definitions, made, found = call(
        ("hubspot-get-association-definitions", pair),
        ("hubspot-batch-create-associations", pair | wanted),
        ("hubspot-list-associations", {"objectType": "contacts", "objectId": contact, "toObjectType": "companies"}),
    )
    assert {1, 279} <= {each["typeId"] for each in definitions["results"]}
    assert made["status"] == "COMPLETE"
    assert [str(each["toObjectId"]) for each in found["results"]] == [company]


def test_a_property_is_made_changed_and_listed(call: Calls) -> None:
    name = unique("mcp_")
    given = {"objectType": "contacts", "name": name, "label": "Old", "groupName": "contactinformation"}
    _, _, found, listed = call(
        ("hubspot-create-property", given),
        ("hubspot-update-property", {"objectType": "contacts", "propertyName": name, "label": "New"}),
        ("hubspot-get-property", {"objectType": "contacts", "propertyName": name}),
        ("hubspot-list-properties", {"objectType": "contacts"}),
    )
    assert (found["name"], found["label"], found["type"]) == (name, "New", "string")
    assert name in {each["name"] for each in listed["results"]}


def test_the_server_learns_who_asks_and_which_types_there_are(call: Calls, make: Make) -> None:
    made = make.object_type()
    details, schemas = call(("hubspot-get-user-details", {}), ("hubspot-get-schemas", {}))
    assert '"userId": 1' in details
    assert '"portalId": 1' in details
    assert "OwnerInfo: null" not in details
    assert f'"objectTypeId": "{made.id}"' in schemas


def test_tools_for_what_is_left_out_pass_the_reason_on(run: Callable[..., Any]) -> None:
    answers = run(*NOT_SERVED.items())["answers"]
    assert [each["isError"] for each in answers] == [True] * len(NOT_SERVED)
    assert [each["text"] for each in answers if "NOT_SERVED" not in each["text"]] == []
