"""What records are after writes, kept in plain sets and dictionaries: the oracle that the graph is compared with.

It has the rules of the contract and nothing of how the graph stores them. An operation that is
to be refused raises the error that the domain must raise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field

from crm_graph.definitions.association import Direction
from crm_graph.definitions.data_model import DataModel
from crm_graph.errors import Conflict, InvalidAssociation, InvalidInput, RecordExists, RecordNotFound, UniqueValueTaken

LABELS = (
    ("contact", "company", "replay_adviser", "Replay adviser", "Replay advised by"),
    ("contact", "company", "replay_buyer", "Replay buyer", "Replay bought by"),
    ("contact", "contact", "replay_manager", "Replay manager", "Replay employee"),
)
"""Custom labels that the replay uses: near type, far type, name, label, inverse label."""

Link = tuple[str, str, int]
"""Key of the source, key of the target, type id as stored."""


@dataclass
class PlainRecord:
    """One record by its key."""

    key: str
    properties: dict[str, object]
    is_archived: bool = False
    merged_into: str | None = None

    @property
    def kind(self) -> str:
        """The id of its object type."""
        return self.key.partition(":")[0]

    @property
    def id(self) -> int:
        """Its id."""
        return int(self.key.partition(":")[2])


@dataclass
class PlainModel:
    """Every record that ever was, and the links between them; those with an archived end are hidden."""

    model: DataModel
    records: dict[str, PlainRecord] = field(default_factory=dict)
    links: set[Link] = field(default_factory=set)

    def copy(self) -> PlainModel:
        """The model as it is now."""
        return PlainModel(self.model, deepcopy(self.records), set(self.links))

    def resolve(self, key: str) -> PlainRecord:
        """The live record that a key leads to, also through merges."""
        record = self.records[key]
        while record.merged_into is not None:
            record = self.records[record.merged_into]
        if record.is_archived:
            raise RecordNotFound
        return record

    def associations(self, key: str) -> dict[str, frozenset[int]]:
        """Type ids as the record sees them, by key of each live record that it is associated with."""
        kind = self.records[key].kind
        seen: dict[str, set[int]] = {}
        for source, target, type_id in self.links:
            far = target if source == key else source
            if key in (source, target) and not self.records[far].is_archived:
                direction = self._stored_type(kind, self.records[far].kind, type_id)
                found = direction.type.id if source == key else direction.type.inverse_id
                seen.setdefault(far, set()).add(found)
        return {far: frozenset(type_ids) for far, type_ids in seen.items()}

    def check_email(self, email: object, own: PlainRecord | None) -> None:
        """Refuse an address that another live record has."""
        for record in self.records.values():
            if email and record is not own and not record.is_archived and email in _addresses(record):
                raise RecordExists("taken", str(record.id)) if own is None else UniqueValueTaken("", "", "email")

    def create(self, key: str, properties: Mapping[str, object]) -> None:
        """A new record."""
        self.records[key] = PlainRecord(key, dict(properties))

    def update(self, record: PlainRecord, properties: Mapping[str, object]) -> None:
        """New values; None clears."""
        merged = {**record.properties, **properties}
        record.properties = {name: value for name, value in merged.items() if value is not None}

    def archive(self, key: str) -> None:
        """Hide a record; nothing happens to one that is hidden."""
        self.records[key].is_archived = True

    def check_restore(self, key: str) -> None:
        """Refuse to restore what is live, merged away, or has an address that was given away."""
        record = self.records[key]
        if not record.is_archived:
            raise RecordNotFound
        if record.merged_into is not None:
            raise Conflict("merged")
        for address in _addresses(record):
            self.check_email(address, None)

    def associate(self, near: str, far: str, directions: Sequence[Direction]) -> None:
        """Associate under the unlabelled type and those given, replacing custom labels where one is given."""
        if near == far or any(self.records[key].is_archived for key in (near, far)):
            raise InvalidAssociation("")
        own = self._directions(near, far)
        default = next(each for each in own if each.type.is_default)
        wanted = {self._link(near, far, each) for each in (default, *directions)}
        primary = next((each for each in own if each.type.is_primary and each.is_forward), None)
        first = self._link(near, far, default)
        if primary is None:
            primary = next((each for each in own if each.type.is_primary), None)
        if primary and not self._has_any(first[0], self.records[first[1]].kind):
            wanted.add((first[0], first[1], primary.type.id))
        if any(self._is_custom(each) for each in directions):
            custom = {each.type.id for each in own if self._is_custom(each)}
            self.links -= {link for link in self._between(near, far) if link[2] in custom} - wanted
        if primary and (first[0], first[1], primary.type.id) in wanted:
            self.links -= {link for link in self.links if link[0] == first[0] and link[2] == primary.type.id}
        self.links |= wanted

    def dissociate(self, near: str, far: str, directions: Iterable[Direction] | None) -> None:
        """End the types given, all for None or where the unlabelled one is among them."""
        if any(self.records[key].is_archived for key in (near, far)):
            return
        if directions is None or any(each.type.is_default for each in directions):
            self.links -= self._between(near, far)
        else:
            self.links -= {self._link(near, far, each) for each in directions}

    def check_merge(self, primary: str, other: str) -> tuple[PlainRecord, PlainRecord]:
        """The live records that both keys lead to."""
        first, second = self.resolve(primary), self.resolve(other)
        if first is second:
            raise InvalidInput("")
        return first, second

    def merge(self, first: PlainRecord, second: PlainRecord, key: str) -> None:
        """A record that takes the place of both."""
        properties = {**second.properties, **first.properties}
        addresses = [each for record in (first, second) for each in _addresses(record)]
        rest = [each for each in dict.fromkeys(addresses) if each != properties.get("email")]
        if rest:
            properties["hs_additional_emails"] = rest
        ids = [each for record in (first, second) for each in (*_merged(record), str(record.id))]
        properties["hs_merged_object_ids"] = ids
        self.create(key, properties)
        self._move_links(first.key, second.key, key)
        for record in (first, second):
            record.is_archived = True
            record.merged_into = key

    def _move_links(self, first: str, second: str, key: str) -> None:
        moved = {link for link in self.links if {first, second} & set(link[:2])}
        self.links -= moved
        for old in (first, second):
            for source, target, type_id in moved:
                far = target if source == old else source
                if old not in (source, target) or far in (first, second):
                    continue
                found = self._stored_type(self.records[key].kind, self.records[far].kind, type_id).type
                link = (key, far, type_id) if source == old else (far, key, type_id)
                if self._is_ordered(found.is_default or found.is_symmetric, link):
                    link = (min(link[:2], key=_id), max(link[:2], key=_id), type_id)
                has_primary = any(each[0] == key and each[2] == type_id for each in self.links)
                if not (found.is_primary and link[0] == key and has_primary):
                    self.links.add(link)

    def _directions(self, near: str, far: str) -> tuple[Direction, ...]:
        ends = [self.model.object_type(self.records[key].kind) for key in (near, far)]
        return self.model.directions(ends[0], ends[1])

    def _stored_type(self, kind: str, far_kind: str, type_id: int) -> Direction:
        pair = self.model.pair(self.model.object_type(kind), self.model.object_type(far_kind))
        return pair.directions[type_id]

    def _link(self, near: str, far: str, direction: Direction) -> Link:
        link = (near, far, direction.type.id) if direction.is_forward else (far, near, direction.type.id)
        if self._is_ordered(direction.type.is_symmetric or direction.type.is_default, link):
            return min(link[:2], key=_id), max(link[:2], key=_id), direction.type.id
        return link

    def _is_ordered(self, has_no_sides: bool, link: Link) -> bool:
        return has_no_sides and self.records[link[0]].kind == self.records[link[1]].kind

    def _between(self, near: str, far: str) -> set[Link]:
        return {link for link in self.links if set(link[:2]) == {near, far}}

    def _has_any(self, source: str, kind: str) -> bool:
        return any(
            link[0] == source and self.records[link[1]].kind == kind and not self.records[link[1]].is_archived
            for link in self.links
        )

    @staticmethod
    def _is_custom(direction: Direction) -> bool:
        return direction.type.category == "USER_DEFINED" and not direction.type.is_default


def _addresses(record: PlainRecord) -> list[str]:
    several = record.properties.get("hs_additional_emails") or []
    assert isinstance(several, list)
    return [str(each) for each in (record.properties.get("email"), *several) if each]


def _merged(record: PlainRecord) -> list[str]:
    earlier = record.properties.get("hs_merged_object_ids") or []
    assert isinstance(earlier, list)
    return earlier


def _id(key: str) -> int:
    return int(key.partition(":")[2])
