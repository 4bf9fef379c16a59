"""Two records become a third that stands for both."""

from __future__ import annotations

import pytest

from crm_graph.errors import InvalidInput, RecordNotFound, TooMany
from crm_graph.records import claims
from crm_graph.records.check import check_records
from crm_graph.records.merge import merge
from crm_graph.records.read import EVERYTHING, find, page
from crm_graph.records.record import Identity, Record, Selection
from crm_graph.records.update import UpdateInput, update_all
from tests.graph.records.small import ADVISER, DEFAULT, FIRM, PERSON, PRIMARY, TEAM, SmallAccount, revisions


def record_id(key: str) -> str:
    return key.partition(":")[2]


def merged(account: SmallAccount, primary: str, other: str) -> Record:
    object_type = FIRM if primary.startswith(FIRM.id) else PERSON
    made = account.run(lambda unit: merge(unit, object_type, record_id(primary), record_id(other)))
    assert account.run(lambda unit: list(check_records(unit, [primary, other, made.key]))) == []
    return made


def read(account: SmallAccount, key: str, *, archived: bool = False) -> Record | None:
    whole = Selection(properties=EVERYTHING)
    return account.run(lambda unit: find(unit, PERSON, [record_id(key)], whole, archived=archived))[0]


def address(account: SmallAccount) -> str:
    return f"{account.graph.clock.new_id()}@example.com"


def test_the_primary_records_values_win_and_gaps_are_filled(account: SmallAccount) -> None:
    first = account.record(PERSON, firstname="Nick")
    second = account.record(PERSON, firstname="Nicholas", phone="1")
    made = merged(account, first, second)
    assert made.properties["firstname"] == "Nick"
    assert made.properties["phone"] == "1"
    assert made.properties["hs_merged_object_ids"] == [record_id(first), record_id(second)]


def test_both_old_ids_read_as_the_new_record(account: SmallAccount) -> None:
    first, second = account.record(PERSON, phone="1"), account.record(PERSON)
    made = merged(account, first, second)
    assert made.key not in (first, second)
    for key in (first, second, made.key):
        found = read(account, key)
        assert found is not None
        assert (found.id, found.properties) == (made.id, made.properties)


def test_ids_merged_before_lead_to_the_last_record(account: SmallAccount) -> None:
    first, second, third = (account.record(PERSON) for _ in range(3))
    made = merged(account, first, second)
    last = merged(account, third, made.key)
    ids = [record_id(key) for key in (third, first, second, made.key)]
    assert last.properties["hs_merged_object_ids"] == ids
    for key in (first, second, third, made.key):
        found = read(account, key)
        assert found is not None
        assert found.id == last.id


def test_a_unique_property_named_id_does_not_stand_for_merged_ids() -> None:
    assert claims.merged_key(PERSON, 5) != claims.key_of(PERSON, "id", 5)


def test_an_old_id_names_the_record_that_is_merged_again(account: SmallAccount) -> None:
    first, second, third = (account.record(PERSON) for _ in range(3))
    made = merged(account, first, second)
    last = account.run(lambda unit: merge(unit, PERSON, record_id(first), record_id(third)))
    assert last.properties["hs_merged_object_ids"][2] == str(made.id)


def test_the_other_unique_value_is_kept_beside_the_primary_one(account: SmallAccount) -> None:
    one, two, three = (address(account) for _ in range(3))
    made = merged(account, account.record(PERSON, email=one), account.record(PERSON, email=two, emails=[three]))
    assert made.properties["email"] == one
    assert sorted(made.properties["emails"]) == sorted([two, three])


def test_a_unique_value_fills_a_gap_and_is_not_repeated(account: SmallAccount) -> None:
    only = address(account)
    made = merged(account, account.record(PERSON), account.record(PERSON, email=only))
    assert made.properties["email"] == only
    assert "emails" not in made.properties


def test_old_records_are_archived_and_keep_their_history(account: SmallAccount) -> None:
    first, second = account.record(PERSON, phone="1"), account.record(PERSON)
    made = merged(account, first, second)
    assert [v["kind"] for v in revisions(account, first)] == ["create", "merge"]
    assert [v["kind"] for v in revisions(account, second)] == ["create", "merge"]
    [begin] = revisions(account, made.key)
    assert (begin["kind"], begin["source"], begin["after_phone"]) == ("merge", "MERGE_OBJECTS", "1")


