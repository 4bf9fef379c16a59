"""A lead ends with its primary contact and its primary company."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crm_graph.crm import Crm
from crm_graph.records import association_batch, associations
from crm_graph.records.association_batch import PairInput
from crm_graph.records.check import check_records
from crm_graph.records.record import Record
from tests.factories import SUPER_ADMIN, Make

PRIMARY = {"contact": 578, "company": 580, "deal": 582}


@pytest.fixture
def lead(make: Make) -> Record:
    return make.record("lead", hs_lead_name="Roastery")


@pytest.fixture
def associate(crm: Crm, lead: Record) -> Callable[[Record], None]:
    def work(far: Record) -> None:
        ends = (lead.object_type, str(lead.id), far.object_type, str(far.id))
        crm.run(SUPER_ADMIN, lambda unit: associations.associate_default(unit, *ends))

    return work


def dissociate(crm: Crm, lead: Record, far: Record) -> None:
    ends = (far.object_type, str(far.id), lead.object_type, str(lead.id))
    crm.run(SUPER_ADMIN, lambda unit: associations.dissociate(unit, *ends))


def kinds(crm: Crm, lead: Record) -> list[str]:
    rows, _, _ = crm.graph.driver.execute_query(
        "MATCH (v:_Revision {record_key: $key}) RETURN v.kind AS kind ORDER BY v.version", key=lead.key
    )
    return [row["kind"] for row in rows]


def test_a_lead_whose_only_primary_record_is_removed_is_archived(
    crm: Crm, make: Make, lead: Record, associate: Callable[[Record], None]
) -> None:
    contact = make.contact()
    associate(contact)
    dissociate(crm, lead, contact)
    assert kinds(crm, lead) == ["create", "associate", "associate", "archive"]
    assert crm.run(SUPER_ADMIN, lambda unit: list(check_records(unit, [lead.key, contact.key]))) == []


def test_a_lead_stays_while_it_has_a_primary_company(
    crm: Crm, make: Make, lead: Record, associate: Callable[[Record], None]
) -> None:
    contact, company = make.contact(), make.company()
    associate(contact)
    associate(company)
    dissociate(crm, lead, contact)
    assert "archive" not in kinds(crm, lead)
    dissociate(crm, lead, company)
    assert kinds(crm, lead)[-1] == "archive"


def test_removing_the_primary_type_alone_archives_the_lead(
    crm: Crm, make: Make, lead: Record, associate: Callable[[Record], None]
) -> None:
    contact = make.contact()
    associate(contact)
    ends = (lead.object_type, str(lead.id), contact.object_type, str(contact.id))
    types = [("HUBSPOT_DEFINED", PRIMARY["contact"])]
    crm.run(SUPER_ADMIN, lambda unit: associations.remove_types(unit, *ends, types))
    assert kinds(crm, lead)[-1] == "archive"


def test_another_primary_contact_and_removing_one_that_is_not_leave_the_lead(
    crm: Crm, make: Make, lead: Record, associate: Callable[[Record], None]
) -> None:
    first, second = make.contact(), make.contact()
    associate(first)
    types = [("HUBSPOT_DEFINED", PRIMARY["contact"])]
    ends = (lead.object_type, str(lead.id), second.object_type, str(second.id))
    crm.run(SUPER_ADMIN, lambda unit: associations.set_types(unit, *ends, types))
    dissociate(crm, lead, first)
    assert "archive" not in kinds(crm, lead)


def test_a_primary_deal_does_not_hold_a_lead_and_is_not_needed(
    crm: Crm, make: Make, lead: Record, associate: Callable[[Record], None]
) -> None:
    contact, deal = make.contact(), make.deal()
    associate(contact)
    associate(deal)
    dissociate(crm, lead, deal)
    assert "archive" not in kinds(crm, lead)
    associate(deal)
    dissociate(crm, lead, contact)
    assert kinds(crm, lead)[-1] == "archive"


def test_of_a_batch_those_without_a_primary_record_are_archived(
    crm: Crm, make: Make, lead: Record, associate: Callable[[Record], None]
) -> None:
    contact, other = make.contact(), make.record("lead", hs_lead_name="Other")
    associate(contact)
    inputs = [PairInput(near_id=str(each.id), far_id=str(contact.id)) for each in (lead, other)]
    crm.run(
        SUPER_ADMIN,
        lambda unit: association_batch.associate_many(unit, lead.object_type, contact.object_type, inputs[1:]),
    )
    company = make.company()
    crm.run(
        SUPER_ADMIN,
        lambda unit: associations.associate_default(
            unit, other.object_type, str(other.id), company.object_type, str(company.id)
        ),
    )
    ended = [(each.near_id, [each.far_id]) for each in inputs]
    crm.run(
        SUPER_ADMIN,
        lambda unit: association_batch.dissociate_many(unit, lead.object_type, contact.object_type, ended),
    )
    assert kinds(crm, lead)[-1] == "archive"
    assert "archive" not in kinds(crm, other)
