"""A record at a moment, read back from revisions and intervals that were written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from crm_graph.errors import QueryTooExpensive, RecordNotFound
from crm_graph.questions.as_of import PastState, state
from tests.graph.records.small import ADVISER, DEFAULT, FIRM, PERSON, TEAM, SmallAccount, association
from tests.patience import PATIENT


@pytest.fixture
def person(account: SmallAccount) -> str:
    """A person made at 100, whose phone was given at 200, changed at 300 and cleared at 400."""
    key = account.record(PERSON)
    account.purge_history(key)
    write(account, key, 1, 100, "create", {"firstname": "Nick"})
    write(account, key, 2, 200, "update", {"phone": "1"})
    write(account, key, 3, 300, "update", {"phone": "2", "firstname": "Nicholas"})
    write(account, key, 4, 400, "update", {"phone": None})
    return key


def write(account: SmallAccount, key: str, version: int, at: int, kind: str, after: Mapping[str, Any]) -> None:
    account.cypher(
        "CREATE (v:_Revision {record_key: $key, version: $version, at: $at, kind: $kind, changed: $names}) "
        "SET v += $after",
        key=key, version=version, at=at, kind=kind, names=list(after),
        after={f"after_{name}": value for name, value in after.items()},
    )  # fmt: skip


def relate(account: SmallAccount, source: str, target: str, type_id: int, since: int, until: int | None = None) -> None:
    pair = "TEST_PERSON_TO_FIRM" if target.startswith(FIRM.id) else "TEST_PERSON_TO_PERSON"
    name = pair if until is None else f"{pair}_PAST"
    account.cypher(
        f"MATCH (s:Record {{_key: $source}}) MATCH (t:Record {{_key: $target}}) CREATE (s)-[x:{name}]->(t) SET x = $p",
        source=source, target=target, p={**association(source, target, type_id, since), "until": until},
    )  # fmt: skip


def at(account: SmallAccount, key: str, moment: int) -> PastState:
    object_type = FIRM if key.startswith(FIRM.id) else PERSON
    return account.run(lambda unit: state(unit, object_type, key.partition(":")[2], moment))


def since_zero(account: SmallAccount, key: str) -> str:
    account.cypher("MATCH (v:_Revision {record_key: $key}) SET v.at = 0", key=key)
    return key


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (100, {"firstname": "Nick"}),
        (199, {"firstname": "Nick"}),
        (200, {"firstname": "Nick", "phone": "1"}),
        (399, {"firstname": "Nicholas", "phone": "2"}),
        (10_000, {"firstname": "Nicholas"}),
    ],
)
def test_properties_are_those_of_the_moment(
    account: SmallAccount, person: str, moment: int, expected: dict[str, str]
) -> None:
    assert at(account, person, moment).properties == expected


def test_before_it_was_made_a_record_is_not_found(account: SmallAccount, person: str) -> None:
    with pytest.raises(RecordNotFound):
        at(account, person, 99)


def test_a_record_is_archived_between_archiving_and_restoring(account: SmallAccount, person: str) -> None:
    write(account, person, 5, 500, "archive", {})
    write(account, person, 6, 600, "restore", {})
    write(account, person, 7, 700, "merge", {})
    archived = [at(account, person, moment).is_archived for moment in (499, 500, 599, 600, 699, 700)]
    assert archived == [False, True, True, False, False, True]


def test_a_record_that_a_merge_made_is_live(account: SmallAccount) -> None:
    key = account.record(PERSON)
    account.purge_history(key)
    write(account, key, 1, 100, "merge", {"firstname": "Nick"})
    assert not at(account, key, 100).is_archived


def test_a_purged_record_is_not_found_at_any_time(account: SmallAccount) -> None:
    key = account.record(PERSON)
    account.purge(key)
    write(account, key, 9, 900, "purge", {})
    for moment in (100, 900, 1_000):
        with pytest.raises(RecordNotFound):
            at(account, key, moment)


def test_associations_are_those_whose_interval_has_the_moment(account: SmallAccount, person: str) -> None:
    firm = since_zero(account, account.record(FIRM))
    relate(account, person, firm, DEFAULT, 200)
    relate(account, person, firm, ADVISER, 200, until=300)
    relate(account, person, firm, ADVISER, 350)
    seen = {moment: at(account, person, moment).associations.get(firm) for moment in (199, 200, 299, 300, 349, 350)}
    assert seen == {199: None, 200: {DEFAULT, ADVISER}, 299: {DEFAULT, ADVISER}, 300: {DEFAULT}, 349: {DEFAULT},
                    350: {DEFAULT, ADVISER}}  # fmt: skip


def test_each_end_sees_the_type_by_its_own_id(account: SmallAccount, person: str) -> None:
    firm = since_zero(account, account.record(FIRM))
    relate(account, person, firm, DEFAULT, 200)
    relate(account, person, firm, ADVISER, 200)
    assert at(account, firm, 200).associations == {person: {280, 7002}}


def test_persons_see_the_two_sides_of_a_label(account: SmallAccount, person: str) -> None:
    manager = since_zero(account, account.record(PERSON))
    relate(account, manager, person, TEAM, 200)
    assert at(account, person, 200).associations == {manager: {7004}}
    assert at(account, manager, 200).associations == {person: {TEAM}}


def test_a_record_archived_at_the_moment_is_hidden_from_the_other_end(account: SmallAccount, person: str) -> None:
    firm = since_zero(account, account.record(FIRM))
    relate(account, person, firm, DEFAULT, 200)
    write(account, firm, 2, 300, "archive", {})
    write(account, firm, 3, 400, "restore", {})
    seen = [firm in at(account, person, moment).associations for moment in (299, 300, 399, 400)]
    assert seen == [True, False, False, True]


def test_more_associations_than_are_counted_are_refused(account: SmallAccount) -> None:
    firm = since_zero(account, account.record(FIRM))

    def seen() -> PastState:
        few = replace(PATIENT, counted_associations=2)
        return account.run(lambda unit: state(replace(unit, limits=few), FIRM, firm.partition(":")[2], 10))

    for _ in range(2):
        relate(account, since_zero(account, account.record(PERSON)), firm, DEFAULT, 0)
    assert len(seen().associations) == 2
    relate(account, since_zero(account, account.record(PERSON)), firm, DEFAULT, 0)
    with pytest.raises(QueryTooExpensive):
        seen()
