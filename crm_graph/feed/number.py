"""Numbering committed revisions: the worker does it steadily, a reader before it reads."""

from __future__ import annotations

from dataclasses import dataclass

from crm_graph.graph.database import Graph
from crm_graph.graph.queries import load

INTERVAL_S = 0.2
"""How long the worker waits when nothing was left to number."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """How many revisions were numbered, and the last number that readers may rely on."""

    count: int
    seq: int


def number(graph: Graph) -> Numbered:
    """Number the oldest waiting revisions, at most `Limits.feed_batch`; safe to repeat and to run anywhere at once.

    Revisions are numbered by time, record and version, and those of one record always in the order
    of their versions. Raises StaleModel in a database that was never prepared.
    """
    row = graph.plain(load("feed").number, limit=graph.limits.feed_batch)
    return Numbered(row["numbered"], row["seq"])
