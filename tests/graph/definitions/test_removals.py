"""Removals that must know of records which are being written when they are asked for."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from crm_graph.definitions.changes import association_types, object_types, pipelines, properties
from crm_graph.definitions.changes.association_types import Limit
from crm_graph.definitions.pipeline import Pipeline, Stage
from crm_graph.errors import (
    Busy,
    InactiveObjectType,
    InUse,
    InvalidValues,
    OutcomeUnknown,
    RecordsRemain,
    ReferencedByRecords,
    StaleModel,
    Unauthenticated,
    Unavailable,
)
from crm_graph.graph.tries import wait_until
from crm_graph.records import store
from crm_graph.records.record import Record
from crm_graph.unit import Unit
from tests.graph.definitions.conftest import SUPER_ADMIN, Worker
from tests.graph.definitions.factories import define_type, text_property

Work = Callable[[Unit], Any]


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    """A thread for what waits for the test."""
    with ThreadPoolExecutor(1) as made:
        yield made


def stages(*names: str) -> tuple[Stage, ...]:
    return tuple(Stage(id=each, display_name=each, metadata={"probability": "0.5"}) for each in names)


def with_pipelines(worker: Worker, *names: str) -> None:
    """Deal pipelines, each with stages that are called after it."""
    for each in names:
        wanted = Pipeline(id=each, display_name=each, display_order=9, stages=stages(f"{each}_a", f"{each}_b"))
        worker.do(lambda unit, p=wanted: pipelines.create(unit, unit.model.object_type("deal"), p))  # type: ignore[misc]


def deal(worker: Worker, pipeline: str, stage: str) -> Record:
    values = {"dealname": secrets.token_hex(6), "pipeline": pipeline, "dealstage": stage}
    return worker.do(lambda unit: store.create(unit, unit.model.object_type("deal"), values))


@contextmanager
def held_open(worker: Worker) -> Iterator[None]:
    """Meanwhile a write is open that began by older definitions."""
    with worker.crm.graph.driver.session() as session:
        with session.begin_transaction(metadata={"id": secrets.token_hex(6)}) as anything:
            anything.run("RETURN 1").consume()
            yield


def while_writing(worker: Worker, pool: ThreadPoolExecutor, write: Work, remove: Callable[[], Any]) -> Future[Any]:
    """What comes of a removal that is asked for while a transaction of `write` is open; it commits half a second on."""
    removal: list[Future[Any]] = []

    def slowly(inner: Unit) -> None:
        write(inner)
        removal.append(pool.submit(remove))
        wait(removal, 0.5)

    worker.do(lambda unit: unit.together(slowly))
    return removal[0]


REMOVALS: dict[str, Callable[[str], Work]] = {
    "stage": lambda name: stage_removal(name, "a"),
    "pipeline": lambda name: (
        lambda unit: pipelines.archive(unit, unit.model.object_type("deal"), name, refuse_used=True)
    ),
    "replaced": lambda name: (
        lambda unit: pipelines.replace_pipeline(
            unit,
            unit.model.object_type("deal"),
            name,
            Pipeline(id="", display_name=name, stages=stages(f"{name}_b")),
            refuse_used=True,
        )
    ),
}


def begin_removal(worker: Worker, removal: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the process end between the closing of what is to go and the look at its records."""

    def end() -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(worker.crm.graph, "settle", end)
        with pytest.raises(KeyboardInterrupt):
            worker.do(removal)


def stage_removal(name: str, letter: str, *, refuse_used: bool = True) -> Work:
    return lambda unit: pipelines.archive_stage(
        unit, unit.model.object_type("deal"), name, f"{name}_{letter}", refuse_used=refuse_used
    )


def open_stages(worker: Worker, name: str) -> list[str]:
    return [each.id for each in pipelines.find(worker.model().object_type("deal"), name).open_stages]


@pytest.mark.parametrize("kind", REMOVALS)
def test_a_record_that_is_being_written_keeps_its_stage(
    worker: Worker, other: Worker, pool: ThreadPoolExecutor, name: str, kind: str
) -> None:
    with_pipelines(worker, name)
    values = {"dealname": name, "pipeline": name, "dealstage": f"{name}_a"}

    removal = while_writing(
        worker,
        pool,
        lambda unit: store.create(unit, unit.model.object_type("deal"), values),
        lambda: other.do(REMOVALS[kind](name)),
    )

    with pytest.raises(ReferencedByRecords):
        removal.result()
    assert open_stages(worker, name) == [f"{name}_a", f"{name}_b"]
    assert deal(worker, name, f"{name}_a")


