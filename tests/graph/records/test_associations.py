"""Associating, labelling, ending, reading: one record with another."""

from __future__ import annotations

import pytest

from crm_graph.definitions.association import HUBSPOT_DEFINED, USER_DEFINED
from crm_graph.errors import InvalidAssociation, LimitExceeded, RecordNotFound, UndefinedAssociation, WrongDirection
from crm_graph.records import associations
from tests.graph.records.associating import (
    ADVISED_MAX,
    ADVISER,
    ADVISERS_MAX,
    AMONG,
    BILLING,
    BILLING_BACK,
    DEFAULT,
    DEFAULT_BACK,
    EMPLOYEE,
    FIRM,
    FORMER,
    FRIEND,
    FRIENDS_MAX,
    MANAGER,
    OFFER,
    PERSON,
    PRIMARY,
    PRIMARY_BACK,
    Associating,
    associate,
    firms_of,
    friends_of,
    know,
    persons_of,
    put,
    seen,
)


@pytest.fixture
def account(associating: Associating) -> Associating:
    """Persons, firms and offers."""
    return associating


def test_default_association_is_read_from_both_ends(account: Associating) -> None:
    [person], [firm, other] = account.records(PERSON, 1), account.records(FIRM, 2)
    associate(account, person, other)
    associate(account, person, firm)
    assert firms_of(account, person) == {other: {DEFAULT, PRIMARY}, firm: {DEFAULT}}
    assert persons_of(account, firm) == {person: {DEFAULT_BACK}}
    assert persons_of(account, other) == {person: {DEFAULT_BACK, PRIMARY_BACK}}


