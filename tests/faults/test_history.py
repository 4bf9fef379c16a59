"""Thirty writes by three sources are thirty versions that say when, by what and by whom."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
import requests

from tests.faults.caller import Caller
from tests.faults.served import TOKEN, Served, within

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

WRITES = 30
CONTACTS = "/crm/v3/objects/contacts"

MAPPING = """
name = "history"
[[files]]
path = "people.csv"
[[files.records]]
object_type = "contact"
key = { column = "id", property = "hs_object_id" }
[files.records.properties]
firstname = "name"
"""


@dataclass(frozen=True)
class Written:
    """What the test knows of a write: the value, its source, and between which moments it was made."""

    value: str
    source: str
    source_id: str
    after: float
    before: float


def import_name(served: Served, record_id: str, value: str) -> str:
    """The id of an import that has written the value."""
    url = f"{served.url}/crm/graph/v1/imports"
    headers = {"Authorization": f"Bearer {TOKEN}"}
    files = {"mapping": ("mapping.toml", MAPPING), "files": ("people.csv", f"id,name\n{record_id},{value}\n")}
    made = requests.post(url, headers=headers, files=files, timeout=30)
    assert made.status_code == 201, made.text
    job = f"{url}/{made.json()['id']}"
    assert within(30, lambda: requests.get(job, headers=headers, timeout=30).json()["state"] == "done")
    return str(made.json()["id"])


def changes_of(caller: Caller, record_id: str) -> list[dict[str, Any]]:
    """The feed's changes of one contact."""
    found, after = [], "0"
    while True:
        page = caller.get(f"/crm/graph/v1/changes?after={after}&limit=2000").body
        found += [each for each in page["results"] if (each["objectTypeId"], each["objectId"]) == ("0-1", record_id)]
        if not page["results"]:
            return found
        after = page["after"]


def moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def test_thirty_writes_by_three_sources_are_thirty_versions(served: Served) -> None:
    kept: list[Written] = []
    chance = random.Random(30)
    order = ["first", "app", "import"] * (WRITES // 3)
    chance.shuffle(order)
    with served.two_workers() as callers:
        super_admin = callers[0]
        tokens = {each["name"]: each["id"] for each in super_admin.get("/crm/graph/v1/tokens").body["results"]}
        given = {"name": "Loyalty app", "scopes": ["crm.objects.contacts.read", "crm.objects.contacts.write"]}
        app = super_admin.post("/crm/graph/v1/tokens", given).body
        ids = {"first": tokens["First super admin"], "app": app["id"]}
        secrets = {"first": TOKEN, "app": app["token"]}

        def write(n: int, source: str) -> None:
            nonlocal record_id
            began = time.time()
            if source == "import":
                source_id = import_name(served, record_id, str(n))
            else:
                method, path = ("PATCH", f"{CONTACTS}/{record_id}") if record_id else ("POST", CONTACTS)
                body = {"properties": {"firstname": str(n)}}
                answer = callers[n % 2].call(method, path, body, token=secrets[source])
                assert answer.status in (200, 201), answer
                record_id, source_id = answer.body["id"], ids[source]
            kept.append(
                Written(str(n), "IMPORT" if source == "import" else "INTEGRATION", source_id, began, time.time())
            )

        record_id = ""
        order.insert(0, order.pop(order.index("app")))  # a record must be there before an import can change it
        for n, source in enumerate(order):
            write(n, source)

        feed = changes_of(super_admin, record_id)
        told = super_admin.get(f"{CONTACTS}/{record_id}?propertiesWithHistory=firstname").body
    history = list(reversed(told["propertiesWithHistory"]["firstname"]))

    assert [(each["version"], each["kind"]) for each in feed] == [
        (n, "create" if n == 1 else "update") for n in range(1, WRITES + 1)
    ]
    values = [next(p["after"] for p in each["properties"] if p["name"] == "firstname") for each in feed]
    expected = [(each.value, each.source, each.source_id, 1) for each in kept]
    assert [
        (value, each["sourceType"], each["sourceId"], int(each["updatedBy"].removeprefix("user:")))
        for value, each in zip(values, feed, strict=True)
    ] == expected
    assert [(e["value"], e["sourceType"], e["sourceId"], e["updatedByUserId"]) for e in history] == expected
    assert [each["timestamp"] for each in history] == [each["occurredAt"] for each in feed]
    for written, each in zip(kept, feed, strict=True):
        assert written.after - 0.002 <= moment(each["occurredAt"]) <= written.before + 0.002
