"""Which association types a caller means, and in which direction they are stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache

from crm_graph.definitions.association import USER_DEFINED, AssociationPair, AssociationType, Direction
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import WrongDirection
from crm_graph.unit import Unit

TypeId = tuple[str | None, int]
"""Category and type id as a caller gives them; None leaves the category open."""


def asked(unit: Unit, near: ObjectType, far: ObjectType, types: Iterable[TypeId]) -> tuple[Direction, ...]:
    """The types as `near` sees them, each once, in the order given.

    Raises UndefinedAssociation, WrongDirection for an id of the other direction or of another pair.
    """
    pair = unit.model.pair(near, far)
    found = []
    for category, type_id in types:
        direction = pair.directions.get(type_id)
        if direction is None or not _fits(direction, near, category):
            raise wrong_direction(unit.model, near, far, type_id)
        found.append(direction)
    return tuple(dict.fromkeys(found))


def named(unit: Unit, near: ObjectType, far: ObjectType, name_or_id: str) -> Direction:
    """The type that v3 calls by its name or id, seen from `near`; WrongDirection where there is none."""
    for direction in unit.model.directions(near, far):
        if name_or_id in (str(direction.type_id), direction.name):
            return direction
    if name_or_id.isascii() and name_or_id.isdigit() and len(name_or_id) <= 9:
        raise wrong_direction(unit.model, near, far, int(name_or_id))
    raise WrongDirection(
        f"{name_or_id} is no association type from {near.id} to {far.id}.", associationType=[name_or_id]
    )


def written_by_name(unit: Unit, near: ObjectType, far: ObjectType, name_or_id: str) -> tuple[TypeId, ...]:
    """What a write through v3 asks for, which knows pairs of records and no primary ones: no type means unlabelled."""
    found = named(unit, near, far, name_or_id)
    return () if found.type.is_primary or found.type.is_default else ((found.type.category, found.type_id),)


def ended_by_name(unit: Unit, near: ObjectType, far: ObjectType, name_or_id: str | None) -> tuple[TypeId, ...]:
    """What a removal through v3 ends: a custom label alone, by every other name the whole association."""
    default = default_of(unit.model.pair(near, far), near.name)
    found = default if name_or_id is None else named(unit, near, far, name_or_id)
    ended = found if is_custom_label(found.type) else default
    return ((ended.type.category, ended.type_id),)


def far_type(unit: Unit, near: ObjectType, types: Sequence[TypeId]) -> ObjectType:
    """The object type that the type ids lead to from `near`; WrongDirection where they do not say it."""
    for category, type_id in types:
        for pair in unit.model.pairs_of(near):
            direction = pair.directions.get(type_id)
            if direction is not None and _fits(direction, near, category):
                return unit.model.object_types[direction.far]
    raise wrong_direction(unit.model, near, None, types[0][1] if types else 0)


def default_of(pair: AssociationPair, near: str) -> Direction:
    """The unlabelled type as records of `near` see it."""
    return pair.default.forward if near == pair.source else pair.default.backward


def primary_of(pair: AssociationPair) -> AssociationType | None:
    """The type of which a source record has one association at most."""
    return next((found for found in pair.types if found.is_primary and not found.archived), None)


def is_custom_label(found: AssociationType) -> bool:
    """Whether a labelled write replaces associations of this type."""
    return found.category == USER_DEFINED and not found.is_default


def presenter(pair: AssociationPair) -> Callable[[tuple[tuple[int, bool], ...]], tuple[int, ...]]:
    """A function from what is stored between two records to the type ids that the near one sees.

    Stored: (id of the type, whether the near record is the source). The order is that in which
    they are shown: primary, unlabelled, then labels by id; archived types are left out.
    """
    types = {found.id: found for found in pair.types if not found.archived}

    @cache  # the many records of a page have few different sets of types
    def present(stored: tuple[tuple[int, bool], ...]) -> tuple[int, ...]:
        directions = [
            types[type_id].forward if is_source else types[type_id].backward
            for type_id, is_source in stored
            if type_id in types
        ]
        directions.sort(key=lambda d: (not d.type.is_primary, not d.type.is_default, d.type_id))
        return tuple(found.type_id for found in directions)

    return present


def wrong_direction(model: DataModel, near: ObjectType, far: ObjectType | None, type_id: int) -> WrongDirection:
    """The error for a type that `near` does not have, with what was expected where that can be said."""
    direction = next((pair.directions[type_id] for pair in model.pairs.values() if type_id in pair.directions), None)
    if direction is not None and direction.near != near.name:
        expected = model.object_types[direction.near].id
        message = f"invalid from object type {near.id} for associations to be created. expected: {expected}"
    elif direction is not None and far is not None and direction.far != far.name:
        expected = model.object_types[direction.far].id
        message = f"invalid to object type {far.id} for associations to be created. expected: {expected}"
    else:
        message = f"{type_id} is no association type from {near.id} to {far.id if far else 'another object type'}."
    context = {"associationTypeId": [str(type_id)], "fromObjectTypeId": [near.id]}
    if far is not None:
        context["toObjectTypeId"] = [far.id]
        context["expectedAssociationTypeId"] = [str(found.type_id) for found in model.directions(near, far)]
    return WrongDirection(message, **context)


def _fits(direction: Direction, near: ObjectType, category: str | None) -> bool:
    return direction.near == near.name and category in (None, direction.type.category)
