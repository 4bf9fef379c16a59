"""Connections that are refused, or lost after a transaction was committed and before its answer came."""

from __future__ import annotations

from typing import Any

import neo4j
import pytest


def lose_commits(monkeypatch: pytest.MonkeyPatch, statement: str) -> list[neo4j.Transaction]:
    """Lose the answer to every second commit of transactions with such a statement, from the first on; those lost."""
    run, commit = neo4j.Transaction.run, neo4j.Transaction.commit
    met: list[neo4j.Transaction] = []
    lost: list[neo4j.Transaction] = []

    def noting_run(transaction: neo4j.Transaction, query: Any, *arguments: Any, **more: Any) -> Any:
        if statement in query and transaction not in met:
            met.append(transaction)
        return run(transaction, query, *arguments, **more)

    def losing_commit(transaction: neo4j.Transaction) -> None:
        commit(transaction)
        if transaction in met[::2]:
            lost.append(transaction)
            raise neo4j.exceptions.IncompleteCommit("lost")

    monkeypatch.setattr(neo4j.Transaction, "run", noting_run)
    monkeypatch.setattr(neo4j.Transaction, "commit", losing_commit)
    return lost


def refuse_once(monkeypatch: pytest.MonkeyPatch, statement: str) -> None:
    """Refuse a connection to the first that brings such a statement."""
    run, refused = neo4j.Session.run, list[Any]()

    def refusing_run(session: neo4j.Session, query: Any, *arguments: Any, **more: Any) -> Any:
        if statement in str(query) and not refused:
            refused.append(session)
            raise neo4j.exceptions.ServiceUnavailable("Couldn't connect")
        return run(session, query, *arguments, **more)

    monkeypatch.setattr(neo4j.Session, "run", refusing_run)
