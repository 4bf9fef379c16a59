"""`/openapi.json` is OpenAPI 3.1: for everybody what is served, for a token also its account's object types."""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from api import contract
from crm_graph.definitions.property import Property
from tests.api import contracted
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


def test_document_tells_what_is_not_served_and_how_that_is_answered(client: Client) -> None:
    told = client.signed_in_as(None).get("/openapi.json").get_json()["info"]["description"]
    answered = client.get("/webhooks/v3/1/settings").get_json()
    assert f'"category": "{answered["category"]}"' in told
    left_out = [each for each in (*contract.load().areas, *contract.load().beyond) if each.why_not]
    assert [each.title for each in left_out if f"| {each.title} | {each.why_not} |" not in told] == []


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


@pytest.mark.parametrize(("body", "status"), [(b'{"id": 1}', 200), (None, 202), (b"", 200)])
def test_an_answer_off_its_form_is_found(client: Client, make: Make, body: bytes | None, status: int) -> None:
    path = f"/crm/v3/objects/contacts/{make.contact().id}"
    answer = client.get(path)
    document = documented(client.app)
    documented_path = document.path_of("GET", path)
    assert documented_path is not None
    wrong = TestResponse([answer.data if body is None else body], f"{status} ", answer.headers, answer.request)
    for fault in (document.fault, contracted.fault):
        assert fault("GET", documented_path, answer) is None
        assert fault("GET", documented_path, wrong)


def _filters(document: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(
        {"$ref": "#/components/schemas/ListFilters", "components": document["components"]}
    )


def _rooted(branch: dict[str, Any]) -> dict[str, Any]:
    return {"filterBranchType": "OR", "filterBranches": [{"filterBranchType": "AND", "filterBranches": [branch]}]}


def test_filters_of_a_list_are_described_to_any_depth(client: Client) -> None:
    described = _filters(client.get("/openapi.json").get_json())
    operation = {"operationType": "NUMBER", "operator": "IS_EQUAL_TO", "value": 1}
    branch: dict[str, Any] = {
        "filterBranchType": "ASSOCIATION",
        "objectTypeId": "0-3",
        "operator": "NOT_IN_LIST",
        "filters": [{"filterType": "PROPERTY", "property": "amount", "operation": operation}],
    }
    for _ in range(5):
        branch = {"filterBranchType": "NOT_ANY", "filterBranches": [branch]}
    assert described.is_valid(_rooted(branch))
    operation["operationType"] = "COLOUR"
    assert not described.is_valid(_rooted(branch))


@pytest.mark.parametrize(
    ("wrong", "components"),
    [
        ({"filterBranchType": "SOME"}, ("ListLogicalBranch", "ListAssociationBranch")),
        (
            {"filterBranchType": "AND", "filters": [{"filterType": "SOME"}]},
            (
                "ListPropertyFilter",
                "ListMemberFilter",
                "ListAssociatedMemberFilter",
                "ListAssociatedPropertyFilter",
                "ListConstantFilter",
            ),
        ),
    ],
)
def test_branches_and_filters_that_are_described_are_those_that_are_read(
    client: Client, wrong: dict[str, Any], components: tuple[str, ...]
) -> None:
    schemas = client.get("/openapi.json").get_json()["components"]["schemas"]
    named = [schemas[each]["properties"] for each in components]
    kinds = [each.get("filterBranchType") or each["filterType"] for each in named]
    described = {name for kind in kinds for name in kind.get("enum", [kind.get("const")])}
    body = {"name": unique(), "objectTypeId": "0-1", "processingType": "DYNAMIC", "filterBranch": _rooted(wrong)}
    told = client.post("/crm/v3/lists", body).get_json()["message"]
    assert set(told.partition(" is none of ")[2].rstrip(".").split(", ")) == described


def test_operator_of_a_branch_that_is_none_is_refused(client: Client) -> None:
    filters = {**_rooted({"filterBranchType": "AND"}), "filterBranchOperator": "or"}
    body = {"name": unique(), "objectTypeId": "0-1", "processingType": "DYNAMIC", "filterBranch": filters}
    answer = client.post("/crm/v3/lists", body)
    assert answer.status_code == 400
    assert "filterBranch.filterBranchOperator: 'or' is none of AND, OR" in answer.get_json()["message"]


def test_what_the_contract_needs_is_described_by_it() -> None:
    needed = [each for area, each in contract.load().endpoints() if area.must]
    # Clients call this one; the descriptions do not have it.
    undescribed = ["POST /oauth/v2/private-apps/get/access-token-info"]
    assert [each.name for each in needed if not contracted.is_described(each.shape)] == undescribed
