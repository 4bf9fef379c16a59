"""One record: created, read, updated, archived, restored, purged, listed. Many at a time are in `batch.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import RecordNotFound
from crm_graph.records import archive as archiving
from crm_graph.records.archive import purge, restore
from crm_graph.records.create import create_all
from crm_graph.records.read import EVERYTHING, find, hydrate, page
from crm_graph.records.record import CreateInput, Identity, NewAssociation, Record, Selection, UpdateInput, read_id
from crm_graph.records.update import update_all
from crm_graph.unit import Unit

__all__ = ["EVERYTHING", "archive", "create", "hydrate", "page", "purge", "read", "restore", "update"]


def create(
    unit: Unit, object_type: ObjectType, properties: Mapping[str, Any], associations: Sequence[NewAssociation] = ()
) -> Record:
    """The new record with the values given and those that rules added."""
    return create_all(unit, object_type, [CreateInput(properties=properties, associations=associations)])[0]


def read(
    unit: Unit, object_type: ObjectType, identity: Identity, selection: Selection, *, archived: bool = False
) -> Record:
    """The live record, or with `archived` the archived one; RecordNotFound otherwise."""
    if identity.is_id:
        read_id(identity.value)
    value, name = identity
    found = find(unit, object_type, [value], selection, property_name=name, archived=archived)[0]
    if found is None:
        raise RecordNotFound
    return found


def update(unit: Unit, object_type: ObjectType, identity: Identity, properties: Mapping[str, Any]) -> Record:
    """The record with the values that were given and those that rules added; RecordNotFound where there is none."""
    return update_all(unit, object_type, [UpdateInput(identity=identity, properties=properties)])[0]


def archive(unit: Unit, object_type: ObjectType, record_id: str) -> None:
    """Hide the record; nothing happens where there is none. RecordNotFound for what is no record id."""
    read_id(record_id)
    archiving.archive_all(unit, object_type, [record_id])
