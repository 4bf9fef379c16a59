"""Every statement is planned by a real server, empty, growing and full, and its plan looks at no more than it must."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import neo4j
import pytest

from crm_graph.config import Limits, Settings
from crm_graph.crm import Crm
from crm_graph.definitions import catalogue, constraints, expressions, store
from crm_graph.definitions.object_type import ObjectType
from crm_graph.graph.embedded.server import Connection, EmbeddedServer
from crm_graph.graph.embedded.settings import CONFIGURATION
from crm_graph.graph.queries import GUARD_PARAMETERS, Query, Statement, load, subjects
from crm_graph.search import parse
from crm_graph.search.compiler import compile_counts, compile_search, compile_totals
from crm_graph.search.conditions import Changed, Ever
from crm_graph.search.criteria import make_filter
from crm_graph.search.members import compile_matches, compile_member_count, compile_members
from crm_graph.search.operators import OPERATORS
from crm_graph.search.target import find_target
from tests.conftest import SHORT_LIVED
from tests.patience import patient

FULL = 20_000
"""Records of each of two object types, and associations between them, in the full database."""

CHUNK = 2_000
GROWING = 100
"""The same when an account has just begun to fill: Neo4j still takes every index for empty and a scan for free."""

MODEL = catalogue.load()
PAIR = replace(MODEL.pairs["CONTACT_TO_COMPANY"], is_indexed=True)
INDEXED = replace(MODEL, pairs={**MODEL.pairs, PAIR.relationship_type: PAIR})

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

FORBIDDEN = ("AllNodesScan", "AllRelationshipsScan", "RelationshipTypeScan", "NodeByLabelScan", "IndexScan")
READS_ALL = {
    "definitions.load": "all definitions are what it is asked for",
    "definitions.is_foreign": "it ends at the first node",
    "definitions.purge_records": "every record of the type is removed",
    "accounts.tokens": "all tokens are what it is asked for",
    "jobs.remove_purged": "few are purged at any time, and it ends at the first one",
}
"""Queries that may look at everything there is of a kind, with the reason."""

IN_ORDER = {
    "definitions.migrations_done": "few migrations there are",
    "modelling.with_indexed_value": "it counts the entries of an index, up to a limit",
    "segments.create": "an account has few lists",
    "segments.search": "an account has few lists",
    "segments.folders": "an account has few lists",
    "segments.using": "an account has few lists",
    "segments.followed": "an account has few lists",
    "transfer.save_owners": "it takes the last entry of an index",
    **dict.fromkeys(
        ("search: everything", "search: newest first", "search: by an indexed string", "search: by position"),
        "a page is taken from an index in its order",
    ),
}
"""Queries that may go along an index, with the reason."""

SORTS = {
    "accounts.tokens": "all tokens are what it is asked for",
    "associations.crowded": "the records whose limits are counted are locked in order",
    "check.intervals": "all associations of a record are what it compares",
    "definitions.audits": "one definition has few changes",
    "definitions.load": "one property has few options, one pipeline few stages",
    "feed.number": "what was taken in the order of an index is put in order for the feed",
    "jobs.claim": "few jobs wait or run",
    "revisions.history": "the latest versions of each record that a merge was made of are put in one order",
    "segments.history": "one list has few edits",
    "segments.search": "an account has few lists",
    "neighbourhood.around": "a thousand associations of a pair at most are put in order",
    **dict.fromkeys(
        ("search: indexed string", "search: associated", "search: words"), "what was found is put in order"
    ),
}
"""Queries that may put into order what no index gives in order, with the reason."""

PRODUCTS = dict.fromkeys(
    ("search: words", "diagram.counts"), "a procedure gives one row or none, and Neo4j takes that for ten"
)
"""Queries whose Cartesian product is of one row where Neo4j does not know that, with the reason."""

WALKS = {
    "as_of.associations": "what ended is read too, and whoever had more than 10,000 is refused",
    "check": "a check reads everything",
    "jobs.remove_purged": "it takes a batch of them",
    "merge.retire": "whoever has more than 10,000 is refused",
    "neighbourhood.around": "it ends with the records that are shown; test_flat_cost.py has it at a hub",
}
"""Queries, or files of them, that may walk all associations of a record, with the reason."""

BINDS_NO_END = re.compile(r"INDEX \(\)-\[[^\]]*\]->\(\)")
"""A seek of relationships as it must be; see docs/decisions/0007-seeks-bind-no-end-node.md."""

FEW = re.compile(r":(BY|CLAIMED_BY|OF|FROM|TO|GAVE|DEPENDS_ON|IN_SEGMENT|HAS_[A-Z]+)[|\]*]")
"""Relationships of which no node has many at the end that they are walked from."""

SEARCHES: Mapping[str, Mapping[str, Any]] = {
    "everything": {},
    "newest first": {"sorts": ["-createdate"]},
    "by an indexed string": {"sorts": ["lastname"], "after": "5"},
    "by position": {"after": "start"},
    "indexed string": {"filters": [{"propertyName": "lastname", "operator": "EQ", "value": "Halden"}]},
    "associated": {"filters": [{"propertyName": "associations.company", "operator": "EQ", "value": "1"}]},
    "words": {"query": "nick halden"},
}
"""Bodies of searches for contacts that an index serves; more of them are in `tests/graph/search/test_plans.py`."""


class Text(NamedTuple):
    """A statement as it is sent."""

    name: str
    text: str
    parameters: Mapping[str, Any]


def texts() -> Iterator[Text]:
    """Every named query, and what the two modules compose that may."""
    for query in queries():
        places = {**PLACES, **PLACES_OF.get(query.name, {})}
        statement = query.on_each([places, places]) if query.is_repeated else query.on(**places)
        yield Text(query.name, statement.text, dict.fromkeys([*query.parameters, *GUARD_PARAMETERS]))
    contact = MODEL.object_type("contact")
    for name, body in SEARCHES.items():
        for names in (["_id", "lastname"], None):
            compiled = compile_search(parse(body, contact, Limits()), contact, INDEXED, names)
            yield Text(f"search: {name}", compiled.statement.text, compiled.parameters)
    for name in ("contact", "company"):
        object_type, parameters = INDEXED.object_types[name], dict[str, Any]()

        def give(value: Any, parameters: dict[str, Any] = parameters) -> str:
            parameters[given := f"v{len(parameters)}"] = value
            return f"${given}"

        computed = expressions.compile_values(INDEXED, object_type, expressions.names_of(object_type), give)
        yield Text(f"computed: {name}", computed.text, {"keys": None, **parameters})
    for name, made in members(contact):
        yield Text(f"members: {name}", made[0].text, made[1])
    yield Text("totals", compile_totals(list(MODEL.object_types.values())).text, {})
    ends = [(PAIR.relationship_type, None, None), (PAIR.relationship_type, "Contact", None)]
    yield Text("counts", compile_counts(["Contact", "ArchivedContact"], ends).text, {})
    for command in (*constraints.of_object_type(contact), *constraints.of_pairs([PAIR])):
        yield Text(f"constraints: {command[:60]}", command, {})


def members(contact: ObjectType) -> Iterator[tuple[str, tuple[Statement, Mapping[str, Any]]]]:
    """What finds the members of lists, by name."""
    filtered = make_filter(find_target(contact, "jobtitle"), OPERATORS["EQ"], ["Roaster"])
    yield "kept", compile_members(contact, None, INDEXED)
    yield "kept, backward", compile_members(contact, None, INDEXED, backward=True)
    yield "by time", compile_members(contact, None, INDEXED, by_time=True)
    yield "by time, backward", compile_members(contact, None, INDEXED, by_time=True, backward=True)
    yield "by filters", compile_members(contact, filtered, INDEXED)
    yield "by filters and time", compile_members(contact, filtered, INDEXED, by_time=True)
    yield "unsettled", compile_members(contact, filtered, INDEXED, unsettled=True)
    yield "number", compile_member_count(contact, None, INDEXED, 1_000)
    yield "of records", compile_matches(contact, [filtered, Ever(filtered), Changed(filtered.target, since=1)], INDEXED)


def queries() -> Iterator[Query]:
    """Every query of every file."""
    for subject in subjects():
        yield from load(subject).values()


def operators(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every operator of a plan."""
    yield plan
    for child in plan.get("children", ()):
        yield from operators(child)