@pytest.mark.parametrize("kind", REMOVALS)
def test_what_no_record_stands_in_is_removed(worker: Worker, other: Worker, name: str, kind: str) -> None:
    with_pipelines(worker, name)

    worker.do(REMOVALS[kind](name))

    with pytest.raises(InvalidValues):
        deal(other, name, f"{name}_a")


def test_no_record_comes_into_what_is_about_to_be_removed(
    worker: Worker, other: Worker, pool: ThreadPoolExecutor, name: str
) -> None:
    with_pipelines(worker, name)

    def known() -> Pipeline:
        return pipelines.find(worker.model().object_type("deal"), name)

    with held_open(worker):
        removal = pool.submit(lambda: other.do(REMOVALS["stage"](name)))
        assert wait_until(lambda: len(known().open_stages) == 1, 60)
        with pytest.raises(InvalidValues):
            deal(worker, name, f"{name}_a")
        assert known().stage(f"{name}_a"), "it is shown to the end"
    removal.result()

    assert known().stage(f"{name}_a") is None


def test_a_removal_that_came_to_no_end_is_taken_up_again(
    worker: Worker, other: Worker, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_pipelines(worker, name)
    begin_removal(other, REMOVALS["stage"](name), monkeypatch)
    assert open_stages(worker, name) == [f"{name}_b"]

    worker.do(REMOVALS["stage"](name))

    assert pipelines.find(worker.model().object_type("deal"), name).stage(f"{name}_a") is None


def test_a_change_opens_a_stage_whose_removal_came_to_no_end(
    worker: Worker, other: Worker, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_pipelines(worker, name)
    begin_removal(other, REMOVALS["stage"](name), monkeypatch)

    worker.do(
        lambda unit: pipelines.update_stage(
            unit, unit.model.object_type("deal"), name, f"{name}_a", {"display_order": 1}
        )
    )

    assert deal(other, name, f"{name}_a")


@pytest.mark.parametrize("refuse_used", [True, False])
def test_the_last_stage_that_is_open_stays(
    worker: Worker, other: Worker, name: str, monkeypatch: pytest.MonkeyPatch, refuse_used: bool
) -> None:
    with_pipelines(worker, name)
    begin_removal(other, stage_removal(name, "a"), monkeypatch)

    with pytest.raises(InUse, match=f"{name}_b is the last"):
        worker.do(stage_removal(name, "b", refuse_used=refuse_used))

    assert deal(worker, name, f"{name}_b")


def test_the_last_pipeline_that_is_open_stays(
    worker: Worker, other: Worker, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.do(lambda unit: define_type(unit, name))

    def remove(pipeline: str) -> Work:
        return lambda unit: pipelines.archive(unit, unit.model.object_type(name), pipeline, refuse_used=True)

    for each in ("one", "two"):
        wanted = Pipeline(id=each, display_name=each, stages=stages(f"{each}_a"))
        worker.do(lambda unit, p=wanted: pipelines.create(unit, unit.model.object_type(name), p))  # type: ignore[misc]
    begin_removal(other, remove("one"), monkeypatch)

    with pytest.raises(InUse, match="two is the last"):
        worker.do(remove("two"))

    assert [each.id for each in worker.model().object_type(name).open_pipelines] == ["two"]


def test_of_two_removals_at_once_that_would_leave_no_stage_one_is_refused(
    worker: Worker, other: Worker, pool: ThreadPoolExecutor, name: str
) -> None:
    with_pipelines(worker, name)
    with held_open(worker):
        first = pool.submit(lambda: other.do(stage_removal(name, "a")))
        assert wait_until(lambda: open_stages(worker, name) == [f"{name}_b"], 60)
        with pytest.raises(InUse, match=f"{name}_b is the last"):
            worker.do(stage_removal(name, "b"))
    first.result()

    assert open_stages(worker, name) == [f"{name}_b"]


def test_a_closed_stage_opens_when_its_removal_is_refused_as_that_of_the_last(worker: Worker, name: str) -> None:
    closing = tuple(replace(each, closing=True) for each in stages(f"{name}_a", f"{name}_b"))
    wanted = Pipeline(id=name, display_name=name, display_order=9, stages=closing)
    worker.do(lambda unit: pipelines.create(unit, unit.model.object_type("deal"), wanted))
    assert open_stages(worker, name) == []

    with pytest.raises(InUse, match="is the last"):
        worker.do(stage_removal(name, "a"))

    assert open_stages(worker, name) == [f"{name}_a"]


def _too_busy() -> None:
    raise Busy("Too much is being asked.")


def _stale() -> None:
    raise StaleModel


def _lost() -> None:
    raise OutcomeUnknown("The connection was lost.")


@pytest.mark.parametrize("fail", [_too_busy, _stale, _lost])
def test_a_removal_that_fails_opens_the_stage_again(
    worker: Worker, other: Worker, name: str, monkeypatch: pytest.MonkeyPatch, fail: Callable[[], None]
) -> None:
    with_pipelines(worker, name)
    monkeypatch.setattr(other.crm.graph, "settle", fail)

    with pytest.raises(Unavailable):
        other.do(REMOVALS["stage"](name))

    assert open_stages(worker, name) == [f"{name}_a", f"{name}_b"]


def test_an_object_type_opens_again_when_the_token_is_revoked_before_its_removal(
    worker: Worker, other: Worker, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.do(lambda unit: define_type(unit, name))

    def archive(unit: Unit) -> None:
        found = unit.model.object_type(name)
        monkeypatch.setattr(other.crm.tokens, "actor", _unknown_token)
        object_types.archive(unit, found)

    monkeypatch.setattr(other.crm.tokens, "actor", lambda *_: SUPER_ADMIN)
    with pytest.raises(Unauthenticated):
        other.crm.run("a token", archive)

    assert not worker.model().object_type(name).closing


def _unknown_token(*_: Any) -> None:
    raise Unauthenticated("The token is revoked.")


@pytest.mark.parametrize("changes", [{}, {"description": "Another"}])
def test_a_change_opens_an_object_type_whose_removal_came_to_no_end(
    worker: Worker, other: Worker, name: str, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    worker.do(lambda unit: define_type(unit, name))
    begin_removal(other, lambda unit: object_types.archive(unit, unit.model.object_type(name)), monkeypatch)
    assert worker.model().object_type(name).closing

    worker.do(lambda unit: object_types.change(unit, unit.model.object_type(name), changes))

    assert other.do(lambda unit: store.create(unit, unit.model.object_type(name), {"title": "x"}))


def test_an_object_type_of_which_a_record_is_being_written_stays(
    worker: Worker, other: Worker, pool: ThreadPoolExecutor, name: str
) -> None:
    worker.do(lambda unit: define_type(unit, name))

    def create(unit: Unit) -> Record:
        return store.create(unit, unit.model.object_type(name), {"title": "x"})

    removal = while_writing(
        worker, pool, create, lambda: other.do(lambda unit: object_types.archive(unit, unit.model.object_type(name)))
    )

    with pytest.raises(RecordsRemain, match="1 records"):
        removal.result()
    assert worker.do(create)


def test_no_record_is_made_of_an_object_type_that_is_about_to_be_removed(
    worker: Worker, other: Worker, pool: ThreadPoolExecutor, name: str
) -> None:
    worker.do(lambda unit: define_type(unit, name))
    with held_open(worker):
        removal = pool.submit(lambda: other.do(lambda unit: object_types.archive(unit, unit.model.object_type(name))))
        assert wait_until(lambda: worker.model().object_type(name).closing, 60)
        with pytest.raises(InactiveObjectType):
            worker.do(lambda unit: store.create(unit, unit.model.object_type(name), {"title": "x"}))
    removal.result()

    assert worker.model().find_object_type(name) is None


def _archive_property(unit: Unit, name: str) -> None:
    properties.archive(unit, unit.model.object_type(name), ["extra"])


def _limit(unit: Unit, name: str) -> None:
    near, far = unit.model.object_type(name), unit.model.object_type("contact")
    found = unit.model.directions(near, far)[0]
    limit = Limit(category=found.type.category, type_id=found.type_id, maximum=1)
    association_types.set_limits(unit, near, far, [limit])


@pytest.mark.parametrize("narrow", [_archive_property, _limit])
def test_nobody_writes_by_what_was_permitted_before_when_a_change_is_answered(
    worker: Worker, other: Worker, pool: ThreadPoolExecutor, name: str, narrow: Callable[[Unit, str], None]
) -> None:
    worker.do(lambda unit: define_type(unit, name, associated=["CONTACT"], wanted=[text_property("extra", group="")]))
    before = worker.model().version
    with held_open(worker):
        change = pool.submit(lambda: other.do(lambda unit: narrow(unit, name), SUPER_ADMIN))
        assert wait_until(lambda: worker.model().version > before, 60)
        wait([change], 0.2)
        assert not change.done()
    change.result()
