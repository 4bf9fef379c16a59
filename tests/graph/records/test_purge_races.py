"""Writes that meet a record at the moment in which it is purged."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait

import pytest

from crm_graph.crm import Crm
from crm_graph.errors import RecordNotFound
from crm_graph.records import store
from crm_graph.records.record import Identity, Record
from crm_graph.unit import Unit
from tests.factories import SUPER_ADMIN, Make


@pytest.fixture
def contact(make: Make) -> Record:
    return make.contact()


def while_it_is_purged(crm: Crm, record: Record, work: Callable[[Unit], object]) -> Future[object]:
    """What became of work that waited for the lock of a record until the record was gone."""
    with ThreadPoolExecutor(1) as pool, crm.graph.driver.session() as session:
        with session.begin_transaction() as purge:
            purge.run("MATCH (r:Record {_key: $key}) DETACH DELETE r", key=record.key).consume()
            late = pool.submit(crm.run, SUPER_ADMIN, work)
            wait([late], 0.5)
            purge.commit()
        wait([late])
    return late


def test_an_update_does_not_find_the_record(crm: Crm, contact: Record) -> None:
    late = while_it_is_purged(
        crm,
        contact,
        lambda unit: store.update(unit, unit.model.object_type("contact"), Identity(str(contact.id)), {"city": "Oslo"}),
    )

    assert isinstance(late.exception(), RecordNotFound)


def test_archiving_passes_the_record_over(crm: Crm, contact: Record) -> None:
    late = while_it_is_purged(
        crm, contact, lambda unit: store.archive(unit, unit.model.object_type("contact"), str(contact.id))
    )

    assert late.exception() is None
