"""Records read: by id or unique value, one or many, page by page, with history and associations when asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property_types import ValueRefused
from crm_graph.definitions.remembered import remembered
from crm_graph.errors import NotUnique
from crm_graph.graph.queries import load
from crm_graph.records import associations, claims, computed, create, revisions
from crm_graph.records.record import (
    NAMES_OF_IDS,
    SYSTEM_PROPERTIES,
    Identity,
    Native,
    Record,
    RecordPage,
    Selection,
    is_id,
    no_id,
)
from crm_graph.unit import Unit

EVERYTHING = ("*",)
"""The selection of every property that has a value."""

Place = dict[str, str | None]
"""The key and the claim by which a record may be found."""

_SYSTEM = ("_id", "_created_at", "_updated_at", "_archived_at", "_version")


def find(
    unit: Unit,
    object_type: ObjectType,
    identities: Sequence[Identity],
    selection: Selection,
    *,
    archived: bool = False,
    merged: bool = True,
) -> list[Record | None]:
    """The records in the order of their identities, None for each that there is not.

    merged: whether the id of a record that was merged away finds the one it became.
    """
    create.refuse_unless(object_type, "read")
    wanted = places(object_type, identities, merged=merged)
    names = stored_names(object_type, selection.properties)
    if names is None:
        rows = unit.graph.ask(load("records").read_whole, wanted=wanted, archived=archived)["records"]
        records = [hydrate(object_type, node) for _, node in rows]
    else:
        rows = unit.graph.ask(load("records").read, wanted=wanted, names=names, archived=archived)["records"]
        records = hydrate_rows(object_type, names, [stored for _, stored in rows])
    found: list[Record | None] = [None] * len(identities)
    for (n, _), record in zip(rows, completed(unit, object_type, records, selection), strict=True):
        found[n] = record
    return found


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
    names = stored_names(object_type, selection.properties)
    if names is None:
        query = load("records").page_whole.on(node_label=node_label)
        found = unit.graph.ask(query, after=after, limit=limit + 1)["records"]
        records = [hydrate(object_type, node) for node in found[:limit]]
    else:
        query = load("records").page.on(node_label=node_label)
        found = unit.graph.ask(query, after=after, limit=limit + 1, names=names)["records"]
        records = hydrate_rows(object_type, names, found[:limit])
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


def hydrate_rows(object_type: ObjectType, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[Record]:
    """The records that rows make, which have the values of what `stored_names` named; ValueError for other rows."""
    chosen, width = names[len(_SYSTEM) :], len(names)
    if not {width}.issuperset(map(len, rows)):
        raise ValueError(f"rows of other than {width} values")
    return [
        Record(object_type, row[0], dict(zip(chosen, row[len(_SYSTEM) :])), row[1], row[2], row[3], row[4])  # noqa: B905
        for row in rows
    ]


def locate(object_type: ObjectType, identity: Identity) -> Place:
    """Where a record may be found; RecordNotFound for no id, NotUnique for a property that identifies nothing."""
    [place] = places(object_type, [identity], merged=True)
    if place is None:
        raise no_id(identity.value)
    return place


def places(object_type: ObjectType, identities: Sequence[Identity], *, merged: bool) -> list[Place | None]:
    """Where records may be found, None for what is no id; NotUnique for a property that identifies nothing.

    merged: as for `find`.
    """
    key, claim = f"{object_type.id}:", claims.merged_key(object_type, "")
    found: list[Place | None] = []
    for value, name in identities:
        if name not in NAMES_OF_IDS:
            found.append(_claimed(object_type, name or "", value))
        elif is_id(value):
            record_id = value if value[0] != "0" else str(int(value))
            found.append({"key": key + record_id, "claim": claim + record_id if merged else None})
        else:
            found.append(None)
    return found


def _claimed(object_type: ObjectType, name: str, value: str) -> Place:
    if name not in object_type.unique_properties:
        raise NotUnique(f"Unable to perform update/upsert by non-unique {object_type.id} property {name}")
    return {"key": None, "claim": claims.key_of(object_type, name, claimed_text(object_type, name, value))}


def claimed_text(object_type: ObjectType, name: str, value: str) -> Native:
    """The value as it would be stored, so that `" Nick@Example.com"` finds what it claimed; itself where it is none."""
    try:
        parsed = object_type.parsers[name](value)
        validator = object_type.validators.get(name)
        return parsed if validator is None or parsed is None else validator.normalised(parsed)
    except ValueRefused:
        return value


@remembered
def stored_names(object_type: ObjectType, chosen: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Names to read from the graph for the properties of a selection, the system's first; None for all of them."""
    if chosen == EVERYTHING:
        return None
    names = dict.fromkeys(object_type.default_properties if chosen is None else chosen)
    wanted = (name for name in names if name in object_type.properties and name not in SYSTEM_PROPERTIES)
    return (*_SYSTEM, *sorted(wanted))  # in the order in which they are shown


def completed(unit: Unit, object_type: ObjectType, records: list[Record], selection: Selection) -> list[Record]:
    """The records with what is not stored on their nodes: computed values, history, associations."""
    if not records:
        return records
    ids = [record.id for record in records]
    names = selection.properties if selection.properties is not None else object_type.default_properties
    if calculated := computed.names_of(object_type, names):
        by_id = computed.values_of(unit, object_type, ids, calculated)
        records = [record._replace(computed=by_id.get(record.id, {})) for record in records]
    if selection.history:
        versions = revisions.history(unit, object_type, ids, selection.history)
        records = [record._replace(history=versions.get(record.id, {})) for record in records]
    if selection.associations:
        pages = associations.pages_of(unit, object_type, ids, selection.associations)
        records = [record._replace(associations=pages.get(record.id, {})) for record in records]
    return records
