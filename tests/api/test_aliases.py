"""Every path that clients use leads to its handler."""

from __future__ import annotations

import pytest

from api.aliases import canonical
from tests.api.client import Client

PATHS = {
    "/crm/v3/objects/contacts": "/crm/v3/objects/contacts",
    "/crm/v3/objects/contacts/": "/crm/v3/objects/contacts",
    "/crm/objects/v3/orders/batch/read": "/crm/v3/objects/orders/batch/read",
    "/crm/objects/2025-09/deals/1": "/crm/v3/objects/deals/1",
    "/crm/objects/2026-03/deals": "/crm/v3/objects/deals",
    "/crm/objects/2026-09/deals/search": "/crm/v3/objects/deals/search",
    "/crm/v4/objects/tickets": "/crm/v3/objects/tickets",
    "/crm/v4/objects/tickets/1": "/crm/v3/objects/tickets/1",
    "/crm/v4/objects/tickets/batch/read": "/crm/v3/objects/tickets/batch/read",
    "/crm/objects/v4/tickets/7": "/crm/v3/objects/tickets/7",
    "/crm/v4/objects/deals/1/associations/contacts": "/crm/v4/objects/deals/1/associations/contacts",
    "/crm/objects/v4/deals/1/associations/contacts": "/crm/v4/objects/deals/1/associations/contacts",
    "/crm/objects/2026-03/deals/1/associations/contacts/2": "/crm/v4/objects/deals/1/associations/contacts/2",
    "/crm/objects/v3/deals/1/associations/contacts": "/crm/v3/objects/deals/1/associations/contacts",
    "/crm/associations/v4/deals/contacts/labels": "/crm/v4/associations/deals/contacts/labels",
    "/crm/associations/2026-03/deals/contacts/batch/read": "/crm/v4/associations/deals/contacts/batch/read",
    "/crm/associations/v4/definitions/configurations/all": "/crm/associations/v4/definitions/configurations/all",
    "/crm/associations/v3/deals/contacts/types": "/crm/v3/associations/deals/contacts/types",
    "/crm/properties/v3/deals": "/crm/v3/properties/deals",
    "/crm/properties/2026-03/deals/amount": "/crm/v3/properties/deals/amount",
    "/crm-object-schemas/v3/schemas": "/crm/v3/schemas",
    "/crm-object-schemas/2026-03/schemas/2-1/associations": "/crm/v3/schemas/2-1/associations",
    "/crm/pipelines/v3/deals": "/crm/v3/pipelines/deals",
    "/crm/owners/v3/": "/crm/v3/owners",
    "/crm/owners/2026-03/7": "/crm/v3/owners/7",
    "/crm/lists/v3": "/crm/v3/lists",
    "/crm/imports/2026-03": "/crm/v3/imports",
    "/crm/graph/v1/objects/contacts/1/restore": "/crm/graph/v1/objects/contacts/1/restore",
    "/": "/",
}


@pytest.mark.parametrize("path", PATHS)
def test_path_leads_to_its_canonical_form(path: str) -> None:
    assert canonical(path)[0] == PATHS[path]


def test_date_of_the_version_is_kept() -> None:
    assert canonical("/crm/objects/2026-03/deals/1/associations/contacts")[1] == "2026-03"
    assert canonical("/crm/v4/objects/deals/1/associations/contacts")[1] == ""


def test_slash_at_the_end_is_never_redirected(client: Client) -> None:
    assert client.get("/crm/v3/owners/").status_code == 200
    assert client.post("/crm/v3/objects/companies/", {"properties": {"name": "A"}}).status_code == 201


@pytest.mark.parametrize("spelling", ["contacts", "contact", "CONTACTS", "CONTACT", "Contact", "0-1"])
def test_object_type_is_found_in_any_spelling(client: Client, spelling: str) -> None:
    assert client.get(f"/crm/v3/objects/{spelling}").status_code == 200
