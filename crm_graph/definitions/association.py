"""Association types as values: which object types may be associated, under which labels, within which limits.

An association is one relationship, stored in its definition's direction and read from both
ends. `Direction` is the same definition as it is seen from one of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

HUBSPOT_DEFINED = "HUBSPOT_DEFINED"
USER_DEFINED = "USER_DEFINED"
INTEGRATOR_DEFINED = "INTEGRATOR_DEFINED"
CATEGORIES = (HUBSPOT_DEFINED, USER_DEFINED, INTEGRATOR_DEFINED)


@dataclass(frozen=True, kw_only=True)
class AssociationType:
    """One way in which two records may be associated.

    `id` is the type id seen from the source, `inverse_id` from the target; both are unique over
    all categories, and equal where a type between records of one object type is its own inverse.
    `source_max` limits how many targets one source may have, `target_max` the other way round.
    """

    id: int
    inverse_id: int
    source: str
    target: str
    category: str = HUBSPOT_DEFINED
    name: str = ""
    inverse_name: str = ""
    association_label: str | None = None
    inverse_label: str | None = None
    is_default: bool = False
    is_primary: bool = False
    source_max: int | None = None
    target_max: int | None = None
    archived: bool = False
    created_at: int | None = None
    updated_at: int | None = None

    @property
    def is_symmetric(self) -> bool:
        """Whether the type is its own inverse."""
        return self.id == self.inverse_id

    @cached_property
    def forward(self) -> Direction:
        """The type as its source sees it."""
        return Direction(type=self, is_forward=True)

    @cached_property
    def backward(self) -> Direction:
        """The type as its target sees it; the forward one where it is its own inverse."""
        return self.forward if self.is_symmetric else Direction(type=self, is_forward=False)


@dataclass(frozen=True)
class Direction:
    """An association type seen from one end, called `near`; the other is `far`."""

    type: AssociationType
    is_forward: bool

    @property
    def type_id(self) -> int:
        """The id by which this end names the type."""
        return self.type.id if self.is_forward else self.type.inverse_id

    @property
    def near(self) -> str:
        """Name of this end's object type."""
        return self.type.source if self.is_forward else self.type.target

    @property
    def far(self) -> str:
        """Name of the other end's object type."""
        return self.type.target if self.is_forward else self.type.source

    @property
    def association_label(self) -> str | None:
        """What the far record is to the near one; None for an unlabelled type."""
        return self.type.association_label if self.is_forward else self.type.inverse_label

    @property
    def name(self) -> str:
        """The v3 name of the type from this end, such as `contact_to_company`."""
        return self.type.name if self.is_forward else self.type.inverse_name

    @property
    def limit(self) -> int | None:
        """How many far records one near record may have under this type."""
        return self.type.source_max if self.is_forward else self.type.target_max


@dataclass(frozen=True, kw_only=True)
class AssociationPair:
    """Two object types that may be associated, in the direction in which relationships are stored."""

    source: str
    target: str
    relationship_type: str
    types: tuple[AssociationType, ...]
    is_indexed: bool = False
    """Whether the constraints and indexes of the relationship type have been made."""

    @property
    def past_relationship_type(self) -> str:
        """The relationship type of ended associations."""
        return f"{self.relationship_type}_PAST"

    @property
    def is_same_object(self) -> bool:
        """Whether both ends are of one object type."""
        return self.source == self.target

    def is_ordered(self, found: AssociationType) -> bool:
        """Whether associations of the type are stored from the smaller id to the greater, having one place only."""
        return self.is_same_object and (found.is_symmetric or found.is_default)

    @cached_property
    def default(self) -> AssociationType:
        """The unlabelled type, which every associated pair of records has."""
        return next(found for found in self.types if found.is_default)

    @cached_property
    def directions(self) -> dict[int, Direction]:
        """Every direction of every live type, by type id."""
        found: dict[int, Direction] = {}
        for association_type in self.types:
            if not association_type.archived:
                found[association_type.forward.type_id] = association_type.forward
                found[association_type.backward.type_id] = association_type.backward
        return found

    def seen_from(self, near: str) -> tuple[Direction, ...]:
        """The live types as records of `near` see them; both directions where source and target are one type."""
        return tuple(direction for direction in self.directions.values() if direction.near == near)
