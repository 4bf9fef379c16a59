"""What a client delivered, from the lines that it printed: Singer messages, or lines of ours in the same form."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.clients.written import CUSTOM, TEXT, Pair, Written


@dataclass
class Delivered:
    """Lists, so that what came twice is here twice; object types by their names in `written`."""

    texts: dict[str, list[Pair]] = field(default_factory=lambda: defaultdict(list))
    """Ids and texts by object type."""
    pairs: dict[Pair, list[tuple[str, str, Any]]] = field(default_factory=lambda: defaultdict(list))
    """Ids of associated records, and by which type of association, by object types."""
    lists: list[Pair] = field(default_factory=list)
    """Ids and names."""
    members: list[Pair] = field(default_factory=list)
    """Ids of the list and the record."""


def delivered(lines: str, written: Written) -> Delivered:
    """What the lines say."""
    found = Delivered()
    plurals = {"contact": "contacts", "company": "companies", "deal": "deals", "ticket": "tickets"}
    named = {each: each for each in TEXT} | plurals | {written.full_name: CUSTOM, written.type_name: CUSTOM}
    for stream, row in _records(lines):
        if stream in named:
            object_type = named[stream]
            found.texts[object_type].append((row["id"], _text(row, TEXT[object_type])))
            for other, associated in (row.get("associations") or {}).items():
                found.pairs[object_type, named[other]] += _inline(row["id"], associated)
        elif stream in ("lists", "contact_lists"):
            found.lists.append((row["listId"], row["name"]))
        elif stream in ("memberships", "list_memberships"):
            found.members.append((row["listId"], row["recordId"]))
        elif stream.endswith("_associations"):
            one, other, _ = stream.split("_")
            found.pairs[named[one], named[other]].append((row["from_id"], row["to_id"], row.get("association_type_id")))
    return found


def _records(lines: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for line in lines.splitlines():
        message = json.loads(line)
        if message["type"] == "RECORD":
            yield message["stream"], message["record"]


def _text(row: Mapping[str, Any], name: str) -> str:
    return str(row["properties"][name])


def _inline(record_id: str, associated: Mapping[str, Any]) -> Iterable[tuple[str, str, Any]]:
    return [(record_id, each["id"], each["type"]) for each in associated["results"]]
