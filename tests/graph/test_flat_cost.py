"""What is read costs what it shows, however much there is: the same db hits among 2,000 and among 40,000.

Every statement is planned while there is nothing yet, and never again. Searches are in `search/test_plans.py`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import neo4j
import pytest

from crm_graph.config import Settings
from crm_graph.definitions.association import USER_DEFINED, AssociationType
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.feed.read import read as read_feed
from crm_graph.graph import migrations
from crm_graph.graph.database import Graph
from crm_graph.graph.embedded.server import EmbeddedServer
from crm_graph.graph.queries import Statement, load
from crm_graph.questions import as_of
from crm_graph.records import associations, check, computed, neighbourhood, read
from crm_graph.records.record import Selection
from crm_graph.segments import members
from crm_graph.segments.segment import Segment
from crm_graph.unit import Unit
from tests.graph.search.conftest import World, make_world
from tests.patience import PATIENT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

SMALL, LARGE = 2_000, 40_000
PAGE = 100
CHUNK = 5_000

BEFORE, BETWEEN, BEHIND = 0, 500, 1_000_000
"""Ids of hubs: before the ids of all others, in the midst of them, behind them."""

QUIET = 7
"""A record with a past and three associations."""

NOON = 1_000
"""A moment at which the quiet record had changed once."""

"""Nothing here is about time, and a server that has just started plans slowly."""

NOTE_IS_UNKNOWN: Mapping[str, Any] = {
    "filterBranchType": "OR",
    "filterBranches": [
        {
            "filterBranchType": "AND",
            "filters": [
                {
                    "filterType": "PROPERTY",
                    "property": "note",
                    "operation": {"operationType": "ALL_PROPERTY", "operator": "IS_UNKNOWN"},
                }
            ],
        }
    ],
}

Operation = Callable[[World, Unit], object]


def _listed(selection: Selection, *, archived: bool = False) -> Operation:
    return lambda world, unit: read.page(unit, world.thing, selection, after=BETWEEN, limit=PAGE, archived=archived)


def _associated(near: str, near_id: int, far: str, after: int) -> Operation:
    def work(world: World, unit: Unit) -> object:
        ends = [unit.model.object_types[name] for name in (near, far)]
        return associations.page(unit, ends[0], str(near_id), ends[1], after=after, limit=PAGE)

    return work


def _computed(function: str, far: str, name: str, *ids: int, **fields: Any) -> Operation:
    """A roll-up of things, whatever is associated with them beyond what is counted."""
    made = Property(
        name="rolled_up",
        display_name="",
        type="number",
        field_type="calculation_rollup",
        roll_up=function,
        roll_up_object_type=far,
        roll_up_property=name,
        **fields,
    )

    def work(world: World, unit: Unit) -> object:
        thing = replace(world.thing, properties={**world.thing.properties, made.name: made})
        model = replace(unit.model, object_types={**unit.model.object_types, "thing": thing})
        few = replace(unit, model=model, limits=replace(unit.limits, counted_associations=PAGE))
        return computed.values_of(few, thing, list(ids), [made.name])

    return work


def _read(*ids: int) -> Operation:
    values = [str(record_id) for record_id in ids]
    return lambda world, unit: read.find(
        unit, world.thing, values, Selection(properties=("name",), history=("name",), associations=(world.part,))
    )


LISTS = {
    processing_type: Segment(
        id=10**9 + n,
        name=processing_type,
        object_type="thing",
        object_type_id="thing",
        processing_type=processing_type,
        filters=None if processing_type == "MANUAL" else NOTE_IS_UNKNOWN,
    )
    for n, processing_type in enumerate(("MANUAL", "DYNAMIC"))
}
"""One list by hand and one by filters that no index serves; everything is in both."""


def _members(processing_type: str, after: str, *, by_time: bool = False) -> Operation:
    segment = LISTS[processing_type]
    return lambda world, unit: members.page(unit, segment, {}, after=after, limit=PAGE, by_time=by_time)


def _checked(world: World, unit: Unit) -> object:
    unit.graph.ask(load("check").walk, after=f"{world.thing.id}:2", limit=PAGE)
    # Always the same ones, since what a check of a record costs depends on its associations.
    return list(check.check_records(unit, [f"{world.thing.id}:{n}" for n in range(1_000, 1_000 + PAGE)]))


NAMED, EVERYTHING = Selection(properties=("name",)), Selection(properties=read.EVERYTHING)

OPERATIONS: Mapping[str, Operation] = {
    "list": _listed(NAMED),
    "list with every property": _listed(EVERYTHING),
    "list of archived ones": _listed(NAMED, archived=True),
    "list of archived ones with every property": _listed(EVERYTHING, archived=True),
    "page seen from the target": _associated("thing", BEHIND, "part", -1),
    "page seen from the target, later": _associated("thing", BEHIND, "part", 1_500),
    "page seen from the source": _associated("part", BEHIND, "thing", -1),
    "page seen from the source, later": _associated("part", BEHIND, "thing", 1_500),
    "page among one type, of smaller ids": _associated("thing", BEHIND, "thing", -1),
    "page among one type, of greater ids": _associated("thing", BEFORE, "thing", -1),
    "page among one type, of both": _associated("thing", BETWEEN, "thing", BETWEEN - PAGE // 2),
    "page of a record that has few": _associated("thing", QUIET, "part", -1),
    "roll-up at a hub": _computed("max", "part", "amount", BEHIND, QUIET, roll_up_condition="amount > 1"),
    "roll-up at hubs of one type, from both sides": _computed("sum", "thing", "amount", BEFORE, BETWEEN, BEHIND),
    "read with history and associations": _read(QUIET, BETWEEN, BEHIND),
    "a hub and what is around it": lambda world, unit: neighbourhood.read(unit, world.thing, str(BEHIND)),
    "members of a list": _members("MANUAL", str(BETWEEN)),
    "members of a list as they came": _members("MANUAL", f"{BETWEEN}-{BETWEEN}", by_time=True),
    "members whom filters find": _members("DYNAMIC", str(BETWEEN)),
    "lists of a record": lambda world, unit: members.of_record(unit, world.thing, str(QUIET)),
    "past state": lambda world, unit: as_of.state(unit, world.thing, str(QUIET), NOON),
    "feed": lambda world, unit: read_feed(world.graph, after=BETWEEN, limit=PAGE),
    "check": _checked,
}

Profiles = dict[str, dict[int, dict[str, int]]]


@pytest.fixture(scope="module")
def profiles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Profiles]:
    """Db hits of each statement by operation and number of records, in a database of its own."""
    server = EmbeddedServer(tmp_path_factory.mktemp("flat"))
    try:
        settings = Settings.from_environment(server.start().as_environment())
        graph = Graph(replace(settings, limits=PATIENT))
        migrations.run(graph)
        world = labelled(make_world(graph))
        graph._run("MERGE (s:_State {name: 'state'}) RETURN s.name", {}, 9_000, writes=True)
        plant(world)
        statements = {name: issued(world, work) for name, work in OPERATIONS.items()}
        found: Profiles = {name: {} for name in OPERATIONS}
        with graph.driver.session() as session:
            for name, each in statements.items():
                found[name][0] = hits(session, each, "force")
            for size, previous in ((SMALL, 0), (LARGE, SMALL)):
                grow(world, previous + 1, size)
                for name, work in OPERATIONS.items():
                    found[name][size] = hits(session, issued(world, work), "skip")
        graph.close()
        yield found
    finally:
        server.kill()


def labelled(world: World) -> World:
    """The world with a label beside the unlabelled type of each pair."""
    pairs = {}
    for name, pair in world.model.pairs.items():
        label = AssociationType(
            id=5, inverse_id=6, source=pair.source, target=pair.target, category=USER_DEFINED, association_label="Spare"
        )
        pairs[name] = replace(pair, types=(*pair.types, label))
    return replace(world, model=replace(world.model, pairs=pairs))


def issued(world: World, work: Operation) -> list[tuple[Statement, Mapping[str, Any]]]:
    """The statements of an operation with their parameters."""
    found: list[tuple[Statement, Mapping[str, Any]]] = []
    world.graph.observers.append(lambda statement, parameters: found.append((statement, dict(parameters))))
    try:
        work(world, world.unit())
    finally:
        world.graph.observers.pop()
    return found


def hits(session: neo4j.Session, statements: list[tuple[Statement, Mapping[str, Any]]], replan: str) -> dict[str, int]:
    """Db hits of each statement; with `skip` by the plan that there was, however much has changed since."""
    found = {}
    for statement, parameters in statements:
        text = f"CYPHER replan={replan} PROFILE {statement.text}"
        found[statement.name] = _total(session.run(text, dict(parameters)).consume().profile or {})
    return found


def _total(plan: Mapping[str, Any]) -> int:
    return int(plan.get("dbHits", 0)) + sum(_total(child) for child in plan.get("children", []))


def plant(world: World) -> None:
    """The hubs and the quiet record, with nothing around them."""
    for object_type, ids in ((world.thing, (BEFORE, QUIET, BETWEEN, BEHIND)), (world.part, (BEHIND,))):
        write(world, _records(object_type, object_type.node_label), ids=list(ids))
    write(
        world,
        "UNWIND $rows AS row CREATE (s:Segment) SET s = row, s.live_of = s.object_type",
        rows=[
            {
                **{name: getattr(each, name) for name in ("id", "name", "object_type", "object_type_id")},
                "processing_type": each.processing_type,
                "filters": each.filters and json.dumps(each.filters),
            }
            for each in LISTS.values()
        ],
    )
    join(world, [QUIET])
    write(
        world,
        "UNWIND range(2, 5) AS version CREATE (:_Revision {record_key: $key, version: version, at: version * 500, "
        "kind: 'update', changed: ['name'], before_name: '', after_name: 'n' + version, seq: $seq + version})",
        key=f"{world.thing.id}:{QUIET}",
        seq=BEHIND * 4,
    )


def grow(world: World, first: int, last: int) -> None:
    """Records with the ids from `first` to `last`, live and archived, each associated with every hub."""
    things, parts = world.thing, world.part
    taken = [QUIET, BETWEEN]
    for start in range(first, last + 1, CHUNK):
        ids = [n for n in range(start, min(last, start + CHUNK - 1) + 1) if n not in taken]
        write(world, _records(things, things.node_label), ids=ids)
        write(world, _records(parts, parts.node_label), ids=ids)
        join(world, ids)
        write(world, _records(things, things.archived_label), ids=[2 * BEHIND + n for n in ids])
        near, far = _pair(world, "PART_TO_THING"), _pair(world, "THING_TO_THING")
        write(world, _joined(near, parts, things, "id", str(BEHIND)), ids=ids)
        write(world, _joined(near, parts, things, str(BEHIND), "id"), ids=ids)
        write(world, _joined(far, things, things, "id", str(BEHIND)), ids=ids)
        write(world, _joined(far, things, things, str(BEFORE), "id"), ids=ids)
        write(world, _joined(far, things, things, "id", str(BETWEEN)), ids=[n for n in ids if n < BETWEEN])
        write(world, _joined(far, things, things, str(BETWEEN), "id"), ids=[n for n in ids if n > BETWEEN])
        if start == 1:
            write(world, _joined(near, parts, things, "id", str(QUIET)), ids=[1, 2, 3])


def join(world: World, ids: list[int]) -> None:
    """Things become members of the lists."""
    write(
        world,
        "UNWIND $keys AS key MATCH (r:Record {_key: key}) UNWIND $lists AS list MATCH (s:Segment {id: list}) "
        "CREATE (r)-[:IN_SEGMENT {segment_id: list, record_id: r._id, since: r._id}]->(s)",
        keys=[f"{world.thing.id}:{each}" for each in ids],
        lists=[each.id for each in LISTS.values()],
    )


def _pair(world: World, prefix: str) -> str:
    return next(name for name in world.model.pairs if name.startswith(prefix))


def _records(object_type: ObjectType, label: str) -> str:
    return (
        f"UNWIND $ids AS id CREATE (r:Record:{label} {{_id: id, _key: '{object_type.id}:' + id, name: 'n' + id, "
        f"_kind: '{object_type.id}', _version: 1, _created_at: 1, _updated_at: 1, _changed_at: 1}}) "
        "CREATE (:_Revision {record_key: r._key, version: 1, at: 1, kind: 'create', changed: ['name'], "
        f"after_name: r.name, seq: id + {3 * BEHIND if object_type.name == 'part' else 0}}})"
    )


def _joined(relationship_type: str, source: ObjectType, target: ObjectType, source_id: str, target_id: str) -> str:
    """Every tenth association has a label too."""
    return (
        f"UNWIND $ids AS id MATCH (s:Record {{_key: '{source.id}:' + {source_id}}}) "
        f"MATCH (t:Record {{_key: '{target.id}:' + {target_id}}}) "
        f"FOREACH (type_id IN CASE WHEN id % 10 = 0 THEN [1, 5] ELSE [1] END | CREATE (s)-[:{relationship_type} "
        "{from_id: s._id, to_id: t._id, type_id: type_id, since: 1}]->(t))"
    )


def write(world: World, text: str, **parameters: Any) -> None:
    """Run a statement that fills the database."""
    world.graph.driver.execute_query(text, **parameters)


@pytest.mark.parametrize("name", OPERATIONS)
def test_db_hits_do_not_grow_with_what_there_is(profiles: Profiles, name: str) -> None:
    small, large = profiles[name][SMALL], profiles[name][LARGE]
    assert small.keys() == large.keys() == profiles[name][0].keys()
    faults = {each: (small[each], large[each]) for each in large if abs(large[each] - small[each]) > 0.1 * small[each]}
    assert not faults
