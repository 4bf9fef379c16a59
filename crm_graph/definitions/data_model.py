"""DataModel: an immutable snapshot of every definition, found by any name or id a caller may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from crm_graph.definitions.association import AssociationPair, Direction
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import UndefinedAssociation, UnknownObjectType


@dataclass(frozen=True, kw_only=True)
class DataModel:
    """All definitions at one version. `owners` are the ids that an owner property accepts."""

    version: int
    object_types: Mapping[str, ObjectType]
    pairs: Mapping[str, AssociationPair]
    """By relationship type."""
    revoked_pairs: Mapping[str, AssociationPair] = field(default_factory=dict)
    """Pairs that may no longer be associated; defined again they keep their ids."""
    account_id: int = 1
    owners: frozenset[str] = field(default_factory=frozenset)

    @cached_property
    def _by_any_name(self) -> dict[str, ObjectType]:
        found: dict[str, ObjectType] = {}
        for object_type in self.object_types.values():
            if object_type.archived:
                continue
            names = [object_type.id, object_type.name, object_type.plural, *object_type.aliases]
            if not object_type.built_in:
                names += [f"p{self.account_id}_{object_type.name}", f"p_{object_type.name}"]
            for name in names:
                found.setdefault(name.lower(), object_type)
        return found

    @cached_property
    def _pair_by_ends(self) -> dict[frozenset[str], AssociationPair]:
        return {frozenset((pair.source, pair.target)): pair for pair in self.pairs.values()}

    def object_type(self, name: str) -> ObjectType:
        """The object type with that name, plural, id or alias in any case; UnknownObjectType otherwise."""
        try:
            return self._by_any_name[name.lower()]
        except KeyError:
            raise UnknownObjectType(name) from None

    def find_object_type(self, name: str) -> ObjectType | None:
        """Like `object_type`, None where there is none."""
        return self._by_any_name.get(name.lower())

    def pair(self, first: ObjectType, second: ObjectType) -> AssociationPair:
        """The pair of both object types in either order; UndefinedAssociation where they may not be associated."""
        pair = self.find_pair(first, second)
        if pair is None:
            custom = next((each for each in (first, second) if not each.built_in), None)
            path = f"/crm-object-schemas/v3/schemas/{custom.id}/associations" if custom else ""
            hint = f" Define it first: POST {path}." if custom else ""
            raise UndefinedAssociation(
                f"No association is defined between {first.name} ({first.id}) and {second.name} ({second.id}).{hint}",
                fromObjectType=[first.name],
                toObjectType=[second.name],
            )
        return pair

    def find_pair(self, first: ObjectType, second: ObjectType) -> AssociationPair | None:
        """Like `pair`, None where there is none."""
        return self._pair_by_ends.get(frozenset((first.name, second.name)))

    def directions(self, near: ObjectType, far: ObjectType) -> tuple[Direction, ...]:
        """Association types as a `near` record sees `far` ones, the unlabelled one first."""
        pair = self.pair(near, far)
        return tuple(sorted(pair.seen_from(near.name), key=lambda d: (not d.type.is_default, d.type_id)))

    def pairs_of(self, object_type: ObjectType) -> Iterable[AssociationPair]:
        """Every pair that has the object type as an end."""
        return (pair for pair in self.pairs.values() if object_type.name in (pair.source, pair.target))
