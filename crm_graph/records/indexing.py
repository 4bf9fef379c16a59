"""Switches the index of a property on and off while records are being written.

An indexed string is searched by its folded value. So writers fold from the first publication
on, what was stored before is folded after the last write without it has ended, and only then
does search use the index.
"""

from __future__ import annotations

from dataclasses import replace

from crm_graph.definitions import constraints
from crm_graph.definitions.changes import properties
from crm_graph.definitions.changes.publication import Audit, Values, confirm, publish, save_properties, schema_of
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.graph.queries import load
from crm_graph.records import values
from crm_graph.unit import Unit

_BATCH = 1_000


def set_indexed(unit: Unit, object_type: ObjectType, name: str, indexed: bool) -> Property:
    """The property with or without an index; DefinitionNotFound for an unknown one."""
    found = properties.find(object_type, name)
    if found.indexed == indexed:
        confirm(unit)
        return found
    changed = replace(found, indexed=indexed, folded=False)
    if indexed:
        schema_of(unit).define(constraints.of_property(object_type, changed))
        if found.type == "string":
            if not found.folded:
                _publish(unit, object_type, found, {"folded": True})
            schema_of(unit).settle()
            _fold_stored(unit, object_type, found)
    _publish(unit, object_type, found, {"indexed": indexed, "folded": False})
    if not indexed:
        schema_of(unit).define(constraints.without_property(object_type, found))
    return changed


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


def _publish(unit: Unit, object_type: ObjectType, found: Property, changes: Values) -> None:
    audit = Audit(action="INDEX", subject=f"property:{object_type.name}.{found.name}", values=changes)
    publish(unit, [audit], lambda inner: save_properties(inner, object_type.name, {found.name: changes}))
