"""Records read: by id or unique value, one or many, page by page, with history and associations when asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property_types import ValueRefused
from crm_graph.errors import NotUnique
from crm_graph.graph.queries import load
from crm_graph.records import associations, claims, computed, create, revisions
from crm_graph.records.record import SYSTEM_PROPERTIES, Identity, Native, Record, RecordPage, Selection, read_id
from crm_graph.unit import Unit

EVERYTHING = ("*",)
"""The selection of every property that has a value."""

_SYSTEM = ("_id", "_created_at", "_updated_at", "_archived_at", "_version")


def find(
    unit: Unit, object_type: ObjectType, identities: Sequence[Identity], selection: Selection, *, archived: bool = False
) -> list[Record | None]:
    """The records in the order of their identities, None for each that there is not."""
    create.refuse_unless(object_type, "read")
    found: list[Record | None] = [None] * len(identities)
    wanted = [{"n": n, **locate(object_type, identity)} for n, identity in enumerate(identities)]
    names = stored_names(object_type, selection)
    if names is None:
        row = unit.graph.ask(load("records").read_whole, wanted=wanted, archived=archived)
        for n, node in row["records"]:
            found[n] = hydrate(object_type, node)
    else:
        row = unit.graph.ask(load("records").read, wanted=wanted, names=names, archived=archived)
        for n, stored in row["records"]:
            found[n] = hydrate_row(object_type, names, stored)
    complete = iter(completed(unit, object_type, [record for record in found if record is not None], selection))
    return [None if record is None else next(complete) for record in found]


def page(
    unit: Unit,
    object_type: ObjectType,
    selection: Selection,
    *,
    after: int = -1,
    limit: int = 10,
    archived: bool = False,
) -> RecordPage:
    """Records whose id is greater than `after`, in id order; each that existed when the walk began comes once."""
    create.refuse_unless(object_type, "list")
    node_label = object_type.archived_label if archived else object_type.node_label
    names = stored_names(object_type, selection)
    if names is None:
        query = load("records").page_whole.on(node_label=node_label)
        found = unit.graph.ask(query, after=after, limit=limit + 1)["records"]
        records = [hydrate(object_type, node) for node in found[:limit]]
    else:
        query = load("records").page.on(node_label=node_label)
        found = unit.graph.ask(query, after=after, limit=limit + 1, names=names)["records"]
        records = [hydrate_row(object_type, names, row) for row in found[:limit]]
    return RecordPage(
        records=tuple(completed(unit, object_type, records, selection)),
        after=records[-1].id if len(found) > limit else None,
    )


def hydrate(object_type: ObjectType, node: Mapping[str, Any]) -> Record:
    """The record that a node's properties make; names that begin with an underscore are the system's."""
    return Record(
        object_type=object_type,
        id=node["_id"],
        properties={name: value for name, value in node.items() if value is not None and name[0] != "_"},
        created_at=node["_created_at"],
        updated_at=node["_updated_at"],
        archived_at=node.get("_archived_at"),
        version=node["_version"],
    )


def hydrate_row(object_type: ObjectType, names: Sequence[str], row: Sequence[Any]) -> Record:
    """The record that a row makes, which has the values of what `stored_names` named."""
    record_id, created_at, updated_at, archived_at, version = row[: len(_SYSTEM)]
    chosen = zip(names[len(_SYSTEM) :], row[len(_SYSTEM) :], strict=True)
    return Record(
        object_type=object_type,
        id=record_id,
        properties={name: value for name, value in chosen if value is not None},
        created_at=created_at,
        updated_at=updated_at,
        archived_at=archived_at,
        version=version,
    )


def locate(object_type: ObjectType, identity: Identity) -> dict[str, str | None]:
    """The key and the claim by which a record may be found; NotUnique for a property that identifies nothing."""
    if identity.is_id:
        record_id = read_id(identity.value)
        return {"key": f"{object_type.id}:{record_id}", "claim": claims.merged_key(object_type, record_id)}
    name = identity.property_name or ""
    if name not in object_type.unique_properties:
        raise NotUnique(f"Unable to perform update/upsert by non-unique {object_type.id} property {name}")
    return {"key": None, "claim": claims.key_of(object_type, name, claimed_text(object_type, name, identity.value))}


def claimed_text(object_type: ObjectType, name: str, value: str) -> Native:
    """The value as it would be stored, so that `" Nick@Example.com"` finds what it claimed; itself where it is none."""
    try:
        parsed = object_type.parsers[name](value)
        validator = object_type.validators.get(name)
        return parsed if validator is None or parsed is None else validator.normalised(parsed)
    except ValueRefused:
        return value


def stored_names(object_type: ObjectType, selection: Selection) -> list[str] | None:
    """Names to read from the graph, the system's first; None for all of them."""
    if selection.properties is None:
        chosen: tuple[str, ...] = object_type.default_properties
    elif selection.properties == EVERYTHING:
        return None
    else:
        chosen = selection.properties
    return [*_SYSTEM, *(n for n in dict.fromkeys(chosen) if n in object_type.properties and n not in SYSTEM_PROPERTIES)]


def completed(unit: Unit, object_type: ObjectType, records: list[Record], selection: Selection) -> list[Record]:
    """The records with what is not stored on their nodes: computed values, history, associations."""
    if not records:
        return records
    ids = [record.id for record in records]
    names = selection.properties if selection.properties is not None else object_type.default_properties
    if calculated := computed.names_of(object_type, names):
        by_id = computed.values_of(unit, object_type, ids, calculated)
        records = [replace(record, computed=by_id.get(record.id, {})) for record in records]
    if selection.history:
        versions = revisions.history(unit, object_type, ids, selection.history)
        records = [replace(record, history=versions.get(record.id, {})) for record in records]
    if selection.associations:
        pages = associations.pages_of(unit, object_type, ids, selection.associations)
        records = [replace(record, associations=pages.get(record.id, {})) for record in records]
    return records
