"""A world of its own for searches: two object types nobody else has, in the physical model, on a real Neo4j."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import neo4j
import pytest

from crm_graph.clock import Clock
from crm_graph.config import Limits, Settings
from crm_graph.definitions import constraints
from crm_graph.definitions.association import AssociationPair, AssociationType
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Option, Property
from crm_graph.graph import migrations
from crm_graph.graph.database import Graph, Guard
from crm_graph.graph.embedded.server import Connection
from crm_graph.records.ids import IdBlocks
from crm_graph.search import SearchPage, parse, run
from crm_graph.unit import Actor, Unit
from tests.patience import PATIENT

START = 1_700_000_000_000
"""When the first record of a world was made; each next one a second later."""


def _property(name: str, type_name: str, field_type: str = "text", **more: Any) -> Property:
    return Property(name=name, display_name=name, type=type_name, field_type=field_type, **more)


PROPERTIES = (
    _property("name", "string", indexed=True),
    _property("note", "string"),
    _property("amount", "number", "number", indexed=True),
    _property("weight", "number", "number"),
    _property("is_open", "bool", "booleancheckbox"),
    _property("due", "date", "date", indexed=True),
    _property("seen", "datetime", "date"),
    _property("color", "enumeration", "select", indexed=True, options=(Option(value="Red", display_name="Red"),)),
    _property("tags", "enumeration", "checkbox"),
    _property("total_of_parts", "number", "calculation_rollup", calculated=True),
    _property("hs_email_html", "string", "html"),
)


@dataclass(repr=False)
class World:
    """The object type `thing`, associated with `part` and with itself, and what is needed to search it."""

    graph: Graph
    thing: ObjectType
    part: ObjectType
    model: DataModel
    limits: Limits

    def unit(self, **limits: int) -> Unit:
        """A unit of work at the versions of this moment."""
        versions = self.graph._run("MATCH (s:_State) RETURN s.model_version, s.access_version", {}, 9_000, writes=False)
        return Unit(
            graph=self.graph.statements(Guard(*versions[0].values()), "search-test"),
            model=self.model,
            actor=Actor(user_id=1),
            clock=Clock(),
            ids=IdBlocks(self.graph),
            limits=replace(PATIENT, **limits),
        )

    def search(self, body: Mapping[str, Any], object_type: ObjectType | None = None, **limits: int) -> SearchPage:
        """The page that the body of a search asks for."""
        unit, object_type = self.unit(**limits), object_type or self.thing
        return run(unit, object_type, parse(body, object_type, unit.limits))

    def ids(self, *filters: Mapping[str, Any], **body: Any) -> list[int]:
        """Ids of the records that all filters find, in the order of the search."""
        page = self.search({"filters": list(filters), "limit": 200, **body})
        assert page.total == len(page.records)
        return [record.id for record in page.records]

    def add(self, object_type: ObjectType, rows: Iterable[Mapping[str, Any]], first_id: int = 1) -> None:
        """Live records with ids from `first_id` on, a second apart, written as the physical model has them."""
        written = [_node(object_type, first_id + n, row) for n, row in enumerate(rows)]
        text = f"UNWIND $rows AS row CREATE (r:Record:{object_type.node_label}) SET r = row RETURN count(r) AS n"
        self.graph._run(text, {"rows": written}, 60_000, writes=True)

    def associate(self, pair: str, source: int, target: int, type_id: int = 1) -> None:
        """Join two records by the relationship type of the pair."""
        found = self.model.pairs[pair]
        ends = [self.model.object_types[name].id for name in (found.source, found.target)]
        self.graph._run(
            "MATCH (s:Record {_key: $source}), (t:Record {_key: $target}) "
            f"CREATE (s)-[x:{pair}]->(t) SET x = {{type_id: $type_id, from_id: s._id, to_id: t._id, since: 0}} "
            "RETURN x.type_id",
            {"source": f"{ends[0]}:{source}", "target": f"{ends[1]}:{target}", "type_id": type_id},
            9_000,
            writes=True,
        )

    def clear(self) -> None:
        """Remove every record of this world."""
        for object_type in (self.thing, self.part):
            self.graph._run(
                f"MATCH (r:{object_type.node_label}|{object_type.archived_label}) DETACH DELETE r RETURN count(*) AS n",
                {},
                60_000,
                writes=True,
            )


def _node(object_type: ObjectType, record_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    at = START + 1_000 * record_id
    folded = {
        f"_f_{name}": values[name].casefold()[:1_000] for name in object_type.folded_properties if values.get(name)
    }
    text = " ".join(str(values[name]) for name in object_type.searchable if values.get(name))
    return {
        "_id": record_id,
        "_key": f"{object_type.id}:{record_id}",
        "_version": 1,
        "_created_at": at,
        "_updated_at": at,
        "_changed_at": at,
        "_kind": object_type.id,
        "_text": text,
        **folded,
        **values,
    }


def make_world(graph: Graph) -> World:
    """An empty world whose object types and relationship types no other world has."""
    mark = secrets.token_hex(4)
    number = secrets.randbelow(10**8) + 10**6
    thing, part = (
        ObjectType(
            id=f"2-{number + n}",
            name=name,
            plural=f"{name}s",
            node_label=f"{name.title()}{mark}",
            display_name=name.title(),
            display_name_plural=f"{name.title()}s",
            searchable=("name", "note"),
            properties={found.name: found for found in PROPERTIES},
            built_in=False,
        )
        for n, name in enumerate(("thing", "part"))
    )
    pairs = {
        f"{prefix}_{mark}": AssociationPair(
            source=source,
            target=target,
            relationship_type=f"{prefix}_{mark}",
            types=(AssociationType(id=1, inverse_id=inverse, source=source, target=target, is_default=True),),
            is_indexed=True,
        )
        for prefix, source, target, inverse in (
            ("PART_TO_THING", "part", "thing", 2),
            ("THING_TO_THING", "thing", "thing", 1),
        )
    }
    model = DataModel(version=1, object_types={"thing": thing, "part": part}, pairs=pairs)
    graph.define([text for each in (thing, part) for text in constraints.of_object_type(each)])
    graph.define(constraints.of_pairs(list(pairs.values())))
    return World(graph, thing, part, model, PATIENT)


def remove_world(world: World) -> None:
    """Take away everything that a world put into the database."""
    world.clear()
    for object_type in (world.thing, world.part):
        world.graph.define(constraints.without_object_type(object_type))


@pytest.fixture(scope="session")
def search_graph(neo4j_server: Connection) -> Iterator[Graph]:
    """The doors to the test database, brought to this version."""
    settings = Settings(
        neo4j_uri=neo4j_server.uri, neo4j_username=neo4j_server.username, neo4j_password=neo4j_server.password
    )
    graph = Graph(settings)
    migrations.run(graph)
    yield graph
    graph.close()


@pytest.fixture(scope="module")
def module_world(search_graph: Graph) -> Iterator[World]:
    """One world for the tests of a file."""
    world = make_world(search_graph)
    yield world
    remove_world(world)


@pytest.fixture
def world(module_world: World) -> Iterator[World]:
    """The file's world, empty at the beginning of each test."""
    module_world.clear()
    return module_world


@pytest.fixture(scope="session")
def driver(neo4j_server: Connection) -> Iterator[neo4j.Driver]:
    """A bare driver, to look at plans."""
    with neo4j.GraphDatabase.driver(neo4j_server.uri, auth=(neo4j_server.username, neo4j_server.password)) as found:
        yield found
