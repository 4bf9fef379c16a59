"""Values that are counted or followed along associations when a record is read; none of them is stored.

A number above `Limits.counted_associations` is not given: the value is then null.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_graph.definitions.association import AssociationPair
from crm_graph.definitions.object_type import ObjectType
from crm_graph.graph.queries import load
from crm_graph.records import association_types
from crm_graph.records.record import Native
from crm_graph.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one property follows from the associations with one other object type.

    Of those under the type that v3 calls `type_name`, or under the unlabelled one: their number, or
    with `follows` the far record's id or, by `reads`, one of its properties. `is_primary` follows the
    primary association.
    """

    far: str
    type_name: str | None = None
    is_primary: bool = False
    follows: bool = False
    reads: str | None = None
    shown: Callable[[int], Native] = int


def _number(far: str, type_name: str | None = None) -> Rule:
    return Rule(far=far, type_name=type_name)


def _primary(far: str, reads: str | None = None) -> Rule:
    return Rule(far=far, is_primary=True, reads=reads)


RULES: Mapping[str, Mapping[str, Rule]] = {
    "contact": {
        "associatedcompanyid": _primary("company"),
        "num_associated_deals": _number("deal"),
    },
    "company": {
        "num_associated_contacts": _number("contact"),
        "num_associated_deals": _number("deal"),
        "hs_num_child_companies": _number("company", "parent_to_child_company"),
        "hs_parent_company_id": Rule(far="company", type_name="child_to_parent_company", follows=True),
    },
    "deal": {
        "num_associated_contacts": _number("contact"),
        "hs_num_of_associated_line_items": _number("line_item"),
        "hs_primary_associated_company": _primary("company"),
    },
    "ticket": {
        "hs_num_associated_companies": _number("company"),
        "hs_num_associated_conversations": _number("conversation"),
        "hs_primary_company_id": _primary("company"),
        "hs_primary_company_name": _primary("company", "name"),
    },
    "lead": {
        "hs_primary_contact_id": _primary("contact"),
        "hs_primary_company_id": _primary("company"),
        "hs_associated_contact_email": _primary("contact", "email"),
        "hs_associated_contact_firstname": _primary("contact", "firstname"),
        "hs_associated_contact_lastname": _primary("contact", "lastname"),
        "hs_associated_company_domain": _primary("company", "domain"),
        "hs_associated_company_name": _primary("company", "name"),
        "hs_lead_associated_deals_count": _number("deal"),
    },
    "commerce_payment": {
        "hs_number_of_associated_invoices": _number("invoice"),
        "hs_has_associated_invoice": Rule(far="invoice", shown=bool),
    },
}
"""By object type and property. A count between records of one type names a type with a direction."""


def names_of(object_type: ObjectType, names: Collection[str]) -> tuple[str, ...]:
    """Those of the names that are computed for the object type; `*` stands for all of them."""
    rules = RULES.get(object_type.name, {})
    if "*" in names:
        return tuple(name for name in rules if name in object_type.properties)
    return tuple(name for name in rules if name in names and name in object_type.properties)


def values_of(
    unit: Unit, object_type: ObjectType, ids: Sequence[int], names: Collection[str]
) -> dict[int, dict[str, Native]]:
    """Computed values by record id and name, natively, in one statement for each kind of association asked about."""
    found: dict[int, dict[str, Native]] = {record_id: {} for record_id in ids}
    groups: dict[tuple[str, str | None, bool], dict[str, Rule]] = {}
    for name in names_of(object_type, names):
        rule = RULES[object_type.name][name]
        groups.setdefault((rule.far, rule.type_name, rule.is_primary), {})[name] = rule
    for (far_name, type_name, is_primary), rules in groups.items():
        far = unit.model.object_types[far_name]
        pair = unit.model.find_pair(object_type, far)
        if is_primary:
            _follow_primaries(unit, object_type, far, pair, rules, found)
        else:
            _count(unit, object_type, far, pair, type_name, rules, found)
    return found


def _count(
    unit: Unit,
    near: ObjectType,
    far: ObjectType,
    pair: AssociationPair | None,
    type_name: str | None,
    rules: Mapping[str, Rule],
    found: dict[int, dict[str, Native]],
) -> None:
    counts: list[Sequence[Any]] = [(record_id, 0, None) for record_id in found]
    most = unit.limits.counted_associations
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
        for name, rule in rules.items():
            found[record_id][name] = least_id if rule.follows else rule.shown(number) if number <= most else None


def _follow_primaries(
    unit: Unit,
    near: ObjectType,
    far: ObjectType,
    pair: AssociationPair | None,
    rules: Mapping[str, Rule],
    found: dict[int, dict[str, Native]],
) -> None:
    primary = association_types.primary_of(pair) if pair is not None and pair.is_indexed else None
    if pair is None or primary is None or pair.source != near.name:
        return
    reads = sorted({rule.reads for rule in rules.values() if rule.reads})
    statement = load("associations").primaries.on(relationship_type=pair.relationship_type, far_label=far.node_label)
    ones = [f"{near.id}:{record_id}|{primary.id}" for record_id in found]
    for record_id, far_id, values in unit.graph.ask(statement, ones=ones, names=reads)["primaries"]:
        by_name = dict(zip(reads, values, strict=True))
        for name, rule in rules.items():
            found[record_id][name] = by_name[rule.reads] if rule.reads else far_id
