"""How much of the history of records a read shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from crm_graph.records.revisions import history
from tests.graph.records.small import PERSON, SmallAccount


def record(account: SmallAccount, **values: list[Any]) -> int:
    """The id of a record whose properties had these values, one after the other."""
    key = account.record(PERSON)
    account.cypher(
        "UNWIND $values AS set UNWIND range(0, size(set[1]) - 1) AS n "
        "CREATE (v:_Revision {record_key: $key, version: n + 2, at: n, changed: [set[0]]}) "
        "SET v['after_' + set[0]] = set[1][n]",
        key=key, values=[[name, each] for name, each in values.items()],
    )  # fmt: skip
    return int(key.partition(":")[2])


def shown(account: SmallAccount, *ids: int, name: str = "phone", **limits: int) -> list[list[Any]]:
    found = account.run(
        lambda unit: history(replace(unit, limits=replace(unit.limits, **limits)), PERSON, list(ids), [name])
    )
    return [[each.value for each in found[record_id].get(name, [])] for record_id in ids]


def test_the_newest_versions_are_shown_until_their_values_are_too_long(account: SmallAccount) -> None:
    found = record(account, phone=["a" * 50, "b" * 50, "c" * 50])
    assert shown(account, found, history_characters=100) == [["c" * 50, "b" * 50]]
    assert shown(account, found, history_characters=101) == [["c" * 50, "b" * 50, "a" * 50]]


def test_the_newest_version_is_shown_however_long_it_is(account: SmallAccount) -> None:
    assert shown(account, record(account, phone=["a", "b" * 500]), history_characters=1) == [["b" * 500]]


def test_each_record_of_a_read_has_the_same_part(account: SmallAccount) -> None:
    long, short = record(account, phone=["a" * 60, "b" * 60]), record(account, phone=["1", "2", "3"])
    assert shown(account, long, short, history_characters=100) == [["b" * 60], ["3", "2", "1"]]


def test_lists_and_cleared_values_are_measured_too(account: SmallAccount) -> None:
    several = record(account, emails=[["a" * 30, "b" * 30], None, ["c" * 30]])
    assert shown(account, several, name="emails", history_characters=31) == [[["c" * 30], None, ["a" * 30, "b" * 30]]]
    assert shown(account, several, name="emails", history_characters=30) == [[["c" * 30]]]


def test_of_a_record_no_more_versions_are_shown_than_the_limit(account: SmallAccount) -> None:
    assert shown(account, record(account, phone=["1", "2", "3"]), history_length=2) == [["3", "2"]]
