"""A mapping against the data model: what it needs and the account lacks, every fault, and the order of its passes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches

from crm_graph.accounts import permissions
from crm_graph.definitions.association import Direction
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.transfer.mapping import (
    AssociationMapping,
    Cell,
    FileMapping,
    ImportMapping,
    Key,
    RecordMapping,
    columns_of,
)
from crm_graph.transfer.reading import MappingRefused

RECORD_ID = "hs_object_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One pass over one file: its owners, the records of one kind, or associations that had to wait.

    With `is_late` the records exist already and only `associations` are made.
    """

    file: FileMapping
    title: str
    record: RecordMapping | None = None
    associations: tuple[AssociationMapping, ...] = ()
    is_late: bool = False


def needed(mapping: ImportMapping, model: DataModel) -> ImportMapping:
    """The mapping with only the definitions that the account lacks; MappingRefused where one is there but another."""
    faults: list[str] = []
    properties = []
    for item in mapping.properties:
        object_type = model.find_object_type(item.object_type)
        if object_type is None:
            faults.append(f"properties: there is no object type {item.object_type!r}")
            continue
        there = object_type.live_properties.get(item.definition.name)
        if there is None:
            properties.append(item)
        elif there.type != item.definition.type:
            faults.append(f"properties: {object_type.name} has {there.name} already, of type {there.type}")
        elif there.options and (absent := item.definition.option_values - there.option_values):
            options = ", ".join(sorted(absent))
            faults.append(f"properties: {there.name} of {object_type.name} lacks the options {options}")
    pipelines = []
    for each in mapping.pipelines:
        object_type = model.find_object_type(each.object_type)
        if object_type is None or not object_type.stage_property:
            faults.append(f"pipelines: {each.object_type!r} is no object type with pipelines")
            continue
        found = object_type.pipeline(each.definition.id)
        if found is None:
            pipelines.append(each)
        elif lacking := [stage.id for stage in each.definition.stages if found.stage(stage.id) is None]:
            faults.append(f"pipelines: {found.id} of {object_type.name} lacks the stages {', '.join(lacking)}")
    if faults:
        raise MappingRefused(faults)
    return replace(mapping, properties=tuple(properties), pipelines=tuple(pipelines))


def with_definitions(model: DataModel, mapping: ImportMapping) -> DataModel:
    """The data model as it will be once the definitions of the mapping were made; nothing is written."""
    object_types = dict(model.object_types)
    for item in mapping.properties:
        object_type = object_types[model.object_type(item.object_type).name]
        properties = {**object_type.properties, item.definition.name: item.definition}
        object_types[object_type.name] = replace(object_type, properties=properties)
    for each in mapping.pipelines:
        object_type = object_types[model.object_type(each.object_type).name]
        pipelines = (*object_type.pipelines, each.definition)
        object_types[object_type.name] = replace(object_type, pipelines=pipelines)
    return replace(model, object_types=object_types)


def steps(mapping: ImportMapping, model: DataModel) -> list[Step]:
    """The passes in order; MappingRefused names everything that the data model does not permit.

    Owners come first. An association to records that its own pass or a later one makes waits until
    all records are there, so that rows and files may stand in any order.
    """
    faults = list(_faults(mapping, model))
    if faults:
        raise MappingRefused(faults)
    passes = [(file, record) for file in mapping.files for record in file.records]
    made_last = {model.object_type(record.object_type).name: place for place, (_, record) in enumerate(passes)}
    found = [Step(file=file, title="owners") for file in mapping.files if file.owners]
    late: list[Step] = []
    for place, (file, record) in enumerate(passes):
        object_type = model.object_type(record.object_type)
        at_once: list[AssociationMapping] = []
        waiting: list[AssociationMapping] = []
        for association in record.associations:
            far = model.object_type(association.object_type)
            (waiting if made_last.get(far.name, -1) >= place else at_once).append(association)
        title = object_type.display_name_plural.lower()
        found.append(Step(file=file, title=title, record=record, associations=tuple(at_once)))
        if waiting:
            title = f"associations of {title}"
            late.append(Step(file=file, title=title, record=record, associations=tuple(waiting), is_late=True))
    return found + late


def scopes(mapping: ImportMapping, lacking: ImportMapping, model: DataModel) -> list[str]:
    """What whoever runs the mapping must be permitted; owners are made by super admins alone."""
    records = [model.object_type(record.object_type) for file in mapping.files for record in file.records]
    names = [item.object_type for item in lacking.properties] + [item.object_type for item in lacking.pipelines]
    found = [permissions.of_records(object_type, "write") for object_type in records]
    found += [permissions.of_schema(object_type, "write") for object_type in map(model.object_type, names)]
    if any(file.owners for file in mapping.files):
        found.append(permissions.SUPER_ADMIN)
    return list(dict.fromkeys(found))


