"""Records as bodies: strings only, each property shown by the function that its definition has for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import itemgetter
from typing import Any

from api.paging import association_cursor, base_url
from crm_graph.definitions.association import Direction
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.remembered import remembered
from crm_graph.graph.convert import datetime_text, instant
from crm_graph.records.read import EVERYTHING
from crm_graph.records.record import AssociationPage, PropertyVersion, Record, Selection
from crm_graph.records.table import SYSTEM_COLUMNS, RecordTable

Body = dict[str, Any]
Show = Callable[[Record], Body]
Own = tuple[str, str, str]

_OWN = {"hs_object_id": 0, "createdate": 1, "hs_createdate": 1, "lastmodifieddate": 2, "hs_lastmodifieddate": 2}
"""Place of each system property in what every record has: id, created, updated."""
_TEXTS = frozenset({str, type(None)})
"""Types of values that are shown as they are stored."""
_archived_at = itemgetter(SYSTEM_COLUMNS.index("_archived_at"))


def written(model: DataModel, object_type: ObjectType) -> Show:
    """Shows records just written: what was set, and the system's properties."""
    return shown_by(model, object_type, Selection(properties=EVERYTHING))


def shown_by(model: DataModel, object_type: ObjectType, selection: Selection) -> Show:
    """A function that shows records as the selection asks: the default set, the names given, or all that have a value.

    Names given and system properties are there even without a value; what is not defined is left out.
    """
    if selection.properties == EVERYTHING:
        values = _whole(object_type)
    else:
        values = _values(object_type, selection.properties, selection.history)
    records_url = _records_url(model, object_type)
    directions: dict[str, Mapping[int, Direction]] = {}

    def show(record: Record) -> Body:
        # One look at the tuple, not one for each of its fields.
        _, number, _, created, updated, archived_at, _, _, history, associations, _ = record
        record_id, created_at, updated_at = str(number), instant(created), instant(updated)
        body: Body = {
            "id": record_id,
            "properties": values(record, (record_id, created_at, updated_at)),
            "createdAt": created_at,
            "updatedAt": updated_at,
            "archived": archived_at is not None,
        }
        if archived_at is not None:
            body["archivedAt"] = instant(archived_at)
        if selection.history:
            body["propertiesWithHistory"] = _history(object_type, history, selection.history)
        if associations:
            body["associations"] = _associations(model, record, directions)
        body["url"] = records_url + record_id
        return body

    return show


def shown(model: DataModel, object_type: ObjectType, selection: Selection, records: Sequence[Record]) -> list[Body]:
    """The records as `shown_by` shows each of them."""
    if records and isinstance(records, RecordTable) and not selection.history:
        properties = selection.properties
        if records.names == _chosen(object_type, properties, ()).stored and _are_live(records):
            return _in_columns(records, _body_of(object_type, properties), _records_url(model, object_type))
    return list(map(shown_by(model, object_type, selection), records))


def _are_live(table: RecordTable) -> bool:
    """What was live when it was found may be archived when it is read."""
    return {None}.issuperset(map(_archived_at, table.rows))


def _records_url(model: DataModel, object_type: ObjectType) -> str:
    return f"{base_url()}/contacts/{model.account_id}/record/{object_type.id}/"


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What a choice of names shows: stored properties, in the order in which they are read, then the system's."""

    stored: tuple[str, ...]
    system: tuple[tuple[str, int], ...]


@remembered
def _chosen(object_type: ObjectType, properties: tuple[str, ...] | None, history: tuple[str, ...]) -> _Chosen:
    if properties is None:
        names: Iterable[str] = object_type.default_properties
    else:
        own = ("hs_object_id", object_type.created_property, object_type.modified_property)
        names = (*(name for name in properties if name in object_type.live_properties), *own)
    every = sorted({*names, *(name for name in history if name in object_type.live_properties)})
    stored = tuple(name for name in every if name not in _OWN)
    return _Chosen(stored, tuple((name, _OWN[name]) for name in every if name in _OWN))


@remembered
def _body_of(object_type: ObjectType, properties: tuple[str, ...] | None) -> Callable[..., Body]:
    """A function that makes a body of the URL of its record type, id, moments and presented values.

    Its code has the names in it: a hundred bodies by `dict(zip(…))` take three times as long.
    """
    chosen = _chosen(object_type, properties, ())
    own, values = ("id", "created", "updated"), [f"value_{n}" for n in range(len(chosen.stored))]
    named = [*zip(chosen.stored, values, strict=True), *((name, own[place]) for name, place in chosen.system)]
    items = ", ".join(f"{name!r}: {value}" for name, value in named)
    # The names are those of properties that are defined, and each is a literal.
    body: Callable[..., Body] = eval(
        f"lambda url, id, created, updated, {', '.join(values)}: {{'id': id, 'properties': {{{items}}}, "
        "'createdAt': created, 'updatedAt': updated, 'archived': False, 'url': url + id}"
    )
    return body


