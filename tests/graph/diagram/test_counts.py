"""Counts of the data model move with every write, and are the same whichever way the server lets them be asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from crm_graph.crm import Crm
from crm_graph.diagram.counts import Counts, PairCount, counted
from crm_graph.graph.failures import ProcedureRefused
from crm_graph.graph.queries import Statement
from crm_graph.records import associations, store
from crm_graph.records.record import Record
from crm_graph.search.compiler import compile_counts
from crm_graph.unit import Unit
from tests.factories import SUPER_ADMIN, Make

PAIR = "DEAL_TO_CONTACT"


@contextmanager
def refused(crm: Crm) -> Iterator[list[str]]:
    """The server refuses the procedure; the names of the statements that are asked."""
    asked: list[str] = []

    def refuse(statement: Statement, parameters: Mapping[str, Any]) -> None:
        asked.append(statement.name)
        if statement.name == "diagram.counts":
            raise ProcedureRefused("Executing admin procedure 'db.stats.retrieve' permission has not been granted.")

    crm.graph.observers.append(refuse)
    try:
        yield asked
    finally:
        crm.graph.observers.remove(refuse)


def now(crm: Crm) -> Counts:
    return crm.run(SUPER_ADMIN, counted)


def moved(before: Counts, after: Counts) -> PairCount:
    """How much the counts of deals with contacts have grown."""
    old, new = before.pairs[PAIR], after.pairs[PAIR]
    return PairCount(new.stored - old.stored, new.from_live - old.from_live, new.to_live - old.to_live)


def associate(crm: Crm, deal: Record, contact: Record) -> None:
    def work(unit: Unit) -> None:
        near, far = unit.model.object_type("deal"), unit.model.object_type("contact")
        associations.associate_default(unit, near, str(deal.id), far, str(contact.id))

    crm.run(SUPER_ADMIN, work)


def archive(crm: Crm, object_type: str, record: Record) -> None:
    crm.run(SUPER_ADMIN, lambda unit: store.archive(unit, unit.model.object_type(object_type), str(record.id)))


def test_a_new_record_is_counted_at_once_and_an_archived_one_apart(crm: Crm, make: Make) -> None:
    before = now(crm)
    make.deal()
    archive(crm, "deal", make.deal())
    after = now(crm)
    assert after.records["deal"] - before.records["deal"] == 1
    assert after.archived["deal"] - before.archived["deal"] == 1


def test_associations_of_archived_records_stay_stored_and_are_not_told(crm: Crm, make: Make) -> None:
    deal, contact = make.deal(), make.contact()
    before = now(crm)
    associate(crm, deal, contact)
    associate(crm, make.deal(), contact)
    both = now(crm)
    archive(crm, "deal", deal)
    one = now(crm)
    assert moved(before, both) == PairCount(stored=2, from_live=2, to_live=2)
    assert moved(before, one) == PairCount(stored=2, from_live=1, to_live=2)
    assert one.pairs[PAIR].associations == both.pairs[PAIR].associations - 1


def test_counts_are_the_same_where_the_procedure_is_refused(crm: Crm, make: Make) -> None:
    associate(crm, make.deal(), make.contact())
    by_procedure = now(crm)
    with refused(crm) as asked:
        by_expressions = now(crm)
    assert asked == ["diagram.counts", "search.counts"]
    assert by_expressions == by_procedure
    assert by_expressions.pairs[PAIR].associations > 0


def test_the_expressions_are_answered_from_the_count_store(crm: Crm) -> None:
    ends = [(PAIR, None, None), (PAIR, "Deal", None), (PAIR, None, "Contact")]
    with crm.graph.driver.session() as session:
        plan = session.run("EXPLAIN " + compile_counts(["Contact", "ArchivedContact"], ends).text).consume().plan
    names = list(operators(plan or {}))
    assert names.count("NodeCountFromCountStore") == 2
    assert names.count("RelationshipCountFromCountStore") == 3
    assert not [name for name in names if "Scan" in name]


def operators(plan: Mapping[str, Any]) -> Iterator[str]:
    """Names of the operators of a plan."""
    yield plan["operatorType"].partition("@")[0]
    for child in plan.get("children", ()):
        yield from operators(child)
