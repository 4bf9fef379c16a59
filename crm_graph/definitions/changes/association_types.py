"""Which object types may be associated, under which labels and within which limits: defined, changed, revoked."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from crm_graph.definitions import constraints, naming
from crm_graph.definitions.association import USER_DEFINED, AssociationPair, AssociationType, Direction
from crm_graph.definitions.changes import checks, uses
from crm_graph.definitions.changes.checks import refused
from crm_graph.definitions.changes.publication import (
    Audit,
    publish,
    reserve,
    save_association_types,
    schema_of,
    stored,
)
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import DefinitionExists, DefinitionNotFound, WrongDirection
from crm_graph.unit import Unit

FIRST_ID = 1_000_000
"""Ids minted for an account begin here, above every built-in one of this and later versions."""

COUNTER = "association_type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """How many far records one near record may have under a type, named by its id from the near side."""

    category: str
    type_id: int
    maximum: int | None


def define(unit: Unit, source: ObjectType, target: ObjectType, name: str | None = None) -> Direction:
    """The unlabelled type by which records of two object types may be associated from now on, seen from `source`.

    One that was revoked comes back with its ids. Raises DefinitionExists where the two may be
    associated already, InvalidInput where neither is custom or the name is not one.
    """
    if unit.model.find_pair(source, target):
        raise DefinitionExists(f"An association of {source.name} with {target.name} is defined already.")
    if source.built_in and target.built_in:
        raise refused("toObjectTypeId", target.id, "one of the two must be a custom object type")
    if name is not None:
        _check_name(name)
    ends = {source.name, target.name}
    revoked = next((pair for pair in unit.model.revoked_pairs.values() if {pair.source, pair.target} == ends), None)
    wanted = pair_between(unit.model, source, target, name)
    made: list[Direction] = []

    def write(inner: Unit) -> None:
        made.clear()
        if revoked is not None:
            type_id = revoked.types[0].id
            save_association_types(inner, [(revoked, {type_id: {"archived": False, "updated_at": unit.clock.now()}})])
            made.append(_seen_from(revoked.types[0], source))
        else:
            pair = minted(inner, [wanted])[0]
            save_pairs(inner, [pair])
            made.append(pair.default.forward)

    publish(unit, [Audit(action="CREATE", subject=_subject(revoked or wanted))], write)
    return made[0]


def revoke(unit: Unit, object_type: ObjectType, identifier: str) -> None:
    """Forbid associations that `define` permitted; those there are stay stored, out of sight.

    `identifier` is the id or the name of the unlabelled type. DefinitionNotFound where there is none.
    """
    found = next(
        (
            (pair, direction.type)
            for pair in unit.model.pairs_of(object_type)
            for direction in pair.seen_from(object_type.name)
            if direction.type.is_default
            and direction.type.category == USER_DEFINED
            and identifier in (str(direction.type_id), direction.name, direction.type.name)
        ),
        None,
    )
    if found is None:
        raise DefinitionNotFound(f"Association definition {identifier} does not exist", associationId=[identifier])
    pair, association_type = found
    values = {"archived": True, "updated_at": unit.clock.now()}
    publish(
        unit,
        [Audit(action="DELETE", subject=_subject(pair))],
        partial(
            _archive_unused, pair=pair, types=[association_type, *pair.types], values={association_type.id: values}
        ),
        narrows=True,
    )


def create_label(
    unit: Unit,
    near: ObjectType,
    far: ObjectType,
    name: str,
    association_label: str,
    inverse_label: str | None = None,
    *,
    maximum: int | None = None,
    inverse_maximum: int | None = None,
) -> tuple[Direction, ...]:
    """The new association label in both directions, that of `near` first; one only for a label that is its own inverse.

    With `inverse_label` it is a pair, such as Manager and Employee. `maximum` limits how many far records one near
    record may have under it, `inverse_maximum` the other way round. Raises UndefinedAssociation,
    DefinitionExists for a name or label in use, TooMany.
    """
    pair = unit.model.pair(near, far)
    _check_name(name)
    for field, text in (("label", association_label), ("inverseLabel", inverse_label)):
        if text is not None:
            checks.check_text(field, text, required=True)
    for limit in (maximum, inverse_maximum):
        _check_limit(limit)
    custom = [
        each for each in pair.types if not each.archived and each.category == USER_DEFINED and not each.is_default
    ]
    checks.check_count("labels", len(custom) + 1, unit.limits.association_labels)
    is_forward = near.name == pair.source
    inverse_name = f"{name}_inverse"
    for each in pair.types:
        if not each.archived and name in (each.name, each.inverse_name):
            raise DefinitionExists(f"An association label named '{name}' already exists.", name=[name])
    _refuse_label_in_use(pair, near, association_label)
    is_own_inverse = pair.is_same_object and inverse_label in (None, association_label)
    back = association_label if inverse_label is None else inverse_label
    back_maximum = maximum if is_own_inverse else inverse_maximum
    at = unit.clock.now()
    wanted = AssociationType(
        id=0,
        inverse_id=0 if is_own_inverse else 1,
        source=pair.source,
        target=pair.target,
        category=USER_DEFINED,
        name=name if is_forward or is_own_inverse else inverse_name,
        inverse_name=inverse_name if is_forward and not is_own_inverse else name,
        association_label=association_label if is_forward else back,
        inverse_label=back if is_forward else association_label,
        source_max=maximum if is_forward else back_maximum,
        target_max=back_maximum if is_forward else maximum,
        created_at=at,
        updated_at=at,
    )
    if wanted.source_max or wanted.target_max:
        schema_of(unit).define(constraints.of_limit(pair, wanted))
    made: list[AssociationType] = []

    def write(inner: Unit) -> None:
        ids = _mint(inner, 1 if is_own_inverse else 2)
        created = replace(wanted, id=ids[0], inverse_id=ids[-1])
        made[:] = [created]
        save_association_types(inner, [(pair, {created.id: stored(created)})])

    publish(unit, [Audit(action="CREATE", subject=_subject(pair, name), values={"label": association_label})], write)
    return _both(made[0], near)


def rename_label(
    unit: Unit, near: ObjectType, far: ObjectType, type_id: int, association_label: str, inverse_label: str | None
) -> None:
    """Show a custom association label, seen from `near`, under another text; a single one changes both ways."""
    pair, direction = _custom_label(unit, near, far, type_id)
    checks.check_text("label", association_label, required=True)
    known = direction.type
    was_single = known.association_label == known.inverse_label
    back = inverse_label
    if back is None:
        back = association_label if was_single else _opposite(direction).association_label
    checks.check_text("inverseLabel", back or "", required=True)
    _refuse_label_in_use(pair, near, association_label, except_id=known.id)
    ahead = (association_label, back) if direction.is_forward else (back, association_label)
    values = {"association_label": ahead[0], "inverse_label": ahead[1], "updated_at": unit.clock.now()}
    publish(
        unit,
        [Audit(action="UPDATE", subject=_subject(pair, known.name), values=values)],
        lambda inner: save_association_types(inner, [(pair, {known.id: values})]),
    )


def archive_label(unit: Unit, near: ObjectType, far: ObjectType, type_id: int) -> None:
    """Remove a custom association label in both directions; the records stay associated."""
    pair, direction = _custom_label(unit, near, far, type_id)
    values = {"archived": True, "updated_at": unit.clock.now()}
    publish(
        unit,
        [Audit(action="DELETE", subject=_subject(pair, direction.type.name))],
        partial(_archive_unused, pair=pair, types=[direction.type], values={direction.type.id: values}),
        narrows=True,
    )


def _archive_unused(
    unit: Unit, pair: AssociationPair, types: Sequence[AssociationType], values: Mapping[int, Mapping[str, Any]]
) -> None:
    used = dict.fromkeys(uses.of_association_type(each.id) for each in types)
    uses.refuse_used(unit, used, f"Association type {types[0].association_label or types[0].name}")
    save_association_types(unit, [(pair, values)])


def set_limits(unit: Unit, near: ObjectType, far: ObjectType, limits: Sequence[Limit]) -> list[Direction]:
    """The types with their limits as `near` sees them, all or none; `maximum` None takes a limit back.

    What stands above a lowered limit stays; nothing is added until it is below.
    Raises WrongDirection for a type id that is not one from `near` to `far`.
    """
    pair = unit.model.pair(near, far)
    directions = {direction.type_id: direction for direction in pair.seen_from(near.name)}
    changed: dict[int, AssociationType] = {}
    for limit in limits:
        direction = directions.get(limit.type_id)
        if direction is None or direction.type.category != limit.category:
            raise WrongDirection(
                f"{limit.category} {limit.type_id} is no association type from {near.id} to {far.id}.",
                typeId=[str(limit.type_id)],
            )
        _check_limit(limit.maximum)
        known = changed.get(direction.type.id, direction.type)
        source_max = limit.maximum if direction.is_forward or known.is_symmetric else known.source_max
        target_max = known.target_max if direction.is_forward and not known.is_symmetric else limit.maximum
        changed[known.id] = replace(known, source_max=source_max, target_max=target_max, updated_at=unit.clock.now())
    for each in changed.values():
        schema_of(unit).define(constraints.of_limit(pair, each))
    rows = {
        type_id: {"source_max": each.source_max, "target_max": each.target_max, "updated_at": each.updated_at}
        for type_id, each in changed.items()
    }
    audits = [
        Audit(action="LIMIT", subject=_subject(pair, each.name), values=rows[each.id]) for each in changed.values()
    ]
    narrows = any(limit.maximum is not None for limit in limits)
    publish(unit, audits, lambda inner: save_association_types(inner, [(pair, rows)]), narrows=narrows)
    return [_same_side(changed[directions[limit.type_id].type.id], directions[limit.type_id]) for limit in limits]


def pair_between(model: DataModel, source: ObjectType, target: ObjectType, name: str | None = None) -> AssociationPair:
    """A pair of two object types with an unlabelled type that has no ids yet."""
    is_same = source.name == target.name
    forward = name or f"{source.name.lower()}_to_{target.name.lower()}"
    backward = forward if is_same else f"{target.name.lower()}_to_{source.name.lower()}"
    return AssociationPair(
        source=source.name,
        target=target.name,
        relationship_type=_free_relationship_type(model, naming.relationship_type(source.name, target.name)),
        types=(
            AssociationType(
                id=0,
                inverse_id=0,
                source=source.name,
                target=target.name,
                category=USER_DEFINED,
                name=forward,
                inverse_name=backward,
                is_default=True,
            ),
        ),
    )


def minted(unit: Unit, pairs: Sequence[AssociationPair]) -> list[AssociationPair]:
    """The pairs of `pair_between` with ids for both directions of their type, one where it is its own inverse."""
    at = unit.clock.now()
    ids = iter(_mint(unit, sum(1 if pair.is_same_object else 2 for pair in pairs)))
    found = []
    for pair in pairs:
        forward = next(ids)
        backward = forward if pair.is_same_object else next(ids)
        made = replace(pair.types[0], id=forward, inverse_id=backward, created_at=at, updated_at=at)
        found.append(replace(pair, types=(made,)))
    return found


def save_pairs(unit: Unit, pairs: Iterable[AssociationPair]) -> None:
    """Write pairs with all their types, inside a change."""
    save_association_types(unit, [(pair, {each.id: stored(each) for each in pair.types}) for pair in pairs])


def definitions_of(model_pairs: Iterable[AssociationPair], object_type: ObjectType) -> list[Direction]:
    """The unlabelled types of all pairs of an object type, as it sees them, in the order of their ids."""
    found = [
        direction
        for pair in model_pairs
        for direction in pair.seen_from(object_type.name)
        if direction.type.is_default and (direction.is_forward or not pair.is_same_object)
    ]
    return sorted(found, key=lambda direction: direction.type_id)


def _free_relationship_type(model: DataModel, wanted: str) -> str:
    # A type named contact_past would give what the ended associations of contact are called.
    pairs = [*model.pairs.values(), *model.revoked_pairs.values()]
    taken = {name for pair in pairs for name in (pair.relationship_type, pair.past_relationship_type)}
    names = (wanted if number == 1 else f"{wanted}_{number}" for number in itertools.count(1))
    return next(name for name in names if taken.isdisjoint((name, f"{name}_PAST")))


def _mint(unit: Unit, count: int) -> list[int]:
    return [FIRST_ID + number for number in reserve(unit, COUNTER, count)]


def _check_name(name: str) -> None:
    rule = "must be letters, digits and underscores and not begin with a digit"
    checks.check_name("name", name, checks.ASSOCIATION_NAME, rule)


def _check_limit(maximum: int | None) -> None:
    if maximum is not None and maximum < 1:
        raise refused("maxToObjectIds", maximum, "must be at least 1")


def _refuse_label_in_use(pair: AssociationPair, near: ObjectType, text: str, except_id: int | None = None) -> None:
    for direction in pair.seen_from(near.name):
        if direction.type.id != except_id and (direction.association_label or "").casefold() == text.casefold():
            raise DefinitionExists(f"An association label '{text}' already exists.", label=[text])


def _custom_label(unit: Unit, near: ObjectType, far: ObjectType, type_id: int) -> tuple[AssociationPair, Direction]:
    pair = unit.model.pair(near, far)
    found = next((each for each in pair.seen_from(near.name) if each.type_id == type_id), None)
    if found is None:
        raise DefinitionNotFound(f"Association label {type_id} does not exist", typeId=[str(type_id)])
    if found.type.category != USER_DEFINED or found.type.is_default:
        raise refused("associationTypeId", type_id, "is not a custom label and cannot change")
    return pair, found


def _both(found: AssociationType, near: ObjectType) -> tuple[Direction, ...]:
    first = _seen_from(found, near)
    return (first,) if found.is_symmetric else (first, _opposite(first))


def _seen_from(found: AssociationType, near: ObjectType) -> Direction:
    return found.forward if found.source == near.name else found.backward


def _same_side(changed: AssociationType, direction: Direction) -> Direction:
    return changed.forward if direction.is_forward else changed.backward


def _opposite(direction: Direction) -> Direction:
    return direction.type.backward if direction.is_forward else direction.type.forward


def _subject(pair: AssociationPair, name: str = "") -> str:
    return f"association:{pair.relationship_type}{'.' if name else ''}{name}"
