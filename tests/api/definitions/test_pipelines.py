"""Pipelines and stages over REST."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.definitions.conftest import Server

DEALS = "/crm/v3/pipelines/deals"


def stage(stage_id: str, probability: str = "0.5") -> dict[str, Any]:
    return {"stageId": stage_id, "label": stage_id, "displayOrder": 0, "metadata": {"probability": probability}}


def create(server: Server, name: str, *stages: dict[str, Any]) -> dict[str, Any]:
    answer = server.call("POST", DEALS, {"pipelineId": name, "label": name, "displayOrder": 9, "stages": list(stages)})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_pipeline_is_answered_whole(server: Server, name: str) -> None:
    body = create(server, name, stage("a"))

    assert set(body) == {"id", "label", "displayOrder", "stages", "createdAt", "updatedAt", "archived"}
    assert set(body["stages"][0]) >= {"id", "label", "displayOrder", "metadata", "createdAt", "updatedAt", "archived"}
    assert server.call("GET", f"{DEALS}/{name}").json() == body


def test_metadata_is_text_whatever_was_sent(server: Server, name: str) -> None:
    given = {"label": "a", "displayOrder": 0, "metadata": {"probability": 0.5, "isClosed": False}}

    assert create(server, name, given)["stages"][0]["metadata"] == {"probability": "0.5", "isClosed": "false"}


def test_the_default_pipelines_are_there(server: Server) -> None:
    tickets = server.call("GET", "/crm/v3/pipelines/tickets").json()["results"]

    assert tickets[0]["id"] == "0"
    assert [each["id"] for each in tickets[0]["stages"]] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    "body",
    [
        {"label": "x", "displayOrder": 0},
        {"label": "x", "displayOrder": 0, "stages": []},
        {"label": "x", "displayOrder": 0, "stages": [{"label": "a", "displayOrder": 0, "metadata": {}}]},
        {"label": "", "displayOrder": 0, "stages": [stage("a")]},
        {"label": "x", "displayOrder": 2**31, "stages": [stage("a")]},
        {"label": "x", "displayOrder": 0, "stages": [{**stage("a"), "displayOrder": 10**30}]},
        {"label": "x", "displayOrder": 0, "stages": [{**stage("a"), "metadata": {"probability": "0.5", "": "x"}}]},
        {"label": "x", "displayOrder": 0, "stages": [{**stage("a"), "metadata": {"probability": "0.5" + "0" * 9_000}}]},
        {
            "label": "x",
            "displayOrder": 0,
            "stages": [{**stage("a"), "metadata": {"probability": "0.5", **{f"n{n}": "" for n in range(50)}}}],
        },
    ],
)
def test_a_wrong_pipeline_is_refused(server: Server, body: dict[str, Any]) -> None:
    answer = server.call("POST", DEALS, body)

    assert (answer.status_code, answer.json()["category"]) == (400, "VALIDATION_ERROR")


def test_what_is_not_there_is_not_found(server: Server, name: str) -> None:
    create(server, name, stage("a"))

    for path in (f"{DEALS}/nothing", f"{DEALS}/nothing/stages", f"{DEALS}/{name}/stages/nothing"):
        assert server.call("GET", path).status_code == 404, path
        if not path.endswith("stages"):
            assert server.call("DELETE", path).status_code == 404, path


def test_a_stage_goes_and_is_no_longer_listed(server: Server, other: Server, name: str) -> None:
    create(server, name, stage("a"), stage("b"))

    assert server.call("DELETE", f"{DEALS}/{name}/stages/a").status_code == 204

    assert [each["id"] for each in other.call("GET", f"{DEALS}/{name}/stages").json()["results"]] == ["b"]
    assert other.call("GET", f"{DEALS}/{name}/stages/a").status_code == 404


def test_a_stage_with_records_stays_when_that_is_asked_for(server: Server, name: str) -> None:
    create(server, name, stage(f"{name}_a"), stage("b"))
    properties = {"dealname": name, "pipeline": name, "dealstage": f"{name}_a"}
    made = server.call("POST", "/crm/v3/objects/deals", {"properties": properties})
    assert made.status_code == 201, made.text
    deal = made.json()["id"]

    answer = server.call("DELETE", f"{DEALS}/{name}/stages/{name}_a", validateReferencesBeforeDelete="true")

    body = answer.json()
    assert answer.status_code == 400
    assert body["message"] == f"Stage IDs: [{name}_a] are being referenced by object IDs: [{deal}]"
    assert body["context"] == {"stageIds": [f"{name}_a"], "objectIds": [deal]}
    assert (body["category"], body["subCategory"]) == ("VALIDATION_ERROR", "PipelineError.STAGE_ID_IN_USE")
    assert server.call("DELETE", f"{DEALS}/{name}/stages/{name}_a").status_code == 204


def test_changes_are_audited(server: Server, name: str) -> None:
    create(server, name, stage("a"))
    server.call("PATCH", f"{DEALS}/{name}/stages/a", {"label": "New", "metadata": {}})

    rows = server.call("GET", f"{DEALS}/{name}/stages/a/audit").json()["results"]

    assert [row["action"] for row in rows] == ["UPDATE", "CREATE"]
    assert (rows[0]["identifier"], rows[0]["portalId"]) == ("a", 1)


def test_changes_of_stages_are_audited_where_their_pipeline_is_replaced(server: Server, name: str) -> None:
    create(server, name, stage("same"), stage("renamed"), stage("gone"))
    renamed = [stage("same"), {**stage("renamed"), "label": "New"}]
    for stages in ([*renamed, stage("new")], [*renamed, stage("new"), stage("gone")]):
        body = {"label": name, "displayOrder": 9, "stages": stages}
        assert server.call("PUT", f"{DEALS}/{name}", body).status_code == 200

    def actions(stage_id: str) -> list[str]:
        rows = server.call("GET", f"{DEALS}/{name}/stages/{stage_id}/audit").json()["results"]
        return [row["action"] for row in rows]

    assert actions("same") == ["CREATE"]
    assert actions("renamed") == ["UPDATE", "CREATE"]
    assert actions("new") == ["CREATE"]
    assert actions("gone") == ["CREATE", "DELETE", "CREATE"]


def test_changes_of_a_stage_are_found_without_its_pipeline_where_only_one_has_it(server: Server, name: str) -> None:
    create(server, name, stage(name), stage("a"))
    create(server, f"{name}_other", stage("a"))
    server.call("PATCH", f"{DEALS}/{name}/stages/{name}", {"label": "New", "metadata": {}})
    # What the official Python client sends, which puts no pipeline into the path.
    unnamed = f"{DEALS}/{{pipelineId}}/stages"

    rows = server.call("GET", f"{unnamed}/{name}/audit").json()["results"]

    assert [(row["action"], row["identifier"]) for row in rows] == [("UPDATE", name), ("CREATE", name)]
    assert server.call("GET", f"{unnamed}/a/audit").status_code == 404


def test_a_removed_stage_is_brought_back(server: Server, other: Server, name: str) -> None:
    create(server, name, stage("a"), stage("b"))
    server.call("DELETE", f"{DEALS}/{name}/stages/a")

    answer = server.call("PATCH", f"{DEALS}/{name}/stages/a", {"archived": False, "metadata": {}})

    assert (answer.status_code, answer.json()["archived"]) == (200, False)
    assert other.call("GET", f"{DEALS}/{name}/stages/a").status_code == 200
    assert server.call("PATCH", f"{DEALS}/{name}/stages/a", {"archived": True}).status_code == 400


def test_whether_a_deal_stage_is_closed_follows_its_probability(server: Server, name: str) -> None:
    given = {"label": "a", "displayOrder": 0, "metadata": {"probability": "1.0", "isClosed": "false"}}

    assert create(server, name, given)["stages"][0]["metadata"]["isClosed"] == "true"
    changed = server.call("PATCH", f"{DEALS}/{name}", {"label": f"{name}!"}).json()
    path = f"{DEALS}/{name}/stages/{changed['stages'][0]['id']}"
    assert server.call("PATCH", path, {"metadata": {"probability": "0.3"}}).json()["metadata"]["isClosed"] == "false"
