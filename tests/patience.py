"""Limits of time that no test comes to, however slow its machine; a test of such a limit sets its own.

Neo4j plans a statement when it first comes, and tests bring thousands that nobody brings twice.
"""

from __future__ import annotations

from dataclasses import dataclass

from crm_graph.config import Limits
from crm_graph.graph.embedded.server import Connection

TIMES_MS = {
    "read_ms": 120_000,
    "write_ms": 120_000,
    "search_ms": 120_000,
    "impact_ms": 120_000,
    "retry_ms": 30_000,
}
PATIENT = Limits(**TIMES_MS)


@dataclass(frozen=True, slots=True)
class Patient(Connection):
    """How to sign in to a Neo4j whose clients have time."""

    def as_environment(self) -> dict[str, str]:
        """The variables by which `Settings.from_environment` finds it, and the limits."""
        limits = {f"CRM_GRAPH_LIMIT_{name.upper()}": str(value) for name, value in TIMES_MS.items()}
        return {**Connection.as_environment(self), **limits}


def patient(connection: Connection) -> Connection:
    """The same with time."""
    return Patient(connection.uri, connection.username, connection.password)
