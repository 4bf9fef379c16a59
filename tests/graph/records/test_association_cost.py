"""What associations cost: counted work that does not grow with what a record is associated with already."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm_graph.graph.database import Row
from crm_graph.graph.queries import Statement, load
from crm_graph.records import association_batch as batch
from crm_graph.records import associations
from crm_graph.records.association_batch import PairInput
from tests.graph.records.associating import (
    ADVISER,
    FIRM,
    FRIEND,
    PERSON,
    TO_FIRMS,
    TO_PERSONS,
    Associating,
    associate,
    know,
    put,
)

HUB = 3_000
PAGE = 100


@pytest.fixture(scope="module")
def account(associating: Associating) -> Associating:
    """Persons, firms and offers."""
    return associating


@pytest.fixture(scope="module")
def hub(account: Associating) -> tuple[str, list[str]]:
    """A firm with many persons."""
    [firm], persons = account.records(FIRM, 1), account.records(PERSON, HUB)
    _join(account, TO_FIRMS.relationship_type, persons, firm, TO_FIRMS.default.id)
    return firm, persons


@pytest.fixture(scope="module")
def middle(account: Associating) -> tuple[str, list[str]]:
    """A person with many others on both sides of its own id."""
    persons = account.records(PERSON, HUB + 1)
    person = persons.pop(HUB // 2)
    _join(account, TO_PERSONS.relationship_type, persons, person, TO_PERSONS.default.id)
    return person, persons


def _join(account: Associating, relationship_type: str, persons: list[str], hub: str, type_id: int) -> None:
    kind = FIRM.id if relationship_type == TO_FIRMS.relationship_type else PERSON.id
    is_among = kind == PERSON.id
    account.graph.driver.execute_query(
        f"UNWIND $ids AS id MATCH (p:Record {{_key: $person + ':' + id}}), (h:Record {{_key: $kind + ':' + $hub}}) "
        "WITH CASE WHEN $among AND h._id < p._id THEN [h, p] ELSE [p, h] END AS ends "
        "WITH ends[0] AS source, ends[1] AS target "
        f"CREATE (source)-[x:{relationship_type}]->(target) "
        "SET x = {from_id: source._id, to_id: target._id, type_id: $type_id, since: 0}",
        ids=persons, person=PERSON.id, kind=kind, hub=hub, among=is_among, type_id=type_id,
    )  # fmt: skip
    # Neo4j samples an index some time after it has grown, and plans anew then; a plan of an empty one may read it all.
    account.graph.driver.execute_query("CALL db.prepareForReplanning(300)")


def statements(account: Associating, work: Callable[[], Any]) -> list[tuple[Statement, Row]]:
    found: list[tuple[Statement, Row]] = []
    account.graph.observers.append(lambda statement, parameters: found.append((statement, dict(parameters))))
    try:
        work()
    finally:
        account.graph.observers.pop()
    return [each for each in found if each[0].name.startswith("associations.")]


def hits(account: Associating, work: Callable[[], Any]) -> int:
    """Db hits of the one statement on associations that the work makes, run once more and rolled back."""
    [(statement, parameters)] = statements(account, work)
    versions = account.graph.plain(load("definitions").versions)
    with account.graph.driver.session() as session, session.begin_transaction() as transaction:
        summary = transaction.run(f"PROFILE {statement.text}", {**parameters, **versions}).consume()
        transaction.rollback()
    return _total(summary.profile)


def _total(plan: Any) -> int:
    return int(plan.get("dbHits", 0)) + sum(_total(child) for child in plan.get("children", []))


def page(account: Associating, near: Any, near_id: str, after: int) -> Callable[[], Any]:
    return lambda: account.run(lambda unit: associations.page(unit, near, near_id, PERSON, after=after, limit=PAGE))


def test_last_page_costs_what_the_first_does(account: Associating, hub: tuple[str, list[str]]) -> None:
    firm, persons = hub
    first, last = (hits(account, page(account, FIRM, firm, after)) for after in (-1, int(persons[-PAGE - 2])))
    assert abs(first - last) <= 0.1 * first
    assert first < 12 * PAGE


def test_pages_among_records_of_one_type_cost_the_same_on_each_side(
    account: Associating, middle: tuple[str, list[str]]
) -> None:
    person, others = middle
    half = HUB // 2
    for start, end in ((0, half), (half, HUB)):
        behind = int(others[start]), int(others[end - PAGE - 2])
        first, last = (hits(account, page(account, PERSON, person, after)) for after in behind)
        assert abs(first - last) <= 0.1 * first


def test_write_to_a_hub_costs_what_one_elsewhere_does(account: Associating, hub: tuple[str, list[str]]) -> None:
    persons, [quiet] = account.records(PERSON, 4), account.records(FIRM, 1)
    at_hub = hits(account, lambda: put(account, persons[0], hub[0], ADVISER))
    elsewhere = hits(account, lambda: put(account, persons[1], quiet, ADVISER))
    assert abs(at_hub - elsewhere) <= 5
    away = hits(
        account, lambda: account.run(lambda unit: associations.dissociate(unit, PERSON, persons[0], FIRM, hub[0]))
    )
    assert away < 100


def test_limited_label_among_records_of_one_type_costs_the_same_at_a_hub(
    account: Associating, middle: tuple[str, list[str]]
) -> None:
    persons = account.records(PERSON, 3)
    at_hub = hits(account, lambda: know(account, persons[0], middle[0], FRIEND))
    elsewhere = hits(account, lambda: know(account, persons[1], persons[2], FRIEND))
    assert abs(at_hub - elsewhere) <= 5


def test_each_call_is_one_statement(account: Associating) -> None:
    [person], firms = account.records(PERSON, 1), account.records(FIRM, 3)
    calls: list[Callable[[], Any]] = [
        lambda: associate(account, person, firms[0]),
        lambda: put(account, person, firms[1], ADVISER),
        page(account, FIRM, firms[0], -1),
        lambda: account.run(lambda unit: associations.dissociate(unit, PERSON, person, FIRM, firms[0])),
        lambda: account.run(
            lambda unit: batch.associate_many(
                unit, PERSON, FIRM, [PairInput(near_id=person, far_id=firm) for firm in firms]
            )
        ),
    ]
    assert [len(statements(account, call)) for call in calls] == [1] * len(calls)
