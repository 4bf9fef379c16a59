"""What is left of a record after it was purged."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.graph.database import Graph
from crm_graph.records import archive, privacy, store
from crm_graph.records.merge import merge
from crm_graph.records.record import Identity, Record
from crm_graph.unit import Unit
from tests.api.client import Client
from tests.factories import SUPER_ADMIN, Make, email


@pytest.mark.parametrize("by_old_id", [False, True])
def test_nothing_is_left_of_what_was_merged_into_the_record(crm: Crm, make: Make, by_old_id: bool) -> None:
    first, second, third = (make.contact(email=email()) for _ in range(3))

    def merged(one: Record, other: Record) -> Record:
        return crm.run(
            SUPER_ADMIN, lambda unit: merge(unit, unit.model.object_type("contact"), str(one.id), str(other.id))
        )

    last = merged(merged(first, second), third)
    named = first if by_old_id else last
    crm.run(SUPER_ADMIN, lambda unit: store.purge(unit, unit.model.object_type("contact"), str(named.id)))

    addresses = [str(record.properties["email"]) for record in (first, second, third)]
    left, _, _ = crm.graph.driver.execute_query(
        "MATCH (n) WHERE any(key IN keys(n) WHERE n[key] IN $addresses) OR n.key IN $claims OR n._key IN $keys "
        "RETURN count(n) AS left",
        addresses=addresses,
        claims=[f"0-1|email|{address}" for address in addresses] + [f"0-1|_id|{first.id}"],
        keys=[record.key for record in (first, second, third, last)],
    )
    assert left[0]["left"] == 0


def crowded_company(crm: Crm, make: Make) -> tuple[Record, list[Record]]:
    """A company and three contacts associated with it, six associations with the primary ones."""
    company, contacts = make.company(), [make.contact() for _ in range(3)]
    for contact in contacts:
        make.associated(contact, company)
    return company, contacts


def bare(crm: Crm) -> list[int]:
    """How many associations each bare node still has."""
    rows, _, _ = crm.graph.driver.execute_query(
        "MATCH (p:_Purged) RETURN COUNT { (p)--() } AS n, properties(p) AS kept"
    )
    assert all(row["kept"] == {} for row in rows)
    return [row["n"] for row in rows]


def delete(most: int, company: Record, unit: Unit) -> bool:
    few = replace(unit, limits=replace(unit.limits, purged_associations=most))
    return privacy.delete(few, company.object_type, Identity(str(company.id)))


def test_a_record_with_as_many_associations_as_go_at_once_leaves_no_rest(crm: Crm, make: Make) -> None:
    company, _ = crowded_company(crm, make)
    assert crm.run(SUPER_ADMIN, partial(delete, 6, company)) is False
    assert bare(crm) == []


def test_a_record_with_more_associations_is_gone_at_once_and_they_follow(
    crm: Crm, make: Make, client: Client, settings: Settings
) -> None:
    company, contacts = crowded_company(crm, make)
    assert crm.run(SUPER_ADMIN, partial(delete, 5, company)) is True
    assert bare(crm) == [6]
    assert client.get(f"/crm/v3/objects/companies/{company.id}").status_code == 404
    path = f"/crm/v4/objects/contacts/{contacts[0].id}/associations/companies"
    assert client.get(path).get_json()["results"] == []
    other = make.company()
    make.associated(contacts[0], other)
    assert [each["toObjectId"] for each in client.get(path).get_json()["results"]] == [other.id]

    graph = Graph(replace(settings, limits=replace(settings.limits, purged_associations=2)))
    while archive.remove_purged(graph):
        pass
    graph.close()
    assert bare(crm) == []
    assert [each["toObjectId"] for each in client.get(path).get_json()["results"]] == [other.id]
