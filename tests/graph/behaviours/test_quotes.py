"""No quote is finalised before it belongs to a deal."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from tests.api.client import Client
from tests.factories import Make, unique

QUOTES = "/crm/v3/objects/quotes"
TO_DEAL = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 64}]
FINAL = ["APPROVAL_NOT_NEEDED", "PENDING_APPROVAL", "APPROVED"]


def created(client: Client, status: str, title: str = "", deal_id: int | None = None) -> TestResponse:
    """The answer to a new quote."""
    properties = {"hs_title": title or unique("Quote "), "hs_expiration_date": "2026-12-31", "hs_status": status}
    associations = [] if deal_id is None else [{"to": {"id": str(deal_id)}, "types": TO_DEAL}]
    return client.post(QUOTES, {"properties": properties, "associations": associations})


def finalised(client: Client, quote_id: str, status: str) -> TestResponse:
    """The answer to a change of its status."""
    return client.patch(f"{QUOTES}/{quote_id}", {"properties": {"hs_status": status}})


@pytest.mark.parametrize("status", FINAL)
def test_a_final_quote_without_a_deal_is_not_made(client: Client, status: str) -> None:
    title = unique("Quote ")
    answer = created(client, status, title)
    assert answer.status_code == 400
    assert answer.json["message"].startswith(f"A quote cannot be finalised (hs_status {status}) without a deal")
    by_title = {"filters": [{"propertyName": "hs_title", "operator": "EQ", "value": title}]}
    assert client.post(f"{QUOTES}/search", by_title).json["total"] == 0


@pytest.mark.parametrize("status", FINAL)
def test_a_draft_is_finalised_once_it_belongs_to_a_deal(client: Client, make: Make, status: str) -> None:
    quote_id = created(client, "DRAFT").json["id"]
    assert finalised(client, quote_id, status).status_code == 400
    assert client.get(f"{QUOTES}/{quote_id}", properties="hs_status").json["properties"]["hs_status"] == "DRAFT"

    path = f"/crm/v4/objects/quotes/{quote_id}/associations/default/deals/{make.deal().id}"
    assert client.call("PUT", path).status_code == 200

    assert finalised(client, quote_id, status).status_code == 200


def test_a_quote_may_come_finalised_with_its_deal(client: Client, make: Make) -> None:
    assert created(client, "APPROVED", deal_id=make.deal().id).status_code == 201


def test_a_quote_that_lost_its_deal_is_not_finalised(client: Client, make: Make) -> None:
    deal = make.deal()
    quote_id = created(client, "DRAFT", deal_id=deal.id).json["id"]
    assert client.delete(f"/crm/v4/objects/quotes/{quote_id}/associations/deals/{deal.id}").status_code == 204
    assert finalised(client, quote_id, "APPROVED").status_code == 400
