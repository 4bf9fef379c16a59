"""The document behind `/docs`: what everybody may know, and the object types of this account."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient
from markupsafe import escape

from api import contract
from tests.api.client import Client
from tests.factories import unique


@pytest.fixture
def custom_type(client: Client) -> tuple[str, str]:
    """Name and plural of a new custom object type."""
    name, plural = unique("docs_"), unique("roasts")
    body = {
        "name": name,
        "labels": {"singular": "Roast", "plural": plural.title()},
        "primaryDisplayProperty": "title",
        "properties": [{"name": "title", "label": "Title", "type": "string", "fieldType": "text"}],
        "associatedObjects": [],
    }
    client.post("/crm/v3/schemas", body)
    return name, plural


def choices(document: dict[str, Any], path: str, name: str) -> list[str]:
    """What a parameter of a path is offered as."""
    found = next(each for each in document["paths"][path]["parameters"] if each["name"] == name)
    return list(found["schema"].get("enum", []))


def test_page_tells_what_is_not_served(signed_in: FlaskClient) -> None:
    page = signed_in.get("/docs").text
    assert "NOT_SERVED" in page
    assert [title for title, _ in contract.load().left_out() if str(escape(title)) not in page] == []


def test_document_offers_the_object_types_of_the_account(signed_in: FlaskClient, custom_type: tuple[str, str]) -> None:
    document = signed_in.get("/docs/openapi.json").get_json()
    offered = choices(document, "/crm/v3/objects/{object_type}", "object_type")
    assert offered[:2] == ["contacts", "companies"]
    assert any(each.endswith(f"_{custom_type[0]}") for each in offered)
    assert custom_type[0] in choices(document, "/crm/v3/schemas/{name}", "name")


def test_rail_shows_an_object_type_that_was_just_made(signed_in: FlaskClient, custom_type: tuple[str, str]) -> None:
    for path in ("/", "/docs"):
        assert f'href="/model?focus={custom_type[1]}"' in signed_in.get(path).text, path


def test_document_for_everybody_names_no_object_type(browser: FlaskClient, custom_type: tuple[str, str]) -> None:
    answer = browser.get("/openapi.json")
    assert choices(answer.get_json(), "/crm/v3/objects/{object_type}", "object_type") == []
    assert not any(word in answer.text for word in custom_type)


def test_documents_describe_the_same_endpoints(signed_in: FlaskClient) -> None:
    own, public = (signed_in.get(path).get_json() for path in ("/docs/openapi.json", "/openapi.json"))
    assert own["paths"].keys() == public["paths"].keys()
    assert own["components"] == public["components"]