def rename(account: SmallAccount, key: str, firstname: str) -> None:
    given = UpdateInput(identity=Identity(record_id(key)), properties={"firstname": firstname})
    account.run(lambda unit: update_all(unit, PERSON, [given]))


def history(account: SmallAccount, key: str, *names: str) -> dict[str, list[tuple[str | None, str]]]:
    """Values and sources of each property, newest first."""
    selection = Selection(history=names)
    [found] = account.run(lambda unit: find(unit, PERSON, [record_id(key)], selection))
    assert found is not None
    return {name: [(each.value, each.source) for each in versions] for name, versions in found.history.items()}


def test_history_goes_on_from_the_primary_records(account: SmallAccount) -> None:
    first, second = account.record(PERSON, firstname="Nic"), account.record(PERSON, firstname="Nicholas", phone="1")
    rename(account, first, "Nick")
    before = history(account, first, "firstname")["firstname"]
    assert [value for value, _ in before] == ["Nick", "Nic"]
    merged(account, first, second)
    assert history(account, first, "firstname", "phone") == {"firstname": before, "phone": [("1", "MERGE_OBJECTS")]}


def test_history_goes_on_through_several_merges(account: SmallAccount) -> None:
    first, second, third, fourth = (account.record(PERSON, firstname=name) for name in "abcd")
    made = merged(account, first, second)
    rename(account, made.key, "e")
    again = merged(account, made.key, third)
    last = merged(account, again.key, fourth)
    rename(account, last.key, "f")
    assert [value for value, _ in history(account, first, "firstname")["firstname"]] == ["f", "e", "a"]


def test_what_was_merged_away_is_in_no_list(account: SmallAccount) -> None:
    first, second = account.record(PERSON), account.record(PERSON)
    made = merged(account, first, second)
    after = min(int(record_id(first)), int(record_id(second))) - 1
    for archived, there in ((False, [made.id]), (True, [])):
        found = account.run(
            lambda unit, archived=archived: page(unit, PERSON, Selection(), after=after, limit=100, archived=archived)
        )
        ids = {int(record_id(key)) for key in (first, second, made.key)}
        assert [each.id for each in found.records if each.id in ids] == there


def test_associations_are_united_with_their_labels(account: SmallAccount) -> None:
    first, second = account.record(PERSON), account.record(PERSON)
    near, far = account.record(FIRM), account.record(FIRM)
    account.associate(first, near, DEFAULT)
    account.associate(second, near, DEFAULT, ADVISER)
    account.associate(second, far, DEFAULT)
    made = merged(account, first, second)
    assert account.associations(made.key) == {(near, DEFAULT), (near, ADVISER), (far, DEFAULT)}
    assert account.associations(first) == account.associations(second) == set()
    assert sorted(revisions(account, made.key)[0]["added"]) == sorted(
        [f"{near}|{DEFAULT}", f"{near}|{ADVISER}", f"{far}|{DEFAULT}"]
    )


def test_associations_of_the_old_records_end_when_those_of_the_new_begin(account: SmallAccount) -> None:
    first, second, firm = account.record(PERSON), account.record(PERSON), account.record(FIRM)
    account.associate(first, firm, DEFAULT)
    made = merged(account, first, second)
    [[until]] = account.cypher("MATCH (:Record {_key: $key})-[x]->() WHERE x.until > 0 RETURN x.until", key=first)
    [[since]] = account.cypher("MATCH (:Record {_key: $key})-[x]->() RETURN x.since", key=made.key)
    assert until == since == revisions(account, first)[-1]["at"]


def test_the_primary_records_primary_association_stays_primary(account: SmallAccount) -> None:
    first, second = account.record(PERSON), account.record(PERSON)
    near, far = account.record(FIRM), account.record(FIRM)
    account.associate(first, near, DEFAULT, PRIMARY)
    account.associate(second, far, DEFAULT, PRIMARY)
    made = merged(account, first, second)
    assert account.associations(made.key) == {(near, DEFAULT), (near, PRIMARY), (far, DEFAULT)}


