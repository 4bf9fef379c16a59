"""Every request issues the statements that the table says, and every route of the API stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from crm_graph.crm import Crm
from crm_graph.graph.embedded.server import Connection
from crm_graph.graph.queries import Statement
from tests.api.client import Client
from tests.graph.definitions.conftest import forget
from tests.rules.asking import PREFIX, Account
from tests.rules.statements import DEFINITIONS, ROWS, Row
from tests.rules.test_every_route import routes

BESIDE = {"ids.reserve", "accounts.token"}
"""What now and then precedes a request: a block of a thousand ids, a token that is not known yet."""

ANEW = {"definitions.versions", "definitions.load"}
"""What a request for records asks when definitions or access were changed meanwhile; its work is then begun anew."""


@pytest.fixture(scope="module", autouse=True)
def _no_definition_stays(neo4j_server: Connection, crm: Crm) -> Iterator[None]:
    yield
    forget(neo4j_server, PREFIX)
    crm.graph.driver.execute_query(
        "MATCH (d:_AssociationType|_Property|_Group) WHERE d.name STARTS WITH $prefix SET d.archived = true "
        "WITH count(d) AS archived MATCH (s:_State {name: 'state'}) SET s.model_version = s.model_version + 1",
        prefix=PREFIX,
    )


@pytest.fixture
def account(client: Client, token: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Makes what requests are about; uploaded files go to a directory of the test."""
    monkeypatch.setenv("CRM_GRAPH_DATA", str(tmp_path))
    return Account(client, token)


@contextmanager
def counted(crm: Crm, *, defines: bool) -> Iterator[list[str]]:
    """Names of the statements that are issued meanwhile; what defines begins anew by itself after some of its steps."""
    names: list[str] = []

    def count(statement: Statement, parameters: object) -> None:
        if statement.name in ANEW and not defines:
            names.clear()
        elif statement.name not in BESIDE:
            names.append(statement.name)

    crm.graph.observers.append(count)
    try:
        yield names
    finally:
        crm.graph.observers.remove(count)


def marked(rows: Iterable[Row]) -> list[Any]:
    """The rows as parameters; those of definitions take long, since object types and limits have indexes made."""
    return [pytest.param(row, id=row.name, marks=[pytest.mark.slow] if row in DEFINITIONS else []) for row in rows]


@pytest.mark.parametrize("row", marked(ROWS))
def test_a_request_issues_the_statements_of_the_table(row: Row, account: Account, client: Client, crm: Crm) -> None:
    method, _, rule = row.route.partition(" ")
    asked = row.request(account)
    path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: asked.path[found[1]], rule)
    options = {} if asked.form is None else {"data": asked.form}
    client.get("/account-info/v3/details")  # definitions that were made for this are read before
    with counted(crm, defines=row in DEFINITIONS) as names:
        answer = client.call(method, path, asked.body, query_string=asked.query, **options)
    assert answer.status_code < 300, answer.text
    assert len(names) == row.statements, names


def test_every_route_has_a_row(app: Flask) -> None:
    assert {f"{method} {rule}" for method, rule in routes(app)} == {row.route for row in ROWS}


def test_no_row_stands_twice_in_the_table() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
