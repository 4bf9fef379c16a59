"""The one way in which associations are written: what a call wants of a pair of object types, in one statement.

Default, labelled, batch, inline and v3 forms all become a `Draft`. Source records are locked, and
target records where a limit counts from their side, in ascending order of their keys; the statement
looks at what there is under these locks, so that limits, primaries and labels hold whoever else writes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_graph.definitions.association import AssociationPair, AssociationType, Direction
from crm_graph.errors import InvalidAssociation, PairNotIndexed
from crm_graph.graph.queries import load
from crm_graph.records import association_types, hooks, revise
from crm_graph.records.association_limits import NO_ASSOCIATION, Limit, limits_of, places, refuse
from crm_graph.unit import Unit


@dataclass(slots=True)
class _Row:
    """What one source record is to have and to lose."""

    links: dict[tuple[int, int], None] = field(default_factory=dict)
    """(target id, type id), in the order given."""
    drops: dict[int, frozenset[int] | None] = field(default_factory=dict)
    """Type ids to end by target id, None for every one."""
    primary: int | None = None
    first: int | None = None


class Draft:
    """What a call wants of the associations between records of one pair of object types."""

    def __init__(self, unit: Unit, pair: AssociationPair) -> None:
        self.pair = pair
        self._unit = unit
        self._source = unit.model.object_types[pair.source]
        self._target = unit.model.object_types[pair.target]
        self._primary = association_types.primary_of(pair)
        self._rows: dict[int, _Row] = {}
        self._relabelled: dict[tuple[int, int], None] = {}
        self._required: set[str] = set()
        self._limited: dict[int, AssociationType] = {}
        self.changed = 0
        """Source records whose associations `write` changed."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        return not self._rows

    def associate(self, near: str, near_id: int, far_id: int, directions: Iterable[Direction] = ()) -> None:
        """Have both records associated under the types, as `near` sees them, and under the unlabelled one.

        Where one of the types is a custom label, the custom labels between the two become those named.
        Raises InvalidAssociation for a record with itself.
        """
        default = association_types.default_of(self.pair, near)
        far_key = f"{(self._target if default.is_forward else self._source).id}:{far_id}"
        near_key = f"{(self._source if default.is_forward else self._target).id}:{near_id}"
        if near_key == far_key:
            raise InvalidAssociation("A record cannot be associated with itself.", objectId=[str(near_id)])
        self._required |= {near_key, far_key}
        for direction in dict.fromkeys((default, *directions)):
            from_id, to_id = self._stored(direction, near_id, far_id)
            found, row = direction.type, self._rows.setdefault(from_id, _Row())
            if found.is_primary:
                row.primary = to_id if row.primary is None else row.primary
            else:
                row.links[to_id, found.id] = None
            if found.is_default and self._primary and row.first is None:
                row.first = to_id
            if found.source_max is not None or found.target_max is not None:
                self._limited[found.id] = found
            if association_types.is_custom_label(found):
                self._relabelled |= dict.fromkeys(self._orientations(near, near_id, far_id))

    def remove(self, near: str, near_id: int, far_id: int, directions: Collection[Direction] | None = None) -> None:
        """End the associations of both records under the types, as `near` sees them; all of them for None.

        Without the unlabelled type there are none. Records that are not there, or archived, are passed over.
        """
        if directions is None or any(direction.type.is_default for direction in directions):
            for from_id, to_id in self._orientations(near, near_id, far_id):
                self._rows.setdefault(from_id, _Row()).drops[to_id] = None
            return
        for direction in directions:
            from_id, to_id = self._stored(direction, near_id, far_id)
            drops = self._rows.setdefault(from_id, _Row()).drops
            known = drops.get(to_id, frozenset())
            drops[to_id] = None if known is None else known | {direction.type.id}

    def write(self, new_keys: Collection[str] = ()) -> list[str]:
        """Keys of records that are not there: with any of them nothing was written.

        `new_keys` are of records created in this transaction, whose first revision is to tell of it.
        Raises LimitExceeded and PairNotIndexed.
        """
        if self.is_empty:
            return []
        if not self.pair.is_indexed:
            raise PairNotIndexed([self.pair])
        self._relabel()
        rules = [found.bereft for found in hooks.attached(self._unit, self._source) if found.bereft is not None]
        if not rules or not self._may_end_primaries:
            return self._write(self._unit, new_keys)[0]

        def work(together: Unit) -> list[str]:
            missing, bereft = self._write(together, new_keys)
            for rule in rules if bereft else ():
                rule(together, self._source, bereft)
            return missing

        return self._unit.together(work)

    @property
    def _may_end_primaries(self) -> bool:
        primary = self._primary.id if self._primary else None
        drops = [type_ids for row in self._rows.values() for type_ids in row.drops.values()]
        return primary is not None and any(type_ids is None or primary in type_ids for type_ids in drops)

    def _write(self, unit: Unit, new_keys: Collection[str]) -> tuple[list[str], list[int]]:
        """Keys of records that are not there, and ids of sources that have no primary target any more."""
        limits = limits_of(self._limited.values())
        ends = self._ends(limits)
        row = unit.graph.change(
            self._statement(limits),
            locks=[end["key"] for end in ends if end["locked"]],
            rows=self._written_rows(new_keys),
            ends=ends,
            types={str(found.id): _copies(found) for found in self.pair.types},
            primary_id=self._primary.id if self._primary else None,
            target_kind=self._target.id,
            limits=[limit for limit, _ in limits],
            count_max=max((limit["max"] for limit, _ in limits), default=0)
            + sum(len(row.drops) + 1 for row in self._rows.values()),
        )
        refuse(unit, limits, row["over"])
        self.changed = row["changed"] or 0
        return list(row["missing"] or []), list(row["bereft"] or [])

    def _relabel(self) -> None:
        labels = [found.id for found in self.pair.types if association_types.is_custom_label(found)]
        for from_id, to_id in self._relabelled:
            row = self._rows.setdefault(from_id, _Row())
            row.drops[to_id] = frozenset(label for label in labels if (to_id, label) not in row.links)

    def _statement(self, limits: Sequence[Limit]) -> Any:
        name = self.pair.relationship_type
        return load("associations").write.on(
            relationship_type=name,
            past_type=self.pair.past_relationship_type,
            source_label=self._source.node_label,
            target_label=self._target.node_label,
            one=name if self._primary else NO_ASSOCIATION,
            **places(self.pair, limits),
        )

    def _written_rows(self, new_keys: Collection[str]) -> list[dict[str, Any]]:
        unit, rows = self._unit, []
        for from_id, row in sorted(self._rows.items()):
            key = f"{self._source.id}:{from_id}"
            rows.append(
                {
                    "from_key": key,
                    "from_id": from_id,
                    "at": unit.clock.now(),
                    "is_new": key in new_keys,
                    "revision": revise.stamp(unit, key, "associate"),
                    "links": [{"to_id": to_id, "type_id": type_id} for to_id, type_id in row.links],
                    "drops": [
                        {"to_id": to_id, "type_ids": None if type_ids is None else sorted(type_ids)}
                        for to_id, type_ids in row.drops.items()
                        if type_ids != frozenset()
                    ],
                    "primary": row.primary,
                    "first": row.first,
                }
            )
        return rows

    def _ends(self, limits: Sequence[Limit]) -> list[dict[str, Any]]:
        received = {limit["type_id"] for limit, _ in limits if limit["received"]}
        locked = {
            f"{self._target.id}:{to_id}"
            for row in self._rows.values()
            for to_id, type_id in row.links
            if type_id in received
        }
        locked |= {f"{self._source.id}:{from_id}" for from_id in self._rows}
        return [
            {"key": key, "locked": key in locked, "required": key in self._required}
            for key in sorted(locked | self._required, key=_key_order)
        ]

    def _orientations(self, near: str, near_id: int, far_id: int) -> tuple[tuple[int, int], ...]:
        """Every (source id, target id) in which associations of both records may be stored."""
        if self.pair.is_same_object:
            return (near_id, far_id), (far_id, near_id)
        return ((near_id, far_id),) if near == self.pair.source else ((far_id, near_id),)

    def _stored(self, direction: Direction, near_id: int, far_id: int) -> tuple[int, int]:
        if self.pair.is_ordered(direction.type):
            return min(near_id, far_id), max(near_id, far_id)
        return (near_id, far_id) if direction.is_forward else (far_id, near_id)


def end_those_there(unit: Unit, draft: Draft) -> None:
    """Write a draft that only removes; a pair that has never been associated has nothing to remove."""
    if draft.pair.is_indexed:
        draft.write()
    else:
        unit.graph.ask(load("definitions").confirm)


def invalid_records(unit: Unit, keys: Iterable[str]) -> InvalidAssociation:
    """The error for keys of records that are not there."""
    names = {found.id: found.name.upper() for found in unit.model.object_types.values()}
    ends = [(names[kind], record_id) for kind, _, record_id in (key.partition(":") for key in keys)]
    return InvalidAssociation(
        "One or more associations are invalid",
        INVALID_OBJECT_IDS=[f"{name}={record_id} is not valid" for name, record_id in ends],
        objectId=[record_id for _, record_id in ends],
        objectType=list(dict.fromkeys(name for name, _ in ends)),
    )


def _copies(found: AssociationType) -> dict[str, Any]:
    return {
        "type_id": found.id,
        "label": found.association_label,
        "inverse_label": found.inverse_label,
        "category": found.category,
    }


def _key_order(key: str) -> tuple[str, int]:
    kind, _, record_id = key.partition(":")
    return kind, int(record_id)
