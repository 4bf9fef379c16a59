"""Associations made at the moment in which one of their records is merged, archived or purged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest

from crm_graph.crm import Crm
from crm_graph.errors import InvalidAssociation
from crm_graph.graph.tries import wait_until
from crm_graph.records import associations, store
from crm_graph.records.association_batch import PairInput, associate_many
from crm_graph.records.check import check_records
from crm_graph.records.merge import merge
from crm_graph.records.record import Record
from crm_graph.unit import Unit
from tests.factories import SUPER_ADMIN, Make

Work = Callable[[Unit], object]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as made:
        yield made


@pytest.fixture
def contacts(make: Make) -> tuple[Record, Record]:
    return make.contact(), make.contact()


def is_anyone_waiting(crm: Crm) -> bool:
    rows, _, _ = crm.graph.driver.execute_query(
        "SHOW TRANSACTIONS YIELD status WHERE status STARTS WITH 'Blocked' RETURN count(*) AS waiting"
    )
    return bool(rows[0]["waiting"])


@contextmanager
def held(crm: Crm, record: Record, pool: ThreadPoolExecutor, work: Work) -> Iterator[Future[object]]:
    """Work that has begun and waits for the lock of a record until the block ends."""
    with crm.graph.driver.session() as session, session.begin_transaction() as holder:
        holder.run("MATCH (r:Record {_key: $key}) SET r:Record", key=record.key).consume()
        late = pool.submit(crm.run, SUPER_ADMIN, work)
        assert wait_until(lambda: is_anyone_waiting(crm), 60)
        yield late
        holder.commit()


def associate(deal: Record, contact: Record) -> Work:
    """A deal's associations lock the deal; the contact, whose key comes first, is looked at before that."""
    return lambda unit: associations.associate_default(
        unit, deal.object_type, str(deal.id), contact.object_type, str(contact.id)
    )


def merge_work(first: Record, second: Record) -> Callable[[Unit], Record]:
    return lambda unit: merge(unit, first.object_type, str(first.id), str(second.id))


def live(crm: Crm, record: Record) -> int:
    rows, _, _ = crm.graph.driver.execute_query(
        "MATCH (:Record {_key: $key})-[x]-(:Record) WHERE x.until IS NULL RETURN count(x) AS count", key=record.key
    )
    return int(rows[0]["count"])


def kinds(crm: Crm, record: Record) -> list[str]:
    rows, _, _ = crm.graph.driver.execute_query(
        "MATCH (v:_Revision {record_key: $key}) RETURN v.kind AS kind ORDER BY v.version", key=record.key
    )
    return [row["kind"] for row in rows]


def faults(crm: Crm, *records: Record) -> list[object]:
    return crm.run(SUPER_ADMIN, lambda unit: list(check_records(unit, [each.key for each in records])))


def test_an_association_with_a_record_merged_meanwhile_is_refused(
    crm: Crm, make: Make, pool: ThreadPoolExecutor, contacts: tuple[Record, Record]
) -> None:
    deal = make.deal()
    with held(crm, deal, pool, associate(deal, contacts[0])) as late:
        made = crm.run(SUPER_ADMIN, merge_work(*contacts))
    assert isinstance(late.exception(), InvalidAssociation)
    assert kinds(crm, deal) == ["create"]
    assert live(crm, contacts[0]) == live(crm, made) == 0
    assert faults(crm, deal, *contacts, made) == []


def test_an_association_with_a_record_archived_meanwhile_is_refused(
    crm: Crm, make: Make, pool: ThreadPoolExecutor
) -> None:
    deal, contact = make.deal(), make.contact()
    with held(crm, deal, pool, associate(deal, contact)) as late:
        crm.run(SUPER_ADMIN, lambda unit: store.archive(unit, contact.object_type, str(contact.id)))
    assert isinstance(late.exception(), InvalidAssociation)
    assert live(crm, contact) == 0


def test_an_association_with_a_record_purged_meanwhile_is_refused(
    crm: Crm, make: Make, pool: ThreadPoolExecutor
) -> None:
    deal, contact = make.deal(), make.contact()
    with held(crm, deal, pool, associate(deal, contact)) as late:
        crm.run(SUPER_ADMIN, lambda unit: store.purge(unit, contact.object_type, str(contact.id)))
    assert isinstance(late.exception(), InvalidAssociation)
    assert kinds(crm, deal) == ["create"]


def test_nothing_of_a_call_is_written_where_one_of_its_records_was_merged_meanwhile(
    crm: Crm, make: Make, pool: ThreadPoolExecutor, contacts: tuple[Record, Record]
) -> None:
    deal, other = make.deal(), make.contact()
    inputs = [PairInput(near_id=str(deal.id), far_id=str(each.id)) for each in (other, contacts[0])]
    with held(crm, deal, pool, lambda unit: associate_many(unit, deal.object_type, other.object_type, inputs)) as late:
        crm.run(SUPER_ADMIN, merge_work(*contacts))
    assert isinstance(late.exception(), InvalidAssociation)
    assert live(crm, deal) == 0
    assert kinds(crm, deal) == ["create"]


def test_a_merge_waits_for_an_association_that_is_being_made_and_moves_it(
    crm: Crm, make: Make, pool: ThreadPoolExecutor, contacts: tuple[Record, Record]
) -> None:
    deal, made_it, go_on = make.deal(), Event(), Event()

    def make_and_wait(unit: Unit) -> None:
        associate(deal, contacts[0])(unit)
        made_it.set()
        go_on.wait(60)

    early = pool.submit(crm.run, SUPER_ADMIN, lambda unit: unit.together(make_and_wait))
    assert made_it.wait(60)
    merging = pool.submit(crm.run, SUPER_ADMIN, merge_work(*contacts))
    assert wait_until(lambda: is_anyone_waiting(crm), 60)
    go_on.set()
    early.result()
    made = merging.result()
    assert live(crm, contacts[0]) == 0
    assert live(crm, made) == 1
    assert faults(crm, deal, *contacts, made) == []