def faults(session: neo4j.Session, given: Text) -> Iterator[str]:
    """What is wrong with the plan of a statement."""
    name, text, parameters = given
    try:
        plan = session.run(f"EXPLAIN CYPHER replan=force {text}", dict(parameters)).consume().plan
    except neo4j.exceptions.ClientError as error:
        yield f"{name}: {error.message}"
        return
    for operator in operators(plan or {}):
        kind = operator["operatorType"].partition("@")[0]
        details = str(operator.get("args", {}).get("Details", ""))
        if (
            any(each in kind for each in FORBIDDEN)
            and name not in READS_ALL
            and not ("IndexScan" in kind and name in IN_ORDER)
        ):
            yield f"{name}: {kind} {details[:80]}"
        if kind == "CartesianProduct" and name not in PRODUCTS and not any(map(_is_one_row, operator["children"])):
            yield f"{name}: {kind} of more than one row with more than one"
        if kind in ("Sort", "Top") and name not in SORTS:
            yield f"{name}: {kind} {details[:80]}, of which no index gives the order"
        if "Expand" in kind and not FEW.search(details) and not {name, name.partition(".")[0]} & WALKS.keys():
            yield f"{name}: {kind} {details[:80]} walks all associations of a record"
        is_seek = kind.startswith("DirectedRelationship") and "Index" in kind
        # A MERGE locks the one relationship that it may make, whoever is deleting it.
        if is_seek and "Locking" not in kind and not BINDS_NO_END.search(details):
            yield f"{name}: {kind} {details[:80]} ends at an association that is being deleted"


