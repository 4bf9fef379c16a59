"""How a change of definitions becomes true for everyone at once, and how definitions are kept as nodes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields, replace
from typing import Any

from crm_graph.definitions.association import AssociationPair, AssociationType
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.overlay import METADATA, PARTS
from crm_graph.definitions.pipeline import Pipeline, Stage
from crm_graph.definitions.property import Group, Property
from crm_graph.errors import Unavailable
from crm_graph.graph.database import Schema
from crm_graph.graph.queries import load
from crm_graph.unit import Unit

Values = Mapping[str, Any]

_QUERIES = "definitions"
_PROPERTIES = {
    "node_label": "_Property",
    "joined_by": "HAS_PROPERTY",
    "part": "_Option",
    "part_joined_by": "HAS_OPTION",
}
_GROUPS = {**_PROPERTIES, "node_label": "_Group", "joined_by": "HAS_GROUP"}
_PIPELINES = {
    "node_label": "_Pipeline",
    "joined_by": "HAS_PIPELINE",
    "part": "_Stage",
    "part_joined_by": "HAS_STAGE",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What is remembered of a change: what was done to which definition or list, and how it is now."""

    action: str
    subject: str
    """Kind and key, such as `property:contact.favourite`."""
    values: Values = field(default_factory=dict)


def publish(unit: Unit, audits: Iterable[Audit], write: Callable[[Unit], None], *, narrows: bool = False) -> None:
    """Run `write` in one transaction that ends with a new version of the model; StaleModel when it moved before.

    With `narrows`, for what permits less than before, the writes by older definitions have ended when it returns.
    """
    # Work may publish more than once; each answer may be lost by itself, so each publication has its own id.
    transaction_id = unit.clock.new_id()
    own = replace(
        unit,
        graph=schema_of(unit).statements(unit.graph.guard, transaction_id),
        transaction_id=transaction_id,
    )
    at = unit.clock.now()
    rows = [audit_row(own, audit, at) for audit in audits]

    def work(inner: Unit) -> None:
        inner.graph.change(load(_QUERIES).begin, at=at)
        write(inner)
        inner.graph.change(load(_QUERIES).publish, audits=rows)

    own.together(work)
    if narrows:
        with suppress(Unavailable):  # it is published already, and a graph that went away has no open writes
            schema_of(unit).settle()


def confirm(unit: Unit) -> None:
    """StaleModel unless the model that an answer is taken from is still the current one."""
    unit.graph.ask(load(_QUERIES).confirm)


def schema_of(unit: Unit) -> Schema:
    """The doors for schema commands; RuntimeError where the edge gave none."""
    if unit.schema is None:
        raise RuntimeError("Definitions are changed only where the edge opened the door for schema commands.")
    return unit.schema


def reserve(unit: Unit, counter: str, count: int) -> list[int]:
    """The next numbers of a counter, inside a change."""
    end: int = unit.graph.change(load(_QUERIES).reserve, name=counter, count=count)["end"]
    return list(range(end - count, end))


def save_object_type(unit: Unit, name: str, values: Values) -> None:
    """Write fields of an object type; None takes a change of a built-in one back."""
    unit.graph.change(load(_QUERIES).save_object_type, name=name, values=dict(values))


def save_properties(unit: Unit, object_type: str, changed: Mapping[str, Values]) -> None:
    """Write fields of properties by name; `options` (of Option) replace those there were."""
    rows = []
    for name, values in changed.items():
        given = {key: value for key, value in values.items() if key != "options"}
        row: dict[str, Any] = {"key": f"{object_type}.{name}", "values": {**given, "name": name}, "parts": None}
        if "options" in values:
            row["values"]["has_own_options"] = True
            row["parts"] = [{**stored(option), "position": n} for n, option in enumerate(values["options"])]
        rows.append(row)
    unit.graph.change(load(_QUERIES).save_parts.on(**_PROPERTIES), object_type=object_type, rows=rows)


def save_groups(unit: Unit, object_type: str, groups: Iterable[Group]) -> None:
    """Write groups of properties whole."""
    rows = [{"key": f"{object_type}.{group.name}", "values": stored(group), "parts": None} for group in groups]
    unit.graph.change(load(_QUERIES).save_parts.on(**_GROUPS), object_type=object_type, rows=rows)


def save_pipelines(unit: Unit, object_type: str, pipelines: Iterable[Pipeline]) -> None:
    """Write pipelines whole, with their stages in order."""
    rows = [
        {
            "key": f"{object_type}.{pipeline.id}",
            "values": stored(pipeline),
            "parts": [_stage_row(stage, n) for n, stage in enumerate(pipeline.stages)],
        }
        for pipeline in pipelines
    ]
    unit.graph.change(load(_QUERIES).save_parts.on(**_PIPELINES), object_type=object_type, rows=rows)


def save_association_types(unit: Unit, changed: Iterable[tuple[AssociationPair, Mapping[int, Values]]]) -> None:
    """Write fields of association types by their forward id, each with its pair."""
    rows = [
        {
            "pair": pair.relationship_type,
            "source": pair.source,
            "target": pair.target,
            "key": type_id,
            "values": {**values, "id": type_id},
        }
        for pair, types in changed
        for type_id, values in types.items()
    ]
    unit.graph.change(load(_QUERIES).save_association_types, rows=rows)


def stored(value: ObjectType | Property | Group | Pipeline | Stage | AssociationType | Any) -> dict[str, Any]:
    """The fields of a definition as node properties: what is made of parts of their own is left out."""
    found = {item.name: getattr(value, item.name) for item in fields(value) if item.name not in PARTS}
    if isinstance(value, ObjectType):
        found["required"] = ["|".join(names) for names in value.required]
    return {name: _native(each) for name, each in found.items() if _is_native(each)}


def _stage_row(stage: Stage, position: int) -> dict[str, Any]:
    metadata = {f"{METADATA}{name}": value for name, value in stage.metadata.items()}
    return {**stored(stage), **metadata, "position": position}


def _is_native(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return all(isinstance(each, (str, int, float)) for each in value)
    return isinstance(value, (str, int, float))


def _native(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def audit_row(unit: Unit, audit: Audit, at: int) -> dict[str, Any]:
    """The node of a change that the actor makes at a time in ms since 1970."""
    return {
        "at": at,
        "action": audit.action,
        "subject": audit.subject,
        "actor": unit.actor.name,
        "user_id": unit.actor.user_id,
        "transaction_id": unit.transaction_id,
        "values": json.dumps(audit.values, default=str, ensure_ascii=False),
    }
