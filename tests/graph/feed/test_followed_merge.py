"""Who follows the feed knows every association, also those that a merged record was the target of."""

from __future__ import annotations

from collections.abc import Iterable

from crm_graph.clock import Clock
from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.feed.read import Event, read
from crm_graph.records import associations
from crm_graph.records.merge import merge
from crm_graph.records.record import Record
from tests.factories import SUPER_ADMIN, Make

Link = tuple[str, str, int]


class AheadOfOthers(Clock):
    """The clock of a process that began its write later than another and was done earlier."""

    def read(self) -> int:
        """A minute more than it is."""
        return super().read() + 60_000


def events(crm: Crm, after: int = 0) -> Iterable[Event]:
    while (page := read(crm.graph, after)).events:
        yield from page.events
        after = page.after


def followed(seen: Iterable[Event]) -> set[Link]:
    links: set[Link] = set()
    for event in seen:
        key = event.record_key
        links -= {(key, far, type_id) for far, type_id in event.removed}
        links -= {(far, key, type_id) for far, type_id in event.received_removed}
        links |= {(key, far, type_id) for far, type_id in event.added}
        links |= {(far, key, type_id) for far, type_id in event.received_added}
    return links


def stored(crm: Crm, keys: list[str]) -> set[Link]:
    rows, _, _ = crm.graph.driver.execute_query(
        "UNWIND $keys AS key MATCH (:Record {_key: key})-[x]-(:Record) WHERE x.until IS NULL "
        "RETURN DISTINCT startNode(x)._key AS source, endNode(x)._key AS target, x.type_id AS type_id",
        keys=keys,
    )
    return {(row["source"], row["target"], row["type_id"]) for row in rows}


def associate(crm: Crm, near: Record, far: Record) -> None:
    crm.run(
        SUPER_ADMIN,
        lambda unit: associations.associate_default(unit, near.object_type, str(near.id), far.object_type, str(far.id)),
    )


def merged(crm: Crm, first: Record, second: Record) -> Record:
    return crm.run(SUPER_ADMIN, lambda unit: merge(unit, first.object_type, str(first.id), str(second.id)))


def test_the_feed_alone_tells_what_merges_moved(crm: Crm, make: Make) -> None:
    after = read(crm.graph, 0).after
    contacts, companies = [make.contact() for _ in range(3)], [make.company() for _ in range(2)]
    deals = [make.deal() for _ in range(2)]
    pairs = [(contacts[0], companies[0]), (contacts[1], companies[1]), (contacts[2], companies[0])]
    pairs += [(contacts[0], contacts[1]), (contacts[1], contacts[2])]
    for near, far in [*pairs, *zip(deals, contacts, strict=False), (deals[1], contacts[0])]:
        associate(crm, near, far)
    made = [merged(crm, contacts[0], contacts[1]), merged(crm, companies[1], companies[0])]
    made.append(merged(crm, contacts[2], made[0]))
    keys = [record.key for record in (*contacts, *companies, *deals, *made)]
    told = followed(event for event in events(crm, after) if event.record_key in keys)
    assert stored(crm, keys)
    assert told == stored(crm, keys)


def test_the_feed_names_the_record_that_a_merged_one_became(crm: Crm, make: Make) -> None:
    after = read(crm.graph, 0).after
    first, second = make.contact(), make.contact()
    made = merged(crm, first, second)
    told = {event.record_key: event.merged_into for event in events(crm, after) if event.kind == "merge"}
    assert {key: told[key] for key in (first.key, second.key, made.key)} == {
        first.key: made.key,
        second.key: made.key,
        made.key: None,
    }


def test_a_merge_is_later_than_the_associations_that_it_moves(crm: Crm, make: Make, settings: Settings) -> None:
    deal, first, second = make.deal(), make.contact(), make.contact()
    ahead = Crm(settings, clock=AheadOfOthers())
    associate(ahead, deal, first)
    ahead.close()
    made = merged(crm, first, second)
    rows, _, _ = crm.graph.driver.execute_query(
        "MATCH (d:Record {_key: $deal})-[x]->(:Record) RETURN x.since AS since, x.until AS until ORDER BY since",
        deal=deal.key,
    )
    [past, now] = [(row["since"], row["until"]) for row in rows]
    assert past[0] < past[1] == now[0] == made.updated_at
