"""Owners, as clients list and look them up."""

from __future__ import annotations

import pytest

from tests.api.client import Client


def test_new_account_has_one_owner(client: Client) -> None:
    owner = client.get("/crm/v3/owners/", limit="100").get_json()["results"][0]
    assert owner["email"] == "admin@localhost"
    assert owner["type"] == "PERSON"
    assert isinstance(owner["id"], str)
    assert owner["userId"] == owner["userIdIncludingInactive"] == 1
    assert owner["archived"] is False


def test_records_can_be_assigned_at_once(client: Client) -> None:
    owner_id = client.get("/crm/v3/owners").get_json()["results"][0]["id"]
    given = {"properties": {"hubspot_owner_id": owner_id}}
    assert client.post("/crm/v3/objects/contacts", given).status_code == 201


def test_owner_is_read_by_either_id(client: Client) -> None:
    owner = client.get("/crm/v3/owners", email="ADMIN@localhost").get_json()["results"][0]
    assert client.get(f"/crm/v3/owners/{owner['id']}").get_json() == owner
    assert client.get("/crm/v3/owners/1", idProperty="userId").get_json() == owner


def test_owner_that_is_not_there_is_404(client: Client) -> None:
    assert client.get("/crm/v3/owners/999999").status_code == 404
    assert client.get("/crm/v3/owners", email="nobody@example.com").get_json() == {"results": []}


@pytest.mark.parametrize(("limit", "status"), [("500", 200), ("501", 400)])
def test_page_of_owners_is_bounded(client: Client, limit: str, status: int) -> None:
    assert client.get("/crm/v3/owners", limit=limit).status_code == status
