"""What clients are to deliver: records with random values, their associations, lists with their members."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.factories import email, unique

CUSTOM = "custom"
"""Stands for the custom object type, whose name is another in each account."""
TEXT = {"contacts": "lastname", "companies": "name", "deals": "dealname", "tickets": "subject", CUSTOM: "note"}
"""The property by which records of each object type are compared."""
COUNTS = {"contacts": 520, "companies": 130, "deals": 130, "tickets": 130, CUSTOM: 130}
"""More than the pages of 100 and of 500 that some clients insist on."""
LISTS = 260
"""More than the pages of 250 that a client insists on."""
BATCH = 100
"""Records that are created at once; of associations it is more."""
ASSOCIATED = 1_000

Pair = tuple[str, str]


@dataclass
class Written:
    """What is in the account; object types by their names here."""

    type_name: str
    """Name of the custom object type; its full name is `p{account}_{name}`."""
    full_name: str
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    """By object type and id of the record."""
    pairs: dict[Pair, set[Pair]] = field(default_factory=dict)
    """Ids of associated records by object types, in both directions."""
    lists: dict[str, str] = field(default_factory=dict)
    """Names of lists by id."""
    members: dict[str, set[str]] = field(default_factory=dict)
    """Record ids by id of the list."""

    def real(self, object_type: str) -> str:
        """What the account calls an object type in paths."""
        return self.full_name if object_type == CUSTOM else object_type


class Writer:
    """Fills an account by requests that must succeed."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def ask(self, method: str, path: str, body: Any) -> Any:
        """The body of the answer."""
        answer = self._session.request(method, self._url + path, json=body, timeout=120)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:2000]}"
        return answer.json()

    def write(self) -> Written:
        """Everything, once."""
        # HubSpot's MCP server takes what stands between the underscores of the full name.
        schema = {
            "name": (name := unique("batch")),
            "labels": {"singular": name, "plural": f"{name}s"},
            "primaryDisplayProperty": TEXT[CUSTOM],
            "requiredProperties": [],
            "properties": [{"name": TEXT[CUSTOM], "label": "Note", "type": "string", "fieldType": "text"}],
            "associatedObjects": ["CONTACT"],
        }
        made = self.ask("POST", "/crm-object-schemas/v3/schemas", schema)
        written = Written(name, made["fullyQualifiedName"])
        for object_type, count in COUNTS.items():
            written.texts[object_type] = self._records(written, object_type, count)
        contacts, companies = ([*written.texts[each]] for each in ("contacts", "companies"))
        hub = companies[0]
        self._associate(written, "contacts", "companies", [(each, hub) for each in contacts])
        self._associate(written, "contacts", "companies", [*zip(contacts, companies[1:], strict=False)])
        for source, target, ids in (
            ("deals", "contacts", contacts),
            ("deals", "companies", companies),
            ("tickets", "contacts", contacts),
            ("tickets", "companies", companies),
            (CUSTOM, "contacts", contacts),
        ):
            pairs = [(each, secrets.choice(ids)) for each in written.texts[source]]
            self._associate(written, source, target, pairs)
        self._lists(written, contacts)
        return written

    def _records(self, written: Written, object_type: str, count: int) -> dict[str, str]:
        rows = [{TEXT[object_type]: unique("Ä ")} for _ in range(count)]
        if object_type == "contacts":
            rows = [row | {"email": email()} for row in rows]
        found: dict[str, str] = {}
        for batch in _batches(rows, BATCH):
            body = {"inputs": [{"properties": row} for row in batch]}
            answer = self.ask("POST", f"/crm/v3/objects/{written.real(object_type)}/batch/create", body)
            found |= {row["id"]: row["properties"][TEXT[object_type]] for row in answer["results"]}
        assert sorted(found.values()) == sorted(row[TEXT[object_type]] for row in rows)
        return found

    def _associate(self, written: Written, source: str, target: str, pairs: Sequence[Pair]) -> None:
        path = f"/crm/v4/associations/{written.real(source)}/{written.real(target)}/batch/associate/default"
        for batch in _batches(pairs, ASSOCIATED):
            self.ask("POST", path, {"inputs": [{"from": {"id": one}, "to": {"id": other}} for one, other in batch]})
        written.pairs.setdefault((source, target), set()).update(pairs)
        written.pairs.setdefault((target, source), set()).update((other, one) for one, other in pairs)

    def _lists(self, written: Written, contacts: Sequence[str]) -> None:
        for _ in range(LISTS):
            body = {"name": unique("List "), "objectTypeId": "0-1", "processingType": "MANUAL"}
            found = self.ask("POST", "/crm/v3/lists", body)["list"]
            written.lists[found["listId"]] = found["name"]
            written.members[found["listId"]] = set()
        everybody, some = [*written.lists][:2]
        written.members[everybody] = {*contacts}
        written.members[some] = {*secrets.SystemRandom().sample(contacts, 7)}
        for each in (everybody, some):
            self.ask("PUT", f"/crm/v3/lists/{each}/memberships/add", [*written.members[each]])


def _batches(rows: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
