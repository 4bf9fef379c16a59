"""Association labels and limits over REST."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.definitions.conftest import Server

LABELS = "/crm/v4/associations/{}/{}/labels"
LIMITS = "/crm/associations/v4/definitions/configurations/{}/{}"


def labels(server: Server, near: str, far: str) -> dict[int, str | None]:
    rows = server.call("GET", LABELS.format(near, far)).json()["results"]
    return {row["typeId"]: row["label"] for row in rows}


def create(server: Server, near: str, far: str, **body: str) -> list[dict[str, Any]]:
    answer = server.call("POST", LABELS.format(near, far), body)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def test_the_unlabelled_type_has_no_label(server: Server) -> None:
    answer = server.call("GET", LABELS.format("contacts", "companies"))

    rows = answer.json()["results"]
    assert {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None} in rows
    assert {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"} in rows


def test_a_single_label_yields_an_id_for_each_direction(server: Server, other: Server, name: str) -> None:
    rows = create(server, "contacts", "deals", name=name, label=f"Friend {name}")

    assert [row["label"] for row in rows] == [f"Friend {name}"] * 2
    assert labels(other, "contacts", "deals")[rows[0]["typeId"]] == f"Friend {name}"
    assert labels(other, "deals", "contacts")[rows[1]["typeId"]] == f"Friend {name}"


@pytest.mark.parametrize("body", [{"label": "x"}, {"name": "a-b", "label": "x"}, {"name": "1a", "label": "x"}])
def test_a_wrong_label_is_refused(server: Server, body: dict[str, str]) -> None:
    assert server.call("POST", LABELS.format("contacts", "deals"), body).status_code == 400


def test_a_label_in_use_is_a_conflict(server: Server, name: str) -> None:
    create(server, "contacts", "deals", name=name, label=f"Friend {name}")

    body = {"name": name, "label": "Other"}

    assert server.call("POST", LABELS.format("contacts", "deals"), body).status_code == 409


def test_a_label_that_is_not_there_is_not_found(server: Server) -> None:
    for type_id in ("99999999", "x"):
        assert server.call("DELETE", f"{LABELS.format('contacts', 'deals')}/{type_id}").status_code == 404
    body = {"associationTypeId": 99999999, "label": "x"}
    assert server.call("PUT", LABELS.format("contacts", "deals"), body).status_code == 404


def test_object_types_without_a_definition_have_no_labels(server: Server) -> None:
    answer = server.call("GET", LABELS.format("taxes", "courses"))

    assert answer.status_code == 400
    assert "No association is defined" in answer.json()["message"]


def test_a_limit_is_set_shown_and_taken_back(server: Server, other: Server, name: str) -> None:
    ahead = create(server, "companies", "contacts", name=name, label=f"M {name}", inverseLabel=f"E {name}")[0]
    path = LIMITS.format("companies", "contacts")
    limit = {"category": "USER_DEFINED", "typeId": ahead["typeId"], "maxToObjectIds": 5}
    shown = {**ahead, "userEnforcedMaxToObjectIds": 5}

    made = server.call("POST", f"{path}/batch/create", {"inputs": [limit]})
    listed = other.call("GET", path).json()["results"]
    everywhere = other.call("GET", "/crm/associations/v4/definitions/configurations/all").json()["results"]
    changed = other.call("POST", f"{path}/batch/update", {"inputs": [{**limit, "maxToObjectIds": 7}]})
    gone = server.call("POST", f"{path}/batch/purge", {"inputs": [limit]})

    assert (made.status_code, made.json()["results"]) == (201, [shown])
    assert shown in listed
    assert shown in everywhere
    assert (changed.status_code, changed.json()["results"][0]["userEnforcedMaxToObjectIds"]) == (200, 7)
    assert gone.status_code == 204
    assert ahead["typeId"] not in [row["typeId"] for row in server.call("GET", path).json()["results"]]


@pytest.mark.parametrize(
    "limit",
    [
        {"category": "HUBSPOT_DEFINED", "typeId": 279, "maxToObjectIds": 5},
        {"category": "HUBSPOT_DEFINED", "typeId": 280, "maxToObjectIds": 0},
        {"category": "USER_DEFINED", "typeId": 280, "maxToObjectIds": 5},
        {"category": "HUBSPOT_DEFINED", "typeId": 280},
    ],
)
def test_a_wrong_limit_is_refused(server: Server, limit: dict[str, Any]) -> None:
    path = LIMITS.format("companies", "contacts")

    assert server.call("POST", f"{path}/batch/create", {"inputs": [limit]}).status_code == 400
