"""Unique values that are too long for the key of an index."""

from __future__ import annotations

import pytest

from crm_graph.errors import UniqueValueTaken
from crm_graph.records import claims, create
from crm_graph.records.check import check_records
from crm_graph.records.record import CreateInput, Record
from tests.graph.records.small import PERSON, SmallAccount


def created(account: SmallAccount, *emails: str) -> list[Record]:
    inputs = [CreateInput(properties={"email": email}) for email in emails]
    return account.run(lambda unit: create.create_all(unit, PERSON, inputs))


def long_value(account: SmallAccount, ending: str) -> str:
    return account.graph.clock.new_id() + "é" * 60_000 + ending


def test_long_values_that_begin_alike_are_different_values(account: SmallAccount) -> None:
    shared = long_value(account, "")
    records = created(account, shared + "1", shared + "2")
    assert len(records) == 2
    assert account.run(lambda unit: list(check_records(unit, [record.key for record in records]))) == []


def test_equal_long_values_are_one_whatever_their_case(account: SmallAccount) -> None:
    value = long_value(account, "x")
    created(account, value)
    with pytest.raises(UniqueValueTaken) as refused:
        created(account, value.upper())
    assert len(refused.value.message) < 1_000


def test_no_short_value_has_the_key_of_a_long_one() -> None:
    key = claims.key_of(PERSON, "email", "a" * 5_000)
    assert claims.key_of(PERSON, "email", key.split("|", 2)[2]) != key


def test_long_keys_of_an_import_are_told_apart() -> None:
    assert claims.import_key(PERSON, "k" * 3_000 + "1") != claims.import_key(PERSON, "k" * 3_000 + "2")
