"""Properties and pipelines that a mapping needs, made before its rows go in."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from crm_graph.crm import Crm
from crm_graph.definitions.changes import pipelines, properties
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.transfer import checking
from crm_graph.transfer.mapping import ImportMapping
from crm_graph.unit import Actor, Unit


def make(crm: Crm, actor: Actor, lacking: ImportMapping) -> None:
    """Make the definitions, each change published before the next; those that are there by now are left alone."""
    for name in dict.fromkeys(item.object_type for item in lacking.properties):
        crm.run(actor, partial(_make_properties, lacking=lacking, name=name))
    for number in range(len(lacking.pipelines)):
        crm.run(actor, partial(_make_pipeline, lacking=lacking, number=number))


def _make_properties(unit: Unit, *, lacking: ImportMapping, name: str) -> None:
    object_type = unit.model.object_type(name)
    still = checking.needed(lacking, unit.model).properties
    wanted = [_grouped(object_type, item.definition) for item in still if item.object_type == name]
    if wanted:
        properties.create(unit, object_type, wanted)


def _make_pipeline(unit: Unit, *, lacking: ImportMapping, number: int) -> None:
    needed = lacking.pipelines[number]
    if needed in checking.needed(lacking, unit.model).pipelines:
        pipelines.create(unit, unit.model.object_type(needed.object_type), needed.definition)


def _grouped(object_type: ObjectType, wanted: Property) -> Property:
    """The property in the group it names, else in the type's first."""
    first = next((group.name for group in object_type.groups.values() if not group.archived), "")
    return wanted if wanted.group else replace(wanted, group=first)
