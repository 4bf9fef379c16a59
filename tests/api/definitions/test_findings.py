"""Everything that is wrong with a definition is told at once."""

from __future__ import annotations

import requests

from tests.api.definitions.conftest import Server


def places(answer: requests.Response) -> list[str]:
    """Where everything is that the answer to a refused definition names; each has a message of its own."""
    body = answer.json()
    assert (answer.status_code, body["category"]) == (400, "VALIDATION_ERROR"), answer.text
    assert all(each["message"] in body["message"] for each in body["errors"])
    return [each["in"] for each in body["errors"]]


def test_all_that_is_wrong_with_a_property_is_told(server: Server) -> None:
    wrong = {
        "name": "1 x",
        "label": "",
        "type": "string",
        "fieldType": "number",
        "groupName": "nosuch",
        "options": [{"label": "", "value": "a;b"}],
        "dataSensitivity": "secret",
    }
    answer = server.call("POST", "/crm/v3/properties/contacts", wrong)
    assert places(answer) == [
        "name",
        "fieldType",
        "dataSensitivity",
        "label",
        "groupName",
        "options",
        "options.label",
        "options.value",
    ]
    context = answer.json()["context"]
    assert context["field"][:2] == ["name", "fieldType"]
    assert context["value"][:2] == ["1 x", "number"]


def test_all_that_is_missing_from_a_property_is_told(server: Server) -> None:
    answer = server.call("POST", "/crm/v3/properties/contacts", {"name": 3, "label": None, "type": "string"})
    assert sorted(places(answer)) == ["fieldType", "groupName", "label", "name"]
    assert answer.json()["message"].startswith("Invalid input JSON on line 1, column 1: ")


def test_what_is_wrong_with_each_property_of_a_batch_is_told(server: Server, name: str) -> None:
    right = {"name": name, "label": "x", "type": "string", "fieldType": "text", "groupName": "contactinformation"}
    inputs = [{**right, "groupName": "nosuch"}, right | {"name": f"{name}_2"}, {**right, "name": "X", "label": ""}]
    answer = server.call("POST", "/crm/v3/properties/contacts/batch/create", {"inputs": inputs})
    assert places(answer) == ["inputs.0.groupName", "inputs.2.name", "inputs.2.label"]
    assert server.call("GET", f"/crm/v3/properties/contacts/{name}_2").status_code == 404


def test_all_that_is_wrong_with_a_schema_is_told(server: Server) -> None:
    wrong = {
        "name": "1 x",
        "labels": {"singular": " ", "plural": "x"},
        "properties": [
            {"name": "Model", "label": "", "type": "colour"},
            {"name": "hs_object_id", "label": "x"},
            {"name": "year", "label": "x", "groupName": "nosuch"},
        ],
        "primaryDisplayProperty": "nosuch",
        "requiredProperties": ["year", "none", "neither"],
        "associatedObjects": ["CONTACT", "WIDGET", "GADGET"],
    }
    answer = server.call("POST", "/crm/v3/schemas", wrong)
    assert places(answer) == [
        "name",
        "labels.singular",
        "properties.0.name",
        "properties.0.type",
        "properties.0.label",
        "properties.1.name",
        "properties.2.groupName",
        "primaryDisplayProperty",
        "requiredProperties",
        "requiredProperties",
        "associatedObjects",
        "associatedObjects",
    ]


def test_all_that_is_wrong_with_a_pipeline_is_told(server: Server) -> None:
    wrong = {
        "label": "",
        "displayOrder": 0,
        "pipelineId": "a b",
        "stages": [
            {"label": "", "displayOrder": 0, "metadata": {}},
            {"label": "x", "stageId": "c d", "displayOrder": 1, "metadata": {"probability": "7"}},
            {"label": "x", "displayOrder": 2, "metadata": {"probability": "1.0"}},
        ],
    }
    assert places(server.call("POST", "/crm/v3/pipelines/deals", wrong)) == [
        "stages.0.label",
        "stages.0.metadata.probability",
        "stages.1.metadata.probability",
        "label",
        "pipelineId",
        "stages.stageId",
        "stages.label",
    ]


def test_all_that_cannot_be_read_of_a_pipeline_is_told(server: Server) -> None:
    wrong = {"displayOrder": "first", "stages": [{"metadata": []}, {"label": 3}]}
    assert places(server.call("POST", "/crm/v3/pipelines/deals", wrong)) == [
        "label",
        "displayOrder",
        "stages.0.label",
        "stages.0.metadata",
        "stages.1.label",
    ]
