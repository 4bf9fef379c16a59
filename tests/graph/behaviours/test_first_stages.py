"""A record is always in a stage of its pipeline."""

from __future__ import annotations

from tests.api.client import Client
from tests.factories import Make, unique

DEALS = "/crm/v3/objects/deals"


def placed(client: Client, **given: str) -> tuple[str, str]:
    """Pipeline and stage of a new deal."""
    answer = client.post(DEALS, {"properties": {"dealname": unique("Deal "), **given}})
    assert answer.status_code == 201, answer.text
    properties = client.get(f"{DEALS}/{answer.json['id']}", properties="pipeline,dealstage").json["properties"]
    return properties["pipeline"], properties["dealstage"]


def defined(client: Client, object_type: str = "deals", display_order: int = 50) -> tuple[str, list[str]]:
    """A new pipeline with three stages, whose order is not that in which they are given."""
    stages = [
        {"label": label, "displayOrder": order, "metadata": {"probability": "0.5"} if object_type == "deals" else {}}
        for label, order in (("Second", 1), ("Third", 2), ("First", 0))
    ]
    body = {"label": unique(), "displayOrder": display_order, "stages": stages}
    answer = client.post(f"/crm/v3/pipelines/{object_type}", body)
    assert answer.status_code == 201, answer.text
    by_label = {each["label"]: each["id"] for each in answer.json["stages"]}
    return answer.json["id"], [by_label[label] for label in ("First", "Second", "Third")]


def test_what_is_left_out_is_the_first_pipeline_and_its_first_stage(client: Client, make: Make) -> None:
    thing = make.object_type().name
    defined(client, thing, display_order=2)
    first, stages = defined(client, thing, display_order=1)
    answer = client.post(f"/crm/v3/objects/{thing}", {"properties": {}})
    assert answer.status_code == 201, answer.text
    wanted = {"properties": "hs_pipeline,hs_pipeline_stage"}
    properties = client.get(f"/crm/v3/objects/{thing}/{answer.json['id']}", **wanted).json["properties"]
    assert (properties["hs_pipeline"], properties["hs_pipeline_stage"]) == (first, stages[0])


def test_a_pipeline_without_a_stage_is_begun_at_its_first(client: Client) -> None:
    pipeline_id, stages = defined(client)
    assert placed(client, pipeline=pipeline_id) == (pipeline_id, stages[0])


def test_a_stage_alone_names_its_pipeline(client: Client) -> None:
    pipeline_id, stages = defined(client)
    assert placed(client, dealstage=stages[2]) == (pipeline_id, stages[2])


def test_a_stage_of_another_pipeline_is_refused(client: Client) -> None:
    pipeline_id, _ = defined(client)
    properties = {"dealname": unique(), "pipeline": pipeline_id, "dealstage": "closedwon"}
    answer = client.post(DEALS, {"properties": properties})
    assert answer.status_code == 400
    assert "closedwon was not one of the allowed options" in answer.json["message"]
