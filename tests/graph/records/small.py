"""A small data model and records written directly, for tests of what reads the graph as it is stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from crm_graph.config import Settings
from crm_graph.definitions import store as definitions
from crm_graph.definitions.association import USER_DEFINED, AssociationPair, AssociationType
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.graph.database import Graph, Guard
from crm_graph.records import claims
from crm_graph.records.ids import IdBlocks
from crm_graph.unit import Actor, Unit

T = TypeVar("T")

DEFAULT, PRIMARY, ADVISER, TEAM = 279, 1, 7001, 7003


def _text(name: str, **more: Any) -> Property:
    return Property(name=name, display_name=name, type="string", field_type="text", **more)


def _many(name: str, **more: Any) -> Property:
    return Property(name=name, display_name=name, type="enumeration", field_type="checkbox", **more)


def _object_type(type_id: str, name: str, node_label: str, *properties: Property) -> ObjectType:
    found = [*properties, _many("hs_merged_object_ids", read_only=True)]
    return ObjectType(
        id=type_id,
        name=name,
        plural=f"{name}s",
        node_label=node_label,
        display_name=name,
        display_name_plural=f"{name}s",
        properties={each.name: each for each in found},
    )


PERSON = _object_type(
    "9-1", "person", "TestPerson",
    _text("firstname"), _text("phone"), _text("email", unique=True), _many("emails", claims_as="email"),
)  # fmt: skip
FIRM = _object_type("9-2", "firm", "TestFirm", _text("name"))


def _type(type_id: int, inverse_id: int, source: str, target: str, **more: Any) -> AssociationType:
    return AssociationType(id=type_id, inverse_id=inverse_id, source=source, target=target, **more)


def data_model(version: int) -> DataModel:
    """Persons and firms: unlabelled, primary, a label with limits on both sides; persons among themselves."""
    with_firms = AssociationPair(
        source="person",
        target="firm",
        relationship_type="TEST_PERSON_TO_FIRM",
        is_indexed=True,
        types=(
            _type(DEFAULT, 280, "person", "firm", is_default=True),
            _type(PRIMARY, 2, "person", "firm", is_primary=True),
            _type(
                ADVISER, 7002, "person", "firm", category=USER_DEFINED,
                association_label="Adviser", source_max=2, target_max=2,
            ),
        ),
    )  # fmt: skip
    with_persons = AssociationPair(
        source="person",
        target="person",
        relationship_type="TEST_PERSON_TO_PERSON",
        is_indexed=True,
        types=(
            _type(449, 449, "person", "person", is_default=True),
            _type(TEAM, 7004, "person", "person", category=USER_DEFINED, association_label="Manager"),
        ),
    )
    pairs = {pair.relationship_type: pair for pair in (with_firms, with_persons)}
    return DataModel(version=version, object_types={"person": PERSON, "firm": FIRM}, pairs=pairs)


def beside(real: DataModel) -> DataModel:
    """The small model together with the real one, of which others may have put records into the database."""
    small = data_model(real.version)
    return replace(real, object_types={**real.object_types, **small.object_types}, pairs={**real.pairs, **small.pairs})


class SmallAccount:
    """Runs work on the small model, and writes records and associations past the domain."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.ids = IdBlocks(graph)
        self._real: DataModel | None = None

    def run(self, work: Callable[[Unit], T]) -> T:
        """What `work` returns."""
        self._real, access_version = definitions.load(self.graph, Settings(), previous=self._real)
        guard = Guard(self._real.version, access_version)
        transaction_id = self.graph.clock.new_id()
        unit = Unit(
            graph=self.graph.statements(guard, transaction_id),
            model=beside(self._real),
            actor=Actor(user_id=1),
            clock=self.graph.clock,
            ids=self.ids,
            limits=self.graph.limits,
            transaction_id=transaction_id,
        )
        return work(unit)

    def cypher(self, text: str, **parameters: Any) -> list[Any]:
        """The rows of a statement as lists."""
        rows, _, _ = self.graph.driver.execute_query(text, **parameters)
        return [list(row.values()) for row in rows]

    def record(self, object_type: ObjectType, **values: Any) -> str:
        """The key of a new record."""
        record_id = self.ids.take(object_type.id)[0]
        key, at = f"{object_type.id}:{record_id}", self.graph.clock.now()
        system = {
            "_id": record_id, "_key": key, "_kind": object_type.id, "_version": 1,
            "_created_at": at, "_updated_at": at, "_changed_at": at,
        }  # fmt: skip
        after = {f"after_{name}": value for name, value in values.items()}
        self.cypher(
            f"CREATE (r:Record:{object_type.node_label}) SET r = $properties "
            "FOREACH (c IN $claims | CREATE (n:_Claim)-[:CLAIMED_BY]->(r) SET n = c) "
            "CREATE (v:_Revision:_Pending {record_key: $key, version: 1, at: $at, kind: 'create', changed: $names}) "
            "SET v += $after",
            properties={**values, **system},
            claims=claims.nodes(object_type, claims.of(object_type, values)),
            key=key, at=at, names=list(values), after=after,
        )  # fmt: skip
        return key

    def associate(self, source: str, target: str, *type_ids: int, **more: Any) -> None:
        """Associate under the types, as stored from source to target, from now on."""
        pair = "TEST_PERSON_TO_FIRM" if target.startswith(FIRM.id) else "TEST_PERSON_TO_PERSON"
        for type_id in type_ids:
            properties = association(source, target, type_id, self.graph.clock.now())
            if type_id == PRIMARY:
                properties["one_of"] = f"{source}|{type_id}"
            self.cypher(
                "MATCH (s:Record {_key: $source}) MATCH (t:Record {_key: $target}) "
                f"CREATE (s)-[x:{pair}]->(t) SET x = $p",
                source=source, target=target, p={**properties, **more},
            )  # fmt: skip

    def purge(self, *keys: str) -> None:
        """Remove records and all that is about them, so that what a test broke does not stay."""
        self.cypher(
            "UNWIND $keys AS key "
            "OPTIONAL MATCH (r:Record {_key: key}) "
            "OPTIONAL MATCH (r)<-[:CLAIMED_BY]-(c:_Claim) "
            "OPTIONAL MATCH (v:_Revision {record_key: key} WHERE v.version > 0) "
            "DETACH DELETE r, c, v",
            keys=list(keys),
        )

    def purge_history(self, key: str) -> None:
        """Remove the revisions of a record, so that a test can write others."""
        self.cypher("MATCH (v:_Revision {record_key: $key}) WHERE v.version > 0 DETACH DELETE v", key=key)

    def associations(self, key: str) -> set[tuple[str, int]]:
        """Live associations of a record: (far key, type id as stored)."""
        rows = self.cypher(
            "MATCH (:Record {_key: $key})-[x]-(far:Record) WHERE x.until IS NULL RETURN far._key, x.type_id", key=key
        )
        return {(far, type_id) for far, type_id in rows}


def association(source: str, target: str, type_id: int, since: int) -> dict[str, Any]:
    """What a relationship says of itself."""
    from_id, to_id = (int(key.partition(":")[2]) for key in (source, target))
    return {"type_id": type_id, "from_id": from_id, "to_id": to_id, "since": since, "category": "HUBSPOT_DEFINED"}


def revisions(account: SmallAccount, key: str) -> list[Mapping[str, Any]]:
    """The revisions of a record in the order of their versions."""
    rows = account.cypher(
        "MATCH (v:_Revision {record_key: $key}) RETURN properties(v) AS v ORDER BY v.version", key=key
    )
    return [row[0] for row in rows]