@remembered
def _values(
    object_type: ObjectType, properties: tuple[str, ...] | None, history: tuple[str, ...]
) -> Callable[[Record, Own], Body]:
    chosen, presenters = _chosen(object_type, properties, history), object_type.presenters

    def values(record: Record, own: Own) -> Body:
        found = record.properties
        body: Body = {name: found.get(name) for name in chosen.stored}
        for name, value in body.items():
            if type(value) is not str and value is not None:
                body[name] = presenters[name](value)
        for name, place in chosen.system:
            body[name] = own[place]
        for name, value in record.computed.items():
            # Dates and times of stages are given by name without being defined, all others are defined.
            body[name] = None if value is None else presenters.get(name, _undefined)(value)
        return body

    return values


def _in_columns(table: RecordTable, body: Callable[..., Body], records_url: str) -> list[Body]:
    """What `shown_by` makes of each live record, for all of them at once."""
    presenters = table.object_type.presenters
    numbers, created, updated, _, _, *columns = zip(*table.rows, strict=True)
    own = map(str, numbers), map(instant, created), map(instant, updated)
    presented = [
        column if _TEXTS.issuperset(map(type, column)) else _presented(column, presenters[name])
        for name, column in zip(table.names, columns, strict=True)
    ]
    return list(map(body, repeat(records_url), *own, *presented))


def _presented(column: Iterable[Any], present: Callable[[Any], str]) -> list[str | None]:
    return [value if type(value) is str or value is None else present(value) for value in column]


def _undefined(value: Any) -> str:
    return str(value) if isinstance(value, int) else datetime_text(value)


@remembered
def _whole(object_type: ObjectType) -> Callable[[Record, Own], Body]:
    presenters, live = object_type.presenters, object_type.live_properties
    system = sorted((name, place) for name, place in _OWN.items() if name in live)

    def values(record: Record, own: Own) -> Body:
        body: Body = {name: own[place] for name, place in system}
        for name, value in record.properties.items():
            if name in live and name not in _OWN:
                body[name] = value if type(value) is str or value is None else presenters[name](value)
        for name, value in record.computed.items():
            if value is not None:
                body[name] = presenters[name](value)
        return body

    return values


def _history(
    object_type: ObjectType, history: Mapping[str, Sequence[PropertyVersion]], names: Sequence[str]
) -> dict[str, list[Body]]:
    return {
        name: [_version(version, object_type.presenters[name]) for version in history.get(name, ())]
        for name in names
        if name in object_type.live_properties
    }


def _version(version: PropertyVersion, present: Callable[[Any], str]) -> Body:
    body: Body = {
        "value": "" if version.value is None else present(version.value),
        "timestamp": instant(version.at),
        "sourceType": version.source,
    }
    if version.source_id:
        body["sourceId"] = version.source_id
    user_id = version.actor.removeprefix("user:")
    if user_id.isdigit():
        body["updatedByUserId"] = int(user_id)
    return body


def _associations(model: DataModel, record: Record, directions: dict[str, Mapping[int, Direction]]) -> Body:
    body: Body = {}
    for far_name, page in record.associations.items():
        if page.type_ids:
            far = model.object_types[far_name]
            if far_name not in directions:
                directions[far_name] = model.pair(record.object_type, far).directions
            body[far.contract_name] = _association_page(record, far, page, directions[far_name])
    return body


def _association_page(
    record: Record, far: ObjectType, page: AssociationPage, directions: Mapping[int, Direction]
) -> Body:
    results = [
        {"id": str(far_id), "type": v3_name(directions[type_id])}
        for far_id, type_ids in page.type_ids.items()
        for type_id in type_ids
        if type_id in directions
    ]
    body: Body = {"results": results}
    if page.after is not None:
        after = association_cursor(page.after)
        path = f"/crm/v3/objects/{record.object_type.plural}/{record.id}/associations/{far.plural}"
        body["paging"] = {"next": {"after": after, "link": f"{base_url()}{path}?after={after.replace('=', '%3D')}"}}
    return body


def v3_name(direction: Direction) -> str:
    """The name by which v3 knows an association type: its own, else its label, else its id."""
    return direction.name or direction.association_label or str(direction.type_id)
