"""What the benchmarks compare with is what the API does: the same statements, and nothing of them is left behind."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from benchmarks.account import OWNER, Account, fill
from benchmarks.operations import OPERATIONS
from benchmarks.recorder import prepare, rehearse
from crm_graph.config import Settings
from crm_graph.crm import Crm
from tests.api.client import Client

_FIRST = random.randrange(10**9, 10**12)


@pytest.fixture(scope="module")
def account(settings: Settings, crm: Crm) -> Account:
    return fill(settings, 200, lambda what, made, of: None, first=_FIRST)


@contextmanager
def observed(crm: Crm) -> Iterator[list[str]]:
    """The statements that are asked for meanwhile, those that every request may do without left out."""
    texts: list[str] = []

    def observe(statement, parameters):
        if statement.door != "plain":
            texts.append(statement.text)

    crm.graph.observers.append(observe)
    try:
        yield texts
    finally:
        crm.graph.observers.remove(observe)


@pytest.mark.parametrize("key", OPERATIONS)
def test_the_api_issues_the_statements_that_are_compared(key: str, crm: Crm, account: Account, client: Client) -> None:
    operation = OPERATIONS[key]
    issued = rehearse(crm, OWNER, lambda unit: operation.domain(unit, account, _FIRST))
    request = operation.request(account, _FIRST)
    with observed(crm) as texts:
        answer = client.call(request.method, request.path, request.body, content_type="application/json")
    assert answer.status_code < 300, answer.text
    assert texts == [each.text for each in issued]


@pytest.mark.parametrize("key", OPERATIONS)
def test_what_is_prepared_is_what_was_rehearsed(key: str, crm: Crm, account: Account) -> None:
    def work(unit):
        return OPERATIONS[key].domain(unit, account, _FIRST + 1)

    rehearsed = rehearse(crm, OWNER, work)
    prepared = prepare(crm, OWNER, work, len(rehearsed))
    assert [each.text for each in prepared] == [each.text for each in rehearsed]
    assert [each.parameters.keys() for each in prepared] == [each.parameters.keys() for each in rehearsed]
