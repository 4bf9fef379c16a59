"""A check finds what was broken by hand: one corruption for each rule."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from crm_graph.records.check import RULES, check, check_records, total
from tests.graph.records.small import ADVISER, DEFAULT, FIRM, PERSON, PRIMARY, TEAM, SmallAccount, association

Break = Callable[[SmallAccount, str, str], None]


def rules_broken(account: SmallAccount, *keys: str) -> set[str]:
    """Names of the rules that findings about these records name."""
    return {finding.rule for finding in account.run(lambda unit: list(check_records(unit, keys)))}


def set_record(text: str) -> Break:
    return lambda account, person, firm: account.cypher(f"MATCH (r:Record {{_key: $key}}) {text}", key=person) and None


def set_association(text: str) -> Break:
    def change(account: SmallAccount, person: str, firm: str) -> None:
        account.cypher(f"MATCH (r:Record {{_key: $key}})-[x {{type_id: {DEFAULT}}}]->(:Record) {text}", key=person)

    return change


def past(since: int, until: int) -> Break:
    def make(account: SmallAccount, person: str, firm: str) -> None:
        account.cypher(
            "MATCH (s:Record {_key: $s}) MATCH (t:Record {_key: $t}) "
            "CREATE (s)-[x:TEST_PERSON_TO_FIRM_PAST]->(t) SET x = $p",
            s=person, t=firm, p={**association(person, firm, DEFAULT, since), "until": until},
        )  # fmt: skip

    return make


def associate(*type_ids: int, **more: object) -> Break:
    return lambda account, person, firm: account.associate(person, firm, *type_ids, **more)


def with_other_firms(*type_ids: int) -> Break:
    def make(account: SmallAccount, person: str, firm: str) -> None:
        for _ in range(2):
            account.associate(person, account.record(FIRM), DEFAULT, *type_ids)

    return make


def with_other_persons(account: SmallAccount, person: str, firm: str) -> None:
    for _ in range(2):
        account.associate(account.record(PERSON), firm, DEFAULT, ADVISER)


def twice_in_the_past(account: SmallAccount, person: str, firm: str) -> None:
    past(1, 5)(account, person, firm)
    past(4, 6)(account, person, firm)


def second_primary(account: SmallAccount, person: str, firm: str) -> None:
    account.associate(person, account.record(FIRM), DEFAULT, PRIMARY, one_of=None)


CORRUPTIONS: dict[str, tuple[str, Break]] = {
    "wrong node label": ("labels", set_record("REMOVE r:TestPerson")),
    "archived without its label": ("labels", set_record("SET r._archived_at = 1")),
    "unknown kind": ("labels", set_record("SET r._kind = '9-77'")),
    "version without revision": ("versions", set_record("SET r._version = 2")),
    "revision missing": (
        "versions",
        set_record("WITH r MATCH (v:_Revision {record_key: r._key}) DETACH DELETE v"),
    ),
    "times that fall": (
        "versions",
        set_record(
            "SET r._version = 2 CREATE (:_Revision {record_key: r._key, version: 2, at: r._changed_at, kind: 'update'})"
        ),
    ),
    "changed after its last revision": ("versions", set_record("SET r._changed_at = r._changed_at + 1")),
    "purged and still there": (
        "purged",
        set_record("WITH r MATCH (v:_Revision {record_key: r._key}) SET v.kind = 'purge'"),
    ),
    "claim missing": ("claims", set_record("WITH r MATCH (r)<-[:CLAIMED_BY]-(c) DETACH DELETE c")),
    "value without claim": ("claims", set_record("SET r.emails = [r.email, 'x' + r.email]")),
    "claim without value": ("claims", set_record("REMOVE r.email")),
    "claim of a merged id missing": ("claims", set_record("SET r.hs_merged_object_ids = ['123456']")),
    "from another id": ("ends", set_association("SET x.from_id = x.from_id + 1000000000")),
    "to another id": ("ends", set_association("SET x.to_id = x.to_id + 1000000000")),
    "ended but live": ("ends", set_association("SET x.until = x.since + 1")),
    "no beginning": ("ends", set_association("REMOVE x.since")),
    "ended before it began": ("ends", past(5, 5)),
    "unknown type": ("types", associate(424242)),
    "live and merged away": ("types", set_record("SET r._merged_into = 1")),
    "label without the unlabelled type": ("defaults", set_association("DELETE x")),
    "ended after the next began": ("intervals", past(1, 2**62)),
    "twice in the past": ("intervals", twice_in_the_past),
    "primary without its mark": ("primaries", associate(PRIMARY, one_of=None)),
    "primary marked for another": ("primaries", associate(PRIMARY, one_of="9-1:0|1")),
    "two primaries": ("primaries", second_primary),
    "label marked as primary": ("primaries", set_association("SET x.one_of = r._key + '|7'")),
    "more than the source may have": ("limits", with_other_firms(ADVISER)),
    "more than the target may have": ("limits", with_other_persons),
}


@pytest.fixture
def whole(account: SmallAccount) -> tuple[str, str]:
    """A person with an e-mail address who advises a firm, and the firm."""
    person = account.record(PERSON, firstname="Nick", email=f"{account.graph.clock.new_id()}@example.com")
    firm = account.record(FIRM, name="F.B.I.")
    account.associate(person, firm, DEFAULT, ADVISER)
    return person, firm


def test_a_whole_graph_has_no_findings(account: SmallAccount, whole: tuple[str, str]) -> None:
    assert rules_broken(account, *whole) == set()


@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_a_corruption_is_found(account: SmallAccount, whole: tuple[str, str], corruption: str) -> None:
    rule, break_it = CORRUPTIONS[corruption]
    break_it(account, *whole)
    try:
        assert rule in rules_broken(account, *whole)
    finally:
        account.purge(*whole)


def test_every_rule_has_a_corruption() -> None:
    assert {rule for rule, _ in CORRUPTIONS.values()} | {"claim owners"} == set(RULES)


def test_a_claim_of_two_records_is_found(account: SmallAccount, whole: tuple[str, str]) -> None:
    [[key]] = account.cypher(
        "MATCH (c:_Claim)-[:CLAIMED_BY]->(:Record {_key: $person}) "
        "MATCH (firm:Record {_key: $firm}) CREATE (c)-[:CLAIMED_BY]->(firm) RETURN c.key",
        person=whole[0], firm=whole[1],
    )  # fmt: skip
    try:
        assert "claim owners" in {finding.rule for finding in account.run(check) if finding.subject == key}
    finally:
        account.purge(*whole)


def test_persons_of_one_another_are_stored_from_the_smaller_id(account: SmallAccount) -> None:
    first, second = account.record(PERSON), account.record(PERSON)
    account.associate(first, second, 449)
    assert rules_broken(account, first, second) == set()
    account.associate(second, first, 449, TEAM)
    try:
        assert rules_broken(account, first, second) == {"ends"}
    finally:
        account.purge(first, second)


def test_progress_counts_every_record(account: SmallAccount, whole: tuple[str, str]) -> None:
    counts: list[int] = []
    account.run(lambda unit: check(unit, counts.append))
    assert sum(counts) == account.run(total)
