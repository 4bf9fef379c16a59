"""Every change comes once, in one order."""

from __future__ import annotations

import threading

import pytest

from crm_graph.errors import InvalidInput, TooMany
from crm_graph.feed.number import number
from crm_graph.feed.read import FeedPage, read
from crm_graph.graph.database import Graph
from tests.graph.feed.storm import Storm, make_records, make_revisions, remove_records, replay, stored


def number_all(graph: Graph) -> int:
    while (numbered := number(graph)).count:
        pass
    return numbered.seq


def add_revision(graph: Graph, key: str, version: int, at: int, **values: object) -> None:
    graph.driver.execute_query(
        "CREATE (v:_Revision:_Pending {record_key: $key, version: $version, at: $at, kind: 'update'}) SET v += $values",
        key=key, version=version, at=at, values=values,
    )  # fmt: skip


def own(page: FeedPage, keys: list[str]) -> list[tuple[str, int]]:
    return [(event.record_key, event.version) for event in page.events if event.record_key in keys]


def test_a_change_is_in_the_next_read(feed_graph: Graph) -> None:
    after = number_all(feed_graph)
    keys = make_revisions(feed_graph, 1)
    assert own(read(feed_graph, after), keys) == [(keys[0], 1)]


def test_changes_come_by_time_then_record_then_version(feed_graph: Graph) -> None:
    after = number_all(feed_graph)
    first, second = make_revisions(feed_graph, 2)
    now = feed_graph.clock.now()
    add_revision(feed_graph, second, 2, now)
    add_revision(feed_graph, first, 3, now + 1)
    add_revision(feed_graph, first, 2, now)
    expected = [(first, 1), (second, 1), (first, 2), (second, 2), (first, 3)]
    assert own(read(feed_graph, after), [first, second]) == expected


def test_a_later_change_waits_for_the_earlier_one_of_its_record(feed_graph: Graph) -> None:
    [key] = make_revisions(feed_graph, 1)
    after = number_all(feed_graph)
    # A scan that met version 3 and passed by version 2 before it was there sees the graph like this.
    add_revision(feed_graph, key, 3, feed_graph.clock.now())
    add_revision(feed_graph, key, 2, -1)
    assert own(read(feed_graph, after), [key]) == []
    feed_graph.driver.execute_query("MATCH (v:_Revision {record_key: $key, version: 2}) SET v.at = 1", key=key)
    assert own(read(feed_graph, after), [key]) == [(key, 2), (key, 3)]


def test_the_cursor_stays_where_nothing_is_new(feed_graph: Graph) -> None:
    keys = make_revisions(feed_graph, 1)
    after = number_all(feed_graph)
    page = read(feed_graph, after)
    assert own(page, keys) == []
    assert page.after >= after


def test_a_page_ends_at_its_limit_and_the_next_begins_there(feed_graph: Graph) -> None:
    after = number_all(feed_graph)
    keys = make_revisions(feed_graph, 5)
    first = read(feed_graph, after, limit=3)
    second = read(feed_graph, first.after, limit=1_000)
    assert len(first.events) == 3
    assert own(first, keys) + own(second, keys) == [(key, 1) for key in keys]


def test_an_event_has_values_before_and_after_and_associations(feed_graph: Graph) -> None:
    [key] = make_revisions(feed_graph, 1)
    after = number_all(feed_graph)
    add_revision(
        feed_graph, key, 2, feed_graph.clock.now(),
        changed=["firstname", "phone"], before_phone="1", after_firstname="Nick",
        added=["0-2:9|279", "0-2:9|1"], removed=["0-2:8|279"], source="API", source_id="7", actor="user:1",
    )  # fmt: skip
    [event] = [event for event in read(feed_graph, after).events if event.record_key == key]
    assert event.before == {"firstname": None, "phone": "1"}
    assert event.after == {"firstname": "Nick", "phone": None}
    assert event.added == (("0-2:9", 279), ("0-2:9", 1))
    assert event.removed == (("0-2:8", 279),)
    assert (event.object_type_id, event.record_id) == tuple(key.split(":"))


def test_readers_that_number_at_once_agree(feed_graph: Graph) -> None:
    after = number_all(feed_graph)
    keys = make_revisions(feed_graph, 200)
    pages: list[list[tuple[str, int]]] = []
    threads = [threading.Thread(target=lambda: pages.append(own(read(feed_graph, after), keys))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pages == [sorted((key, 1) for key in keys)] * 6


@pytest.mark.parametrize("limit", [1, 2_000])
def test_a_page_may_have_any_size_up_to_the_limit(feed_graph: Graph, limit: int) -> None:
    assert len(read(feed_graph, 0, limit).events) <= limit


@pytest.mark.parametrize("limit", [0, 2_001])
def test_a_page_beyond_the_limits_is_refused(feed_graph: Graph, limit: int) -> None:
    with pytest.raises(TooMany):
        read(feed_graph, 0, limit)


def test_a_negative_cursor_is_refused(feed_graph: Graph) -> None:
    with pytest.raises(InvalidInput):
        read(feed_graph, -1)


def test_a_reader_beside_eight_writers_misses_nothing(feed_graph: Graph) -> None:
    storm = Storm(feed_graph, make_records(feed_graph, 40), seconds=2)
    storm.run()
    assert storm.errors == {}
    assert_whole(storm)


@pytest.mark.slow
def test_a_reader_beside_eight_writers_misses_nothing_in_a_minute(feed_graph: Graph) -> None:
    storm = Storm(feed_graph, make_records(feed_graph, 200), seed=1, seconds=60)
    storm.run()
    assert storm.errors == {}
    assert_whole(storm)


def assert_whole(storm: Storm) -> None:
    """The reader got each revision once, versions in order, and every replay gives the same list."""
    seen = storm.seen()
    assert storm.written.total() > storm.writers
    assert sorted(seen) == sorted(stored(storm.graph, storm.keys))
    last: dict[str, int] = {}
    for key, version in seen:
        assert version == last.get(key, 0) + 1
        last[key] = version
    assert replay(storm.graph, storm.keys, 2_000) == seen
    assert replay(storm.graph, storm.keys, 97) == seen
    remove_records(storm.graph, storm.keys)
