"""Values that follow from associations, on built-in object types."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.definitions import catalogue
from crm_graph.definitions.computed import rules
from crm_graph.graph.embedded.server import Connection
from crm_graph.records import associations, computed, store
from crm_graph.unit import Actor, Unit

ACTOR = Actor(user_id=1, is_super_admin=True)


@pytest.fixture(scope="module")
def crm(neo4j_server: Connection) -> Iterator[Crm]:
    """An account with the built-in object types."""
    opened = Crm(Settings.from_environment(neo4j_server.as_environment()))
    opened.prepare()
    yield opened
    opened.close()


def make(crm: Crm, object_type: str, **properties: str) -> str:
    return str(crm.run(ACTOR, lambda unit: store.create(unit, unit.model.object_type(object_type), properties)).id)


def associate(crm: Crm, near: str, near_id: str, far: str, far_id: str, *type_ids: int) -> None:
    types = [("HUBSPOT_DEFINED", type_id) for type_id in type_ids]
    crm.run(
        ACTOR,
        lambda unit: associations.set_types(
            unit, unit.model.object_type(near), near_id, unit.model.object_type(far), far_id, types
        ),
    )


def values(crm: Crm, object_type: str, record_id: str, *names: str, **limits: int) -> dict[str, Any]:
    def work(unit: Unit) -> dict[str, Any]:
        unit = replace(unit, limits=replace(unit.limits, **limits))
        found = computed.values_of(unit, unit.model.object_type(object_type), [int(record_id)], names)
        return found[int(record_id)]

    return crm.run(ACTOR, work)


def test_primary_company_of_a_contact_is_its_value_until_it_is_removed(crm: Crm) -> None:
    contact, company = make(crm, "contact", firstname="Nick"), make(crm, "company", name="F.B.I.")
    associate(crm, "contact", contact, "company", company)
    assert values(crm, "contact", contact, "associatedcompanyid") == {"associatedcompanyid": int(company)}
    crm.run(
        ACTOR,
        lambda unit: associations.dissociate(
            unit, unit.model.object_type("contact"), contact, unit.model.object_type("company"), company
        ),
    )
    assert values(crm, "contact", contact, "associatedcompanyid") == {"associatedcompanyid": None}


def test_associated_records_are_counted_once_whatever_their_labels(crm: Crm) -> None:
    company = make(crm, "company", name="F.B.I.")
    for name in ("Nick", "Dale"):
        associate(crm, "contact", make(crm, "contact", firstname=name), "company", company)
    found = values(crm, "company", company, "num_associated_contacts", "num_associated_deals")
    assert found == {"num_associated_contacts": 2, "num_associated_deals": 0}


def test_archived_records_are_not_counted(crm: Crm) -> None:
    company, contact = make(crm, "company", name="F.B.I."), make(crm, "contact", firstname="Nick")
    associate(crm, "contact", contact, "company", company)
    crm.run(ACTOR, lambda unit: store.archive(unit, unit.model.object_type("contact"), contact))
    assert values(crm, "company", company, "num_associated_contacts") == {"num_associated_contacts": 0}


def test_number_above_the_limit_is_not_given(crm: Crm) -> None:
    company = make(crm, "company", name="F.B.I.")
    for name in ("Nick", "Dale", "Diane"):
        associate(crm, "contact", make(crm, "contact", firstname=name), "company", company)
    name = "num_associated_contacts"
    assert values(crm, "company", company, name, counted_associations=3) == {name: 3}
    assert values(crm, "company", company, name, counted_associations=2) == {name: None}


def test_parent_and_child_companies_see_each_other(crm: Crm) -> None:
    parent, child = make(crm, "company", name="Bureau"), make(crm, "company", name="Field office")
    associate(crm, "company", parent, "company", child, 13)
    names = ("hs_parent_company_id", "hs_num_child_companies")
    assert values(crm, "company", child, *names) == {"hs_parent_company_id": int(parent), "hs_num_child_companies": 0}
    assert values(crm, "company", parent, *names) == {"hs_parent_company_id": None, "hs_num_child_companies": 1}


def test_properties_of_the_primary_record_are_shown(crm: Crm) -> None:
    ticket = make(crm, "ticket", subject="Stale beans")
    associate(crm, "ticket", ticket, "company", make(crm, "company", name="F.B.I."))
    assert values(crm, "ticket", ticket, "hs_primary_company_name") == {"hs_primary_company_name": "F.B.I."}


def test_every_rule_names_a_property_and_an_association_that_exist() -> None:
    model = catalogue.load()
    faults = []
    for name, group in rules().items():
        object_type = model.object_types[name]
        for property_name, rule in group.items():
            pair = model.find_pair(object_type, model.object_types[rule.far])
            if property_name not in object_type.properties or pair is None:
                faults.append(f"{name}.{property_name}")
            elif rule.kind == "primary" and (pair.source != name or not any(each.is_primary for each in pair.types)):
                faults.append(f"{name}.{property_name}: no primary {rule.far}")
            elif rule.kind != "primary" and rule.type_name is None and pair.is_same_object:
                faults.append(f"{name}.{property_name}: counts one side")
    assert not faults, "\n".join(faults)
