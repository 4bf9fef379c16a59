"""Reads the built-in definitions from `builtin/*.toml` and checks them.

`record.toml` has what nearly all types share, one file a category has the types, then come
pipelines and associations. What is wrong is told all at once, with file and table.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from crm_graph.definitions.association import AssociationPair, AssociationType
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.naming import relationship_type
from crm_graph.definitions.object_type import CATEGORIES, OPERATIONS, TOOLS, ObjectType
from crm_graph.definitions.pipeline import Pipeline, Stage
from crm_graph.definitions.property import Group, Option, Property

Table = Mapping[str, Any]

_CUSTOM = "custom_object"
_GROUP_NAMES = {"contactinformation": "Contact information", "companyinformation": "Company information"}


class CatalogueFault(Exception):
    """Built-in definitions that contradict themselves; the message has a line for each fault."""


@cache
def load() -> DataModel:
    """The built-in data model at version 0; CatalogueFault where the tables are wrong."""
    pipelines = _read("pipelines")
    object_types = {
        name: _object_type(name, table, pipelines.get(name, ())) for name, table in _tables() if name != _CUSTOM
    }
    pairs = {pair.relationship_type: pair for pair in map(_pair, _read("associations")["pair"])}
    model = DataModel(version=0, object_types=object_types, pairs=pairs)
    if faults := list(_faults(model)):
        raise CatalogueFault("\n".join(faults))
    return model


@cache
def custom_object_template() -> ObjectType:
    """What every custom object type begins with: system properties, rules, limits; it has no name yet."""
    table = dict(_tables())[_CUSTOM]
    return ObjectType(
        id="",
        name="",
        plural="",
        node_label="",
        display_name="",
        display_name_plural="",
        categories=("other",),
        icon=table["icon"],
        default_properties=("hs_createdate", "hs_lastmodifieddate", "hs_object_id"),
        behaviours=tuple(table["behaviours"]),
        needs_activation=table["needs_activation"],
        tier=table["tier"],
        stage_limit=table["stage_limit"],
        properties=_properties(table, ""),
        built_in=False,
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("crm_graph.definitions").joinpath(f"builtin/{name}.toml").read_text("utf-8"))


@cache
def _record_properties() -> dict[str, Table]:
    rows: dict[str, Table] = _read("record")["record"]
    return rows


def _tables() -> Iterator[tuple[str, Table]]:
    for file in CATEGORIES:
        yield from _read(file).items()


def _object_type(name: str, table: Table, pipelines: Iterable[Table]) -> ObjectType:
    properties = _properties(table, table["group"])
    modified = table.get("modified_property", "hs_lastmodifieddate")
    created = table.get("created_property", "hs_createdate")
    return ObjectType(
        id=table["id"],
        name=name,
        plural=table["plural"],
        node_label=table["node_label"],
        display_name=table["display_name"]["one"],
        display_name_plural=table["display_name"]["many"],
        categories=tuple(table["categories"]),
        icon=table.get("icon", ""),
        primary=tuple(table["primary"]),
        required=tuple(tuple(group) for group in table.get("required", ())),
        searchable=tuple(table["searchable"]),
        default_properties=tuple(table.get("default_properties", (created, modified, "hs_object_id"))),
        created_property=created,
        modified_property=modified,
        tools=tuple(table["tools"]),
        operations=tuple(table.get("operations", OPERATIONS)),
        behaviours=tuple(table.get("behaviours", ())),
        personal=tuple(table.get("personal", ())),
        needs_activation=table.get("needs_activation", False),
        tier=table.get("tier", "all"),
        pipeline_property=table.get("pipeline_property"),
        stage_property=table.get("stage_property"),
        stage_limit=table.get("stage_limit", 100),
        properties=properties,
        groups=_groups(properties.values()),
        pipelines=tuple(_pipeline(order, row) for order, row in enumerate(pipelines)),
        aliases=tuple(table.get("aliases", ())),
    )


def _properties(table: Table, group: str) -> dict[str, Property]:
    own = table.get("properties", {})
    rows: dict[str, Table] = {}
    if table.get("extends") == "record":
        without = set(table.get("without", ()))
        rows.update((name, row) for name, row in _record_properties().items() if name not in without)
    return {name: _property(name, row, group) for name, row in {**rows, **own}.items()}


def _property(name: str, row: Table, group: str) -> Property:
    calculated = row.get("calculated", False)
    read_only = calculated or row.get("read_only", False)
    return Property(
        name=name,
        display_name=row["display_name"],
        type=row["type"],
        field_type=row["field"],
        group=row.get("group", group),
        options=tuple(
            Option(value=option["value"], display_name=option.get("display_name", option["value"]), display_order=order)
            for order, option in enumerate(row.get("options", ()))
        ),
        options_from=row.get("options_from"),
        read_only=read_only,
        calculated=calculated,
        unique=row.get("unique", False),
        claims_as=row.get("claims_as"),
        indexed=row.get("indexed", False),
        form_field=not read_only,
        currency_property=row.get("currency_property"),
        built_in=True,
    )


def _groups(properties: Iterable[Property]) -> dict[str, Group]:
    names = dict.fromkeys(found.group for found in properties)
    return {
        name: Group(
            name=name,
            display_name=_GROUP_NAMES.get(name, name.replace("_", " ").capitalize()),
            display_order=order,
            built_in=True,
        )
        for order, name in enumerate(names)
    }


def _pipeline(order: int, row: Table) -> Pipeline:
    return Pipeline(
        id=row["id"],
        display_name=row["display_name"],
        display_order=order,
        built_in=True,
        stages=tuple(
            Stage(id=stage["id"], display_name=stage["display_name"], display_order=place, metadata=stage["metadata"])
            for place, stage in enumerate(row["stages"])
        ),
    )


def _pair(row: Table) -> AssociationPair:
    source, target = row["source"], row["target"]
    return AssociationPair(
        source=source,
        target=target,
        relationship_type=relationship_type(source, target),
        types=tuple(
            AssociationType(
                id=found["id"],
                inverse_id=found["inverse_id"],
                source=source,
                target=target,
                name=found["name"],
                inverse_name=found["inverse_name"],
                association_label=found.get("label"),
                inverse_label=found.get("inverse_label"),
                is_default=found.get("default", False),
                is_primary=found.get("primary", False),
            )
            for found in row["types"]
        ),
    )


def _faults(model: DataModel) -> Iterator[str]:
    for object_type in model.object_types.values():
        yield from (f"{object_type.name}: {fault}" for fault in _faults_of(object_type))
    seen: dict[int, str] = {}
    for pair in model.pairs.values():
        yield from (f"{pair.relationship_type}: {fault}" for fault in _faults_of_pair(model, pair))
        for type_id in {each for found in pair.types for each in (found.id, found.inverse_id)}:
            if type_id in seen:
                yield f"{pair.relationship_type}: type id {type_id} is also in {seen[type_id]}"
            seen[type_id] = pair.relationship_type


def _faults_of(object_type: ObjectType) -> Iterator[str]:
    names = [*object_type.primary, *object_type.searchable, *object_type.default_properties]
    names += [name for group in object_type.required for name in group]
    names += [found.currency_property for found in object_type.properties.values() if found.currency_property]
    names += [name for name in (object_type.pipeline_property, object_type.stage_property) if name]
    yield from (f"no property {name!r}" for name in dict.fromkeys(names) if name not in object_type.properties)
    yield from (f"no tool {tool!r}" for tool in object_type.tools if tool not in TOOLS)
    yield from (f"no category {each!r}" for each in object_type.categories if each not in CATEGORIES)
    yield from (f"no operation {each!r}" for each in object_type.operations if each not in OPERATIONS)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", object_type.icon):
        yield f"no name of an icon: {object_type.icon!r}"
    if object_type.stage_property and not object_type.pipelines:
        yield "a stage property and no pipeline"


def _faults_of_pair(model: DataModel, pair: AssociationPair) -> Iterator[str]:
    for end in (pair.source, pair.target):
        if end not in model.object_types:
            yield f"no object type {end!r}"
    if sum(found.is_default for found in pair.types) != 1:
        yield "not exactly one default type"
    for found in pair.types:
        if found.is_default and (found.association_label or found.inverse_label):
            yield f"type {found.id} is the default and has a label"
        if not found.is_default and not (found.association_label and found.inverse_label):
            yield f"type {found.id} has no label from one end"
