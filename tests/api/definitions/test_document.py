"""Answers about definitions are what the OpenAPI document says they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.api.definitions.conftest import Server

Document = Mapping[str, Any]


@pytest.fixture(scope="module")
def document(server: Server) -> Document:
    """The OpenAPI document."""
    found: Document = server.call("GET", "/openapi.json").json()
    return found


def faults(document: Document, schema: Document, value: Any, at: str = "") -> Iterator[str]:
    """What a value has that its schema does not know, and what it lacks."""
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "allOf" in schema:
        schema = schema["allOf"][0]
        yield from faults(document, schema, value, at) if value is not None else ()
    elif isinstance(value, list):
        for item in value[:20]:
            yield from faults(document, schema["items"], item, f"{at}[]")
    elif isinstance(value, dict) and "properties" in schema:
        known = schema["properties"]
        yield from (f"{at}.{name} is not documented" for name in value if name not in known)
        yield from (f"{at}.{name} is missing" for name in schema.get("required", ()) if name not in value)
        for name in value.keys() & known.keys():
            yield from faults(document, known[name], value[name], f"{at}.{name}")
    elif value is not None and not isinstance(value, TYPES[schema["type"]]):
        yield f"{at} is no {schema['type']}"


TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("/crm/v3/properties/contacts", "/crm/v3/properties/{object_type}"),
        ("/crm/v3/properties/contacts/email", "/crm/v3/properties/{object_type}/{name}"),
        ("/crm/v3/properties/contacts/groups", "/crm/v3/properties/{object_type}/groups"),
        ("/crm/v3/pipelines/deals", "/crm/v3/pipelines/{object_type}"),
        ("/crm/v3/pipelines/deals/default", "/crm/v3/pipelines/{object_type}/{pipeline_id}"),
        ("/crm/v3/pipelines/deals/default/stages", "/crm/v3/pipelines/{object_type}/{pipeline_id}/stages"),
        ("/crm/v3/pipelines/deals/default/audit", "/crm/v3/pipelines/{object_type}/{pipeline_id}/audit"),
        ("/crm/v3/schemas", "/crm/v3/schemas"),
        ("/crm/v4/associations/contacts/companies/labels", "/crm/v4/associations/{from_type}/{to_type}/labels"),
        ("/crm/associations/v4/definitions/configurations/all", "/crm/associations/v4/definitions/configurations/all"),
        ("/crm/graph/v1/object-types", "/crm/graph/v1/object-types"),
        ("/crm/graph/v1/object-types/deals", "/crm/graph/v1/object-types/{object_type}"),
        ("/crm/v3/object-library/enablement", "/crm/v3/object-library/enablement"),
        ("/crm/v3/object-library/enablement/0-420", "/crm/v3/object-library/enablement/{object_type}"),
        ("/crm/v3/owners", "/crm/v3/owners"),
        ("/crm/v3/owners/1", "/crm/v3/owners/{owner_id}"),
        ("/crm/graph/v1/tokens", "/crm/graph/v1/tokens"),
    ],
)
def test_an_answer_is_as_documented(server: Server, document: Document, path: str, rule: str) -> None:
    answer = server.call("GET", path)
    schema = document["paths"][rule]["get"]["responses"]["200"]["content"]["application/json"]["schema"]

    assert answer.status_code == 200, answer.text
    assert "$ref" in schema
    assert list(dict.fromkeys(faults(document, schema, answer.json()))) == []


def test_what_is_made_is_answered_as_documented(server: Server, document: Document, name: str) -> None:
    properties = [{"name": "model", "label": "Model", "hasUniqueValue": True}]
    labels = {"singular": "Car", "plural": f"Cars {name}"}
    body = {"name": name, "labels": labels, "properties": properties, "associatedObjects": ["CONTACT"]}

    answer = server.call("POST", "/crm/v3/schemas", body)

    operation = document["paths"]["/crm/v3/schemas"]["post"]
    schema = operation["responses"]["201"]["content"]["application/json"]["schema"]
    assert list(dict.fromkeys(faults(document, schema, answer.json()))) == []