def test_the_other_records_primary_association_fills_a_gap(account: SmallAccount) -> None:
    first, second, firm = account.record(PERSON), account.record(PERSON), account.record(FIRM)
    account.associate(second, firm, DEFAULT, PRIMARY)
    made = merged(account, first, second)
    assert account.associations(made.key) == {(firm, DEFAULT), (firm, PRIMARY)}


def test_a_record_that_had_both_as_targets_has_the_new_one_once(account: SmallAccount) -> None:
    first, second, person = account.record(FIRM), account.record(FIRM), account.record(PERSON)
    account.associate(person, first, DEFAULT)
    account.associate(person, second, DEFAULT, PRIMARY)
    made = merged(account, first, second)
    assert account.associations(person) == {(made.key, DEFAULT), (made.key, PRIMARY)}


def test_of_a_limited_type_as_many_stay_as_the_limit_allows(account: SmallAccount) -> None:
    first, second = account.record(PERSON), account.record(PERSON)
    firms = [account.record(FIRM) for _ in range(4)]
    account.associate(second, firms[0], DEFAULT, ADVISER)
    account.associate(first, firms[1], DEFAULT, ADVISER)
    account.associate(second, firms[2], DEFAULT, ADVISER)
    account.associate(second, firms[3], DEFAULT)
    made = merged(account, first, second)
    advised = {far for far, type_id in account.associations(made.key) if type_id == ADVISER}
    assert advised == {firms[1], firms[0]}
    assert {far for far, type_id in account.associations(made.key) if type_id == DEFAULT} == set(firms)


def test_an_association_between_the_two_ends(account: SmallAccount) -> None:
    first, second, third = (account.record(PERSON) for _ in range(3))
    account.associate(first, second, 449, TEAM)
    account.associate(first, third, 449)
    made = merged(account, second, first)
    assert account.associations(made.key) == {(third, 449)}


def test_a_label_with_two_sides_keeps_its_direction(account: SmallAccount) -> None:
    manager, first, second = (account.record(PERSON) for _ in range(3))
    account.associate(manager, first, 449, TEAM)
    made = merged(account, second, first)
    [[source]] = account.cypher(
        f"MATCH (s:Record)-[x {{type_id: {TEAM}}}]->(:Record {{_key: $key}}) WHERE x.until IS NULL RETURN s._key",
        key=made.key,
    )
    assert source == manager


def test_an_association_with_an_archived_record_stays_hidden_and_whole(account: SmallAccount) -> None:
    first, second, firm = account.record(PERSON), account.record(PERSON), account.record(FIRM)
    account.associate(second, firm, DEFAULT)
    account.cypher(
        "MATCH (r:Record {_key: $key}) SET r._archived_at = 1, r:ArchivedTestFirm REMOVE r:TestFirm", key=firm
    )
    made = merged(account, first, second)
    assert account.associations(made.key) == {(firm, DEFAULT)}


def test_an_unknown_id_is_not_found_and_nothing_is_written(account: SmallAccount) -> None:
    first = account.record(PERSON)
    with pytest.raises(RecordNotFound):
        merged(account, first, "9-1:999999999")
    with pytest.raises(RecordNotFound):
        merged(account, "9-1:999999999", first)
    assert len(revisions(account, first)) == 1


def test_a_record_is_not_merged_with_itself(account: SmallAccount) -> None:
    first = account.record(PERSON)
    with pytest.raises(InvalidInput):
        merged(account, first, first)


@pytest.mark.parametrize(("earlier", "fits"), [(248, True), (249, False)])
def test_a_record_stands_for_at_most_250(account: SmallAccount, earlier: int, fits: bool) -> None:
    first, second = account.record(PERSON), account.record(PERSON)
    account.cypher(
        "MATCH (r:Record {_key: $key}) SET r.hs_merged_object_ids = $ids "
        "FOREACH (id IN $ids | CREATE (:_Claim {key: '9-1|_id|' + id})-[:CLAIMED_BY]->(r))",
        key=first, ids=[f"{record_id(first)}{n:06}" for n in range(earlier)],
    )  # fmt: skip
    if fits:
        assert len(merged(account, first, second).properties["hs_merged_object_ids"]) == 250
    else:
        with pytest.raises(TooMany, match="Cannot have more than 250 identities on a profile"):
            merged(account, first, second)
        assert len(revisions(account, first)) == 1
