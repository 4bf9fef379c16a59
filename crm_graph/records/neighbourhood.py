"""A record with what is around it, two steps far, and its last revisions: three statements, however much there is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crm_graph.accounts import permissions, tokens
from crm_graph.definitions.association import AssociationPair
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import CATEGORIES, ObjectType
from crm_graph.errors import RecordNotFound
from crm_graph.graph.queries import load
from crm_graph.records import association_types, display
from crm_graph.records.read import EVERYTHING, find
from crm_graph.records.record import Record, Selection, read_id
from crm_graph.unit import Unit


@dataclass(frozen=True, slots=True)
class Reference:
    """A record by its object type, id and name."""

    object_type: ObjectType
    id: int
    name: str

    @property
    def path(self) -> str:
        """How paths name it: `contacts/551`."""
        return f"{self.object_type.plural}/{self.id}"


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A record one step away; `labels` are what it is to the one in the middle, `beyond` is one step further."""

    record: Reference
    labels: tuple[str, ...]
    is_primary: bool
    since: int
    beyond: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Associated records of one object type; `has_more` says that not all are here."""

    object_type: ObjectType
    shown: tuple[Neighbour, ...]
    has_more: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One property in a revision; None for no value."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Link:
    """A record with which associations began or ended in a revision, and under which labels."""

    object_type: ObjectType
    id: int
    labels: tuple[str, ...]
    has_begun: bool


@dataclass(frozen=True, slots=True)
class Revision:
    """What one write did; `at` in ms since 1970, UTC. `more` is how much of it is left out."""

    version: int
    at: int
    kind: str
    source: str
    actor: str
    changes: tuple[Change, ...]
    links: tuple[Link, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """The record in the middle and what is around it, by object type in the order of categories."""

    record: Record
    name: str
    around: tuple[Neighbours, ...]
    revisions: tuple[Revision, ...]


def read(unit: Unit, object_type: ObjectType, record_id: str) -> Neighbourhood:
    """The neighbourhood of a record, archived ones included; of object types that the actor may not read nothing.

    What was merged into another record leads to that one. Raises RecordNotFound.
    """
    selection, ids = Selection(properties=EVERYTHING), [str(read_id(record_id))]
    [record] = find(unit, object_type, ids, selection)
    if record is None:
        [record] = find(unit, object_type, ids, selection, archived=True)
    if record is None:
        raise RecordNotFound
    return Neighbourhood(
        record=record,
        name=display.name_of(object_type, record.id, record.properties),
        around=tuple(_around(unit, record)),
        revisions=tuple(_revisions(unit, record)),
    )


def _around(unit: Unit, record: Record) -> Iterable[Neighbours]:
    near, model = record.object_type, unit.model
    pairs = {each.relationship_type: each for each in model.pairs_of(near) if each.is_indexed}
    far_types = {name: model.object_types[_far(pair, near)] for name, pair in pairs.items()}
    readable = [name for name, far in far_types.items() if _may_read(unit, far)]
    if not readable:
        return []
    statement = load("neighbourhood").around.on_each(
        [{"relationship_type": name, "far_label": far_types[name].node_label} for name in sorted(readable)]
    )
    limit = unit.limits.neighbours
    rows = unit.graph.ask(
        statement,
        key=record.key,
        default_ids={name: pairs[name].default.id for name in readable},
        names=display.names_read(model),
        limit=limit + 1,
        considered=unit.limits.neighbours_considered,
        looked=unit.limits.neighbours_looked_at,
        beyond=unit.limits.neighbours_beyond,
    )["found"]
    by_pair: dict[str, list[Any]] = {}
    for row in rows:
        by_pair.setdefault(row[0], []).append(row)
    found = [
        Neighbours(
            object_type=far_types[name],
            shown=_ordered(_neighbour(unit, pairs[name], near, row) for row in those[:limit]),
            has_more=len(those) > limit,
        )
        for name, those in by_pair.items()
    ]
    order = {name: place for place, name in enumerate(model.object_types)}
    return sorted(found, key=lambda each: (CATEGORIES.index(each.object_type.category), order[each.object_type.name]))


def _neighbour(unit: Unit, pair: AssociationPair, near: ObjectType, row: Sequence[Any]) -> Neighbour:
    _, far_key, values, types, since, further = row
    far = unit.model.object_types[_far(pair, near)]
    seen = association_types.presenter(pair)(tuple((type_id, is_source) for type_id, is_source in types))
    directions = [pair.directions[type_id] for type_id in seen]
    beyond = (_reference(unit.model, key, given) for key, given in further)
    return Neighbour(
        record=_named(far, far_key, values),
        labels=tuple(dict.fromkeys(each.association_label for each in directions if each.association_label)),
        is_primary=any(each.type.is_primary for each in directions),
        since=since,
        beyond=tuple(each for each in beyond if each is not None and _may_read(unit, each.object_type)),
    )


def _ordered(found: Iterable[Neighbour]) -> tuple[Neighbour, ...]:
    """Primary ones first, then those with labels, then the latest."""
    return tuple(sorted(found, key=lambda each: (not each.is_primary, not each.labels, -each.since, each.record.id)))


def _reference(model: DataModel, key: str, values: Iterable[tuple[str, str]]) -> Reference | None:
    """The record of a key; None where its object type is no longer there."""
    object_type = model.find_object_type(key.partition(":")[0])
    return None if object_type is None else _named(object_type, key, values)


def _named(object_type: ObjectType, key: str, values: Iterable[tuple[str, str]]) -> Reference:
    record_id = int(key.partition(":")[2])
    given = {name: display.value_text(object_type, name, value) for name, value in values}
    return Reference(object_type, record_id, display.name_of(object_type, record_id, given))


def _revisions(unit: Unit, record: Record) -> Iterable[Revision]:
    limits = unit.limits
    rows = unit.graph.ask(
        load("neighbourhood").revisions,
        key=record.key,
        limit=limits.revisions_shown,
        changes=limits.revision_changes_shown,
        length=limits.value_characters_shown,
    )["revisions"]
    for version, at, kind, source, actor, changes, count, links in rows:
        yield Revision(
            version=version,
            at=at,
            kind=kind,
            source=source or "",
            actor=actor or "",
            changes=tuple(Change(*change) for change in changes),
            links=tuple(_links(unit, record.object_type, links)),
            more=count - len(changes) - len(links),
        )


def _links(unit: Unit, near: ObjectType, given: Iterable[tuple[str, bool]]) -> Iterable[Link]:
    """Associations as revisions of their source store them: `0-2:17|279`."""
    labels: dict[tuple[str, bool], list[str]] = {}
    for text, has_begun in given:
        key, _, type_id = text.partition("|")
        far = unit.model.find_object_type(key.partition(":")[0])
        pair = unit.model.find_pair(near, far) if far else None
        if far is None or pair is None or not _may_read(unit, far):
            continue
        those = labels.setdefault((key, has_begun), [])
        direction = pair.directions.get(int(type_id))
        if direction and direction.association_label:
            those.append(direction.association_label)
    for (key, has_begun), those in labels.items():
        kind, _, far_id = key.partition(":")
        yield Link(unit.model.object_type(kind), int(far_id), tuple(those), has_begun)


def _far(pair: AssociationPair, near: ObjectType) -> str:
    return pair.target if pair.source == near.name else pair.source


def _may_read(unit: Unit, object_type: ObjectType) -> bool:
    return tokens.permits(unit.actor, permissions.of_records(object_type, "read"))
