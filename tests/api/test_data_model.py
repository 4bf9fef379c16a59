"""`GET /crm/graph/v1/data-model`: everything that is defined with its counts, in four formats."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
from flask import Flask

from api.schemas.data_model import DataModelForm
from tests.api.client import Client
from tests.factories import unique

MODEL = "/crm/graph/v1/data-model"
GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"
SVG = "{http://www.w3.org/2000/svg}"
ODD = '<script>alert("1")</script> & عميل'


@pytest.fixture(scope="module")
def custom(app: Flask, token: str) -> Iterator[str]:
    """A custom object type with a name that must be shown as text."""
    client, name = Client(app, token), unique("odd")
    made = client.post(
        "/crm/v3/schemas",
        {
            "name": name,
            "labels": {"singular": ODD, "plural": ODD},
            "primaryDisplayProperty": "title",
            "requiredProperties": ["title"],
            "properties": [{"name": "title", "label": "Title", "type": "string", "fieldType": "text"}],
            "associatedObjects": ["CONTACT"],
        },
    )
    assert made.status_code == 201, made.text
    yield name
    assert client.delete(f"/crm/v3/schemas/{name}").status_code == 204


def model(client: Client) -> dict[str, Any]:
    """The data model as JSON."""
    answer = client.get(MODEL)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.get_json()
    return found


def counts(client: Client) -> tuple[int, int, int, int]:
    """Live and archived deals; associations of deals with contacts, and relationships of those."""
    found = model(client)
    deals = found["objectTypes"]["deals"]
    pair = next(each for each in found["associations"] if (each["from"], each["to"]) == ("deals", "contacts"))
    return deals["records"], deals["archivedRecords"], pair["associations"], pair["stored"]


def made(client: Client, plural: str, **properties: str) -> str:
    """The id of a new record."""
    answer = client.post(f"/crm/v3/objects/{plural}", {"properties": properties})
    assert answer.status_code == 201, answer.text
    return str(answer.get_json()["id"])


def test_the_body_is_as_the_document_says(client: Client, custom: str) -> None:
    assert DataModelForm().validate(model(client)) == {}


def test_object_types_stand_under_their_name_in_paths(client: Client, custom: str) -> None:
    found = model(client)
    event = found["objectTypes"]["marketing_events"]
    assert (event["name"], event["objectTypeId"], event["nodeLabel"]) == ("marketing_event", "0-54", "MarketingEvent")
    assert (event["category"], event["icon"], event["builtIn"]) == ("marketing", "calendar-heart", True)
    own = next(each for each in found["objectTypes"].values() if each["name"] == custom)
    assert (own["labels"]["singular"], own["icon"], own["builtIn"]) == (ODD, "sparkles", False)
    assert [each["name"] for each in found["categories"]] == [
        "core", "marketing", "sales", "service", "commerce", "activities", "other",
    ]  # fmt: skip


def test_properties_say_their_rules_and_pipelines_their_stages(client: Client, custom: str) -> None:
    found = model(client)["objectTypes"]
    email = next(each for each in found["contacts"]["properties"] if each["name"] == "email")
    assert (email["type"], email["unique"], email["indexed"], email["readOnly"]) == ("string", True, True, False)
    title = next(
        each for own in found.values() if own["name"] == custom for each in own["properties"] if each["name"] == "title"
    )
    assert title["required"] is True
    stages = [stage for pipeline in found["deals"]["pipelines"] for stage in pipeline["stages"]]
    won = next(each for each in stages if each["id"] == "closedwon")
    assert (won["label"], won["probability"], won["closed"]) == ("Closed Won", 1.0, True)
    stage = next(each for each in found["deals"]["properties"] if each["name"] == "dealstage")
    assert "closedwon" in [each["value"] for each in stage["options"]]


def test_association_types_are_told_from_both_ends(client: Client) -> None:
    pairs = model(client)["associations"]
    pair = next(each for each in pairs if (each["from"], each["to"]) == ("contacts", "companies"))
    assert pair["relationshipType"] == "CONTACT_TO_COMPANY"
    primary = next(each for each in pair["types"] if each["typeId"] == 1)
    assert (primary["inverseTypeId"], primary["label"], primary["inverseLabel"]) == (
        2, "Primary", "Contact with Primary Company",
    )  # fmt: skip
    assert (primary["primary"], primary["default"], primary["category"]) == (True, False, "HUBSPOT_DEFINED")


def test_counts_move_in_the_next_request(client: Client) -> None:
    deal, contact = made(client, "deals", dealname=unique()), made(client, "contacts", email=f"{unique()}@example.com")
    records, archived, associations, stored = counts(client)
    path = f"/crm/v4/objects/deals/{deal}/associations"

    assert client.call("PUT", f"{path}/default/contacts/{contact}").status_code == 200
    assert counts(client) == (records, archived, associations + 1, stored + 1)
    client.delete(f"/crm/v3/objects/deals/{deal}")
    assert counts(client) == (records - 1, archived + 1, associations, stored + 1)
    client.post(f"/crm/graph/v1/objects/deals/{deal}/restore")
    assert counts(client) == (records, archived, associations + 1, stored + 1)
    client.delete(f"{path}/contacts/{contact}")
    assert counts(client) == (records, archived, associations, stored)
    made(client, "deals", dealname=unique())
    assert counts(client) == (records + 1, archived, associations, stored)


def test_whoever_has_the_same_already_gets_no_body(client: Client) -> None:
    first = client.get(MODEL)
    again = client.call("GET", MODEL, headers={"If-None-Match": first.headers["ETag"]})
    made(client, "deals", dealname=unique())
    later = client.call("GET", MODEL, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert later.status_code == 200
    assert later.headers["ETag"] != first.headers["ETag"]


def test_a_token_without_scopes_may_read_it(client: Client) -> None:
    made = client.post("/crm/graph/v1/tokens", {"name": unique(), "scopes": []})
    assert client.signed_in_as(made.get_json()["token"]).get(MODEL).status_code == 200


@pytest.mark.parametrize(
    ("name", "media_type"),
    [("mermaid", "text/vnd.mermaid"), ("svg", "image/svg+xml"), ("graphml", "application/graphml+xml")],
)
def test_each_format_has_its_media_type(client: Client, name: str, media_type: str) -> None:
    answer = client.get(MODEL, format=name)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == f"{media_type};charset=utf-8"
    assert "X-HubSpot-Correlation-Id" in answer.headers


def test_the_picture_shows_every_name_as_text(client: Client, custom: str) -> None:
    root = ElementTree.fromstring(client.get(MODEL, format="svg").data)
    assert ODD in [each.text for each in root.iter(f"{SVG}title")]
    assert not list(root.iter(f"{SVG}script"))
    assert len([each for each in root.iter(f"{SVG}g") if each.get("class") == "mark"]) >= 35


def test_graphml_has_every_object_type_and_every_association_type(client: Client, custom: str) -> None:
    found = model(client)
    graph = ElementTree.fromstring(client.get(MODEL, format="graphml").data).find(f"{GRAPHML}graph")
    assert graph is not None
    assert [each.get("id") for each in graph.iter(f"{GRAPHML}node")] == list(found["objectTypes"])
    assert len(list(graph.iter(f"{GRAPHML}edge"))) == found["totals"]["associationTypes"]
    assert ODD in [each.text for each in graph.iter(f"{GRAPHML}data") if each.get("key") == "node.label"]


def test_a_focus_shows_one_object_type_with_its_neighbours(client: Client) -> None:
    drawn = ElementTree.fromstring(client.get(MODEL, format="svg", focus="carts").data)
    types = {each.get("data-type") for each in drawn.iter(f"{SVG}g")} - {None}
    written = client.get(MODEL, format="mermaid", focus="carts").text
    assert types >= {"carts", "contacts", "discounts"}
    assert "campaigns" not in types
    assert '"carts"["Cart"]' in written
    assert '"campaigns"' not in written


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"format": "png"}, "format: 'png' is not one of: json, mermaid, svg, graphml."),
        ({"format": "svg", "focus": "nothing"}, "focus: 'nothing' is not the name of an object type."),
        ({"format": "graphml", "focus": "deals"}, "focus: 'deals' needs a format of: mermaid, svg."),
        ({"focus": "deals"}, "focus: 'deals' needs a format of: mermaid, svg."),
    ],
)
def test_a_wrong_parameter_is_named_with_its_value_and_rule(
    client: Client, query: dict[str, str], message: str
) -> None:
    answer = client.get(MODEL, **query)
    assert answer.status_code == 400
    assert answer.get_json()["category"] == "VALIDATION_ERROR"
    assert answer.get_json()["message"] == f"Invalid query parameter: {message}"
