"""Two records of one type become a third: its values, its associations, and the ids that lead to it.

Both old records are archived for good, in no list, and keep their history; their associations end at
the moment in which those of the new one begin. The history of the new one goes on from the primary
record's: it names whose, `_earlier_keys`, and its first revision the values that are no change, `carried`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from crm_graph.definitions.association import AssociationType
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import InvalidInput, RecordNotFound, TooMany
from crm_graph.graph.queries import load
from crm_graph.records import claims, create, hooks, read, revise, values
from crm_graph.records.record import Native, Record, Selection, read_id
from crm_graph.unit import Unit

MERGED_IDS = "hs_merged_object_ids"
IDENTITIES_MAX = 250
"""Ids that one record may stand for, the contract's number."""

SOURCE = "MERGE_OBJECTS"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """An association that one of the merged records had until now."""

    relationship_type: str
    properties: Mapping[str, Any]
    far_key: str
    far_is_live: bool
    is_source: bool

    @property
    def type_id(self) -> int:
        """The association type as stored."""
        return int(self.properties["type_id"])


def merge(unit: Unit, object_type: ObjectType, primary_id: str, other_id: str) -> Record:
    """The new record that stands for both; their ids lead to it from now on.

    The primary's values win, gaps are filled from the other. Raises RecordNotFound, InvalidInput for
    a record with itself, TooMany for more than 250 identities or `Limits.merged_associations`.
    """
    create.refuse_unless(object_type, "merge")
    unit = replace(unit, actor=unit.actor.through(SOURCE, unit.actor.source_id))
    ids = [str(read_id(each)) for each in (primary_id, other_id)]
    primary, other = read.find(unit, object_type, ids, Selection(properties=("hs_object_id",)))
    if primary is None or other is None:
        raise RecordNotFound
    if primary.id == other.id:
        raise InvalidInput("A record cannot be merged with itself.")
    new_id = unit.ids.take(object_type.id)[0]
    at = unit.clock.now()
    return unit.together(lambda together: _merge(together, object_type, primary, other, new_id, at))


def _merge(unit: Unit, object_type: ObjectType, primary: Record, other: Record, new_id: int, at: int) -> Record:
    old = sorted((primary, other), key=lambda record: record.id)
    new_key = f"{object_type.id}:{new_id}"
    row = unit.graph.change(
        load("merge").retire.on(node_label=object_type.node_label),
        keys=[record.key for record in old],
        into=new_id,
        at=at,
        most=unit.limits.merged_associations,
        revisions=[{**revise.stamp(unit, record.key, "merge"), "merged_into": new_key} for record in old],
    )
    if row["missing"]:
        raise RecordNotFound
    if row["count"] > unit.limits.merged_associations:
        raise TooMany(f"A merge moves at most {unit.limits.merged_associations:,} associations.")
    retired = {before["_id"]: (before, [_ended(item) for item in ended]) for before, ended in row["retired"]}
    (first, first_ended), (second, second_ended) = retired[primary.id], retired[other.id]
    record = Record(
        object_type=object_type,
        id=new_id,
        properties=united_values(unit, object_type, first, second),
        created_at=min(first["_created_at"], second["_created_at"]),
        updated_at=row["moment"],
    )
    old_keys = [primary.key, other.key]
    associations = united_associations(unit.model, record.key, old_keys, [first_ended, second_ended], row["moment"])
    _create(unit, record, first, associations)
    unit.graph.change(
        load("merge").succeed,
        key=record.key,
        from_keys=old_keys,
        rows=associations,
        claims=[claims.merged_key(object_type, found.id) for found in (primary, other)],
    )
    return record


def _create(unit: Unit, record: Record, primary: Mapping[str, Any], associations: Sequence[Mapping[str, Any]]) -> None:
    object_type = record.object_type
    revision = revise.first(unit, record.key, "merge", record.properties, record.updated_at)
    revision["carried"] = [name for name, value in record.properties.items() if primary.get(name) == value]
    for name, is_source in (("added", True), ("received_added", False)):
        revision[name] = [_told(row) for row in associations if row["is_source"] is is_source]
    system = {
        "_id": record.id,
        "_key": record.key,
        "_kind": object_type.id,
        "_version": 1,
        "_created_at": record.created_at,
        "_updated_at": record.updated_at,
        "_changed_at": record.updated_at,
        "_earlier_keys": [primary["_key"], *(primary.get("_earlier_keys") or [])],
    }
    words, word_lists = values.searchable_names(object_type)
    unit.graph.change(
        load("records").create.on(node_label=object_type.node_label),
        rows=[
            {
                "properties": {**record.properties, **values.folded(object_type, record.properties), **system},
                "claims": claims.nodes(object_type, claims.of(object_type, record.properties)),
                "revision": revision,
            }
        ],
        words=words,
        word_lists=word_lists,
    )


