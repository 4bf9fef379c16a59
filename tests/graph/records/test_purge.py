"""What is left of a record after it was purged."""

from __future__ import annotations

import pytest

from crm_graph.crm import Crm
from crm_graph.records import store
from crm_graph.records.merge import merge
from crm_graph.records.record import Record
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
