"""Other searchable properties, for records that are stored already."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any, TypeVar

import pytest

from crm_graph.crm import Crm
from crm_graph.definitions.changes import properties
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import InUse
from crm_graph.graph import migrations
from crm_graph.graph.embedded.server import Connection
from crm_graph.graph.tries import wait_until
from crm_graph.jobs import job, search_text
from crm_graph.jobs.worker import KINDS
from crm_graph.records import store
from crm_graph.records.record import Identity, Selection
from crm_graph.search import criteria, find
from crm_graph.unit import Unit
from tests.factories import SUPER_ADMIN
from tests.graph.definitions.conftest import forget
from tests.graph.definitions.factories import define_type, text_property
from tests.working import working

T = TypeVar("T")


@pytest.fixture
def name(crm: Crm, neo4j_server: Connection) -> Iterator[str]:
    """An object type with a title, which is searchable, a colour and tags, which are not."""
    made = f"x{secrets.token_hex(6)}"
    wanted = [text_property("colour", group=""), text_property("taste", group="")]
    crm.run(SUPER_ADMIN, lambda unit: define_type(unit, made, wanted=wanted))
    yield made
    forget(neo4j_server, made)


def do(crm: Crm, name: str, work: Callable[[Unit, ObjectType], T]) -> T:
    return crm.run(SUPER_ADMIN, lambda unit: work(unit, unit.model.object_type(name)))


def create(crm: Crm, name: str, **values: Any) -> int:
    return do(crm, name, lambda unit, of: store.create(unit, of, {"title": "none", **values})).id


def make_searchable(crm: Crm, name: str, *names: str) -> ObjectType:
    return do(crm, name, lambda unit, of: search_text.change(unit, of, {"searchable": names}))


def found(crm: Crm, name: str, query: str) -> list[int]:
    def search(unit: Unit, of: ObjectType) -> list[int]:
        return [record.id for record in find.run(unit, of, criteria.parse({"query": query}, of, unit.limits)).records]

    return do(crm, name, search)


def rebuild(crm: Crm, name: str) -> str:
    """The state of the type's job after everything that waits was done."""
    while held := job.claim(crm.graph, [search_text.KIND]):
        assert search_text.work(crm, held)
        held.end(job.DONE)
    return do(crm, name, lambda unit, of: search_text.progress(unit, [of])[name].state)


def test_stored_records_are_found_by_what_was_made_searchable(crm: Crm, name: str) -> None:
    ids = [create(crm, name, colour=f"teal{n}") for n in range(3)]
    make_searchable(crm, name, "title", "colour")

    assert rebuild(crm, name) == job.DONE

    assert found(crm, name, "teal") == ids
    assert found(crm, name, "none") == ids


def test_stored_telephone_numbers_are_found_by_their_digits(crm: Crm, name: str) -> None:
    made = create(crm, name, colour="+47 22 33 44 55")
    make_searchable(crm, name, "colour")

    rebuild(crm, name)

    assert found(crm, name, "4722334455") == [made]


def test_texts_that_were_made_before_digits_were_in_them_are_made_anew(crm: Crm, name: str) -> None:
    made = create(crm, name, title="+47 22 33 44 55")
    record, migration = f"MATCH (r:Record {{_id: {made}}})", migrations.statements("0017_phone_numbers")
    with crm.graph.driver.session() as session:
        session.run(f"{record} SET r._text = r.title").consume()
        assert found(crm, name, "4722334455") == []
        for statement in [*migration, *migration]:
            session.run(statement).consume()

    while held := job.claim(crm.graph, [search_text.KIND]):
        assert search_text.work(crm, held)
        held.end(job.DONE)

    assert found(crm, name, "4722334455") == [made]


def test_stored_records_are_no_longer_found_by_what_is_not_searchable(crm: Crm, name: str) -> None:
    create(crm, name, title="walnut")
    make_searchable(crm, name, "colour")

    rebuild(crm, name)

    assert found(crm, name, "walnut") == []


def test_records_are_found_by_their_ids_where_these_are_searchable(crm: Crm, name: str) -> None:
    make_searchable(crm, name, "hs_object_id")

    made = create(crm, name)

    assert found(crm, name, str(made)) == [made]


def test_the_worker_does_it(crm: Crm, name: str) -> None:
    made = create(crm, name, colour="teal")
    job_id = make_searchable(crm, name, "colour").search_job
    with working(crm, {search_text.KIND: KINDS[search_text.KIND]}):
        assert wait_until(lambda: job.find(crm.graph, str(job_id)).has_ended, 60)

    assert job.find(crm.graph, str(job_id)).state == job.DONE
    assert found(crm, name, "teal") == [made]


def test_several_pages_are_gone_through(crm: Crm, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_text, "_PAGE", 2)
    ids = [create(crm, name, colour="teal") for _ in range(5)]
    make_searchable(crm, name, "colour")

    rebuild(crm, name)

    assert found(crm, name, "teal") == ids
    progress = do(crm, name, lambda unit, of: search_text.progress(unit, [of])[name])
    assert (progress.done, progress.total) == (5, 5)


def test_it_is_told_while_stored_records_are_not_found_yet(crm: Crm, name: str) -> None:
    create(crm, name, colour="teal")

    make_searchable(crm, name, "colour")

    progress = do(crm, name, lambda unit, of: search_text.progress(unit, [of])[name])
    assert (progress.state, progress.done) == (job.WAITING, 0)


def test_a_record_that_was_being_written_by_the_old_set_is_found(crm: Crm, name: str) -> None:
    with ThreadPoolExecutor(1) as pool:

        def slowly(unit: Unit, of: ObjectType) -> int:
            made = store.create(unit, of, {"title": "none", "colour": "teal"}).id
            pool.submit(make_searchable, crm, name, "colour").result()
            rebuilding = pool.submit(rebuild, crm, name)
            wait([rebuilding], 0.3)
            assert not rebuilding.done()
            return made

        made = do(crm, name, lambda unit, of: unit.together(lambda inner: slowly(inner, of)))
        rebuild(crm, name)

    assert found(crm, name, "teal") == [made]


def test_the_same_properties_in_another_order_need_no_work(crm: Crm, name: str) -> None:
    first = make_searchable(crm, name, "title", "colour")

    second = make_searchable(crm, name, "colour", "title")

    assert second.search_job == first.search_job


def test_values_and_history_stay_as_they_are(crm: Crm, name: str) -> None:
    made = create(crm, name, colour="teal")
    make_searchable(crm, name, "colour")
    rebuild(crm, name)

    record = do(crm, name, lambda unit, of: store.read(unit, of, Identity(str(made)), Selection()))

    assert record.version == 1
    assert record.updated_at == record.created_at


def test_a_searchable_property_is_not_archived(crm: Crm, name: str) -> None:
    make_searchable(crm, name, "colour")

    with pytest.raises(InUse, match="searchable"):
        do(crm, name, lambda unit, of: properties.archive(unit, of, ["colour"]))
