"""Segments made, found, changed, deleted and restored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crm_graph.accounts import permissions, tokens
from crm_graph.clock import DAY_MS
from crm_graph.definitions.changes.publication import Audit, audit_row
from crm_graph.definitions.changes.uses import object_types_in, of_object_type
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import Busy, InUse, InvalidInput, NotFound, TooMany
from crm_graph.graph.failures import ConstraintViolated
from crm_graph.graph.queries import load
from crm_graph.segments import filters, folders, writing
from crm_graph.segments.filters import Filters
from crm_graph.segments.segment import DYNAMIC, MANUAL, PROCESSING_TYPES, SNAPSHOT, Segment, is_id, read, text_of
from crm_graph.segments.source import Source
from crm_graph.unit import Unit

_QUERIES = "segments"
_NAME_LENGTH = 200

SORTS: Mapping[str, str] = {
    "HS_LIST_ID": "id",
    "HS_LIST_NAME": "name_key",
    "HS_CREATED_AT": "created_at",
    "HS_UPDATED_AT": "updated_at",
    "HS_CREATED_BY_ID": "created_by",
    "HS_UPDATED_BY_ID": "updated_by",
    "HS_PROCESSING_TYPE": "processing_type",
    "HS_OBJECT_TYPE_ID": "object_type_id",
}
"""What lists may be sorted by in a search, and under which key a node has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A segment as a search shows it.

    `size` is the number of members that are kept: those of a dynamic segment as far as the follower has come, archived
    ones too where they are more than are counted one by one. It is None where it was not asked for. `came` and `left`
    are when a record last joined or left, in ms.
    """

    segment: Segment
    size: int | None
    came: int | None
    left: int | None
    folder: str | None
    used_by: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundPage:
    """A page of segments, and how many there are in all."""

    total: int
    offset: int
    found: tuple[Found, ...]

    @property
    def has_more(self) -> bool:
        """Whether more follow."""
        return self.offset + len(self.found) < self.total


def find(unit: Unit, segment_id: str, *, shows_filters: bool = False) -> tuple[Segment, dict[int, Segment]]:
    """The live segment with that id, and by id all segments that its filters depend on; NotFound otherwise.

    MissingScopes where filters are shown to whom may not read the records that they look at.
    """
    number = read_id(segment_id)
    known = _found(unit, [number])
    segment = _live(known, number, segment_id)
    _permit_showing(unit, [segment], shows_filters)
    return segment, known


def find_several(unit: Unit, segment_ids: Sequence[str], *, shows_filters: bool = False) -> list[Segment]:
    """The live segments with these ids, in the order of the ids; those that are not there are left out.

    MissingScopes as in `find`.
    """
    if len(segment_ids) > unit.limits.segment_search_size:
        raise TooMany(f"At most {unit.limits.segment_search_size} lists can be read at once, not {len(segment_ids)}.")
    ids = list(dict.fromkeys(int(each) for each in segment_ids if is_id(each)))
    known = _found(unit, ids)
    found = [known[each] for each in ids if each in known and known[each].deleted_at is None]
    _permit_showing(unit, found, shows_filters)
    return found


def find_by_name(unit: Unit, object_type: ObjectType, name: str, *, shows_filters: bool = False) -> Segment:
    """The live segment of that name, in any case, of an object type; NotFound otherwise, MissingScopes as in `find`."""
    rows = unit.graph.ask(load(_QUERIES).find_by_name, name_key=_folded(name))["segments"]
    found = [each for each in map(read, rows) if _folded(each.name) == _folded(name) and each.deleted_at is None]
    if not found or found[0].object_type != object_type.name:
        raise NotFound(f"No list of {object_type.plural} is called {name[:200]}.", name=[name[:200]])
    _permit_showing(unit, found[:1], shows_filters)
    return found[0]


def search(
    unit: Unit,
    *,
    query: str = "",
    object_type: ObjectType | None = None,
    processing_types: Sequence[str] | None = None,
    ids: Sequence[str] | None = None,
    sort: str = "",
    offset: int = 0,
    count: int = 20,
    counts: bool = True,
) -> FoundPage:
    """A page of live segments; `sort` is one of SORTS, with `-` before it for the other way round.

    Sizes are counted where `counts` says so. Raises InvalidInput for a sort or type that there is not, TooMany for a
    page above its limit.
    """
    name, descending = sort.removeprefix("-") or "HS_LIST_ID", sort.startswith("-")
    if name not in SORTS:
        raise InvalidInput(f"sort {name[:100]!r} is none of {', '.join(SORTS)}.", sort=[name[:100]])
    for each in processing_types or ():
        _check_processing_type(each)
    if count > unit.limits.segment_search_size:
        raise TooMany(f"`count` may be at most {unit.limits.segment_search_size}, not {count}.", count=[str(count)])
    row = unit.graph.ask(
        load(_QUERIES).search,
        words=_folded(query),
        object_type=object_type.name if object_type else None,
        processing_types=list(processing_types) if processing_types else None,
        ids=[int(each) for each in ids if is_id(each)] if ids else None,
        key=SORTS[name],
        descending=descending,
        offset=offset,
        limit=count,
        counts=counts,
        counted=unit.limits.segment_counted,
    )
    found = tuple(
        Found(
            segment=read(node),
            size=number if counts else None,
            came=came,
            left=left,
            folder=folder,
            used_by=used_by,
        )
        for node, number, came, left, folder, used_by in row["segments"]
    )
    return FoundPage(total=row["total"], offset=offset, found=found)


def create(
    unit: Unit,
    *,
    name: str,
    object_type: ObjectType,
    processing_type: str,
    given: Any = None,
    folder_id: str = "0",
    settings: Mapping[str, Any] | None = None,
) -> Segment:
    """A new segment; one of SNAPSHOT with the members that its filters find now.

    A SNAPSHOT of more members than a transaction can hold is PROCESSING until a job has written them.
    Raises InvalidInput for a name that is taken or filters that are not valid, MissingScopes where the actor may not
    read what they look at, TooMany above the limit, Busy where they name a list that is PROCESSING.
    """
    _check_name(name)
    _check_processing_type(processing_type)
    if processing_type == MANUAL and given is not None:
        raise InvalidInput("A MANUAL list has no filters: create it without `filterBranch`.", processingType=[MANUAL])
    if processing_type != MANUAL and given is None:
        raise InvalidInput(f"A {processing_type} list needs a `filterBranch`.", processingType=[processing_type])
    folder = folders.require(unit, folder_id)
    at = unit.clock.now()
    checked, known = (None, {}) if given is None else _checked(unit, object_type, given, at)
    made = Segment(
        id=unit.ids.take("segment")[0],
        name=name.strip(),
        object_type=object_type.name,
        object_type_id=object_type.id,
        processing_type=processing_type,
        filters=checked.body if checked else None,
        folder_id=folder,
        created_at=at,
        updated_at=at,
        filters_updated_at=at,
        created_by=str(unit.actor.user_id),
        updated_by=str(unit.actor.user_id),
        settings=settings or {},
    )
    needs = sorted(checked.needs) if checked and made.is_dynamic else []
    members: Sequence[int] | None = ()
    if checked and processing_type == SNAPSHOT:
        writing.refuse_unfinished(known.values())
        members = Source(unit, made, known, condition=checked.condition).few(unit.limits.segment_batch)
    if members is None:
        made = replace(made, job=unit.clock.new_id())

    def work(inner: Unit) -> None:
        row = inner.graph.change(
            load(_QUERIES).create,
            values=_node(made, checked),
            depends_on=needs,
            most=unit.limits.segments,
            audit=audit(inner, "CREATE", made, at),
        )
        if row["number"] >= unit.limits.segments:
            raise TooMany(f"There may be {unit.limits.segments} lists at most.")
        if len(row["known"]) < len(needs):
            raise Busy("A list that the filters name was deleted meanwhile; try again.")
        if made.job is not None:
            writing.begin_within(
                inner, made, writing.copying(replace(made, processing_type=DYNAMIC), known), at, made.job
            )
        elif members:
            writing.write(inner, made, load(_QUERIES).add, members, at)

    try:
        unit.together(work)
    except ConstraintViolated:
        raise _name_taken(name) from None
    return made


def rename(unit: Unit, segment_id: str, name: str, *, shows_filters: bool = False) -> Segment:
    """The segment under another name; InvalidInput where that is taken, MissingScopes as in `find`."""
    segment, _ = find(unit, segment_id, shows_filters=shows_filters)
    _check_name(name)
    return change(unit, segment, name=name.strip())


def change(unit: Unit, segment: Segment, **changes: Any) -> Segment:
    """The segment with other values of its fields; InvalidInput for a name that is taken, NotFound if it went away."""
    at = unit.clock.now()
    changed = replace(segment, **changes, updated_at=at, updated_by=str(unit.actor.user_id))
    node = _node(changed, None)
    values = {key: node[key] for key in ("updated_at", "updated_by", "name", "name_key", "folded_name")}
    values |= {key: node[key] for key in changes}
    try:
        row = unit.graph.change(
            load(_QUERIES).save, id=segment.id, values=values, audit=audit(unit, "UPDATE", changed, at)
        )
    except ConstraintViolated:
        raise _name_taken(changed.name) from None
    if row["found"] is False:
        raise _missing(str(segment.id))
    return changed


def set_filters(unit: Unit, segment_id: str, given: Any) -> Segment:
    """The dynamic segment with other filters, which hold from the next request on.

    InvalidInput for filters that are not valid or depend on the segment itself, or where it is not dynamic;
    MissingScopes where the actor may not read what they look at.
    """
    segment, _ = find(unit, segment_id)
    if not segment.is_dynamic:
        raise InvalidInput(
            f"List {segment.id} is {segment.processing_type}; only a DYNAMIC list has filters that can be changed.",
            listId=[str(segment.id)],
        )
    found = unit.model.object_type(segment.object_type)
    at = unit.clock.now()
    checked, _ = _checked(unit, found, given, at, of=segment)
    changed = replace(
        segment,
        filters=checked.body,
        filters_updated_at=at,
        updated_at=at,
        updated_by=str(unit.actor.user_id),
        sweep_asked_at=at,
    )
    node = _node(changed, checked)
    keys = ("filters", "filters_updated_at", "updated_at", "updated_by", "uses", "sweep_asked_at")
    row = unit.graph.change(
        load(_QUERIES).save_filters,
        id=segment.id,
        values={key: node[key] for key in keys},
        depends_on=sorted(checked.needs),
        audit=audit(unit, "UPDATE", changed, at),
    )
    if row["is_cyclic"]:
        raise filters.cyclic(segment.id)
    if row["found"] is False or (row["known"] is not None and len(row["known"]) < len(checked.needs)):
        raise Busy("The list, or one that its filters name, was changed meanwhile; try again.")
    return replace(changed, version=segment.version + 1)


def delete(unit: Unit, segment_id: str) -> None:
    """Hide a segment; its members come back with it. InUse while another one names it in its filters."""
    number, at = read_id(segment_id), unit.clock.now()
    row = unit.graph.change(
        load(_QUERIES).delete,
        id=number,
        at=at,
        audit=audit_row(unit, Audit(action="DELETE", subject=f"segment:{number}"), at),
    )
    if row["used_by"]:
        names = list(row["used_by"])
        raise InUse(f"List {number} is used in the filters of: {', '.join(names)}.", lists=names)
    if row["found"] is False:
        raise _missing(segment_id)


def restore(unit: Unit, segment_id: str) -> None:
    """A deleted segment with the members it had; one that is not deleted stays as it is.

    NotFound when it was deleted too long ago, InvalidInput where another has its name or it names a deleted one.
    """
    number, at = read_id(segment_id), unit.clock.now()
    known = _found(unit, [number])
    if number in known and known[number].deleted_at is None:
        return
    since = at - unit.limits.segment_restore_days * DAY_MS
    try:
        row = unit.graph.change(
            load(_QUERIES).restore,
            id=number,
            at=at,
            since=since,
            audit=audit_row(unit, Audit(action="RESTORE", subject=f"segment:{number}"), at),
        )
    except ConstraintViolated:
        raise _name_taken(known[number].name) from None
    if row["lost"]:
        raise InUse(f"List {number} depends on lists that are deleted: {', '.join(row['lost'])}.")
    if row["found"] is False:
        raise _missing(segment_id)


def move(unit: Unit, segment_id: str, folder_id: str) -> Segment:
    """The segment in another folder; NotFound where there is no such folder."""
    segment, _ = find(unit, segment_id)
    return change(unit, segment, folder_id=folders.require(unit, folder_id))


def audit(unit: Unit, action: str, segment: Segment, at: int) -> dict[str, Any]:
    """What is remembered of a change of a segment."""
    values = {"name": segment.name, "processing_type": segment.processing_type, "filters": segment.filters}
    return audit_row(unit, Audit(action=action, subject=segment.subject, values=values), at)


def read_id(given: str) -> int:
    """The number of a segment; NotFound for what is no number."""
    if not is_id(given):
        raise _missing(given)
    return int(given)


def _checked(
    unit: Unit, object_type: ObjectType, given: Any, at: int, of: Segment | None = None
) -> tuple[Filters, dict[int, Segment]]:
    """What the filters come to, and the segments that they depend on."""
    ids = list(dict.fromkeys(filters.named(given)))
    known = _found(unit, ids) if ids else {}
    if of is not None and of.id in known:
        raise filters.cyclic(of.id)
    found = filters.read(given, object_type, unit.model, known=known, now=at, limits=unit.limits)
    _permit(unit, found.uses)
    return found, known


def _permit_showing(unit: Unit, segments: Iterable[Segment], shows_filters: bool) -> None:
    if shows_filters:
        _permit(unit, {use for each in segments if each.filters is not None for use in each.uses})


def _permit(unit: Unit, uses: Iterable[str]) -> None:
    """MissingScopes where the actor may not read records of every object type that filters with these uses look at.

    Whoever makes a list by what somebody earns sees in it what they earn. Those in the lists that the filters name are
    no more than members of these, which whoever may read lists may see.
    """
    found = [unit.model.object_types.get(each) for each in object_types_in(uses)]
    tokens.require(unit.actor, [permissions.of_records(each, "read") for each in found if each is not None])


def _found(unit: Unit, ids: Iterable[int]) -> dict[int, Segment]:
    rows = unit.graph.ask(load(_QUERIES).find, ids=list(ids))["segments"]
    return {segment.id: segment for segment in map(read, rows)}


def _live(known: Mapping[int, Segment], number: int, given: str) -> Segment:
    segment = known.get(number)
    if segment is None or segment.deleted_at is not None:
        raise _missing(given)
    return segment


def _node(segment: Segment, checked: Filters | None) -> dict[str, Any]:
    """The properties of the node of a live segment."""
    values = {name: getattr(segment, name) for name in Segment.__dataclass_fields__}
    folded = _folded(segment.name)
    return {
        **values,
        "filters": text_of(segment.filters),
        "settings": text_of(segment.settings),
        "conversion": text_of(segment.conversion),
        "folded_name": folded,
        "name_key": folded,
        "live_of": segment.object_type,
        "uses": sorted(checked.uses) if checked else [of_object_type(segment.object_type)],
    }


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _check_name(name: str) -> None:
    if not name.strip():
        raise InvalidInput("A list needs a name.", name=[name])
    if len(name) > _NAME_LENGTH:
        raise InvalidInput(
            f"The name of a list may have {_NAME_LENGTH} characters, not {len(name)}.", name=[name[:200]]
        )


def _check_processing_type(given: str) -> None:
    if given not in PROCESSING_TYPES:
        raise InvalidInput(
            f"processingType {given[:100]!r} is none of {', '.join(PROCESSING_TYPES)}.", processingType=[given[:100]]
        )


def _missing(segment_id: str) -> NotFound:
    return NotFound(f"List {segment_id[:100]} does not exist.", listId=[segment_id[:100]])


def _name_taken(name: str) -> InvalidInput:
    return InvalidInput(f"A list called '{name.strip()}' exists already.", name=[name.strip()])
