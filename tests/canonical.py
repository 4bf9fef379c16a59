"""Two graphs compared node by node, whatever ids and times they were given.

Every node gets a colour made of its labels, its values and, round after round, the colours of
what it is joined to. Ids and times are left out of the values; a value that holds the id or key
of another node counts as a relationship to it. Equal graphs have equal numbers of each colour.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import neo4j

ROUNDS = 5

IGNORED_NODES = frozenset(
    {"_State", "_Counter", "_Feed", "_Job", "_Token", "_Migration", "_Account", "_Pending", "_Write"}
)
"""Bookkeeping that says nothing of what is known; `_Pending` only as a label of a revision."""

_TIMES = frozenset({"at", "since", "until", "seq", "transaction_id", "created_at", "updated_at", "values"})
"""`values` is what an audit kept of a definition, as JSON text with its times."""

_IDS = frozenset({"_id", "_key", "id", "record_key", "from_id", "to_id", "one_of", "added", "removed", "user_id"})
_REFERENCES = {"hs_product_id": "0-7:{}", "hubspot_owner_id": "owner:{}"}


def colours(driver: neo4j.Driver) -> Counter[str]:
    """How many nodes there are of each colour; a colour begins with the labels, to be read in a failed comparison."""
    nodes, edges = _load(driver)
    colour = {key: _digest([sorted(node["labels"]), _values(node["values"])]) for key, node in nodes.items()}
    for _ in range(ROUNDS):
        joined: dict[str, list[Any]] = defaultdict(list)
        for start, end, what in edges:
            joined[start].append(["to", what, colour[end]])
            joined[end].append(["from", what, colour[start]])
        colour = {key: _digest([colour[key], sorted(joined[key], key=json.dumps)]) for key in nodes}
    return Counter(f"{':'.join(sorted(node['labels']))} {colour[key]}" for key, node in nodes.items())


def difference(one: Counter[str], other: Counter[str]) -> str:
    """'' for equal graphs, else the labels of the nodes that only one of them has."""
    parts = []
    for name, left in (("only the first", one - other), ("only the second", other - one)):
        labels: Counter[str] = Counter()
        for colour, count in left.items():
            labels[colour.rpartition(" ")[0]] += count
        if labels:
            parts.append(f"{name}: " + ", ".join(f"{count} {label}" for label, count in sorted(labels.items())))
    return "; ".join(parts)


def _load(driver: neo4j.Driver) -> tuple[dict[str, dict[str, Any]], list[tuple[str, str, Any]]]:
    rows, _, _ = driver.execute_query(
        "MATCH (n) RETURN elementId(n) AS key, labels(n) AS labels, properties(n) AS values"
    )
    nodes = {
        row["key"]: {"labels": set(row["labels"]) - {"_Pending"}, "values": row["values"]}
        for row in rows
        if not set(row["labels"]) - {"_Pending"} <= IGNORED_NODES
    }
    rows, _, _ = driver.execute_query(
        "MATCH (a)-[x]->(b) RETURN elementId(a) AS start, elementId(b) AS end, type(x) AS type, properties(x) AS values"
    )
    edges = [
        (row["start"], row["end"], [row["type"], _values(row["values"])])
        for row in rows
        if row["start"] in nodes and row["end"] in nodes
    ]
    places = {node["values"]["_key"]: key for key, node in nodes.items() if "_key" in node["values"]}
    places |= {f"owner:{node['values']['id']}": key for key, node in nodes.items() if "_Owner" in node["labels"]}
    for key, node in nodes.items():
        for what, place in _references(node["values"]):
            if place in places:
                edges.append((key, places[place], what))
    return nodes, edges


def _references(values: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
    """What a node refers to by id or key in its values."""
    if "record_key" in values:
        yield "record", values["record_key"]
    for name in ("added", "removed"):
        for entry in values.get(name) or ():
            far, _, type_id = entry.rpartition("|")
            yield [name, type_id], far
    for name, value in values.items():
        pattern = _REFERENCES.get(_plain(name))
        if pattern is not None:
            yield name, pattern.format(value)


def _values(values: Mapping[str, Any]) -> list[Any]:
    return sorted(
        [name, str(sorted(value) if isinstance(value, list) else value)]
        for name, value in values.items()
        if not (name in _TIMES or name in _IDS or name.endswith("_at") or _plain(name) in _REFERENCES)
    )


def _plain(name: str) -> str:
    return name.removeprefix("before_").removeprefix("after_").removeprefix("_f_")


def _digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()[:16]