def _told(row: Mapping[str, Any]) -> str:
    return f"{row['far']}|{row['properties']['type_id']}"


def united_values(
    unit: Unit, object_type: ObjectType, primary: Mapping[str, Any], other: Mapping[str, Any]
) -> dict[str, Native]:
    """Values of the merged record: the primary's, gaps filled from the other, then what behaviours say.

    A unique value of the other that would be lost goes to the list that claims under the same name,
    where the object type has one. Raises TooMany for more than 250 identities.
    """
    first, second = _user_values(primary), _user_values(other)
    merged = {**second, **first}
    for name, claimed_as in object_type.claiming_properties.items():
        if name != claimed_as and object_type.properties[name].is_multiple:
            kept = [*first.get(name, []), *second.get(name, []), second.get(claimed_as)]
            rest = [value for value in dict.fromkeys(kept) if value and value != merged.get(claimed_as)]
            if rest:
                merged[name] = rest
    for behaviour in hooks.attached(unit, object_type):
        if behaviour.merged:
            behaviour.merged(object_type, merged, first, second)
    ids = [*merged_ids(first), str(primary["_id"]), *merged_ids(second), str(other["_id"])]
    if len(ids) > IDENTITIES_MAX:
        raise TooMany(f"Cannot have more than {IDENTITIES_MAX} identities on a profile")
    if found := object_type.properties.get(MERGED_IDS):
        merged[MERGED_IDS] = ids if found.is_multiple else ";".join(ids)
    return merged


def merged_ids(properties: Mapping[str, Any]) -> list[str]:
    """Ids of the records that a record stands for."""
    stored = properties.get(MERGED_IDS) or []
    return stored.split(";") if isinstance(stored, str) else list(stored)


def united_associations(
    model: DataModel, new_key: str, old_keys: Sequence[str], ended: Sequence[Iterable[Ended]], at: int
) -> list[dict[str, Any]]:
    """Associations of the merged record as rows (type, far, is_source, properties).

    `old_keys` and `ended` have the primary record first. Its associations come first, then the
    other's, older ones first: of several primary associations the first stays, and of a limited type
    as many as the limit allows. Those between the two records end. Where the unlabelled type finds
    no place, the labels beside it find none. What has no definition any more ends.
    """
    both = [item for items in ended for item in sorted(items, key=_since) if item.far_key not in old_keys]
    types = {(name, found.id): (pair, found) for name, pair in model.pairs.items() for found in pair.types}
    rows: dict[tuple[str, str, int, bool], dict[str, Any]] = {}
    used: dict[tuple[int, bool], int] = {}
    associated: set[tuple[str, str]] = set()
    ones: set[int] = set()
    for is_default in (True, False):
        for item in both:
            pair, found = types.get((item.relationship_type, item.type_id), (None, None))
            if pair is None or found is None or found.is_default is not is_default:
                continue
            is_source = _id(new_key) < _id(item.far_key) if pair.is_ordered(found) else item.is_source
            place = (item.relationship_type, item.far_key, item.type_id, is_source)
            near = (item.type_id, is_source or found.is_symmetric)
            limit = found.source_max if near[1] else found.target_max
            is_full = limit is not None and item.far_is_live and used.get(near, 0) >= limit
            is_second = item.is_source and found.is_primary and item.type_id in ones
            is_orphan = not is_default and (item.relationship_type, item.far_key) not in associated
            if place in rows or is_full or is_second or is_orphan:
                continue
            rows[place] = _row(found, item, new_key, is_source, at)
            used[near] = used.get(near, 0) + item.far_is_live
            if is_default:
                associated.add((item.relationship_type, item.far_key))
            if item.is_source and found.is_primary:
                ones.add(item.type_id)
    return list(rows.values())


def _row(found: AssociationType, item: Ended, new_key: str, is_source: bool, at: int) -> dict[str, Any]:
    new_id, far_id = _id(new_key), _id(item.far_key)
    properties = {
        **item.properties,
        "since": at,
        "from_id": new_id if is_source else far_id,
        "to_id": far_id if is_source else new_id,
    }
    if found.is_primary:
        properties["one_of"] = f"{new_key if is_source else item.far_key}|{found.id}"
    return {"type": item.relationship_type, "far": item.far_key, "is_source": is_source, "properties": properties}


def _since(item: Ended) -> int:
    return int(item.properties["since"])


def _id(key: str) -> int:
    return int(key.rpartition(":")[2])


def _ended(item: Sequence[Any]) -> Ended:
    relationship_type, properties, far_key, far_is_live, is_source = item
    return Ended(
        relationship_type=relationship_type,
        properties=properties,
        far_key=far_key,
        far_is_live=far_is_live,
        is_source=is_source,
    )


def _user_values(node: Mapping[str, Any]) -> dict[str, Native]:
    return {name: value for name, value in node.items() if name[0] != "_" and value is not None}
