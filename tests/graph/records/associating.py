"""Persons, firms and offers that may be associated in every way there is, and what the graph has of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from crm_graph.config import Limits, Settings
from crm_graph.definitions.association import HUBSPOT_DEFINED, USER_DEFINED, AssociationPair, AssociationType
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.graph.database import Graph, Guard
from crm_graph.graph.queries import load
from crm_graph.records import associations
from crm_graph.records.ids import IdBlocks
from crm_graph.records.record import AssociationPage
from crm_graph.unit import Actor, Unit

T = TypeVar("T")

DEFAULT, DEFAULT_BACK = 279, 280
PRIMARY, PRIMARY_BACK = 1, 2
BILLING, BILLING_BACK = 36, 37
ADVISER, ADVISER_BACK = 7001, 7002
FORMER, FORMER_BACK = 501, 502
AMONG, MANAGER, EMPLOYEE, FRIEND = 449, 7003, 7004, 7005

ADVISED_MAX, ADVISERS_MAX, FRIENDS_MAX = 2, 3, 2


def _object_type(type_id: str, name: str, node_label: str) -> ObjectType:
    return ObjectType(
        id=type_id,
        name=name,
        plural=f"{name}s",
        node_label=node_label,
        display_name=name,
        display_name_plural=f"{name}s",
    )


PERSON = _object_type("9-11", "human", "TestHuman")
FIRM = _object_type("9-12", "employer", "TestEmployer")
OFFER = _object_type("9-13", "offer", "TestOffer")


def _type(type_id: int, inverse_id: int, **more: Any) -> AssociationType:
    return AssociationType(id=type_id, inverse_id=inverse_id, **{"source": "human", "target": "employer", **more})


def _label(type_id: int, inverse_id: int, ahead: str, back: str | None = None, **more: Any) -> AssociationType:
    labels = {"association_label": ahead, "inverse_label": back or ahead}
    return _type(type_id, inverse_id, **{"category": USER_DEFINED, **labels, **more})


AMONG_PERSONS: Mapping[str, Any] = {"source": "human", "target": "human"}

TO_FIRMS = AssociationPair(
    source="human",
    target="employer",
    relationship_type="TEST_HUMAN_TO_EMPLOYER",
    is_indexed=True,
    types=(
        _type(DEFAULT, DEFAULT_BACK, is_default=True, name="human_to_employer_unlabeled"),
        _type(PRIMARY, PRIMARY_BACK, is_primary=True, association_label="Primary", name="human_to_employer"),
        _label(BILLING, BILLING_BACK, "Billing", name="billing"),
        _label(ADVISER, ADVISER_BACK, "Adviser", "Advised", source_max=ADVISED_MAX, target_max=ADVISERS_MAX),
        _label(FORMER, FORMER_BACK, "Former", category=HUBSPOT_DEFINED),
    ),
)
TO_PERSONS = AssociationPair(
    source="human",
    target="human",
    relationship_type="TEST_HUMAN_TO_HUMAN",
    is_indexed=True,
    types=(
        _type(AMONG, AMONG, is_default=True, **AMONG_PERSONS),
        _label(MANAGER, EMPLOYEE, "Manager", "Employee", **AMONG_PERSONS),
        _label(FRIEND, FRIEND, "Friend", source_max=FRIENDS_MAX, target_max=FRIENDS_MAX, **AMONG_PERSONS),
    ),
)


def data_model(version: int) -> DataModel:
    """Offers may be associated with nothing."""
    return DataModel(
        version=version,
        object_types={each.name: each for each in (PERSON, FIRM, OFFER)},
        pairs={pair.relationship_type: pair for pair in (TO_FIRMS, TO_PERSONS)},
    )


class Associating:
    """Runs work on that model, makes records, and tells what the graph has of them."""

    def __init__(self, graph: Graph, limits: Limits | None = None) -> None:
        self.graph = graph
        self.ids = IdBlocks(graph)
        self.limits = limits or graph.limits

    @classmethod
    def open(cls, environment: Mapping[str, str]) -> Associating:
        """The account in the database that the environment names."""
        return cls(Graph(Settings.from_environment(environment)))

    def run(self, work: Callable[[Unit], T]) -> T:
        """What `work` returns."""
        guard = Guard(**self.graph.plain(load("definitions").versions))
        transaction_id = self.graph.clock.new_id()
        unit = Unit(
            graph=self.graph.statements(guard, transaction_id),
            model=data_model(guard.model_version),
            actor=Actor(user_id=1),
            clock=self.graph.clock,
            ids=self.ids,
            limits=self.limits,
            transaction_id=transaction_id,
        )
        return work(unit)

    def with_limits(self, **limits: int) -> Associating:
        """The same account with other limits."""
        return Associating(self.graph, replace(self.limits, **limits))

    def records(self, object_type: ObjectType, count: int) -> list[str]:
        """Ids of new records, ascending."""
        ids = self.ids.take(object_type.id, count)
        self.graph.driver.execute_query(
            f"UNWIND $ids AS id CREATE (r:Record:{object_type.node_label} {{_id: id, _key: $kind + ':' + toString(id), "
            "_kind: $kind, _version: 1, _created_at: $at, _updated_at: $at, _changed_at: $at}) "
            "CREATE (:_Revision {record_key: r._key, version: 1, at: $at, kind: 'create', changed: []})",
            ids=ids, kind=object_type.id, at=self.graph.clock.now(),
        )  # fmt: skip
        return [str(record_id) for record_id in ids]

    def hide(self, object_type: ObjectType, record_id: str) -> None:
        """Archive a record."""
        self.graph.driver.execute_query(
            f"MATCH (r:Record {{_key: $key}}) REMOVE r:{object_type.node_label} SET r:{object_type.archived_label}, "
            "r._archived_at = $at",
            key=f"{object_type.id}:{record_id}", at=self.graph.clock.now(),
        )  # fmt: skip

    def stored(self, object_type: ObjectType, record_id: str) -> set[tuple[str, str, int]]:
        """Live relationships of a record: (source id, target id, type id as stored)."""
        rows, _, _ = self.graph.driver.execute_query(
            "MATCH (:Record {_key: $key})-[x]-(:Record) WHERE x.until IS NULL "
            "RETURN DISTINCT x.from_id, x.to_id, x.type_id",
            key=f"{object_type.id}:{record_id}",
        )
        return {(str(source), str(target), type_id) for source, target, type_id in (row.values() for row in rows)}

    def past(self, object_type: ObjectType, record_id: str) -> list[Mapping[str, Any]]:
        """Ended relationships of a record, in the order in which they ended."""
        rows, _, _ = self.graph.driver.execute_query(
            "MATCH (:Record {_key: $key})-[x]-(:Record) WHERE x.until IS NOT NULL "
            "WITH DISTINCT x ORDER BY x.until, x.type_id RETURN properties(x) AS x",
            key=f"{object_type.id}:{record_id}",
        )
        return [row["x"] for row in rows]

    def revisions(self, object_type: ObjectType, record_id: str) -> list[Mapping[str, Any]]:
        """The revisions of a record in the order of their versions."""
        rows, _, _ = self.graph.driver.execute_query(
            "MATCH (v:_Revision {record_key: $key}) RETURN properties(v) AS v ORDER BY v.version",
            key=f"{object_type.id}:{record_id}",
        )
        return [row["v"] for row in rows]


def associate(account: Associating, person: str, firm: str) -> None:
    account.run(lambda unit: associations.associate_default(unit, PERSON, person, FIRM, firm))


def put(account: Associating, person: str, firm: str, *custom: int, hubspot: tuple[int, ...] = ()) -> None:
    types = [(USER_DEFINED, type_id) for type_id in custom] + [(HUBSPOT_DEFINED, type_id) for type_id in hubspot]
    account.run(lambda unit: associations.set_types(unit, PERSON, person, FIRM, firm, types))


def know(account: Associating, person: str, other: str, *types: int) -> None:
    named = [(USER_DEFINED, type_id) for type_id in types]
    account.run(lambda unit: associations.set_types(unit, PERSON, person, PERSON, other, named))


def seen(page: AssociationPage) -> dict[str, set[int]]:
    return {str(far_id): set(type_ids) for far_id, type_ids in page.type_ids.items()}


def firms_of(account: Associating, person: str) -> dict[str, set[int]]:
    return seen(account.run(lambda unit: associations.page(unit, PERSON, person, FIRM)))


def persons_of(account: Associating, firm: str) -> dict[str, set[int]]:
    return seen(account.run(lambda unit: associations.page(unit, FIRM, firm, PERSON)))


def friends_of(account: Associating, person: str) -> dict[str, set[int]]:
    return seen(account.run(lambda unit: associations.page(unit, PERSON, person, PERSON)))