def _is_one_row(operator: dict[str, Any]) -> bool:
    """Whether an operator gives one row at most, such as that of `_State` or of an aggregation."""
    return float(operator["args"]["EstimatedRows"]) <= 1


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    """A server of its own, since the plans depend on what the database holds."""
    own = EmbeddedServer(tmp_path_factory.mktemp("plans"), java_options=SHORT_LIVED)
    with pytest.MonkeyPatch.context() as patch:
        # What it knows of its indexes stays as old as a test wants it to be.
        patch.setitem(CONFIGURATION, "db.index_sampling.background_enabled", "false")
        connection = patient(own.start())
    try:
        yield connection
    finally:
        own.kill()


@pytest.fixture(scope="module")
def empty(server: Connection) -> Iterator[neo4j.Session]:
    """A session in a database with definitions and no record."""
    crm = Crm(Settings.from_environment(server.as_environment()))
    crm.prepare()
    store.ensure_pairs(crm.graph, [PAIR])
    crm.close()
    with neo4j.GraphDatabase.driver(
        server.uri, auth=(server.username, server.password), notifications_min_severity="OFF"
    ) as driver:
        with driver.session() as session:
            yield session


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_every_statement_is_planned_well_on_an_empty_a_growing_and_a_full_database(empty: neo4j.Session) -> None:
    found = [f"empty: {fault}" for text in texts() for fault in faults(empty, text)]
    fill(empty, 1, GROWING)
    found += [f"growing: {fault}" for text in texts() for fault in faults(empty, text)]
    for first in range(GROWING + 1, FULL, CHUNK):
        fill(empty, first, first + CHUNK - 1)
    empty.run("CALL db.prepareForReplanning(300)").consume()
    found += [f"full: {fault}" for text in texts() for fault in faults(empty, text)]
    assert not found, "\n".join(found)


def fill(session: neo4j.Session, first: int, last: int) -> None:
    """Contacts and companies, associated, each with a revision and a claim."""
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
        last=last,
    ).consume()


def test_every_query_file_is_read(tmp_path: Path) -> None:
    assert {query.name.partition(".")[0] for query in queries()} == set(subjects())
