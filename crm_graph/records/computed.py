"""Values that are counted or followed along associations when a record is read; none of them is stored.

A number above `Limits.counted_associations` is not given: the value is then null.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from crm_graph.definitions.association import AssociationPair
from crm_graph.definitions.computed import Rule, rules
from crm_graph.definitions.object_type import ObjectType
from crm_graph.graph.queries import load
from crm_graph.records import association_types
from crm_graph.records.association_reading import primaries_of
from crm_graph.records.record import Native
from crm_graph.unit import Unit

Values = dict[int, dict[str, Native]]


def names_of(object_type: ObjectType, names: Collection[str]) -> tuple[str, ...]:
    """Those of the names that are computed for the object type; `*` stands for all of them."""
    known = rules().get(object_type.name)
    if known is None:
        return ()
    wanted = object_type.live_properties if "*" in names else names
    return tuple(name for name in known if name in wanted and name in object_type.live_properties)


def values_of(unit: Unit, object_type: ObjectType, ids: Sequence[int], names: Collection[str]) -> Values:
    """Computed values by record id and name, natively, in one statement for each kind of association asked about."""
    found: Values = {record_id: {} for record_id in ids}
    groups: dict[tuple[str, str | None, bool], dict[str, Rule]] = {}
    for name in names_of(object_type, names):
        rule = rules()[object_type.name][name]
        groups.setdefault((rule.far, rule.type_name, rule.kind == "primary"), {})[name] = rule
    for (far_name, type_name, is_primary), group in groups.items():
        far = unit.model.object_types[far_name]
        if is_primary:
            _follow_primaries(unit, object_type, far, group, found)
        else:
            pair = unit.model.find_pair(object_type, far)
            _count(unit, object_type, far, pair, type_name, group, found)
    return found


def _count(
    unit: Unit,
    near: ObjectType,
    far: ObjectType,
    pair: AssociationPair | None,
    type_name: str | None,
    group: Mapping[str, Rule],
    found: Values,
) -> None:
    most = unit.limits.counted_associations
    counts: Sequence[Sequence[Any]] = [(record_id, 0, None) for record_id in found]
    if pair is not None and pair.is_indexed:
        direction = (
            association_types.default_of(pair, near.name)
            if type_name is None
            else association_types.named(unit, near, far, type_name)
        )
        queries = load("associations")
        query = queries.counts_from if direction.is_forward else queries.counts_to
        statement = query.on(relationship_type=pair.relationship_type, far_label=far.node_label)
        row = unit.graph.ask(statement, ids=list(found), type_id=direction.type.id, most=most + 1)
        counts = row["counts"]
    for record_id, number, least_id in counts:
        shown = {"number": number if number <= most else None, "any": number > 0, "record": least_id}
        found[record_id].update((name, shown[rule.kind]) for name, rule in group.items())


def _follow_primaries(unit: Unit, near: ObjectType, far: ObjectType, group: Mapping[str, Rule], found: Values) -> None:
    for values in found.values():
        values.update(dict.fromkeys(group))
    reads = sorted({rule.reads for rule in group.values() if rule.reads})
    for record_id, (far_id, read) in primaries_of(unit, near, far, found, reads).items():
        by_name = dict(zip(reads, read, strict=True))
        found[record_id].update((name, by_name[rule.reads] if rule.reads else far_id) for name, rule in group.items())
