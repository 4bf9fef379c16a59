"""What the graph holds of the definitions, laid over the built-in model.

A built-in definition that was changed is stored with the changed fields alone, so that the
next version's other improvements reach it; what a user added is stored whole. After this
module nobody can tell the two apart.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from functools import cache, lru_cache
from typing import Any

from crm_graph.definitions import catalogue
from crm_graph.definitions.association import AssociationPair, AssociationType
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.pipeline import Pipeline, Stage
from crm_graph.definitions.property import Group, Option, Property

Row = Mapping[str, Any]

METADATA = "metadata_"
"""What stands before the name of a stage's metadata in the graph."""

PARTS = frozenset({"properties", "groups", "pipelines", "stages", "options", "types", "metadata"})
"""Fields that are nodes of their own, or in the case of metadata many fields."""


def overlaid(base: DataModel, stored: Row, account_id: int) -> DataModel:
    """The data model at `stored["model_version"]`; `stored` is the row of `definitions.load`."""
    object_types = _object_types(base, stored)
    pairs, revoked = _pairs(base, object_types, stored)
    return DataModel(
        version=stored["model_version"],
        object_types=object_types,
        pairs=pairs,
        revoked_pairs=revoked,
        account_id=account_id,
        owners=frozenset(stored["owners"]),
    )


def custom_object_type(values: Mapping[str, Any]) -> ObjectType:
    """A custom object type with fields of ObjectType, the system properties in its own group."""
    properties = _system_properties(f"{values['name'].lower()}_information")
    return replace(catalogue.custom_object_template(), **values, properties=properties)


@lru_cache(maxsize=512)
def _system_properties(group: str) -> Mapping[str, Property]:
    template = catalogue.custom_object_template()
    return {name: replace(found, group=group) for name, found in template.properties.items()}


def _object_types(base: DataModel, stored: Row) -> dict[str, ObjectType]:
    properties, groups, pipelines = (_by_owner(stored[kind]) for kind in ("properties", "groups", "pipelines"))
    found = dict(base.object_types)
    for row in stored["object_types"]:
        name = row["key"]
        if name not in found and "id" not in row:
            continue  # a change of a built-in type that this version no longer has
        values = {field: value for field, value in _fields_of(ObjectType, row).items() if field != "built_in"}
        if "required" in values:
            values["required"] = tuple(tuple(names.split("|")) for names in values["required"])
        origin = replace(found[name], **values) if name in found else custom_object_type(values)
        found[name] = replace(
            origin,
            properties={**origin.properties, **_properties(origin, properties[name])},
            groups={**origin.groups, **_groups(origin, groups[name])},
            pipelines=_pipelines(origin, pipelines[name]),
        )
    return found


def _properties(origin: ObjectType, rows: Iterable[Row]) -> dict[str, Property]:
    found = {}
    for row in rows:
        values = _fields_of(Property, row["values"])
        if row["values"].get("has_own_options"):
            values["options"] = tuple(Option(**_fields_of(Option, option)) for option in row["parts"])
        name = values["name"]
        found[name] = replace(origin.properties[name], **values) if name in origin.properties else Property(**values)
    return found


def _groups(origin: ObjectType, rows: Iterable[Row]) -> dict[str, Group]:
    found = {}
    for row in rows:
        values = _fields_of(Group, row["values"])
        name = values["name"]
        found[name] = replace(origin.groups[name], **values) if name in origin.groups else Group(**values)
    return found


def _pipelines(origin: ObjectType, rows: Iterable[Row]) -> tuple[Pipeline, ...]:
    # A pipeline that was changed is stored whole: its stages are the account's own from then on.
    found = {pipeline.id: pipeline for pipeline in origin.pipelines}
    for row in rows:
        pipeline = Pipeline(**_fields_of(Pipeline, row["values"]), stages=tuple(map(_stage, row["parts"])))
        found[pipeline.id] = pipeline
    return tuple(found.values())


def _stage(row: Row) -> Stage:
    metadata = {key.removeprefix(METADATA): value for key, value in row.items() if key.startswith(METADATA)}
    return Stage(**_fields_of(Stage, row), metadata=metadata)


def _pairs(
    base: DataModel, object_types: Mapping[str, ObjectType], stored: Row
) -> tuple[dict[str, AssociationPair], dict[str, AssociationPair]]:
    pairs = dict(base.pairs)
    for row in stored["pairs"]:
        name = row["key"]
        if name in pairs:
            pairs[name] = replace(pairs[name], is_indexed=row.get("is_indexed", False))
        elif "source" in row:
            pairs[name] = AssociationPair(**_fields_of(AssociationPair, row), relationship_type=name, types=())
    types: dict[str, dict[int, AssociationType]] = {
        name: {each.id: each for each in pair.types} for name, pair in pairs.items()
    }
    for row in stored["association_types"]:
        known = types.get(row["pair"])
        if known is None:
            continue
        values = _fields_of(AssociationType, row)
        type_id = values["id"]
        known[type_id] = replace(known[type_id], **values) if type_id in known else AssociationType(**values)
    complete = {name: replace(pair, types=tuple(types[name].values())) for name, pair in pairs.items() if types[name]}
    live = {name: pair for name, pair in complete.items() if _may_be_used(object_types, pair)}
    return live, {name: pair for name, pair in complete.items() if name not in live}


def _may_be_used(object_types: Mapping[str, ObjectType], pair: AssociationPair) -> bool:
    ends = (object_types.get(pair.source), object_types.get(pair.target))
    has_default = any(each.is_default and not each.archived for each in pair.types)
    return has_default and all(end is not None and not end.archived for end in ends)


def _by_owner(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row["of"]].append(row)
    return found


def _fields_of(kind: Any, row: Row) -> dict[str, Any]:
    names = _field_names(kind)
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items() if key in names}


@cache
def _field_names(kind: Any) -> frozenset[str]:
    return frozenset(each.name for each in fields(kind)) - PARTS
