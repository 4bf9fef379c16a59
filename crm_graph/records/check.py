"""Whether the graph is whole: what is stored twice agrees, histories have no gap, rules that count were kept.

It walks every record in pages, asks about each page in a few statements, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.graph.queries import Query, load
from crm_graph.records import claims
from crm_graph.records.merge import MERGED_IDS, merged_ids
from crm_graph.unit import Unit

PAGE = 500
FINDINGS_MAX = 100
"""Findings of one rule that are kept: who has so many needs no more of them."""

RULES: Mapping[str, str] = {
    "labels": "A record has the node label of its type, live or archived as it is, and none when merged away.",
    "versions": "Revisions are 1, 2, … up to the record's version, their times rise, the last is its last change.",
    "purged": "Nothing is left of a record that was purged.",
    "claims": "A record holds the claims of its unique values and of the ids merged into it, and no others.",
    "claim owners": "A claim of a property belongs to one record.",
    "ends": "An association names the records it joins, in its definition's direction, and its interval.",
    "types": "A live association is of a type of its pair of object types, and of no record merged away.",
    "defaults": "Associated records have the unlabelled type beside every label.",
    "intervals": "Two records have an association type once at any time.",
    "primaries": "A record has one primary association of a type at most.",
    "limits": "No record has more associations of a type than the limit.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that breaks a rule: the rule's name, what it is about, and what is wrong."""

    rule: str
    subject: str
    detail: str


def total(unit: Unit) -> int:
    """How many records a check will look at."""
    count: int = unit.graph.ask(load("check").total)["total"]
    return count


def check(unit: Unit, progress: Callable[[int], None] = lambda checked: None) -> list[Finding]:
    """What breaks a rule, at most FINDINGS_MAX of each; `progress` is told how many records each page had."""
    by_rule: dict[str, list[Finding]] = {rule: [] for rule in RULES}
    for page in chain(_record_pages(unit, progress), _claim_pages(unit)):
        for finding in page:
            if len(by_rule[finding.rule]) < FINDINGS_MAX:
                by_rule[finding.rule].append(finding)
    return [finding for findings in by_rule.values() for finding in findings]


def check_records(unit: Unit, keys: Sequence[str]) -> Iterator[Finding]:
    """What breaks a rule about these records and the associations of which they are the source."""
    object_types = {found.id: found for found in unit.model.object_types.values()}
    claiming = {found.id: [*found.claiming_properties, MERGED_IDS] for found in object_types.values()}
    for row in unit.graph.ask(load("check").records, keys=keys, claiming=claiming)["records"]:
        yield from _record(object_types, row)
    pairs, limits = _pairs(unit.model), _limits(unit.model)
    for rule in ("ends", "types", "defaults", "intervals", "primaries"):
        yield from _associations(unit, load("check")[rule], rule, keys=keys, pairs=pairs)
    yield from _associations(unit, load("check").limits, "limits", keys=keys, limits=limits)


def _record_pages(unit: Unit, progress: Callable[[int], None]) -> Iterator[Iterable[Finding]]:
    after = ""
    while keys := unit.graph.ask(load("check").walk, after=after, limit=PAGE)["keys"]:
        yield check_records(unit, keys)
        progress(len(keys))
        after = keys[-1]


def _claim_pages(unit: Unit) -> Iterator[Iterable[Finding]]:
    after: str | None = ""
    while after is not None:
        row = unit.graph.ask(load("check").claims, after=after, limit=PAGE)
        yield [Finding("claim owners", key, f"{owners} records hold it") for key, owners in row["found"]]
        after = row["last"]


def _associations(unit: Unit, query: Query, rule: str, **parameters: Any) -> list[Finding]:
    rows = unit.graph.ask(query, most=FINDINGS_MAX, **parameters)["found"]
    return [
        Finding(rule, f"{near} → {far}", f"{relationship_type}, type {type_id}")
        for near, far, relationship_type, type_id in rows
    ]


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the query `records`, in the order of its columns."""

    key: str
    kind: str
    id: int
    labels: list[str]
    version: int
    changed_at: int
    archived_at: int | None
    merged_into: int | None
    revisions: tuple[int, int | None, int | None, bool, str | None, int | None]
    claimed: list[tuple[str, str | None]]
    values: list[tuple[str, Any]]


def _record(object_types: Mapping[str, ObjectType], columns: Sequence[Any]) -> Iterator[Finding]:
    row = _Row(*columns)
    object_type = object_types.get(row.kind)
    if object_type is None or row.key != f"{row.kind}:{row.id}":
        yield Finding("labels", row.key, f"kind {row.kind}, id {row.id}")
        return
    expected = {"Record"}
    if row.merged_into is None:
        expected.add(object_type.archived_label if row.archived_at is not None else object_type.node_label)
    if set(row.labels) != expected:
        yield Finding("labels", row.key, f"has {sorted(row.labels)}, not {sorted(expected)}")
    yield from _versions(row)
    yield from _claims(object_type, row)


def _versions(row: _Row) -> Iterator[Finding]:
    count, least, greatest, rises, last_kind, last_at = row.revisions
    if (count, least, greatest) != (row.version, 1, row.version):
        yield Finding("versions", row.key, f"version {row.version}, {count} revisions from {least} to {greatest}")
    elif not rises:
        yield Finding("versions", row.key, "the times of its revisions do not rise")
    elif last_at != row.changed_at:
        yield Finding("versions", row.key, f"changed at {row.changed_at}, its last revision at {last_at}")
    if last_kind == "purge":
        yield Finding("purged", row.key, "its last revision says that it was purged")


def _claims(object_type: ObjectType, row: _Row) -> Iterator[Finding]:
    values = dict(row.values)
    expected: set[str] = set()
    if row.archived_at is None:
        expected |= claims.of(object_type, values).keys()
    if row.merged_into is None:
        expected |= {claims.merged_key(object_type, merged_id) for merged_id in merged_ids(values)}
    held = {key for key, _ in row.claimed if key is not None and not key.startswith(claims.import_key(object_type, ""))}
    for key in sorted(expected - held):
        yield Finding("claims", row.key, f"lacks {key}")
    for key in sorted(held - expected):
        yield Finding("claims", row.key, f"holds {key}")


def _pairs(model: DataModel) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for pair in model.pairs.values():
        common = {
            "name": pair.relationship_type,
            "source": model.object_types[pair.source].id,
            "target": model.object_types[pair.target].id,
            "types": [each.id for each in pair.types],
            "ordered": [each.id for each in pair.types if pair.is_ordered(each)],
            "primary": [each.id for each in pair.types if each.is_primary],
            "default": pair.default.id,
        }
        found[pair.relationship_type] = {**common, "is_past": False}
        found[pair.past_relationship_type] = {**common, "is_past": True}
    return found


def _limits(model: DataModel) -> dict[str, dict[str, Any]]:
    return {
        str(each.id): {"sent": each.source_max, "received": each.target_max, "symmetric": each.is_symmetric}
        for pair in model.pairs.values()
        for each in pair.types
        if not each.archived and (each.source_max is not None or each.target_max is not None)
    }
