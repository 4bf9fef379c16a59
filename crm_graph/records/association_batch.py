"""Associations of many records at a time, in one statement for the pair of object types that a batch is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crm_graph.definitions.association import Direction
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import Busy, RecordNotFound, TooMany
from crm_graph.records import association_reading, association_types
from crm_graph.records.association_types import TypeId
from crm_graph.records.association_writing import Draft, end_those_there, invalid_records
from crm_graph.records.associations import Associated
from crm_graph.records.record import AssociationPage, BatchError, is_id
from crm_graph.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class PairInput:
    """Two records of a batch, as the caller names them; `types` as the near one sees them, none for the unlabelled."""

    near_id: str
    far_id: str
    types: tuple[TypeId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAssociated:
    """Pairs in input order, and what failed."""

    associated: tuple[Associated, ...]
    errors: tuple[BatchError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchPages:
    """First or later pages by near id, in input order, and what was not found."""

    pages: Mapping[str, AssociationPage]
    errors: tuple[BatchError, ...] = ()


def associate_many(
    unit: Unit, near: ObjectType, far: ObjectType, inputs: Sequence[PairInput], *, partial: bool = False
) -> BatchAssociated:
    """Every pair of records associated under its types and without a label.

    A pair given twice is one association with the types of both. With `partial`, inputs that name
    records which are not there are reported and the others written, unless that leaves nothing.
    Raises InvalidAssociation, WrongDirection, UndefinedAssociation, LimitExceeded, TooMany.
    """
    _bound(len(inputs), unit.limits.association_batch_size)
    default = association_types.default_of(unit.model.pair(near, far), near.name)
    types = {asked: association_types.asked(unit, near, far, asked) for asked in {item.types for item in inputs}}
    missing = {key for item in inputs for key in _keys(near, far, item) if not _is_readable(key)}
    remaining = [item for item in inputs if missing.isdisjoint(_keys(near, far, item))]
    if not missing or partial:
        absent = _associate(unit, near, far, remaining, types)
        missing.update(absent)
        remaining = [item for item in remaining if missing.isdisjoint(_keys(near, far, item))]
        if absent and partial and _associate(unit, near, far, remaining, types):
            raise Busy("Records are archived while they are being associated; try again.")
    if missing and not (partial and remaining):
        raise invalid_records(unit, sorted(missing))
    made = (
        Associated(
            near=near,
            near_id=int(item.near_id),
            far=far,
            far_id=int(item.far_id),
            directions=types[item.types] or (default,),
        )
        for item in remaining
    )
    errors = (BatchError(error=invalid_records(unit, sorted(missing))),) if missing else ()
    return BatchAssociated(associated=tuple(made), errors=errors)


def read_many(
    unit: Unit, near: ObjectType, far: ObjectType, after: Mapping[str, int], *, limit: int | None = None
) -> BatchPages:
    """A page for each near id of `after`, behind the far id that it names; ids without associations are reported.

    Raises UndefinedAssociation, TooMany.
    """
    _bound(len(after), unit.limits.association_read_size)
    limit = unit.limits.association_page_size if limit is None else limit
    readable = {int(text): behind for text, behind in after.items() if is_id(text)}
    found = association_reading.pages_behind(unit, near, far, readable, limit=limit)
    pages = {text: found[int(text)] for text in after if is_id(text) and int(text) in found}
    errors = (
        RecordNotFound(
            f"No {far.name} is associated with {near.name} {text}.",
            fromObjectId=[text],
            fromObjectType=[near.name],
            toObjectType=[far.name],
        )
        for text in after
        if text not in pages
    )
    return BatchPages(pages=pages, errors=tuple(BatchError(error=error) for error in errors))


def dissociate_many(unit: Unit, near: ObjectType, far: ObjectType, inputs: Sequence[tuple[str, Sequence[str]]]) -> None:
    """End every association of each near id with the far ids beside it; what is not there is passed over."""
    pairs = [PairInput(near_id=near_id, far_id=far_id) for near_id, far_ids in inputs for far_id in far_ids]
    _bound(len(pairs), unit.limits.association_batch_size)
    _end(unit, near, far, [(item, None) for item in pairs])


def remove_types_many(unit: Unit, near: ObjectType, far: ObjectType, inputs: Sequence[PairInput]) -> None:
    """End the named types between the records of each input; without the unlabelled one, all of them."""
    _bound(len(inputs), unit.limits.association_batch_size)
    _end(unit, near, far, [(item, association_types.asked(unit, near, far, item.types)) for item in inputs])


def ids_of(item: PairInput) -> tuple[int, int] | None:
    """The ids of both records as numbers; None where one of them is no record id."""
    return (int(item.near_id), int(item.far_id)) if is_id(item.near_id) and is_id(item.far_id) else None


def _associate(
    unit: Unit,
    near: ObjectType,
    far: ObjectType,
    inputs: Sequence[PairInput],
    types: Mapping[tuple[TypeId, ...], tuple[Direction, ...]],
) -> list[str]:
    draft = Draft(unit, unit.model.pair(near, far))
    for item in inputs:
        draft.associate(near.name, int(item.near_id), int(item.far_id), types[item.types])
    return draft.write()


def _end(
    unit: Unit, near: ObjectType, far: ObjectType, inputs: Sequence[tuple[PairInput, tuple[Direction, ...] | None]]
) -> None:
    draft = Draft(unit, unit.model.pair(near, far))
    for item, directions in inputs:
        if is_id(item.near_id) and is_id(item.far_id):
            draft.remove(near.name, int(item.near_id), int(item.far_id), directions)
    end_those_there(unit, draft)


def _keys(near: ObjectType, far: ObjectType, item: PairInput) -> tuple[str, str]:
    return _key(near, item.near_id), _key(far, item.far_id)


def _key(object_type: ObjectType, text: str) -> str:
    return f"{object_type.id}:{int(text) if is_id(text) else text}"


def _is_readable(key: str) -> bool:
    return is_id(key.partition(":")[2])


def _bound(count: int, most: int) -> None:
    if count > most:
        raise TooMany(f"A batch has at most {most:,} inputs, not {count:,}.")
