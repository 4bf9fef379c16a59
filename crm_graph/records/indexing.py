"""Switches the index of a property on and off while records are being written.

An indexed string is searched by its folded value. So writers fold from the first publication
on, what was stored before is folded after the last write without it has ended, and only then
does search use the index.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from crm_graph.definitions import constraints, expressions
from crm_graph.definitions.changes import properties
from crm_graph.definitions.changes.checks import refused
from crm_graph.definitions.changes.publication import Audit, Values, confirm, publish, save_properties, schema_of
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.graph.queries import load
from crm_graph.records import values
from crm_graph.records.record import SYSTEM_PROPERTIES
from crm_graph.unit import Unit

_BATCH = 1_000


def set_indexed(unit: Unit, object_type: ObjectType, wanted: Mapping[str, bool]) -> ObjectType:
    """The object type with or without an index for the properties; DefinitionNotFound for an unknown one.

    InvalidInput for one that the system keeps itself, or that is computed.
    """
    for name in wanted:
        if name in SYSTEM_PROPERTIES:
            raise refused("indexedProperties", name, "is kept by the system, which has an index of its own")
    found = {name: properties.find(object_type, name) for name in wanted}
    for name, each in found.items():
        if wanted[name] and expressions.is_computed(object_type, each.name):
            raise refused("indexedProperties", name, "is computed when it is read, so there is nothing to index")
    differing = [each for name, each in found.items() if each.indexed != wanted[name]]
    if not differing:
        confirm(unit)
        return object_type
    made = [replace(each, indexed=True) for each in differing if wanted[each.name]]
    strings = [each for each in made if each.type == "string"]
    schema_of(unit).define([text for each in made for text in constraints.of_property(object_type, each)])
    if not all(each.folded for each in strings):
        _publish(unit, object_type, {each.name: {"folded": True} for each in strings})
    if strings:
        schema_of(unit).settle()
    for each in strings:
        _fold_stored(unit, object_type, each)
    _publish(unit, object_type, {e.name: {"indexed": wanted[e.name], "folded": False} for e in differing})
    gone = [each for each in differing if not wanted[each.name]]
    schema_of(unit).define([text for each in gone for text in constraints.without_property(object_type, each)])
    changed = {each.name: replace(each, indexed=wanted[each.name], folded=False) for each in differing}
    return replace(object_type, properties={**object_type.properties, **changed})


def _fold_stored(unit: Unit, object_type: ObjectType, found: Property) -> None:
    # Pages, because the values of a large account are more than one transaction may hold.
    for node_label in (object_type.node_label, object_type.archived_label):
        places = {"node_label": node_label, "property": found.name, "folded": f"_f_{found.name}"}
        after = -1
        while rows := unit.graph.ask(load("indexing").values_after.on(**places), after=after, limit=_BATCH)["rows"]:
            # A value that is gone may have left a folded one behind, from before the index was switched off.
            folded = [
                {**row, "folded": values.fold(row["value"]) if row["value"] is not None else None} for row in rows
            ]
            unit.graph.change(load("indexing").fold.on(**places), rows=folded)
            after = rows[-1]["id"]


def _publish(unit: Unit, object_type: ObjectType, changes: Mapping[str, Values]) -> None:
    audits = [
        Audit(action="INDEX", subject=f"property:{object_type.name}.{name}", values=values)
        for name, values in changes.items()
    ]
    publish(unit, audits, lambda inner: save_properties(inner, object_type.name, changes))