def direction_of(model: DataModel, near: ObjectType, association: AssociationMapping) -> Direction | None:
    """The labelled association type that is asked for, None for the unlabelled one; KeyError where there is none."""
    if association.association_label is None:
        return None
    wanted = association.association_label.casefold()
    for direction in model.directions(near, model.object_type(association.object_type)):
        if (direction.association_label or "").casefold() == wanted:
            return direction
    raise KeyError(association.association_label)


def _faults(mapping: ImportMapping, model: DataModel) -> Iterator[str]:
    later = [record.object_type for file in mapping.files for record in file.records]
    for file in mapping.files:
        for number, record in enumerate(file.records, 1):
            place = f"{file.path}, records[{number}]"
            later.pop(0)
            object_type = model.find_object_type(record.object_type)
            if object_type is None:
                hint = _hint(record.object_type, model.object_types)
                yield f"{place}: there is no object type {record.object_type!r}{hint}"
                continue
            for fault in _record_faults(record, object_type, model, later):
                yield f"{place}: {fault}"


def _record_faults(
    record: RecordMapping, object_type: ObjectType, model: DataModel, later: Sequence[str]
) -> Iterator[str]:
    if not object_type.active:
        yield f"{object_type.display_name_plural} must be activated first"
    if not object_type.permits("create") or "import" not in object_type.tools:
        yield f"{object_type.display_name_plural} cannot be imported"
    yield from _key_faults("key", record.key, object_type)
    for name, cell in record.properties.items():
        definition = object_type.live_properties.get(name)
        if definition is None:
            yield f"{object_type.name} has no property {name!r}{_hint(name, object_type.live_properties)}"
        elif definition.read_only and name != object_type.created_property:
            yield f"{name} of {object_type.name} is read only"
        else:
            yield from _cell_faults(name, cell, model, later)
    for association in record.associations:
        yield from _association_faults(association, object_type, model)
    if record.mode == "update" or record.key.property_name == RECORD_ID:
        return
    given = {*record.properties, record.key.property_name, object_type.pipeline_property, object_type.stage_property}
    for names in object_type.required:
        if given.isdisjoint(names):
            yield f"a new {object_type.name} needs {' or '.join(names)}, which nothing is mapped to"


def _key_faults(place: str, key: Key, object_type: ObjectType) -> Iterator[str]:
    name = key.property_name
    if name is None or name == RECORD_ID:
        return
    found = object_type.live_properties.get(name)
    if found is None:
        yield f"{place}: {object_type.name} has no property {name!r}{_hint(name, object_type.live_properties)}"
    elif name not in object_type.unique_properties and name not in object_type.folded_properties:
        yield f"{place}: {name} of {object_type.name} is neither unique nor an indexed text, so it cannot find a record"


def _cell_faults(name: str, cell: Cell, model: DataModel, later: Sequence[str]) -> Iterator[str]:
    if cell.template is not None and not columns_of(cell):
        yield f"{name}: the template names no column; use a constant"
    if cell.refers_to is None or cell.reference is None:
        return
    far = model.find_object_type(cell.refers_to)
    if far is None:
        yield f"{name}: there is no object type {cell.refers_to!r}{_hint(cell.refers_to, model.object_types)}"
        return
    yield from _key_faults(name, cell.reference, far)
    if any(model.find_object_type(other) is far for other in later):
        yield f"{name}: the file that makes {far.display_name_plural.lower()} must stand before this one"


def _association_faults(association: AssociationMapping, near: ObjectType, model: DataModel) -> Iterator[str]:
    far = model.find_object_type(association.object_type)
    if far is None:
        yield f"associations: there is no object type {association.object_type!r}"
        return
    if model.find_pair(near, far) is None:
        yield f"associations: no association is defined between {near.name} and {far.name}"
        return
    yield from _key_faults("associations", association.key, far)
    try:
        direction_of(model, near, association)
    except KeyError:
        labels = sorted({d.association_label for d in model.directions(near, far) if d.association_label})
        there = f"there are: {', '.join(labels)}" if labels else "there is none"
        yield f"associations: {near.name} to {far.name} has no label {association.association_label!r}; {there}"


def _hint(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), 1)
    return f"; did you mean {close[0]!r}?" if close else ""
