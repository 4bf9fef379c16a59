"""Associations under many writers: in two processes, each with its own view of the account."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.definitions.association import USER_DEFINED
from crm_graph.definitions.changes import association_types
from crm_graph.definitions.changes.association_types import Limit
from crm_graph.graph.embedded.server import Connection
from crm_graph.graph.queries import Statement
from crm_graph.records import associations, create
from crm_graph.records.record import CreateInput
from crm_graph.unit import Unit
from tests.graph.records.association_storm import ACTOR, PRIMARY, Task, storm

pytestmark = pytest.mark.slow

HUB = 50_000
PAGE = 500
LIMIT = 10
CHANGES = 1_000
"""Associations that each of four clients ends and begins anew while a page is read again and again."""


class Account:
    """One account with the built-in object types."""

    def __init__(self, connection: Connection) -> None:
        self.environment = connection.as_environment()
        self.crm = Crm(Settings.from_environment(self.environment))
        self.crm.prepare()

    def make(self, object_type: str, count: int) -> list[str]:
        """Ids of new records, ascending."""

        def work(unit: Unit) -> list[str]:
            found = unit.model.object_type(object_type)
            inputs = [CreateInput(properties={found.primary[0]: f"Storm {n}"}) for n in range(count)]
            return [str(record.id) for record in create.create_all(unit, found, inputs)]

        return sorted(self.crm.run(ACTOR, work), key=int)

    def bare(self, object_type: str, count: int) -> list[str]:
        """Ids of new records that have nothing but an id, ascending; for great numbers."""
        found = self.crm.model.object_type(object_type)
        ids = self.crm.ids.take(found.id, count)
        for start in range(0, len(ids), 5_000):
            self.query(
                f"UNWIND $ids AS id CREATE (r:Record:{found.node_label} {{_id: id, _key: $kind + ':' + toString(id), "
                "_kind: $kind, _version: 1, _created_at: 1, _updated_at: 1, _changed_at: 1}) "
                "CREATE (:_Revision {record_key: r._key, version: 1, at: 1, kind: 'create', changed: []})",
                ids=ids[start : start + 5_000],
                kind=found.id,
            )
        return [str(record_id) for record_id in ids]

    def join(self, contacts: list[str], companies: list[str]) -> None:
        """Associate every contact with every company, past the domain."""
        pairs = [[contact, company] for contact in contacts for company in companies]
        for start in range(0, len(pairs), 5_000):
            self.query(
                "UNWIND $pairs AS pair "
                "MATCH (s:Record {_key: '0-1:' + pair[0]}), (t:Record {_key: '0-2:' + pair[1]}) "
                "CREATE (s)-[:CONTACT_TO_COMPANY {from_id: s._id, to_id: t._id, type_id: 279, since: 1}]->(t)",
                pairs=pairs[start : start + 5_000],
            )

    def query(self, text: str, **parameters: object) -> list[list[object]]:
        """Rows of a statement."""
        rows, _, _ = self.crm.graph.driver.execute_query(text, **parameters)
        return [list(row.values()) for row in rows]

    def label(self) -> tuple[int, int]:
        """Ids of a new label between contacts and companies, from either side."""

        def work(unit: Unit) -> tuple[int, int]:
            contact, company = unit.model.object_type("contact"), unit.model.object_type("company")
            name = f"storm_{secrets.token_hex(4)}"
            made = association_types.create_label(unit, contact, company, name, name)
            return made[0].type_id, made[1].type_id

        return self.crm.run(ACTOR, work)

    def limit(self, type_id: int, most: int) -> None:
        """How many contacts one company may have under a label."""

        def work(unit: Unit) -> None:
            contact, company = unit.model.object_type("contact"), unit.model.object_type("company")
            limits = [Limit(category=USER_DEFINED, type_id=type_id, maximum=most)]
            association_types.set_limits(unit, company, contact, limits)

        self.crm.run(ACTOR, work)


@pytest.fixture(scope="module")
def account(neo4j_server: Connection) -> Iterator[Account]:
    """One account whose contacts and companies have been associated before."""
    opened = Account(neo4j_server)
    [contact], [company] = opened.make("contact", 1), opened.make("company", 1)
    opened.crm.run(
        ACTOR,
        lambda unit: associations.associate_default(
            unit, unit.model.object_type("contact"), contact, unit.model.object_type("company"), company
        ),
    )
    yield opened
    opened.crm.close()


def test_sixty_contacts_have_one_primary_company_each_after_eight_clients(account: Account) -> None:
    contacts, companies = account.make("contact", 60), account.make("company", 6)
    task = {"deed": "make_primary", "calls": 60, "contacts": tuple(contacts), "companies": tuple(companies)}
    outcomes = storm(account.environment, [Task(seed=n, **task) for n in range(8)])
    assert set(outcomes) == {None}
    rows = account.query(
        "UNWIND $ids AS id MATCH (:Record {_key: '0-1:' + id})-[x:CONTACT_TO_COMPANY {type_id: $primary}]->() "
        "RETURN id, count(x)",
        ids=contacts,
        primary=PRIMARY,
    )
    assert {number for _, number in rows} == {1}
    assert len(rows) > 50


def test_twenty_companies_never_pass_their_limit_under_sixteen_clients(account: Account) -> None:
    type_id, back_id = account.label()
    account.limit(back_id, LIMIT)
    companies, contacts = account.make("company", 20), account.make("contact", 16 * 40)
    tasks = [
        Task(
            deed="label",
            calls=40,
            seed=n,
            contacts=tuple(contacts[n * 40 : n * 40 + 40]),
            companies=tuple(companies),
            type_id=type_id,
        )
        for n in range(16)
    ]
    outcomes = storm(account.environment, tasks)
    assert Counter(outcomes) == {None: 20 * LIMIT, "LimitExceeded": 16 * 40 - 20 * LIMIT}
    rows = account.query(
        "UNWIND $ids AS id MATCH (:Record {_key: '0-2:' + id})<-[x:CONTACT_TO_COMPANY {type_id: $type_id}]-() "
        "RETURN id, count(x)",
        ids=companies,
        type_id=type_id,
    )
    assert {number for _, number in rows} == {LIMIT}


@dataclass(frozen=True)
class Hub:
    """A record with very many associations, and who is at their other ends, ascending."""

    near_name: str
    id: str
    far_name: str
    others: list[str]


@pytest.fixture(scope="module", params=["company", "contact"])
def hub(account: Account, request: pytest.FixtureRequest) -> Hub:
    """One that the associations lead to, and one that they lead from."""
    near_name = request.param
    far_name = "contact" if near_name == "company" else "company"
    [near_id], others = account.make(near_name, 1), account.bare(far_name, HUB)
    ends = {near_name: [near_id], far_name: others}
    account.join(ends["contact"], ends["company"])
    return Hub(near_name, near_id, far_name, others)


def test_last_page_of_a_hub_costs_what_the_first_does(account: Account, hub: Hub) -> None:
    first, last = (_hits(account, hub, after) for after in (-1, int(hub.others[-PAGE - 2])))
    assert first > PAGE
    assert abs(first - last) < 0.1 * first


def test_walk_over_a_hub_meets_what_stays_once_while_others_come_and_go(account: Account, hub: Hub) -> None:
    passing = set(hub.others[::100])
    moving = {hub.near_name: (hub.id,), hub.far_name: tuple(passing)}
    tasks = [
        Task(deed="come_and_go", calls=100, seed=n, contacts=moving["contact"], companies=moving["company"])
        for n in range(8)
    ]
    with ThreadPoolExecutor(1) as background:
        storming = background.submit(storm, account.environment, tasks)
        walks = [_walk(account, hub.near_name, hub.id, hub.far_name)]
        while not storming.done():
            walks.append(_walk(account, hub.near_name, hub.id, hub.far_name))
    assert set(storming.result()) == {None}
    for walk in walks:
        assert len(walk) == len(set(walk))
        assert set(hub.others) - passing <= set(walk)


@pytest.mark.parametrize("near_name", ["company", "contact"])
def test_page_is_whole_while_associations_of_its_record_end(account: Account, near_name: str) -> None:
    far_name = "contact" if near_name == "company" else "company"
    [hub], others = account.make(near_name, 1), account.bare(far_name, 480)
    ends = {near_name: [hub], far_name: others}
    account.join(ends["contact"], ends["company"])
    passing = others[5::10]
    missed: set[str] = set()
    with ThreadPoolExecutor(5) as clients:
        ending = [clients.submit(_end_and_begin, account, near_name, hub, passing[n::4]) for n in range(4)]
        while not all(each.done() for each in ending):
            missed |= set(others) - set(passing) - set(_walk(account, near_name, hub, far_name))
    assert [each.exception() for each in ending] == [None] * 4
    assert not missed


def _end_and_begin(account: Account, near_name: str, near_id: str, far_ids: list[str]) -> None:
    """End and begin the associations with each of the others again and again, as fast as the graph can."""
    near, far = ("to_id", "from_id") if near_name == "company" else ("from_id", "to_id")
    for far_id in far_ids * (CHANGES // len(far_ids)):
        account.query(
            f"MATCH ()-[x:CONTACT_TO_COMPANY {{{near}: $near_id, {far}: $far_id, type_id: 279}}]->() "
            "WITH x, startNode(x) AS s, endNode(x) AS t, properties(x) AS was DELETE x "
            "CREATE (s)-[y:CONTACT_TO_COMPANY]->(t) SET y = was",
            near_id=int(near_id),
            far_id=int(far_id),
        )


def _hits(account: Account, hub: Hub, after: int) -> int:
    """Db hits of a page behind an id."""
    seen: list[tuple[Statement, dict[str, Any]]] = []
    graph = account.crm.graph
    graph.observers.append(lambda statement, parameters: seen.append((statement, dict(parameters))))
    try:
        _page(account, hub.near_name, hub.id, hub.far_name, after)
    finally:
        graph.observers.pop()
    [(statement, parameters)] = [each for each in seen if each[0].name.startswith("associations.")]
    with graph.driver.session() as session:
        profile = session.run(f"PROFILE {statement.text}", parameters).consume().profile
    return _total(profile or {})


def _total(plan: Mapping[str, Any]) -> int:
    return int(plan.get("dbHits", 0)) + sum(_total(child) for child in plan.get("children", []))


def _page(account: Account, near_name: str, near_id: str, far_name: str, after: int) -> associations.AssociationPage:
    def work(unit: Unit) -> associations.AssociationPage:
        near, far = unit.model.object_type(near_name), unit.model.object_type(far_name)
        return associations.page(unit, near, near_id, far, after=after, limit=PAGE)

    return account.crm.run(ACTOR, work)


def _walk(account: Account, near_name: str, near_id: str, far_name: str) -> list[str]:
    found: list[str] = []
    after: int | None = -1
    while after is not None:
        page = _page(account, near_name, near_id, far_name, after)
        found += [str(far_id) for far_id in page.type_ids]
        after = page.after
    return found


def test_writes_in_opposite_orders_are_all_made(account: Account) -> None:
    type_id, back_id = account.label()
    account.limit(back_id, 1_000)
    contacts, companies = account.make("contact", 12), account.make("company", 12)
    task = {"deed": "opposite", "contacts": tuple(contacts), "companies": tuple(companies), "type_id": type_id}
    storm(account.environment, [Task(seed=n, calls=3, **task) for n in range(2)])  # statements are planned at first use
    outcomes = storm(account.environment, [Task(seed=n, calls=60, **task) for n in range(8)])
    assert Counter(outcomes) == {None: 8 * 60}
