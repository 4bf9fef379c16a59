"""Deleted lists are kept for as long as they can be restored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from crm_graph.clock import DAY_MS
from crm_graph.crm import Crm
from crm_graph.errors import NotFound
from crm_graph.segments import purging, store, writing
from crm_graph.segments.segment import Segment
from tests.factories import Make
from tests.graph.segments.test_segments import made, root, run


@pytest.fixture
def small(crm: Crm) -> Iterator[Crm]:
    """The account where a transaction holds two members."""
    opened = Crm(replace(crm.settings, limits=replace(crm.settings.limits, segment_batch=2)))
    yield opened
    opened.close()


def delete(crm: Crm, segment: Segment, days: float) -> None:
    """Delete a list, so many days ago."""
    run(crm, lambda unit: store.delete(unit, str(segment.id)))
    crm.graph.driver.execute_query(
        "MATCH (s:Segment {id: $id}) SET s.deleted_at = $at",
        id=segment.id,
        at=crm.clock.read() - int(days * DAY_MS),
    )


def left(crm: Crm, segment: Segment) -> tuple[int, int]:
    """How many nodes and memberships there are of a list."""
    row = crm.graph.driver.execute_query(
        "OPTIONAL MATCH (s:Segment {id: $id}) WITH count(s) AS nodes "
        "OPTIONAL MATCH ()-[m:IN_SEGMENT|IN_SEGMENT_PAST]->() WHERE m.segment_id = $id "
        "RETURN nodes, count(m) AS joined",
        id=segment.id,
    )[0][0]
    return row["nodes"], row["joined"]


def test_nothing_is_left_of_a_list_when_its_days_are_over(crm: Crm, small: Crm, make: Make) -> None:
    ids = [str(make.contact().id) for _ in range(5)]
    segment = made(crm, "contact", None, "MANUAL")
    run(crm, lambda unit: writing.change(unit, segment, add=ids))
    run(crm, lambda unit: writing.change(unit, segment, remove=ids[:2]))
    delete(crm, segment, 91)

    purging.purge(small)

    assert left(crm, segment) == (0, 0)
    with pytest.raises(NotFound):
        run(crm, lambda unit: store.restore(unit, str(segment.id)))


def test_a_list_is_there_on_the_last_of_its_days(crm: Crm, small: Crm, make: Make) -> None:
    segment, member = made(crm, "contact", None, "MANUAL"), str(make.contact().id)
    run(crm, lambda unit: writing.change(unit, segment, add=[member]))
    delete(crm, segment, 89.99)

    purging.purge(small)

    assert left(crm, segment) == (1, 1)
    run(crm, lambda unit: store.restore(unit, str(segment.id)))


def test_a_list_that_another_names_is_purged_after_it(crm: Crm, small: Crm) -> None:
    inner = made(crm, "contact", None, "MANUAL")
    outer = made(crm, "contact", root({"filterType": "IN_LIST", "listId": str(inner.id), "operator": "IN_LIST"}))
    delete(crm, outer, 89)
    delete(crm, inner, 92)

    purging.purge(small)
    assert (left(crm, inner), left(crm, outer)) == ((1, 0), (1, 0))

    crm.graph.driver.execute_query("MATCH (s:Segment {id: $id}) SET s.deleted_at = 1", id=outer.id)
    purging.purge(small)
    assert (left(crm, inner), left(crm, outer)) == ((0, 0), (0, 0))


def test_a_live_list_is_never_purged(crm: Crm, small: Crm) -> None:
    segment = made(crm, "contact", None, "MANUAL")
    purging.purge(small)
    assert left(crm, segment) == (1, 0)
