"""Associations of one record with another: made, labelled, ended, listed. Many at a time are in `association_batch.py`.

`near` is the record from whose side a call speaks, `far` the other; type ids are those that `near` sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_graph.definitions.association import AssociationPair, Direction
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import CRMError, Invalid, LimitExceeded, Refused, TooMany
from crm_graph.records import association_reading, association_types
from crm_graph.records.association_reading import pages_behind, pages_of
from crm_graph.records.association_types import TypeId
from crm_graph.records.association_writing import Draft, end_those_there, invalid_records
from crm_graph.records.record import AssociationPage, NewAssociation, is_id, read_id
from crm_graph.unit import Unit

__all__ = [
    "Associated",
    "associate_default",
    "attach_new",
    "dissociate",
    "page",
    "pages_behind",
    "pages_of",
    "remove_types",
    "set_types",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Associated:
    """Two records that are associated now, with the types that the call named, as the near one sees them."""

    near: ObjectType
    near_id: int
    far: ObjectType
    far_id: int
    directions: tuple[Direction, ...]

    @property
    def association_labels(self) -> tuple[str, ...]:
        """Labels that the call named."""
        return tuple(found.association_label for found in self.directions if found.association_label is not None)


def page(
    unit: Unit, near: ObjectType, near_id: str, far: ObjectType, *, after: int = -1, limit: int = 500
) -> AssociationPage:
    """Live `far` records that a record is associated with, behind the id `after`, in id order.

    Raises RecordNotFound, UndefinedAssociation.
    """
    return association_reading.page(unit, near, read_id(near_id), far, after=after, limit=limit)


def associate_default(unit: Unit, near: ObjectType, near_id: str, far: ObjectType, far_id: str) -> Associated:
    """Both records associated without a label; what they are labelled stays.

    The first target of a record becomes its primary one where the two object types know that.
    Raises InvalidAssociation, UndefinedAssociation, LimitExceeded, RecordNotFound for what is no record id.
    """
    return set_types(unit, near, near_id, far, far_id, ())


def set_types(
    unit: Unit, near: ObjectType, near_id: str, far: ObjectType, far_id: str, types: Sequence[TypeId]
) -> Associated:
    """Both records associated under the types and without a label.

    With a custom label among them the custom labels become exactly those named; other types are
    only added. Raises what `associate_default` raises, and WrongDirection.
    """
    directions = association_types.asked(unit, near, far, types)
    pair = unit.model.pair(near, far)
    made = Associated(
        near=near,
        near_id=read_id(near_id),
        far=far,
        far_id=read_id(far_id),
        directions=directions or (association_types.default_of(pair, near.name),),
    )
    draft = Draft(unit, pair)
    draft.associate(near.name, made.near_id, made.far_id, directions)
    if missing := draft.write():
        raise invalid_records(unit, missing)
    return made


def dissociate(unit: Unit, near: ObjectType, near_id: str, far: ObjectType, far_id: str) -> None:
    """End every association of both records; nothing happens where there is none."""
    _remove(unit, near, near_id, far, far_id, None)


def remove_types(
    unit: Unit, near: ObjectType, near_id: str, far: ObjectType, far_id: str, types: Sequence[TypeId]
) -> None:
    """End the associations of both records under the types; without the unlabelled one, all of them."""
    _remove(unit, near, near_id, far, far_id, association_types.asked(unit, near, far, types))


def attach_new(unit: Unit, object_type: ObjectType, created: Sequence[tuple[int, Sequence[NewAssociation]]]) -> None:
    """Associate records created in this transaction, (record id, associations), in one statement a pair of types.

    What a new record is the source of is told by its first revision. Raises Refused with what is wrong
    for each of the records by its index; the caller's transaction then ends.
    """
    drafts: dict[str, Draft] = {}
    wanted: list[_Wanted] = []
    refused: dict[int, CRMError] = {}
    for index, (_, asked) in enumerate(created):
        try:
            wanted += [_Wanted(index, *each) for each in _asked(unit, object_type, asked)]
        except Invalid as error:
            refused[index] = error
    if refused:
        raise Refused(refused)
    for each in wanted:
        draft = drafts.setdefault(each.pair.relationship_type, Draft(unit, each.pair))
        draft.associate(object_type.name, created[each.index][0], each.far_id, each.directions)
    new_keys = {f"{object_type.id}:{record_id}" for record_id, _ in created}
    for _, draft in sorted(drafts.items()):
        try:
            missing = set(draft.write(new_keys))
        except LimitExceeded as error:
            raise Refused(_crowding(error, draft.pair, created, wanted)) from error
        if missing:
            gone: dict[int, list[str]] = {}
            for each in wanted:
                if each.far_key in missing:
                    gone.setdefault(each.index, []).append(each.far_key)
            raise Refused({index: invalid_records(unit, dict.fromkeys(keys)) for index, keys in gone.items()})


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An association of the new record with that index."""

    index: int
    pair: AssociationPair
    far: ObjectType
    far_id: int
    directions: tuple[Direction, ...]

    @property
    def far_key(self) -> str:
        return f"{self.far.id}:{self.far_id}"

    @property
    def type_ids(self) -> set[int]:
        """Ids of the types that it is to have, as stored."""
        return {self.pair.default.id, *(direction.type.id for direction in self.directions)}


def _asked(
    unit: Unit, object_type: ObjectType, associations: Sequence[NewAssociation]
) -> list[tuple[AssociationPair, ObjectType, int, tuple[Direction, ...]]]:
    """What one new record is to be associated with; Invalid where that cannot be."""
    if len(associations) > unit.limits.inline_associations:
        raise TooMany(
            f"A record is created with at most {unit.limits.inline_associations} associations, not {len(associations)}."
        )
    found = []
    for asked in associations:
        far = (
            association_types.far_type(unit, object_type, asked.type_ids)
            if asked.far_type is None
            else unit.model.object_type(asked.far_type)
        )
        directions = association_types.asked(unit, object_type, far, asked.type_ids)
        found.append((unit.model.pair(object_type, far), far, _known_id(unit, far, asked.far_id), directions))
    return found


def _crowding(
    error: LimitExceeded,
    pair: AssociationPair,
    created: Sequence[tuple[int, Sequence[NewAssociation]]],
    wanted: Sequence[_Wanted],
) -> dict[int, CRMError]:
    """The records that have too many associations themselves, and of those that crowd another the last ones."""
    refused = [index for index, (record_id, _) in enumerate(created) if record_id in error.excess]
    for far_id, excess in error.excess.items():
        crowd = [
            each.index
            for each in wanted
            if each.pair is pair and each.far_id == far_id and error.type_id in each.type_ids
        ]
        refused += list(dict.fromkeys(crowd))[-excess:]
    return dict.fromkeys(refused, error)


def _remove(
    unit: Unit, near: ObjectType, near_id: str, far: ObjectType, far_id: str, directions: Sequence[Direction] | None
) -> None:
    pair = unit.model.pair(near, far)
    draft = Draft(unit, pair)
    draft.remove(near.name, read_id(near_id), read_id(far_id), directions)
    end_those_there(unit, draft)


def _known_id(unit: Unit, object_type: ObjectType, text: str) -> int:
    """A record id in a body; there what is no id names a record that is not there."""
    if is_id(text):
        return int(text)
    raise invalid_records(unit, [f"{object_type.id}:{text}"])