def test_association_made_from_the_far_end_is_stored_in_its_definitions_direction(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    account.run(lambda unit: associations.associate_default(unit, FIRM, firm, PERSON, person))
    assert account.stored(FIRM, firm) == {(person, firm, DEFAULT), (person, firm, PRIMARY)}


def test_associating_again_writes_no_revision(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    put(account, person, firm, BILLING)
    before = account.revisions(PERSON, person)
    put(account, person, firm, BILLING)
    associate(account, person, firm)
    assert account.revisions(PERSON, person) == before


def test_call_leaves_one_revision_on_its_source_and_none_on_its_target(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    account.run(lambda unit: associations.associate_default(unit, FIRM, firm, PERSON, person))
    last = account.revisions(PERSON, person)[-1]
    assert (last["version"], last["kind"], last["actor"]) == (2, "associate", "user:1")
    assert set(last["added"]) == {f"{FIRM.id}:{firm}|{DEFAULT}", f"{FIRM.id}:{firm}|{PRIMARY}"}
    assert len(account.revisions(FIRM, firm)) == 1


def test_label_comes_with_the_unlabelled_type(account: Associating) -> None:
    [person], [firm, first] = account.records(PERSON, 1), account.records(FIRM, 2)
    associate(account, person, first)
    put(account, person, firm, BILLING)
    assert firms_of(account, person)[firm] == {DEFAULT, BILLING}
    assert persons_of(account, firm) == {person: {DEFAULT_BACK, BILLING_BACK}}


def test_labelled_put_replaces_the_custom_labels_alone(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    put(account, person, firm, BILLING, hubspot=(FORMER,))
    put(account, person, firm, ADVISER)
    assert firms_of(account, person)[firm] == {DEFAULT, PRIMARY, FORMER, ADVISER}


def test_put_without_a_custom_label_leaves_the_labels(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    put(account, person, firm, BILLING)
    put(account, person, firm, hubspot=(FORMER, DEFAULT))
    assert firms_of(account, person)[firm] == {DEFAULT, PRIMARY, BILLING, FORMER}


def test_several_labels_stand_on_one_pair_of_records(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    put(account, person, firm, BILLING, ADVISER)
    assert firms_of(account, person)[firm] == {DEFAULT, PRIMARY, BILLING, ADVISER}


def test_replaced_label_has_an_interval_that_ends_with_the_version(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    put(account, person, firm, BILLING)
    put(account, person, firm, ADVISER)
    [ended] = account.past(PERSON, person)
    times = [revision["at"] for revision in account.revisions(PERSON, person)]
    assert (ended["type_id"], ended["since"], ended["until"]) == (BILLING, times[1], times[2])
    assert (ended["label"], ended["inverse_label"], ended["category"]) == ("Billing", "Billing", USER_DEFINED)


def test_removing_a_label_keeps_the_association(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    put(account, person, firm, BILLING, ADVISER)
    account.run(lambda unit: associations.remove_types(unit, PERSON, person, FIRM, firm, [(USER_DEFINED, BILLING)]))
    assert firms_of(account, person)[firm] == {DEFAULT, PRIMARY, ADVISER}
    assert account.revisions(PERSON, person)[-1]["removed"] == [f"{FIRM.id}:{firm}|{BILLING}"]


def test_removing_the_unlabelled_type_removes_every_label(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    put(account, person, firm, BILLING)
    default = [(HUBSPOT_DEFINED, DEFAULT_BACK)]
    account.run(lambda unit: associations.remove_types(unit, FIRM, firm, PERSON, person, default))
    assert account.stored(PERSON, person) == set()


def test_dissociating_ends_all_types_and_again_does_nothing(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    put(account, person, firm, BILLING)
    for _ in range(2):
        account.run(lambda unit: associations.dissociate(unit, FIRM, firm, PERSON, person))
    assert account.stored(PERSON, person) == set()
    assert [ended["type_id"] for ended in account.past(PERSON, person)] == [PRIMARY, BILLING, DEFAULT]
    assert len(account.revisions(PERSON, person)) == 3


def test_association_with_a_record_that_is_not_there_names_it(account: Associating) -> None:
    [person] = account.records(PERSON, 1)
    with pytest.raises(InvalidAssociation, match="One or more associations are invalid") as refused:
        associate(account, person, "999999999")
    assert refused.value.context == {
        "INVALID_OBJECT_IDS": ["EMPLOYER=999999999 is not valid"],
        "objectId": ["999999999"],
        "objectType": ["EMPLOYER"],
    }
    assert account.revisions(PERSON, person)[-1]["version"] == 1


def test_archived_record_is_not_associated(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    account.hide(PERSON, person)
    with pytest.raises(InvalidAssociation):
        associate(account, person, firm)
    assert account.stored(FIRM, firm) == set()


def test_record_is_not_associated_with_itself(account: Associating) -> None:
    [person] = account.records(PERSON, 1)
    with pytest.raises(InvalidAssociation, match="itself"):
        know(account, person, person)


def test_type_id_of_the_other_direction_is_refused(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    with pytest.raises(WrongDirection, match=f"invalid from object type {PERSON.id} .* expected: {FIRM.id}") as refused:
        put(account, person, firm, BILLING, BILLING_BACK)
    assert str(BILLING) in refused.value.context["expectedAssociationTypeId"]
    assert account.stored(PERSON, person) == set()


def test_type_id_of_another_pair_is_refused(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    with pytest.raises(WrongDirection, match=f"invalid to object type {FIRM.id} .* expected: {PERSON.id}"):
        put(account, person, firm, MANAGER)


def test_object_types_without_a_definition_are_not_associated(account: Associating) -> None:
    [person], [offer] = account.records(PERSON, 1), account.records(OFFER, 1)
    with pytest.raises(UndefinedAssociation):
        account.run(lambda unit: associations.associate_default(unit, PERSON, person, OFFER, offer))


def test_limit_from_the_source_holds(account: Associating) -> None:
    [person], firms = account.records(PERSON, 1), account.records(FIRM, ADVISED_MAX + 1)
    for firm in firms[:-1]:
        put(account, person, firm, ADVISER)
    with pytest.raises(LimitExceeded, match=f"at most {ADVISED_MAX}"):
        put(account, person, firms[-1], ADVISER)
    assert firms[-1] not in firms_of(account, person)
    assert len(account.revisions(PERSON, person)) == 1 + ADVISED_MAX


def test_limit_from_the_target_holds(account: Associating) -> None:
    persons, [firm] = account.records(PERSON, ADVISERS_MAX + 1), account.records(FIRM, 1)
    for person in persons[:-1]:
        put(account, person, firm, ADVISER)
    with pytest.raises(LimitExceeded, match=f"at most {ADVISERS_MAX}"):
        put(account, persons[-1], firm, ADVISER)
    assert set(persons_of(account, firm)) == set(persons[:-1])


def test_limit_leaves_out_archived_ends(account: Associating) -> None:
    [person], firms = account.records(PERSON, 1), account.records(FIRM, ADVISED_MAX + 1)
    for firm in firms[:-1]:
        put(account, person, firm, ADVISER)
    account.hide(FIRM, firms[0])
    put(account, person, firms[-1], ADVISER)
    assert set(firms_of(account, person)) == set(firms[1:])


def test_limit_of_a_label_that_is_its_own_inverse_counts_both_directions(account: Associating) -> None:
    persons = account.records(PERSON, FRIENDS_MAX + 2)
    middle = persons[1]
    know(account, persons[0], middle, FRIEND)
    know(account, middle, persons[2], FRIEND)
    with pytest.raises(LimitExceeded):
        know(account, persons[3], middle, FRIEND)
    assert set(friends_of(account, middle)) == {persons[0], persons[2]}


def test_label_at_its_limit_may_move_to_another_record_by_name(account: Associating) -> None:
    [person], firms = account.records(PERSON, 1), account.records(FIRM, ADVISED_MAX + 1)
    for firm in firms[:-1]:
        put(account, person, firm, ADVISER)
    put(account, person, firms[0], BILLING)
    put(account, person, firms[-1], ADVISER)
    assert ADVISER in firms_of(account, person)[firms[-1]]


def test_paired_label_reads_as_its_inverse_from_the_other_side(account: Associating) -> None:
    low, high = account.records(PERSON, 2)
    know(account, high, low, MANAGER)
    assert friends_of(account, high) == {low: {AMONG, MANAGER}}
    assert friends_of(account, low) == {high: {AMONG, EMPLOYEE}}
    assert account.stored(PERSON, low) == {(low, high, AMONG), (high, low, MANAGER)}


def test_paired_label_given_from_the_other_side_is_the_same_association(account: Associating) -> None:
    low, high = account.records(PERSON, 2)
    know(account, high, low, MANAGER)
    know(account, low, high, EMPLOYEE)
    assert account.stored(PERSON, low) == {(low, high, AMONG), (high, low, MANAGER)}
    assert [len(account.revisions(PERSON, person)) for person in (low, high)] == [2, 2]


def test_label_replaced_by_its_inverse_turns_round(account: Associating) -> None:
    low, high = account.records(PERSON, 2)
    know(account, high, low, MANAGER)
    know(account, high, low, EMPLOYEE)
    assert friends_of(account, high) == {low: {AMONG, EMPLOYEE}}
    assert account.stored(PERSON, low) == {(low, high, AMONG), (low, high, MANAGER)}


def test_dissociating_records_of_one_type_ends_both_directions(account: Associating) -> None:
    low, high = account.records(PERSON, 2)
    know(account, high, low, MANAGER, EMPLOYEE, FRIEND)
    account.run(lambda unit: associations.dissociate(unit, PERSON, low, PERSON, high))
    assert account.stored(PERSON, low) == set()
    assert len(account.past(PERSON, low)) == 4


def test_first_target_becomes_primary_and_the_second_does_not(account: Associating) -> None:
    [person], firms = account.records(PERSON, 1), account.records(FIRM, 2)
    account.run(lambda unit: associations.associate_default(unit, FIRM, firms[1], PERSON, person))
    put(account, person, firms[0], BILLING)
    assert firms_of(account, person) == {firms[1]: {DEFAULT, PRIMARY}, firms[0]: {DEFAULT, BILLING}}


def test_making_another_primary_demotes_the_old_to_unlabelled(account: Associating) -> None:
    [person], [old, new] = account.records(PERSON, 1), account.records(FIRM, 2)
    associate(account, person, old)
    put(account, person, new, hubspot=(PRIMARY,))
    assert firms_of(account, person) == {old: {DEFAULT}, new: {DEFAULT, PRIMARY}}
    [ended] = account.past(PERSON, person)
    assert (ended["to_id"], ended["type_id"]) == (int(old), PRIMARY)
    assert "one_of" not in ended


def test_removing_the_primary_promotes_nobody(account: Associating) -> None:
    [person], firms = account.records(PERSON, 1), account.records(FIRM, 3)
    associate(account, person, firms[0])
    associate(account, person, firms[1])
    account.run(lambda unit: associations.dissociate(unit, PERSON, person, FIRM, firms[0]))
    associate(account, person, firms[2])
    assert firms_of(account, person) == {firms[1]: {DEFAULT}, firms[2]: {DEFAULT}}


def test_target_is_primary_where_the_only_other_one_is_archived(account: Associating) -> None:
    [person], [hidden, firm] = account.records(PERSON, 1), account.records(FIRM, 2)
    associate(account, person, hidden)
    account.hide(FIRM, hidden)
    associate(account, person, firm)
    assert firms_of(account, person) == {firm: {DEFAULT, PRIMARY}}
    assert (person, hidden, PRIMARY) not in account.stored(PERSON, person)


def test_page_hides_archived_ends_and_continues_behind_its_last(account: Associating) -> None:
    [person], firms = account.records(PERSON, 1), account.records(FIRM, 5)
    for firm in firms:
        associate(account, person, firm)
    account.hide(FIRM, firms[1])
    first = account.run(lambda unit: associations.page(unit, PERSON, person, FIRM, limit=2))
    rest = account.run(lambda unit: associations.page(unit, PERSON, person, FIRM, after=first.after or 0, limit=2))
    assert (list(seen(first)), list(seen(rest))) == ([firms[0], firms[2]], [firms[3], firms[4]])
    assert (first.after, rest.after) == (int(firms[2]), None)


def test_page_of_one_object_type_unites_both_directions_in_id_order(account: Associating) -> None:
    persons = account.records(PERSON, 5)
    for other in (persons[4], persons[0], persons[3], persons[1]):
        know(account, other, persons[2])
    first = account.run(lambda unit: associations.page(unit, PERSON, persons[2], PERSON, limit=3))
    rest = account.run(lambda unit: associations.page(unit, PERSON, persons[2], PERSON, after=first.after or 0))
    assert (list(seen(first)), list(seen(rest))) == ([persons[0], persons[1], persons[3]], [persons[4]])


def test_page_of_an_unknown_record_is_not_found(account: Associating) -> None:
    with pytest.raises(RecordNotFound):
        firms_of(account, "999999999")


def test_pages_of_many_leave_out_what_has_no_associations(account: Associating) -> None:
    persons, [firm] = account.records(PERSON, 3), account.records(FIRM, 1)
    associate(account, persons[0], firm)
    know(account, persons[0], persons[1])
    ids = [int(person) for person in persons]
    pages = account.run(lambda unit: associations.pages_of(unit, PERSON, ids, [FIRM, PERSON, OFFER]))
    assert {near_id: sorted(found) for near_id, found in pages.items()} == {
        ids[0]: ["employer", "human"],
        ids[1]: ["human"],
    }
