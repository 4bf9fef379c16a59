"""What is around a record: bounded, by object type, with what a reader may see."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from crm_graph.crm import Crm
from crm_graph.definitions.changes import association_types
from crm_graph.errors import RecordNotFound
from crm_graph.graph.queries import Statement
from crm_graph.records import neighbourhood, store
from crm_graph.records.neighbourhood import Neighbourhood
from crm_graph.records.record import Identity, Record
from crm_graph.unit import Actor, Unit
from tests.factories import SUPER_ADMIN, Make, unique


def around(crm: Crm, record: Record, actor: Actor = SUPER_ADMIN) -> Neighbourhood:
    """The neighbourhood of a record."""

    def work(unit: Unit) -> Neighbourhood:
        return neighbourhood.read(unit, unit.model.object_type(record.object_type.name), str(record.id))

    return crm.run(actor, work)


def names(found: Neighbourhood) -> dict[str, list[str]]:
    """Names of what is around, by object type."""
    return {each.object_type.name: [one.record.name for one in each.shown] for each in found.around}


def test_associated_records_stand_under_their_object_type_in_the_order_of_categories(crm: Crm, make: Make) -> None:
    contact, deal = make.contact(), make.deal(dealname="Beans")
    company, note = make.company(name="Mill"), make.record("note", hs_note_body="Called", hs_timestamp="2026-01-01")
    for far in (note, deal, company):
        make.associated(contact, far)
    assert list(names(around(crm, contact)).items()) == [
        ("company", ["Mill"]),
        ("deal", ["Beans"]),
        ("note", ["Called"]),
    ]


def test_neighbour_has_its_labels_as_this_record_sees_them(crm: Crm, make: Make) -> None:
    contact, company = make.contact(), make.company()
    shown, inverse = unique("Adviser "), unique("Advised by ")

    def define(unit: Unit) -> int:
        near, far = unit.model.object_type("contact"), unit.model.object_type("company")
        return association_types.create_label(unit, near, far, unique("l_"), shown, inverse)[0].type_id

    make.labelled(contact, company, crm.run(SUPER_ADMIN, define))
    [[seen]] = [each.shown for each in around(crm, contact).around]
    [[back]] = [each.shown for each in around(crm, company).around]
    assert shown in seen.labels
    assert inverse in back.labels


def test_second_step_leads_beyond_each_neighbour_and_not_back(crm: Crm, make: Make) -> None:
    contact, company, deal = make.contact(), make.company(), make.deal(dealname="Second step")
    make.associated(contact, company)
    make.associated(company, deal)
    [[neighbour]] = [each.shown for each in around(crm, contact).around]
    assert [each.name for each in neighbour.beyond] == ["Second step"]


def test_more_records_than_are_shown_are_told_of(crm: Crm, make: Make) -> None:
    company = make.company()
    limit = crm.settings.limits.neighbours
    for _ in range(limit + 1):
        make.associated(company, make.deal())
    [deals] = around(crm, company).around
    assert (len(deals.shown), deals.has_more) == (limit, True)


def test_primary_and_labelled_ones_are_shown_however_many_there_are(crm: Crm, make: Make) -> None:
    contact = make.contact()
    first = make.company(name="The primary one")
    make.associated(contact, first)
    for _ in range(crm.settings.limits.neighbours + 2):
        make.associated(contact, make.company())
    [companies] = around(crm, contact).around
    assert companies.shown[0].record.name == "The primary one"
    assert companies.shown[0].is_primary
    assert companies.has_more


def test_archived_neighbours_are_left_out(crm: Crm, make: Make) -> None:
    contact, company = make.contact(), make.company()
    make.associated(contact, company)
    crm.run(SUPER_ADMIN, lambda unit: store.archive(unit, unit.model.object_type("company"), str(company.id)))
    assert names(around(crm, contact)) == {}


def test_archived_record_is_shown_with_its_associations(crm: Crm, make: Make) -> None:
    contact, company = make.contact(), make.company(name="Stays")
    make.associated(contact, company)
    crm.run(SUPER_ADMIN, lambda unit: store.archive(unit, unit.model.object_type("contact"), str(contact.id)))
    found = around(crm, contact)
    assert found.record.archived_at is not None
    assert names(found) == {"company": ["Stays"]}


def test_object_types_that_the_reader_may_not_read_are_left_out(crm: Crm, make: Make) -> None:
    contact, company, deal = make.contact(), make.company(), make.deal()
    make.associated(contact, company)
    make.associated(contact, deal)
    reader = replace(
        SUPER_ADMIN, is_super_admin=False, scopes=frozenset({"crm.objects.contacts.read", "crm.objects.deals.read"})
    )
    assert set(names(around(crm, contact, reader))) == {"deal"}


def test_record_that_is_not_there_is_not_found(crm: Crm, make: Make) -> None:
    with pytest.raises(RecordNotFound):
        around(crm, make.contact()._replace(id=999_999_999_999))


def test_revisions_tell_values_and_associations_newest_first(crm: Crm, make: Make) -> None:
    contact, company = make.contact(firstname="Ada"), make.company()
    crm.run(
        SUPER_ADMIN,
        lambda unit: store.update(
            unit, unit.model.object_type("contact"), Identity(str(contact.id)), {"firstname": "Grace"}
        ),
    )
    make.associated(contact, company)
    joined, changed, created = around(crm, contact).revisions
    assert [(link.id, link.labels, link.has_begun) for link in joined.links] == [(company.id, ("Primary",), True)]
    assert [(each.name, each.before, each.after) for each in changed.changes if each.name == "firstname"] == [
        ("firstname", "Ada", "Grace")
    ]
    assert created.kind == "create"


def test_statements_are_as_many_whatever_is_around(crm: Crm, make: Make) -> None:
    alone, busy = make.contact(), make.contact()
    for far in (make.company(), make.deal(), make.record("ticket", subject=unique()), make.deal()):
        make.associated(busy, far)
    around(crm, busy)
    assert statements(crm, alone) == statements(crm, busy)
    assert statements(crm, busy).count("neighbourhood.around") == 1


def statements(crm: Crm, record: Record) -> list[str]:
    """Names of the statements that reading what is around a record takes."""
    found: list[str] = []

    def observe(statement: Statement, parameters: Mapping[str, Any]) -> None:
        found.append(statement.name)

    crm.graph.observers.append(observe)
    try:
        around(crm, record)
    finally:
        crm.graph.observers.remove(observe)
    return found
