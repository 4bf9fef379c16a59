"""Reads an account by dlt's REST source, which is told of it only what stands here; prints a line for each row."""

from __future__ import annotations

import json
import os
from typing import Any

from dlt.sources.rest_api import rest_api_source

CUSTOM = os.environ["CUSTOM_TYPE"]
TYPES = {"contacts": "lastname", "companies": "name", "deals": "dealname", "tickets": "subject", CUSTOM: "note"}
ASSOCIATED = {
    "contacts": ["companies", "deals", "tickets", CUSTOM],
    "deals": ["contacts", "companies"],
    "tickets": ["contacts", "companies"],
    CUSTOM: ["contacts"],
}
CURSOR = {"type": "cursor", "cursor_path": "paging.next.after", "cursor_param": "after"}


def records(object_type: str) -> dict[str, Any]:
    """Records of a type, by the links to next pages, with what each is associated with."""
    asked = {"limit": 40, "properties": TYPES[object_type]}
    if object_type in ASSOCIATED:
        asked["associations"] = ",".join(ASSOCIATED[object_type])
    return {
        "name": object_type,
        "endpoint": {
            "path": f"crm/v3/objects/{object_type}",
            "params": asked,
            "data_selector": "results",
            "paginator": {"type": "json_link", "next_url_path": "paging.next.link"},
        },
    }


LISTS = {
    "name": "lists",
    "endpoint": {
        "path": "crm/v3/lists/search",
        "method": "POST",
        "json": {"query": ""},
        "data_selector": "lists",
        "paginator": {
            "type": "offset",
            "limit": 100,
            "offset_body_path": "offset",
            "limit_body_path": "count",
            "total_path": "total",
        },
    },
}
MEMBERSHIPS = {
    "name": "memberships",
    "endpoint": {
        "path": "crm/v3/lists/{resources.lists.listId}/memberships",
        "params": {"limit": 100},
        "data_selector": "results",
        "paginator": CURSOR,
    },
    "include_from_parent": ["listId"],
}
CONTACTS_OF_COMPANIES = {
    "name": "companies_contacts_associations",
    "endpoint": {
        "path": "crm/v4/objects/companies/{resources.companies.id}/associations/contacts",
        "params": {"limit": 100},
        "data_selector": "results",
        "paginator": CURSOR,
    },
    "include_from_parent": ["id"],
}
SOURCE = {
    "client": {
        "base_url": os.environ["HUBSPOT_URL"],
        "auth": {"type": "bearer", "token": os.environ["HUBSPOT_TOKEN"]},
    },
    "resources": [*map(records, TYPES), LISTS, MEMBERSHIPS, CONTACTS_OF_COMPANIES],
}


source = rest_api_source(SOURCE)
for name, resource in source.resources.items():
    for row in resource:
        if name == "memberships":
            row = {"listId": row["_lists_listId"], "recordId": row["recordId"]}
        elif name == "companies_contacts_associations":
            row = {"from_id": row["_companies_id"], "to_id": str(row["toObjectId"])}
        print(json.dumps({"type": "RECORD", "stream": name, "record": row}))
