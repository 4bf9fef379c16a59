"""Every named query is planned by a real server, empty and full, and its plan looks at no more than it must."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import neo4j
import pytest

from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.definitions import catalogue, store
from crm_graph.graph.embedded.server import Connection, EmbeddedServer
from crm_graph.graph.queries import Query, load, subjects

FULL = 20_000
"""Records of each of two object types, and associations between them, in the full database."""

CHUNK = 2_000

MODEL = catalogue.load()
PAIR = MODEL.pairs["CONTACT_TO_COMPANY"]

PLACES = {
    "node_label": "Contact",
    "archived_label": "ArchivedContact",
    "source_label": "Contact",
    "near_label": "Contact",
    "target_label": "Company",
    "far_label": "Company",
    "relationship_type": PAIR.relationship_type,
    "past_type": PAIR.past_relationship_type,
    "one": PAIR.relationship_type,
    "sent": "_NO_ASSOCIATION",
    "received": "_NO_ASSOCIATION",
    "property": "hubspot_owner_id",
    "folded": "_f_phone",
    "folded_property": "_f_phone",
    "joined_by": "HAS_PROPERTY",
    "part": "_Property",
    "part_joined_by": "HAS_OPTION",
}
"""What stands for each place of a query."""

PLACES_OF = {"definitions.save_parts": {"node_label": "_Property"}}
"""Where a query means something else by a place."""

FORBIDDEN = ("AllNodesScan", "AllRelationshipsScan", "RelationshipTypeScan", "NodeByLabelScan")
READS_ALL = {
    "definitions.load": "all definitions are what it is asked for",
    "definitions.is_foreign": "it ends at the first node",
    "definitions.purge_records": "every record of the type is removed",
    "accounts.tokens": "all tokens are what it is asked for",
}
"""Queries that may look at everything there is of a kind, with the reason."""


def queries() -> Iterator[Query]:
    """Every query of every file."""
    for subject in subjects():
        yield from load(subject).values()


def operators(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operator of a plan."""
    yield plan
    for child in plan.get("children", ()):
        yield from operators(child)


def faults(session: neo4j.Session, query: Query) -> Iterator[str]:
    """What is wrong with the plan of a query."""
    text = query.on(**{**PLACES, **PLACES_OF.get(query.name, {})}).text
    parameters = dict.fromkeys([*query.parameters, "model_version", "access_version"])
    try:
        plan = session.run(f"EXPLAIN CYPHER replan=force {text}", parameters).consume().plan
    except neo4j.exceptions.ClientError as error:
        yield f"{query.name}: {error.message}"
        return
    for operator in operators(plan or {}):
        kind, details = operator["operatorType"], str(operator.get("args", {}).get("Details", ""))
        if any(name in kind for name in FORBIDDEN) and query.name not in READS_ALL:
            yield f"{query.name}: {kind} {details[:80]}"
        if kind.startswith("CartesianProduct") and not any(map(_is_one_row, operator["children"])):
            yield f"{query.name}: {kind} of more than one row with more than one"


def _is_one_row(operator: dict[str, Any]) -> bool:
    """Whether an operator gives one row at most, such as that of `_State` or of an aggregation."""
    return float(operator["args"]["EstimatedRows"]) <= 1


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A server of its own, since the plans depend on what the database holds."""
    own = EmbeddedServer(tmp_path_factory.mktemp("plans"))
    try:
        yield own.start()
    finally:
        own.kill()


@pytest.fixture(scope="module")
def empty(server: Connection) -> Iterator[neo4j.Session]:
    """A session in a database with definitions and no record."""
    settings = Settings(neo4j_uri=server.uri, neo4j_username=server.username, neo4j_password=server.password)
    crm = Crm(settings)
    crm.prepare()
    store.ensure_pairs(crm.graph, [PAIR])
    crm.close()
    with neo4j.GraphDatabase.driver(
        server.uri, auth=(server.username, server.password), notifications_min_severity="OFF"
    ) as driver:
        with driver.session() as session:
            yield session


@pytest.mark.slow
def test_every_query_is_planned_well_on_an_empty_and_on_a_full_database(empty: neo4j.Session) -> None:
    found = [f"empty: {fault}" for query in queries() for fault in faults(empty, query)]
    fill(empty)
    found += [f"full: {fault}" for query in queries() for fault in faults(empty, query)]
    assert not found, "\n".join(found)


def fill(session: neo4j.Session) -> None:
    """Many contacts and companies, associated, each with a revision and a claim."""
    for first in range(1, FULL, CHUNK):
        session.run(
            "UNWIND range($first, $last) AS n "
            "CREATE (c:Record:Contact {_id: n, _key: '0-1:' + n, _kind: '0-1', _version: 1, _created_at: n, "
            "_updated_at: n, _changed_at: n, _text: 'word ' + n}) "
            "CREATE (d:Record:Company {_id: n, _key: '0-2:' + n, _kind: '0-2', _version: 1, _created_at: n, "
            "_updated_at: n, _changed_at: n, _text: 'word ' + n}) "
            "CREATE (:_Revision {record_key: c._key, version: 1, at: n, seq: n, transaction_id: toString(n)}) "
            "CREATE (:_Claim {key: '0-1|email|' + n, property: 'email'})-[:CLAIMED_BY]->(c) "
            "WITH n, c MATCH (hub:Company {_id: 1 + n % 100}) "
            "CREATE (c)-[:CONTACT_TO_COMPANY {from_id: n, to_id: hub._id, type_id: 279, since: n}]->(hub)",
            first=first,
            last=first + CHUNK - 1,
        ).consume()
    session.run("CALL db.prepareForReplanning(300)").consume()


def test_every_query_file_is_read(tmp_path: Path) -> None:
    assert {query.name.partition(".")[0] for query in queries()} == set(subjects())
