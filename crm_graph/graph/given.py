"""What a Neo4j of the user's own is set to otherwise than the bundled one, and what follows from that."""

from __future__ import annotations

from collections.abc import Iterator

from neo4j.exceptions import ClientError

from crm_graph.graph.database import Graph
from crm_graph.graph.embedded.settings import CONFIGURATION
from crm_graph.graph.queries import load

_MATTERS = {
    "dbms.security.auth_enabled": "whoever reaches it reads and writes everything, past every token",
    "dbms.security.allow_csv_import_from_file_urls": "a Cypher statement can read files of its machine",
    "db.logs.query.enabled": "its query log gets the values of records, people's data among them",
    "dbms.usage_report.enabled": "it reports its use to its makers",
    "dbms.cypher.min_replan_interval": "a growing account has its statements planned anew, and requests wait meanwhile",
    "db.transaction.monitor.check.interval": "a write or search over its time limit ends that much later",
    "db.index.fulltext.eventually_consistent_refresh_interval": "search by words takes this much longer",
}
"""The settings that crm-graph relies on, with what another value means."""


def differences(graph: Graph) -> list[str]:
    """A sentence for each setting that is otherwise; what a server does not have or does not tell is passed over."""
    try:
        found = dict(graph.plain(load("server").settings, names=list(_MATTERS))["settings"])
    except ClientError as error:
        return [f"Its settings could not be read: {error.message}"]
    return list(_sentences(found))


def _sentences(found: dict[str, str]) -> Iterator[str]:
    for name, meaning in _MATTERS.items():
        wanted = CONFIGURATION[name]
        if name in found and found[name].casefold() != wanted.casefold():
            yield f"{name} is {found[name]}: {meaning}. Set it to {wanted} in neo4j.conf and start Neo4j again."
