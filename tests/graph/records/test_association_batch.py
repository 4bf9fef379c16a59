"""Many associations in one call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm_graph.definitions.association import HUBSPOT_DEFINED, USER_DEFINED
from crm_graph.errors import InvalidAssociation, LimitExceeded, Refused, TooMany, WrongDirection
from crm_graph.records import association_batch as batch
from crm_graph.records import associations
from crm_graph.records.association_batch import BatchAssociated, PairInput
from crm_graph.records.record import NewAssociation
from tests.graph.records.associating import (
    ADVISED_MAX,
    ADVISER,
    ADVISER_BACK,
    ADVISERS_MAX,
    BILLING,
    DEFAULT,
    FIRM,
    FRIEND,
    FRIENDS_MAX,
    PERSON,
    PRIMARY,
    Associating,
    firms_of,
    friends_of,
    persons_of,
)

ABSENT = "999999999"


@pytest.fixture
def account(associating: Associating) -> Associating:
    """Persons, firms and offers."""
    return associating


def pairs(near_ids: list[str], far_ids: list[str], *types: int, category: str = USER_DEFINED) -> list[PairInput]:
    named = tuple((category, type_id) for type_id in types)
    return [PairInput(near_id=near, far_id=far, types=named) for near in near_ids for far in far_ids]


def associate(account: Associating, inputs: list[PairInput], **options: Any) -> BatchAssociated:
    return account.run(lambda unit: batch.associate_many(unit, PERSON, FIRM, inputs, **options))


def counted(account: Associating, work: Callable[[], Any]) -> list[str]:
    names: list[str] = []
    account.graph.observers.append(lambda statement, _: names.append(statement.name))
    try:
        work()
    finally:
        account.graph.observers.pop()
    return [name for name in names if name.startswith("associations.")]


def test_batch_is_one_statement(account: Associating) -> None:
    persons, firms = account.records(PERSON, 20), account.records(FIRM, 5)
    assert counted(account, lambda: associate(account, pairs(persons, firms, BILLING))) == ["associations.write"]
    assert set(persons_of(account, firms[0])) == set(persons)


def test_pair_given_twice_in_a_batch_is_one_association_with_both_labels(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    associate(account, pairs([person], [firm], BILLING) + pairs([person], [firm], ADVISER))
    assert firms_of(account, person) == {firm: {DEFAULT, PRIMARY, BILLING, ADVISER}}


def test_batch_leaves_one_revision_on_each_source(account: Associating) -> None:
    persons, firms = account.records(PERSON, 2), account.records(FIRM, 3)
    associate(account, pairs(persons, firms))
    assert [len(account.revisions(PERSON, person)) for person in persons] == [2, 2]
    assert len(account.revisions(PERSON, persons[0])[-1]["added"]) == 4


def test_first_of_several_targets_in_a_batch_becomes_primary(account: Associating) -> None:
    [person], firms = account.records(PERSON, 1), account.records(FIRM, 3)
    associate(account, pairs([person], firms[::-1]))
    assert firms_of(account, person) == {firms[0]: {DEFAULT}, firms[1]: {DEFAULT}, firms[2]: {DEFAULT, PRIMARY}}


def test_first_of_several_named_primary_in_a_batch_is_the_one(account: Associating) -> None:
    [person], firms = account.records(PERSON, 1), account.records(FIRM, 2)
    associate(account, pairs([person], firms, PRIMARY, category=HUBSPOT_DEFINED))
    assert firms_of(account, person) == {firms[0]: {DEFAULT, PRIMARY}, firms[1]: {DEFAULT}}


def test_limit_holds_for_many_rows_to_one_target_in_a_batch(account: Associating) -> None:
    persons, [firm] = account.records(PERSON, ADVISERS_MAX + 1), account.records(FIRM, 1)
    with pytest.raises(LimitExceeded):
        associate(account, pairs(persons, [firm], ADVISER))
    assert persons_of(account, firm) == {}
    associate(account, pairs(persons[:-1], [firm], ADVISER))
    assert set(persons_of(account, firm)) == set(persons[:-1])


def test_limit_holds_for_many_rows_from_one_source_in_a_batch(account: Associating) -> None:
    [person], firms = account.records(PERSON, 1), account.records(FIRM, ADVISED_MAX + 1)
    with pytest.raises(LimitExceeded):
        associate(account, pairs([person], firms, ADVISER))
    assert firms_of(account, person) == {}


def test_label_that_one_row_gives_up_makes_room_for_another_row(account: Associating) -> None:
    [person], firms = account.records(PERSON, 1), account.records(FIRM, ADVISED_MAX + 1)
    associate(account, pairs([person], firms[:-1], ADVISER))
    associate(account, pairs([person], firms[:1], BILLING) + pairs([person], firms[-1:], ADVISER))
    assert {firm for firm, types in firms_of(account, person).items() if ADVISER in types} == set(firms[1:])


def test_limit_of_a_symmetric_label_counts_both_directions_within_a_batch(account: Associating) -> None:
    persons = account.records(PERSON, FRIENDS_MAX + 2)
    middle = persons[1]
    inputs = pairs([persons[0]], [middle], FRIEND) + pairs([middle], persons[2:], FRIEND)
    with pytest.raises(LimitExceeded):
        account.run(lambda unit: batch.associate_many(unit, PERSON, PERSON, inputs))
    assert friends_of(account, middle) == {}


def test_batch_with_an_absent_record_writes_nothing(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    with pytest.raises(InvalidAssociation) as refused:
        associate(account, pairs([person], [firm, ABSENT, "abc"]))
    assert firms_of(account, person) == {}
    assert refused.value.context["objectId"] == ["abc"]


def test_partial_batch_writes_the_rest_and_names_what_is_absent(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    result = associate(account, pairs([person], [firm, ABSENT, "abc"]), partial=True)
    assert [made.far_id for made in result.associated] == [int(firm)]
    assert set(result.errors[0].error.context["objectId"]) == {ABSENT, "abc"}
    assert firms_of(account, person) == {firm: {DEFAULT, PRIMARY}}


def test_partial_batch_of_nothing_but_absent_records_is_refused(account: Associating) -> None:
    [person] = account.records(PERSON, 1)
    with pytest.raises(InvalidAssociation):
        associate(account, pairs([person], [ABSENT]), partial=True)


def test_wrong_direction_in_one_row_refuses_the_batch(account: Associating) -> None:
    [person], firms = account.records(PERSON, 1), account.records(FIRM, 2)
    with pytest.raises(WrongDirection):
        associate(account, pairs([person], firms[:1]) + pairs([person], firms[1:], ADVISER_BACK), partial=True)
    assert firms_of(account, person) == {}


def test_batch_is_bounded(account: Associating) -> None:
    [person], firms = account.records(PERSON, 1), account.records(FIRM, 3)
    small = account.with_limits(association_batch_size=2)
    associate(small, pairs([person], firms[:2]))
    with pytest.raises(TooMany):
        associate(small, pairs([person], firms))


def test_batch_read_reports_records_without_associations(account: Associating) -> None:
    persons, firms = account.records(PERSON, 2), account.records(FIRM, 3)
    associate(account, pairs(persons[:1], firms))
    asked = {persons[0]: int(firms[0]), persons[1]: -1, "abc": -1}
    result = account.run(lambda unit: batch.read_many(unit, PERSON, FIRM, asked, limit=1))
    assert {near: (list(page.type_ids), page.after) for near, page in result.pages.items()} == {
        persons[0]: ([int(firms[1])], int(firms[1]))
    }
    assert [error.error.context["fromObjectId"] for error in result.errors] == [[persons[1]], ["abc"]]


def test_batch_removal_ends_what_is_there_and_passes_over_the_rest(account: Associating) -> None:
    persons, firms = account.records(PERSON, 2), account.records(FIRM, 2)
    associate(account, pairs(persons, firms))
    asked = [(firms[0], [*persons, ABSENT]), ("abc", persons)]
    account.run(lambda unit: batch.dissociate_many(unit, FIRM, PERSON, asked))
    assert firms_of(account, persons[0]).keys() == {firms[1]}
    assert account.revisions(PERSON, persons[0])[-1]["removed"] == [
        f"{FIRM.id}:{firms[0]}|{type_id}" for type_id in (DEFAULT, PRIMARY)
    ]


def test_batch_removal_of_labels_keeps_the_associations(account: Associating) -> None:
    persons, [firm] = account.records(PERSON, 2), account.records(FIRM, 1)
    associate(account, pairs(persons, [firm], BILLING, ADVISER))
    account.run(lambda unit: batch.remove_types_many(unit, PERSON, FIRM, pairs(persons, [firm], BILLING)))
    assert firms_of(account, persons[0]) == {firm: {DEFAULT, PRIMARY, ADVISER}}


def test_new_record_tells_of_its_associations_in_its_first_revision(account: Associating) -> None:
    [person], firms = account.records(PERSON, 1), account.records(FIRM, 2)
    asked = [NewAssociation(far_type="employer", far_id=firm) for firm in firms]
    account.run(lambda unit: associations.attach_new(unit, PERSON, [(int(person), asked)]))
    [revision] = account.revisions(PERSON, person)
    assert set(revision["added"]) == {f"{FIRM.id}:{firm}|{DEFAULT}" for firm in firms} | {
        f"{FIRM.id}:{firms[0]}|{PRIMARY}"
    }
    assert firms_of(account, person)[firms[0]] == {DEFAULT, PRIMARY}


def test_new_target_leaves_a_revision_on_the_older_source(account: Associating) -> None:
    [person], [firm] = account.records(PERSON, 1), account.records(FIRM, 1)
    asked = [NewAssociation(far_type=None, far_id=person, type_ids=((USER_DEFINED, ADVISER_BACK),))]
    account.run(lambda unit: associations.attach_new(unit, FIRM, [(int(firm), asked)]))
    assert [len(account.revisions(*end)) for end in ((PERSON, person), (FIRM, firm))] == [2, 1]
    assert firms_of(account, person) == {firm: {DEFAULT, PRIMARY, ADVISER}}


def test_inline_type_id_that_leads_nowhere_is_refused(account: Associating) -> None:
    [person] = account.records(PERSON, 1)
    asked = [NewAssociation(far_type=None, far_id="1", type_ids=((USER_DEFINED, ADVISER_BACK),))]
    with pytest.raises(Refused) as refused:
        account.run(lambda unit: associations.attach_new(unit, PERSON, [(int(person), asked)]))
    assert isinstance(refused.value.errors[0], WrongDirection)
