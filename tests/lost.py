"""Connections that are lost after a transaction was committed and before its answer came."""

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
