"""Settings of object types: display names, activation, indexes."""

from __future__ import annotations

from tests.api.definitions.conftest import Server

TYPES = "/crm/graph/v1/object-types"


def test_every_object_type_is_listed_with_its_settings(server: Server) -> None:
    found = {each["name"]: each for each in server.call("GET", TYPES).json()["results"]}

    assert found["contact"]["objectTypeId"] == "0-1"
    assert found["contact"]["nodeLabel"] == "Contact"
    assert found["service"]["needsActivation"] is True
    assert set(found["deal"]["tools"]) >= {"index", "record"}


def test_a_display_name_changes_and_names_in_paths_stay(server: Server, other: Server) -> None:
    before = server.call("GET", f"{TYPES}/tax").json()["labels"]

    changed = server.call("PATCH", f"{TYPES}/tax", {"labels": {"singular": "Levy", "plural": "Levies"}})

    assert changed.status_code == 200
    assert changed.json()["labels"] == {"singular": "Levy", "plural": "Levies"}
    assert other.call("GET", f"{TYPES}/taxes").json()["labels"]["singular"] == "Levy"
    assert other.call("GET", "/crm/v3/properties/taxes").status_code == 200
    server.call("PATCH", f"{TYPES}/tax", {"labels": before})


def test_a_type_that_is_switched_off_says_so(server: Server, other: Server) -> None:
    assert server.call("PATCH", f"{TYPES}/course", {"active": False}).json()["active"] is False

    enablement = other.call("GET", "/crm/v3/object-library/enablement").json()["enablementByObjectTypeId"]
    one = other.call("GET", "/crm/v3/object-library/enablement/0-410").json()
    reading = other.call("GET", "/crm/v3/objects/courses")
    writing = other.call("POST", "/crm/v3/objects/courses", {"properties": {"hs_course_name": "Roasting"}})

    server.call("PATCH", f"{TYPES}/course", {"active": True})
    assert enablement["0-410"] is False
    assert one == {"enablement": False}
    assert (reading.status_code, writing.status_code) == (400, 400)
    assert "not active" in writing.json()["message"]


def test_a_property_is_given_an_index(server: Server, other: Server) -> None:
    answer = server.call("PATCH", f"{TYPES}/contact", {"indexedProperties": {"fax": True}})

    assert answer.status_code == 200
    assert "fax" in other.call("GET", f"{TYPES}/contact").json()["indexedProperties"]
    server.call("PATCH", f"{TYPES}/contact", {"indexedProperties": {"fax": False}})
    assert "fax" not in other.call("GET", f"{TYPES}/contact").json()["indexedProperties"]


def test_an_unknown_property_is_not_found(server: Server) -> None:
    answer = server.call("PATCH", f"{TYPES}/contact", {"indexedProperties": {"nothing": True}})

    assert answer.status_code == 404


def test_an_unknown_object_type_is_refused(server: Server) -> None:
    answer = server.call("GET", f"{TYPES}/widgets")

    assert (answer.status_code, answer.json()["message"]) == (400, "Unable to infer object type from: widgets")
