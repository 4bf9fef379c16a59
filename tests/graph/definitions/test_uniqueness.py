"""Properties made unique, and unique no more, while values are stored and written."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from crm_graph.definitions.changes import properties
from crm_graph.definitions.changes.publication import publish, save_properties
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import CLAIMS_BEGUN, CLAIMS_ENDING, Property
from crm_graph.errors import Busy, InvalidInput, TooMany, UniqueValueTaken
from crm_graph.graph.queries import Statement
from crm_graph.records import claims, store, uniqueness
from crm_graph.records.check import check_records
from crm_graph.records.record import Identity
from crm_graph.records.uniqueness import DUPLICATES_SHOWN, RECORDS_SHOWN, NotYetUnique
from crm_graph.unit import Unit
from tests.graph.definitions.conftest import Worker
from tests.graph.definitions.factories import define_type, text_property

CLAIMS = "MATCH (c:_Claim) WHERE c.key STARTS WITH $prefix RETURN count(c) AS number"


def defined(worker: Worker, name: str, **given: Any) -> ObjectType:
    wanted = [text_property("code", group="", **given)]
    return worker.do(lambda unit: define_type(unit, name, wanted=wanted))


def add(worker: Worker, name: str, code: str) -> int:
    given = {"title": "t", "code": code}
    return worker.do(lambda unit: store.create(unit, unit.model.object_type(name), given)).id


def set_unique(worker: Worker, name: str, *, unique: bool = True, property_name: str = "code") -> Property:
    def work(unit: Unit) -> Property:
        return uniqueness.update(unit, unit.model.object_type(name), property_name, {"unique": unique})

    return worker.do(work)


def claimed(worker: Worker, made: ObjectType) -> int:
    with worker.crm.graph.driver.session() as session:
        prefix = claims.key_of(made, "code", "")
        return int(session.run(CLAIMS, prefix=prefix).single(strict=True)["number"])


def faults(worker: Worker, made: ObjectType, ids: list[int]) -> list[Any]:
    return worker.do(lambda unit: list(check_records(unit, [f"{made.id}:{each}" for each in ids])))


def test_stored_values_are_unique_from_the_answer_on(worker: Worker, other: Worker, name: str) -> None:
    made = defined(worker, name)
    ids = [add(worker, name, code) for code in ("a", "B", "ç" * 3_000)]
    assert set_unique(worker, name).unique
    with pytest.raises(UniqueValueTaken) as refused:
        add(other, name, "b")
    assert refused.value.existing_id == str(ids[1])
    assert faults(worker, made, ids) == []


def test_values_that_are_there_twice_are_told_and_nothing_stays(worker: Worker, other: Worker, name: str) -> None:
    made = defined(worker, name)
    ids = [add(worker, name, code) for code in ("same", "other", "SAME", "same", "two", "TWO")]
    with pytest.raises(NotYetUnique) as refused:
        set_unique(worker, name)
    assert [set(found) for found in refused.value.duplicates.values()] == [{ids[0], ids[2], ids[3]}, {ids[4], ids[5]}]
    assert [value.lower() for value in refused.value.duplicates] == ["same", "two"]
    known = other.model().object_type(name).properties["code"]
    assert (known.unique, known.claiming, claimed(worker, made)) == (False, None, 0)
    assert add(other, name, "same")


def test_a_refusal_names_so_many_and_no_more(worker: Worker, name: str) -> None:
    made = defined(worker, name)
    rows = [{"id": n, "code": f"v{n % (DUPLICATES_SHOWN + 5)}"} for n in range(1, 20 * (DUPLICATES_SHOWN + 5))]
    plant(worker, made, rows)
    with pytest.raises(NotYetUnique) as refused:
        set_unique(worker, name)
    assert len(refused.value.duplicates) == DUPLICATES_SHOWN
    assert {len(ids) for ids in refused.value.duplicates.values()} == {RECORDS_SHOWN}
    assert claimed(worker, made) == 0


def test_archived_records_have_no_claim_and_are_no_duplicates(worker: Worker, name: str) -> None:
    made = defined(worker, name)
    old, new = add(worker, name, "same"), add(worker, name, "same")
    worker.do(lambda unit: store.archive(unit, unit.model.object_type(name), str(old)))
    assert set_unique(worker, name).unique
    assert faults(worker, made, [old, new]) == []


def test_a_property_is_unique_no_more(worker: Worker, other: Worker, name: str) -> None:
    made = defined(worker, name, unique=True)
    add(worker, name, "same")
    assert not set_unique(worker, name, unique=False).unique
    assert (claimed(worker, made), add(other, name, "same") > 0) == (0, True)
    with pytest.raises(NotYetUnique):
        set_unique(worker, name)


@pytest.mark.parametrize(("state", "unique"), [(CLAIMS_BEGUN, True), (CLAIMS_BEGUN, False), (CLAIMS_ENDING, True)])
def test_what_was_interrupted_goes_on(worker: Worker, name: str, state: str, unique: bool) -> None:
    made = defined(worker, name)
    ids = [add(worker, name, code) for code in ("a", "b")]
    worker.do(lambda unit: publish(unit, [], lambda inner: save_properties(inner, name, {"code": {"claiming": state}})))
    set_unique(worker, name, unique=unique)
    known = worker.model().object_type(name).properties["code"]
    assert (known.unique, known.claiming, claimed(worker, made)) == (unique, None, 2 if unique else 0)
    assert faults(worker, made, ids) == []


@pytest.mark.parametrize("span", [50, *(pytest.param(span, marks=pytest.mark.slow) for span in (200, 10**9))])
def test_writers_at_that_moment_leave_no_value_twice(worker: Worker, other: Worker, name: str, span: int) -> None:
    made = defined(worker, name)
    ids = [add(worker, name, f"v{n}") for n in range(30)]
    chance = random.Random(span)

    def write(number: int) -> None:
        value = f"v{chance.randrange(span)}"
        writer = (worker, other)[number % 2]
        with suppress(UniqueValueTaken, Busy):
            if number % 3:
                ids.append(add(writer, name, value))
            else:
                identity = Identity(str(chance.choice(ids)))
                writer.do(lambda unit: store.update(unit, unit.model.object_type(name), identity, {"code": value}))

    with ThreadPoolExecutor(4) as pool:
        writes = [pool.submit(write, number) for number in range(10)]
        change = pool.submit(set_unique, worker, name)
        writes += [pool.submit(write, number) for number in range(10, 60)]
        for each in writes:
            each.result()
        try:
            is_unique = change.result().unique
        except NotYetUnique:
            is_unique = False
    with worker.crm.graph.driver.session() as session:
        rows = session.run(f"MATCH (r:{made.node_label}) RETURN toLower(r.code) AS code").value("code")
    assert worker.model().object_type(name).properties["code"].unique is is_unique
    assert is_unique or span < 10**9
    if is_unique:
        assert max(Counter(rows).values()) == 1
        assert claimed(worker, made) == len(rows)
    else:
        assert claimed(worker, made) == 0
    assert faults(worker, made, ids) == []


def plant(worker: Worker, made: ObjectType, rows: list[dict[str, Any]]) -> None:
    """Many records at once."""
    worker.crm.graph.driver.execute_query(
        f"UNWIND $rows AS row CREATE (r:Record:{made.node_label} {{_id: row.id, _key: $kind + ':' + row.id, "
        "_kind: $kind, _version: 1, _created_at: 1, _updated_at: 1, _changed_at: 1, code: row.code})",
        rows=rows,
        kind=made.id,
    )


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_hundred_thousand_values_are_claimed_in_batches(worker: Worker, name: str) -> None:
    made, number = defined(worker, name), 100_000
    for first in range(1, number, 10_000):
        plant(worker, made, [{"id": n, "code": f"c{n}"} for n in range(first, first + 10_000)])
    asked: Counter[str] = Counter()

    def count(statement: Statement, parameters: object) -> None:
        asked[statement.name] += 1

    worker.crm.graph.observers.append(count)
    try:
        set_unique(worker, name)
    finally:
        worker.crm.graph.observers.remove(count)
    assert claimed(worker, made) == number
    assert asked["uniqueness.claim"] == number // 1_000


def test_what_cannot_be_unique_is_refused(worker: Worker, name: str) -> None:
    formula = text_property("sum", group="", type="number", field_type="calculation_equation", formula="1 + 1")
    truth = text_property("truth", group="", type="bool", field_type="booleancheckbox")
    worker.do(lambda unit: define_type(unit, name, wanted=[formula, truth]))
    for property_name, reason in (
        ("sum", "can be unique"),
        ("truth", "can be unique"),
        ("hs_object_source", "is fixed for a built-in"),
    ):
        with pytest.raises(InvalidInput, match=reason):
            set_unique(worker, name, property_name=property_name)


def test_uniqueness_changes_alone_and_within_the_limit(worker: Worker, name: str) -> None:
    wanted = [text_property(f"u{n}", group="", unique=True) for n in range(10)]
    worker.do(lambda unit: define_type(unit, name, wanted=wanted))
    with pytest.raises(TooMany):
        set_unique(worker, name, property_name="title")
    with pytest.raises(InvalidInput, match="changes alone"):
        worker.do(
            lambda unit: uniqueness.update(
                unit, unit.model.object_type(name), "title", {"unique": True, "display_name": "Another"}
            )
        )
    assert properties.find(worker.model().object_type(name), "title").display_name == "title"
