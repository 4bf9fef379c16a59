"""What lists cost writes, how their follower keeps up, and what holds on to definitions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from crm_graph.crm import Crm
from crm_graph.definitions.changes import association_types, object_types, properties
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.errors import InUse
from crm_graph.graph.queries import Statement
from crm_graph.modelling import wish, wishes
from crm_graph.records import associations
from crm_graph.records import store as records
from crm_graph.records.merge import merge
from crm_graph.records.record import Identity
from crm_graph.segments import follower, members, store, writing
from crm_graph.segments.segment import Segment
from crm_graph.segments.source import Joined
from crm_graph.unit import Unit
from tests.factories import SUPER_ADMIN, Make, unique

T = TypeVar("T")

SIZE = Property(name="size", display_name="Size", type="number", field_type="number")


def run(crm: Crm, work: Callable[[Unit], T]) -> T:
    """What work returns."""
    return crm.run(SUPER_ADMIN, work)


def above(number: int, name: str = "size") -> dict[str, Any]:
    """Filters by a number."""
    operation = {"operationType": "NUMBER", "operator": "IS_GREATER_THAN", "value": number}
    return root({"filterType": "PROPERTY", "property": name, "operation": operation})


def root(*filters: Any, branches: Any = ()) -> dict[str, Any]:
    """A root branch with one branch AND."""
    below = {"filterBranchType": "AND", "filters": list(filters), "filterBranches": list(branches)}
    return {"filterBranchType": "OR", "filters": [], "filterBranches": [below]}


def made(crm: Crm, object_type: str, given: Any, processing_type: str = "DYNAMIC") -> Segment:
    """A new segment."""
    return run(
        crm,
        lambda unit: store.create(
            unit,
            name=unique(),
            object_type=unit.model.object_type(object_type),
            processing_type=processing_type,
            given=given,
        ),
    )


def update(crm: Crm, object_type: str, record_id: int, values: dict[str, Any]) -> None:
    """Change a record."""
    run(crm, lambda unit: records.update(unit, unit.model.object_type(object_type), Identity(str(record_id)), values))


def page(crm: Crm, segment: Segment) -> list[Joined]:
    """All members of a small segment."""
    return list(run(crm, lambda unit: members.page(unit, *store.find(unit, str(segment.id)), limit=250).members))


def caught_up(crm: Crm) -> None:
    """Follow the feed to its end."""
    while follower._follow_feed(crm, run(crm, follower._known)):
        pass


@pytest.fixture
def things(crm: Crm, make: Make) -> str:
    """The name of a custom object type with a size, which may be associated with contacts."""
    caught_up(crm)  # what others left behind
    return make.object_type(SIZE, associated=["contact"]).name


@pytest.fixture
def hits(crm: Crm) -> Callable[[Callable[[], object]], int]:
    """Counts the db hits of all statements that something issues."""

    def counted(work: Callable[[], object]) -> int:
        seen: list[tuple[Statement, dict[str, Any]]] = []

        def observe(statement: Statement, parameters: Any) -> None:
            seen.append((statement, dict(parameters)))

        crm.graph.observers.append(observe)
        try:
            work()
        finally:
            crm.graph.observers.remove(observe)
        guard = run(crm, lambda unit: unit.graph.guard)
        given = {"model_version": guard.model_version, "access_version": guard.access_version}
        return sum(_profiled(crm, statement.text, {**parameters, **given}) for statement, parameters in seen)

    return counted


def _profiled(crm: Crm, text: str, parameters: dict[str, Any]) -> int:
    with crm.graph.driver.session() as session, session.begin_transaction() as transaction:
        profile = transaction.run(f"PROFILE {text}", parameters).consume().profile
        transaction.rollback()
    return _hits(profile or {})


def _hits(operator: dict[str, Any]) -> int:
    return int(operator.get("dbHits", 0)) + sum(_hits(each) for each in operator.get("children", ()))


def test_a_write_costs_the_same_with_a_hundred_lists(
    crm: Crm, make: Make, things: str, hits: Callable[[Callable[[], object]], int]
) -> None:
    record = make.record(things, size=1)

    def change(size: int) -> int:
        return hits(lambda: update(crm, things, record.id, {"size": size}))

    change(2)
    alone = change(3)
    for n in range(100):
        made(crm, things, above(n - 50))
    assert change(4) == alone


def fill(crm: Crm, object_type: ObjectType, last: int) -> None:
    """Records with ids from 1 to `last` and a size each, as plain as an import leaves them."""
    _in_batches(
        crm,
        f"UNWIND range(1, $last) AS id CALL (id) {{ CREATE (r:Record:{object_type.node_label}) "
        "SET r = {_id: id, _key: $kind + ':' + id, _kind: $kind, _version: 1, _created_at: 1, _updated_at: 1, "
        "_changed_at: 1, size: id % 1000} } IN TRANSACTIONS OF 10000 ROWS",
        kind=object_type.id,
        last=last,
    )


def forget(crm: Crm, object_type: ObjectType) -> None:
    """Remove the records."""
    _in_batches(crm, f"MATCH (r:{object_type.node_label}) CALL (r) {{ DETACH DELETE r }} IN TRANSACTIONS OF 10000 ROWS")


def _in_batches(crm: Crm, text: Any, **parameters: Any) -> None:
    with crm.graph.driver.session() as session:
        session.run(text, parameters).consume()


@pytest.mark.slow
def test_a_write_costs_at_most_three_db_hits_a_list_among_100_000_records(
    crm: Crm, make: Make, hits: Callable[[Callable[[], object]], int]
) -> None:
    object_type, lists = make.object_type(SIZE, associated=["contact"]), 100
    records, contact = 100_000, make.contact()

    def change(size: int) -> int:
        return hits(lambda: update(crm, object_type.name, 77, {"size": size}))

    def associate(record_id: int) -> int:
        def work(unit: Unit) -> None:
            near, far = unit.model.object_type(object_type.name), unit.model.object_type("contact")
            associations.associate_default(unit, near, str(record_id), far, str(contact.id))

        return hits(lambda: run(crm, work))

    fill(crm, object_type, records)
    try:
        associate(1)
        change(2)
        alone = change(3), associate(2)
        for n in range(lists):
            contacts = {"filterBranchType": "ASSOCIATION", "objectTypeId": "contact", "operator": "IN_LIST"}
            given = above(n)["filterBranches"][0]["filters"]
            made(crm, object_type.name, root(*given, branches=[contacts] if n % 2 else []))
        found = change(4), associate(3)
    finally:
        forget(crm, object_type)
    print(f"db hits of a change and an association without lists {alone}, with {lists} {found}")
    assert all(after - before <= 3 * lists for before, after in zip(alone, found, strict=True))


@pytest.mark.parametrize("by_time", [False, True])
def test_a_page_costs_the_same_in_a_list_of_ten_and_of_five_hundred(
    crm: Crm, things: str, hits: Callable[[Callable[[], object]], int], by_time: bool
) -> None:
    object_type = run(crm, lambda unit: unit.model.object_type(things))
    fill(crm, object_type, 500)
    few, many = made(crm, things, None, "MANUAL"), made(crm, things, None, "MANUAL")
    for segment, number in ((few, 10), (many, 500)):
        ids = [str(n) for n in range(1, number + 1)]
        run(crm, lambda unit, segment=segment, ids=ids: writing.change(unit, segment, add=ids))

    def cost(segment: Segment, after: int) -> int:
        since = page(crm, segment)[0].since  # all of them came together
        cursor = f"{since}-{after}" if by_time else str(after)

        def read(unit: Unit) -> object:
            found = store.find(unit, str(segment.id))
            return members.page(unit, *found, limit=5, after=cursor, by_time=by_time)

        return hits(lambda: run(crm, read))

    small = cost(few, 1)
    assert max(cost(many, 1), cost(many, 400)) <= small * 1.1


def sizes(crm: Crm, *segments: Segment, counted: int = 1_000) -> list[int | None]:
    """Their sizes in a search, which looks at so many members one by one."""

    def search(unit: Unit) -> store.FoundPage:
        few = replace(unit, limits=replace(unit.limits, segment_counted=counted))
        return store.search(few, ids=[str(each.id) for each in segments])

    return [each.size for each in run(crm, search).found]


def test_a_search_of_lists_costs_the_same_whatever_their_sizes(
    crm: Crm, things: str, hits: Callable[[Callable[[], object]], int]
) -> None:
    object_type = run(crm, lambda unit: unit.model.object_type(things))
    fill(crm, object_type, 1_500)
    found = []
    for number in (100, 1_500):
        segment, ids = made(crm, things, None, "MANUAL"), [str(n) for n in range(1, number + 1)]
        run(crm, lambda unit, segment=segment, ids=ids: writing.change(unit, segment, add=ids))
        cost = hits(lambda segment=segment, number=number: sizes(crm, segment, counted=number - 1))
        found.append((sizes(crm, segment), cost))

    (few, few_cost), (many, many_cost) = found
    assert (few, many) == ([100], [1_500])
    assert abs(many_cost - few_cost) <= 5


def test_archived_members_count_where_there_are_too_many_to_be_looked_at(crm: Crm, make: Make, things: str) -> None:
    segment, ids = made(crm, things, None, "MANUAL"), [str(make.record(things, size=n).id) for n in range(3)]
    run(crm, lambda unit: writing.change(unit, segment, add=ids))
    run(crm, lambda unit: records.archive(unit, unit.model.object_type(things), ids[0]))
    assert sizes(crm, segment, counted=3) == [2]
    assert sizes(crm, segment, counted=2) == [3]


def test_a_search_tells_when_somebody_last_joined(crm: Crm, make: Make, things: str) -> None:
    segment, ids = made(crm, things, None, "MANUAL"), [str(make.record(things, size=n).id) for n in range(2)]

    def came() -> int | None:
        return run(crm, lambda unit: store.search(unit, ids=[str(segment.id)])).found[0].came

    assert came() is None
    for each in ids:
        run(crm, lambda unit, each=each: writing.change(unit, segment, add=[each]))
    assert came() == max(each.since for each in page(crm, segment))


def test_the_follower_keeps_who_joined_and_who_left(crm: Crm, make: Make, things: str) -> None:
    segment = made(crm, things, above(10))
    follower.sweep(crm, segment.id)
    small, big = make.record(things, size=1), make.record(things, size=11)
    assert [(each.record_id, each.is_settled) for each in page(crm, segment)] == [(big.id, False)]
    caught_up(crm)
    assert [(each.record_id, each.is_settled) for each in page(crm, segment)] == [(big.id, True)]

    def change(record_id: int, size: int) -> None:
        update(crm, things, record_id, {"size": size})

    change(small.id, 12)
    change(big.id, 2)
    caught_up(crm)
    assert [(each.record_id, each.is_settled) for each in page(crm, segment)] == [(small.id, True)]
    change(big.id, 20)
    caught_up(crm)
    found = run(crm, lambda unit: members.of_record(unit, unit.model.object_type(things), str(big.id)))
    assert [(each.segment.id, each.first < each.last, each.is_settled) for each in found] == [(segment.id, True, True)]


def test_a_list_asks_what_a_merged_record_was_before(crm: Crm, make: Make) -> None:
    name = unique()
    primary, other = make.contact(lastname=name, firstname="Ada"), make.contact(phone="1")
    update(crm, "contact", primary.id, {"firstname": "Eva"})

    def of(property_name: str, **operation: Any) -> Segment:
        own = {"operationType": "STRING", "operator": "IS_EQUAL_TO", "value": name}
        pairs = [("lastname", own), (property_name, operation)]
        return made(
            crm, "contact", root(*({"filterType": "PROPERTY", "property": p, "operation": each} for p, each in pairs))
        )

    ever = of("firstname", operationType="STRING", operator="HAS_EVER_BEEN_EQUAL_TO", value="Ada")
    earlier = of(
        "firstname",
        operationType="COMPARATIVE_PROPERTY_UPDATED",
        operator="IS_BEFORE",
        comparisonPropertyName="phone",
    )
    merged = run(crm, lambda unit: merge(unit, primary.object_type, str(primary.id), str(other.id)))
    assert [[each.record_id for each in page(crm, segment)] for segment in (ever, earlier)] == [[merged.id]] * 2


def test_a_member_joined_when_its_write_was_made(crm: Crm, make: Make, things: str) -> None:
    segment = made(crm, things, above(10))
    follower.sweep(crm, segment.id)
    record = make.record(things, size=11)
    caught_up(crm)
    assert page(crm, segment)[0].since == record.created_at


def test_what_changed_at_an_associated_record_has_the_list_gone_through(crm: Crm, make: Make, things: str) -> None:
    word = unique()
    named = {"operationType": "STRING", "operator": "IS_EQUAL_TO", "value": word}
    contacts = {
        "filterBranchType": "ASSOCIATION",
        "objectTypeId": "contact",
        "filters": [{"filterType": "PROPERTY", "property": "lastname", "operation": named}],
    }
    segment = made(crm, things, root(branches=[contacts]))
    follower.sweep(crm, segment.id)
    record, contact = make.record(things, size=1), make.contact()
    make.associated(record, contact)
    caught_up(crm)
    update(crm, "contact", contact.id, {"lastname": word})
    assert [(each.record_id, each.is_settled) for each in page(crm, segment)] == [(record.id, False)]
    caught_up(crm)
    asked = run(crm, lambda unit: store.find(unit, str(segment.id))[0])
    assert asked.sweep_asked_at is not None
    follower.sweep(crm, segment.id)
    assert [(each.record_id, each.is_settled) for each in page(crm, segment)] == [(record.id, True)]


def test_a_sweep_settles_more_than_one_batch_and_lets_go(crm: Crm, make: Make, things: str) -> None:
    ids = [make.record(things, size=n).id for n in range(9)]
    segment = made(crm, things, above(-1))
    small = Crm(crm.settings.__class__(**{**_fields(crm), "limits": _limits(crm, segment_batch=2)}))
    try:
        follower.sweep(small, segment.id)
        assert [(each.record_id, each.is_settled) for each in page(crm, segment)] == [(each, True) for each in ids]
        run(crm, lambda unit: store.set_filters(unit, str(segment.id), above(5)))
        follower.sweep(small, segment.id)
    finally:
        small.close()
    kept = crm.graph.driver.execute_query(
        "MATCH ()-[m:IN_SEGMENT {segment_id: $id}]->() RETURN m.record_id AS id ORDER BY id", id=segment.id
    )[0]
    assert [row["id"] for row in kept] == ids[6:]


def _fields(crm: Crm) -> dict[str, Any]:
    return {name: getattr(crm.settings, name) for name in crm.settings.__dataclass_fields__}


def _limits(crm: Crm, **changed: int) -> Any:
    given = {name: getattr(crm.settings.limits, name) for name in crm.settings.limits.__dataclass_fields__}
    return crm.settings.limits.__class__(**{**given, **changed})


def test_a_property_that_a_list_uses_is_not_archived(crm: Crm, things: str) -> None:
    segment = made(crm, things, above(1))
    with pytest.raises(InUse, match=segment.name):
        run(crm, lambda unit: properties.archive(unit, unit.model.object_type(things), ["size"]))
    run(crm, lambda unit: store.delete(unit, str(segment.id)))
    run(crm, lambda unit: properties.archive(unit, unit.model.object_type(things), ["size"]))


def test_a_label_that_a_list_uses_is_not_removed(crm: Crm, things: str) -> None:
    def label(unit: Unit) -> int:
        near, far = unit.model.object_type(things), unit.model.object_type("contact")
        return association_types.create_label(unit, near, far, unique(), unique())[0].type_id

    type_id = run(crm, label)
    branch = {"filterBranchType": "ASSOCIATION", "objectTypeId": "contact", "associationTypeId": type_id}
    made(crm, things, root(branches=[branch]))

    def remove(unit: Unit) -> None:
        near, far = unit.model.object_type(things), unit.model.object_type("contact")
        association_types.archive_label(unit, near, far, type_id)

    with pytest.raises(InUse):
        run(crm, remove)


def test_an_object_type_that_has_lists_is_not_removed(crm: Crm, things: str) -> None:
    made(crm, things, None, "MANUAL")
    with pytest.raises(InUse):
        run(crm, lambda unit: object_types.archive(unit, unit.model.object_type(things)))
    assert not run(crm, lambda unit: unit.model.object_type(things).closing)


def test_a_change_of_a_property_says_how_many_lists_use_it(crm: Crm, things: str) -> None:
    for n in range(3):
        made(crm, things, above(n))
    wanted = wishes.changed_property(things, "size", {"description": "How big it is"})
    found = run(crm, lambda unit: wish.preview(unit, wanted))
    assert [touch.count.number for touch in found.touches if touch.what.startswith("lists use it")] == [3]


def test_no_object_type_takes_the_node_label_of_lists(crm: Crm) -> None:
    name = "segment"
    found = run(crm, lambda unit: object_types._free_node_label(unit.model, name))
    assert found == "Segment2"
