"""A record comes back with its associations, or not at all where others took their places."""

from __future__ import annotations

import pytest

from crm_graph.definitions.association import USER_DEFINED
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import LimitExceeded, RuleBroken, TooMany
from crm_graph.records import associations, store
from tests.graph.records.associating import (
    ADVISER,
    ADVISER_BACK,
    BILLING,
    FIRM,
    FRIEND,
    PERSON,
    Associating,
    firms_of,
    know,
    persons_of,
    put,
)

MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS


def restore(account: Associating, object_type: ObjectType, record_id: str) -> None:
    account.run(lambda unit: store.restore(unit, object_type, record_id))


def kinds(account: Associating, object_type: ObjectType, record_id: str) -> list[str]:
    return [revision["kind"] for revision in account.revisions(object_type, record_id)]


def test_a_place_that_others_took_refuses_the_restore_until_it_is_free(associating: Associating) -> None:
    persons, [firm] = associating.records(PERSON, 4), associating.records(FIRM, 1)
    for person in persons[:3]:
        put(associating, person, firm, ADVISER)
    associating.hide(PERSON, persons[0])
    put(associating, persons[3], firm, ADVISER)
    with pytest.raises(LimitExceeded) as refused:
        restore(associating, PERSON, persons[0])
    assert refused.value.message == (
        f"employer {firm} may have at most 3 humans under the association type {ADVISER_BACK}"
    )
    assert "restore" not in kinds(associating, PERSON, persons[0])
    associating.run(
        lambda unit: associations.remove_types(unit, PERSON, persons[3], FIRM, firm, [(USER_DEFINED, ADVISER)])
    )
    restore(associating, PERSON, persons[0])
    assert ADVISER_BACK in persons_of(associating, firm)[persons[0]]


def test_the_limit_of_the_record_itself_holds(associating: Associating) -> None:
    [person], firms = associating.records(PERSON, 1), associating.records(FIRM, 3)
    put(associating, person, firms[0], ADVISER)
    put(associating, person, firms[1], ADVISER)
    associating.hide(FIRM, firms[0])
    put(associating, person, firms[2], ADVISER)
    associating.hide(PERSON, person)
    restore(associating, FIRM, firms[0])
    with pytest.raises(LimitExceeded, match=f"human {person} may have at most 2 employers"):
        restore(associating, PERSON, person)


def test_the_limit_of_the_source_holds_where_its_target_comes_back(associating: Associating) -> None:
    [person], firms = associating.records(PERSON, 1), associating.records(FIRM, 3)
    for firm in firms[:2]:
        put(associating, person, firm, ADVISER)
    associating.hide(FIRM, firms[0])
    put(associating, person, firms[2], ADVISER)
    with pytest.raises(LimitExceeded, match=f"human {person} may have at most 2 employers"):
        restore(associating, FIRM, firms[0])


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_limit_counted_over_both_directions_holds(associating: Associating, place: int) -> None:
    persons = associating.records(PERSON, 4)
    gone, hub, other = (persons[n] for n in {0: (0, 1, 2), 1: (1, 0, 2), 2: (2, 1, 0)}[place])
    for each in (gone, other):
        know(associating, hub, each, FRIEND)
    associating.hide(PERSON, gone)
    know(associating, hub, persons[3], FRIEND)
    with pytest.raises(LimitExceeded, match=f"human {hub} may have at most 2 humans"):
        restore(associating, PERSON, gone)


def test_what_has_no_limit_and_what_has_its_place_come_back(associating: Associating) -> None:
    [person], [firm] = associating.records(PERSON, 1), associating.records(FIRM, 1)
    put(associating, person, firm, ADVISER, BILLING)
    associating.hide(PERSON, person)
    restore(associating, PERSON, person)
    assert {ADVISER, BILLING} <= firms_of(associating, person)[firm]


@pytest.mark.parametrize("object_type", [PERSON, FIRM], ids=["source", "target"])
def test_a_restore_counts_as_many_associations_as_the_setting_says(
    associating: Associating, object_type: ObjectType
) -> None:
    persons, firms = associating.records(PERSON, 2), associating.records(FIRM, 2)
    for person, firm in zip((persons[0], persons[1], persons[0]), (firms[0], firms[0], firms[1]), strict=True):
        put(associating, person, firm, ADVISER, BILLING)
    gone = persons[0] if object_type is PERSON else firms[0]
    associating.hide(object_type, gone)
    with pytest.raises(TooMany, match="at most 1 associations of types that have limits"):
        restore(associating.with_limits(restored_associations=1), object_type, gone)
    assert "restore" not in kinds(associating, object_type, gone)
    restore(associating.with_limits(restored_associations=2), object_type, gone)


def test_all_pairs_of_a_restored_record_are_counted_together(associating: Associating) -> None:
    persons, [firm] = associating.records(PERSON, 2), associating.records(FIRM, 1)
    put(associating, persons[0], firm, ADVISER)
    know(associating, persons[1], persons[0], FRIEND)
    associating.hide(PERSON, persons[0])
    with pytest.raises(TooMany):
        restore(associating.with_limits(restored_associations=1), PERSON, persons[0])
    restore(associating.with_limits(restored_associations=2), PERSON, persons[0])


def test_a_record_is_restored_until_its_days_are_over(associating: Associating) -> None:
    [early, late] = associating.records(PERSON, 2)
    now = associating.graph.clock.read()
    for record_id, archived_ago_ms in ((early, 3 * DAY_MS - MINUTE_MS), (late, 3 * DAY_MS + MINUTE_MS)):
        associating.hide(PERSON, record_id)
        associating.graph.driver.execute_query(
            "MATCH (r:Record {_key: $key}) SET r._archived_at = $at",
            key=f"{PERSON.id}:{record_id}",
            at=now - archived_ago_ms,
        )
    limited = associating.with_limits(restore_days=3)
    restore(limited, PERSON, early)
    with pytest.raises(RuleBroken, match="restored for 3 days after they were archived"):
        restore(limited, PERSON, late)
    assert kinds(associating, PERSON, early)[-1] == "restore"
    assert "restore" not in kinds(associating, PERSON, late)
