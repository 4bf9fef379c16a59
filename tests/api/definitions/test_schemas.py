"""Custom object types over REST."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.definitions.conftest import Server


def car(name: str, **given: Any) -> dict[str, Any]:
    return {
        "name": name,
        "labels": {"singular": "Car", "plural": f"Cars {name}"},
        "primaryDisplayProperty": "model",
        "requiredProperties": ["model"],
        "searchableProperties": ["model"],
        "properties": [{"name": "model", "label": "Model"}],
        "associatedObjects": ["CONTACT"],
        **given,
    }


def test_a_schema_is_answered_whole(server: Server, name: str) -> None:
    answer = server.call("POST", "/crm/v3/schemas", car(name))

    body = answer.json()
    assert answer.status_code == 201
    assert set(body) >= {"id", "name", "labels", "properties", "associations", "requiredProperties", "createdAt"}
    assert body["archived"] is False
    to_contact = next(each for each in body["associations"] if each["toObjectTypeId"] == "0-1")
    assert to_contact["fromObjectTypeId"] == body["objectTypeId"]
    assert to_contact["name"] == f"{name}_to_contact"
    model = next(each for each in body["properties"] if each["name"] == "model")
    assert (model["type"], model["fieldType"], model["groupName"]) == ("string", "text", f"{name}_information")
    assert server.call("GET", f"/crm/v3/schemas/{name}").json() == body


def test_a_name_in_use_is_a_conflict(server: Server, name: str) -> None:
    server.call("POST", "/crm/v3/schemas", car(name))

    answer = server.call("POST", "/crm/v3/schemas", car(name))

    assert answer.status_code == 409
    assert answer.json()["category"] == "OBJECT_ALREADY_EXISTS"
    assert answer.json()["message"] == f"An object type named '{name}' already exists."


@pytest.mark.parametrize(
    "given",
    [
        {"name": "1car"},
        {"requiredProperties": ["nothing"]},
        {"associatedObjects": ["NOTHING"]},
        {"properties": [{"label": "No name"}]},
        {"labels": "Car"},
        {"properties": "model"},
    ],
)
def test_a_wrong_schema_is_refused_and_leaves_nothing(server: Server, name: str, given: dict[str, Any]) -> None:
    answer = server.call("POST", "/crm/v3/schemas", {**car(name), **given})

    assert answer.status_code == 400
    assert answer.json()["category"] == "VALIDATION_ERROR"
    assert server.call("GET", f"/crm/v3/schemas/{name}").status_code == 404


def test_a_purged_name_is_free(server: Server, name: str) -> None:
    first = server.call("POST", "/crm/v3/schemas", car(name)).json()
    assert server.call("DELETE", f"/crm/v3/schemas/{name}").status_code == 204
    assert server.call("POST", "/crm/v3/schemas", car(name)).status_code == 409

    assert server.call("DELETE", f"/crm/v3/schemas/{name}", archived="true").status_code == 204

    second = server.call("POST", "/crm/v3/schemas", car(name))
    assert second.status_code == 201
    assert second.json()["objectTypeId"] != first["objectTypeId"]


def test_a_definition_needs_a_custom_end(server: Server, name: str) -> None:
    server.call("POST", "/crm/v3/schemas", car(name))
    path = f"/crm/v3/schemas/{name}/associations"

    answer = server.call("POST", path, {"fromObjectTypeId": "0-1", "toObjectTypeId": "0-2"})

    assert answer.status_code == 400
    assert server.call("POST", path, {"fromObjectTypeId": name, "toObjectTypeId": "0-1"}).status_code == 409


@pytest.mark.parametrize("rounds", [4, pytest.param(100, marks=pytest.mark.slow)])
def test_what_one_process_defines_or_revokes_the_other_knows_at_once(
    server: Server, other: Server, name: str, rounds: int
) -> None:
    type_id = server.call("POST", "/crm/v3/schemas", car(name)).json()["objectTypeId"]
    wrong: list[str] = []
    for number in range(rounds):
        defining, using = (server, other) if number % 2 else (other, server)
        wanted = {"fromObjectTypeId": type_id, "toObjectTypeId": "0-3"}
        definition = defining.call("POST", f"/crm/v3/schemas/{name}/associations", wanted).json()
        labels = using.call("GET", f"/crm/v4/associations/{name}/deals/labels")
        if labels.status_code != 200 or labels.json()["results"][0]["typeId"] != int(definition["id"]):
            wrong.append(f"{number}: defined, yet {labels.text}")
        defining.call("DELETE", f"/crm/v3/schemas/{name}/associations/{definition['id']}")
        labels = using.call("GET", f"/crm/v4/associations/{name}/deals/labels")
        if labels.status_code != 400:
            wrong.append(f"{number}: revoked, yet {labels.text}")
    assert wrong == []


def test_a_schema_tells_who_made_and_changed_it(server: Server, name: str) -> None:
    made = server.call("POST", "/crm/v3/schemas", car(name)).json()
    changed = server.call("PATCH", f"/crm/v3/schemas/{name}", {"description": "New"}).json()

    assert (made["createdByUserId"], made["updatedByUserId"]) == (1, 1)
    assert (changed["createdByUserId"], changed["updatedByUserId"]) == (1, 1)


def test_parts_of_a_schema_are_left_out_when_they_are_not_asked_for(server: Server, name: str) -> None:
    server.call("POST", "/crm/v3/schemas", car(name))
    query = {f"include{part}": "false" for part in ("PropertyDefinitions", "AssociationDefinitions", "AuditMetadata")}

    body = server.call("GET", f"/crm/v3/schemas/{name}", **query).json()

    assert (body["properties"], body["associations"], "createdByUserId" in body) == ([], [], False)


def test_it_is_told_how_far_a_change_of_what_is_searchable_has_come(server: Server, other: Server, name: str) -> None:
    server.call("POST", "/crm/v3/schemas", car(name, properties=[{"name": n, "label": n} for n in ("model", "make")]))
    settings = f"/crm/graph/v1/object-types/{name}"
    before = other.call("GET", settings).json()["searchProgress"]

    answer = server.call("PATCH", f"/crm/v3/schemas/{name}", {"searchableProperties": ["model", "make"]})

    assert (before, answer.status_code) == (None, 200)
    progress = other.call("GET", settings).json()["searchProgress"]
    assert set(progress) == {"state", "done", "total"}


def test_several_schemas_are_read_at_once(server: Server, name: str) -> None:
    for suffix in "ab":
        server.call("POST", "/crm/v3/schemas", car(f"{name}_{suffix}"))

    answer = server.call("POST", "/crm/v3/schemas/batch/read", {"inputs": [f"{name}_a", f"p1_{name}_b"]})

    assert answer.status_code == 200
    assert [each["name"] for each in answer.json()["results"]] == [f"{name}_a", f"{name}_b"]


def test_names_given_twice_are_taken_once(server: Server, name: str) -> None:
    twice = {"requiredProperties": ["model"] * 2, "searchableProperties": ["model"] * 2}

    made = server.call("POST", "/crm/v3/schemas", car(name, **twice)).json()
    changed = server.call("PATCH", f"/crm/v3/schemas/{name}", twice).json()

    assert [made[key] for key in twice] == [["model"], ["model"]]
    assert [changed[key] for key in twice] == [["model"], ["model"]]
