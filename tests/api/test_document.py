"""`/openapi.json` is OpenAPI 3.1: for everybody what is served, for a token also its account's object types."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from crm_graph.definitions.property import Property
from tests.api.client import Client
from tests.api.document import documented
from tests.factories import Make, unique


def offered(document: dict[str, Any]) -> list[str]:
    """The object types that paths may have."""
    [parameter] = document["paths"]["/crm/v3/objects/{object_type}"]["parameters"]
    found: list[str] = parameter["schema"].get("enum", [])
    return found


@pytest.mark.parametrize("query", [{}, {"objectType": "contacts"}, {"objectType": "deals"}])
def test_document_is_openapi(client: Client, query: dict[str, str]) -> None:
    document = client.get("/openapi.json", **query).get_json()
    assert document["openapi"] == "3.1.0"
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_document_for_a_token_offers_the_object_types_of_its_account(client: Client, make: Make) -> None:
    made = make.object_type()
    assert {"contacts", "deals", made.fully_qualified_name} <= set(offered(client.get("/openapi.json").get_json()))
    assert offered(client.signed_in_as(None).get("/openapi.json").get_json()) == []


def test_document_is_for_nobody_with_a_wrong_token(client: Client) -> None:
    assert client.signed_in_as("nobody's").get("/openapi.json").status_code == 401


def test_document_of_an_object_type_has_its_properties(client: Client, make: Make) -> None:
    name = unique("weight_")
    made = make.object_type(Property(name=name, display_name="Weight", type="number", field_type="number"))
    document = client.get("/openapi.json", objectType=made.fully_qualified_name or "").get_json()
    assert f"/crm/v3/objects/{made.fully_qualified_name}/search" in document["paths"]
    for schema in ("Properties", "NewProperties"):
        assert document["components"]["schemas"][schema]["properties"][name]["title"] == "Weight"


def test_a_record_is_as_the_document_of_its_object_type_says(client: Client, make: Make) -> None:
    record = make.contact(firstname=unique())
    document = client.get("/openapi.json", objectType="contacts").get_json()
    operation = document["paths"]["/crm/v3/objects/contacts/{record_id}"]["get"]
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    body = client.get(f"/crm/v3/objects/contacts/{record.id}", properties="*").get_json()
    jsonschema_rs.validate({**schema, "components": document["components"]}, body)


def test_an_answer_that_is_not_as_documented_is_found(client: Client, make: Make) -> None:
    path = f"/crm/v3/objects/contacts/{make.contact().id}"
    app, answer = client.app, client.get(path)
    assert documented(app).fault("GET", path, answer) is None
    for wrong, status in ((b'{"id": 1}', 200), (answer.data, 202), (b"", 200)):
        found = TestResponse([wrong], f"{status} ", answer.headers, answer.request)
        assert documented(app).fault("GET", path, found)
