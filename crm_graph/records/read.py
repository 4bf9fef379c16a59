"""Records read: by id or unique value, one or many, page by page, with history and associations when asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter, itemgetter
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
    ids_in_keys,
    no_id,
)
from crm_graph.records.table import SYSTEM_COLUMNS, RecordTable
from crm_graph.unit import Unit

EVERYTHING = ("*",)
"""The selection of every property that has a value."""

Place = dict[str, str | None]
"""The key and the claim by which a record may be found."""

_position = itemgetter(0)
_property_name = attrgetter("property_name")


def find(
    unit: Unit,
    object_type: ObjectType,
    values: Sequence[str],
    selection: Selection,
    *,
    property_name: str | None = None,
    archived: bool = False,
    merged: bool = True,
) -> list[Record | None]:
    """The records with these values of a unique property, or these ids; None for each that there is not.

    merged: whether the id of a record that was merged away finds the one it became.
    """
    found: list[Record | None] = [None] * len(values)
    positions, records = find_those(
        unit, object_type, values, selection, property_name=property_name, archived=archived, merged=merged
    )
    for n, record in zip(positions, records, strict=True):
        found[n] = record
    return found


def find_those(
    unit: Unit,
    object_type: ObjectType,
    values: Sequence[str],
    selection: Selection,
    *,
    property_name: str | None = None,
    archived: bool = False,
    merged: bool = True,
) -> tuple[list[int], Sequence[Record]]:
    """Positions of the values that there is a record of, and these records, in this order; else like `find`."""
    create.refuse_unless(object_type, "read")
    wanted = places(object_type, values, property_name, merged=merged)
    names = stored_names(object_type, selection.properties)
    if names is None:
        found = unit.graph.ask(load("records").read_whole, wanted=wanted, archived=archived)["records"]
    else:
        found = unit.graph.ask(load("records").read, wanted=wanted, names=names, archived=archived)["records"]
    found.sort(key=_position)
    records = made_of(object_type, names, [row for _, row in found])
    return [position for position, _ in found], completed(unit, object_type, records, selection)


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
    else:
        query = load("records").page.on(node_label=node_label)
        found = unit.graph.ask(query, after=after, limit=limit + 1, names=names)["records"]
    records = made_of(object_type, names, found[:limit])
    return RecordPage(
        records=completed(unit, object_type, records, selection),
        after=records[-1].id if len(found) > limit else None,
    )


def made_of(object_type: ObjectType, names: tuple[str, ...] | None, found: Sequence[Any]) -> Sequence[Record]:
    """The records that were found: rows with the values of what `stored_names` named, or nodes where it named none."""
    if names is None:
        return [hydrate(object_type, node) for node in found]
    return RecordTable(object_type, names[len(SYSTEM_COLUMNS) :], found)


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


def locate(object_type: ObjectType, identity: Identity) -> Place:
    """Where a record may be found; RecordNotFound for no id, NotUnique for a property that identifies nothing."""
    [place] = places(object_type, [identity.value], identity.property_name, merged=True)
    if place is None:
        raise no_id(identity.value)
    return place


def places_of(object_type: ObjectType, identities: Iterable[Identity], *, merged: bool) -> list[Place | None]:
    """Like `places`, for identities that need not all be by the same property."""
    return [
        place
        for name, those in groupby(identities, key=_property_name)
        for place in places(object_type, [value for value, _ in those], name, merged=merged)
    ]


def places(object_type: ObjectType, values: Sequence[str], name: str | None, *, merged: bool) -> list[Place | None]:
    """Where records may be found, None for what is no id; NotUnique for a property that identifies nothing.

    merged: as for `find`.
    """
    if name not in NAMES_OF_IDS:
        return [_claimed(object_type, name or "", value) for value in values]
    key, claim = f"{object_type.id}:", claims.merged_key(object_type, "")
    return [
        None if record_id is None else {"key": key + record_id, "claim": claim + record_id if merged else None}
        for record_id in ids_in_keys(values)
    ]


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
    return (*SYSTEM_COLUMNS, *sorted(wanted))  # in the order in which they are shown


def completed(unit: Unit, object_type: ObjectType, records: Sequence[Record], selection: Selection) -> Sequence[Record]:
    """The records with what is not stored on their nodes: computed values, history, associations."""
    names = selection.properties if selection.properties is not None else object_type.default_properties
    calculated = computed.names_of(object_type, names)
    if not records or not (calculated or selection.history or selection.associations):
        return records
    ids = [record.id for record in records]
    if calculated:
        by_id = computed.values_of(unit, object_type, ids, calculated)
        records = [record._replace(computed=by_id.get(record.id, {})) for record in records]
    if selection.history:
        versions = revisions.history(unit, object_type, ids, selection.history)
        records = [record._replace(history=versions.get(record.id, {})) for record in records]
    if selection.associations:
        pages = associations.pages_of(unit, object_type, ids, selection.associations)
        records = [record._replace(associations=pages.get(record.id, {})) for record in records]
    return records
