"""Changes of definitions and of access whose answer was lost with the connection."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import neo4j
import pytest

from crm_graph.accounts import tokens
from crm_graph.definitions.changes import properties
from crm_graph.errors import GraphUnavailable
from crm_graph.records import indexing
from crm_graph.unit import Unit
from tests.factories import SUPER_ADMIN
from tests.graph.definitions.conftest import Worker
from tests.graph.definitions.factories import define_type, text_property


def losing(monkeypatch: pytest.MonkeyPatch, lost: int, *, made: bool = True) -> None:
    """Let the connection be lost at the commit of publications from number `lost` on, behind or before it is made."""
    run, commit = neo4j.Transaction.run, neo4j.Transaction.commit
    publications: list[neo4j.Transaction] = []

    def noting_run(transaction: neo4j.Transaction, query: Any, *arguments: Any, **more: Any) -> Any:
        if "model_version + 1" in query:
            publications.append(transaction)
        return run(transaction, query, *arguments, **more)

    def losing_commit(transaction: neo4j.Transaction) -> None:
        is_lost = transaction in publications[lost:]
        if made or not is_lost:
            commit(transaction)
        else:
            transaction.rollback()
        if is_lost:
            raise neo4j.exceptions.IncompleteCommit("lost")

    monkeypatch.setattr(neo4j.Transaction, "run", noting_run)
    monkeypatch.setattr(neo4j.Transaction, "commit", losing_commit)


def test_a_definition_whose_answer_was_lost_is_told_as_made(
    worker: Worker, other: Worker, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    losing(monkeypatch, 0)

    made = worker.do(lambda unit: properties.create(unit, unit.model.object_type("contact"), [text_property(name)]))

    assert [each.name for each in made] == [name]
    assert name in other.model().object_type("contact").live_properties


def test_a_publication_that_was_not_made_is_not_taken_for_an_earlier_one(
    worker: Worker, other: Worker, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.do(lambda unit: define_type(unit, name))

    def index(unit: Unit) -> Any:
        return indexing.set_indexed(unit, unit.model.object_type(name), {"title": True})

    with monkeypatch.context() as patch:
        losing(patch, 1, made=False)
        patch.setattr(worker.crm.graph, "limits", replace(worker.crm.graph.limits, retry_ms=100))
        with pytest.raises(GraphUnavailable):
            worker.do(index)

    found = other.model().object_type(name).properties["title"]
    assert (found.folded, found.indexed) == (True, False)


def lose_answers(monkeypatch: pytest.MonkeyPatch, statement: str) -> None:
    """Let the connection be lost behind a statement that was committed, the first time that it runs."""
    run, names = neo4j.Session.run, [statement]

    def losing_run(session: neo4j.Session, query: Any, *arguments: Any, **more: Any) -> Any:
        result = run(session, query, *arguments, **more)
        if names and names[0] in str(getattr(query, "text", query)):
            names.clear()
            result.consume()
            raise neo4j.exceptions.ServiceUnavailable("lost")
        return result

    monkeypatch.setattr(neo4j.Session, "run", losing_run)


def test_a_token_whose_answer_was_lost_is_made_once(worker: Worker, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    worker.crm.prepare()
    lose_answers(monkeypatch, "CREATE (t:_Token)")

    token, secret = worker.do(lambda unit: tokens.create(unit, name, []), SUPER_ADMIN)

    listed = worker.do(tokens.listed, SUPER_ADMIN)
    assert [each.id for each in listed if each.name == name] == [token.id]
    assert worker.crm.run(secret, lambda unit: unit.actor.source_id) == token.id


def test_a_revocation_whose_answer_was_lost_is_told_as_made(
    worker: Worker, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker.crm.prepare()
    token, _ = worker.do(lambda unit: tokens.create(unit, name, []), SUPER_ADMIN)
    lose_answers(monkeypatch, "DETACH DELETE token")

    worker.do(lambda unit: tokens.revoke(unit, token.id), SUPER_ADMIN)

    assert token.id not in [each.id for each in worker.do(tokens.listed, SUPER_ADMIN)]
