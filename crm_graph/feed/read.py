"""Reading the feed by number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm_graph.errors import InvalidInput, OutcomeUnknown, TooMany
from crm_graph.feed.number import Numbered, number
from crm_graph.graph.database import Graph
from crm_graph.graph.queries import load
from crm_graph.records.record import Native

_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One write to one record, as its revision keeps it.

    `seq` is its place in the feed, `at` the time in ms since 1970 UTC. `before` and `after` have the
    properties that changed, natively, None for no value. `added` and `removed` are associations of
    which the record is the source: (key of the far record, type id as stored). A merge tells also of
    those of which it is the target, `received_added` and `received_removed`, since the records at
    their other ends have no event of it, and of the key of the record that this one became, `merged_into`.
    """

    seq: int
    record_key: str
    version: int
    at: int
    kind: str
    transaction_id: str
    source: str
    source_id: str
    actor: str
    before: Mapping[str, Native]
    after: Mapping[str, Native]
    added: tuple[tuple[str, int], ...]
    removed: tuple[tuple[str, int], ...]
    received_added: tuple[tuple[str, int], ...] = ()
    received_removed: tuple[tuple[str, int], ...] = ()
    merged_into: str | None = None

    @property
    def object_type_id(self) -> str:
        """The id of the record's object type, such as `0-1`."""
        return self.record_key.partition(":")[0]

    @property
    def record_id(self) -> str:
        """The record's id."""
        return self.record_key.partition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """Events in order; `after` is where the next page begins, also when nothing is there yet."""

    events: tuple[Event, ...]
    after: int


def read(graph: Graph, after: int = 0, limit: int | None = None) -> FeedPage:
    """Events behind the number `after`, every change that was committed before the call among those to come.

    Raises InvalidInput for a negative cursor, TooMany for more than `Limits.feed_batch`.
    """
    most = graph.limits.feed_batch
    limit = most if limit is None else limit
    if after < 0:
        raise InvalidInput("The cursor of the feed is a whole number, 0 or more.")
    if not 1 <= limit <= most:
        raise TooMany(f"A page of the feed has 1 to {most} events, not {limit}.")
    upto = _numbered(graph).seq
    found = graph.plain(load("feed").read, after=after, upto=upto, limit=limit)["events"]
    events = tuple(_event(revision) for revision in found)
    return FeedPage(events=events, after=events[-1].seq if events else after)


def _numbered(graph: Graph) -> Numbered:
    for _ in range(_ATTEMPTS - 1):
        try:
            return number(graph)
        except OutcomeUnknown:
            # Whether it was committed does not matter: numbering again finds what is left.
            continue
    return number(graph)


def _event(revision: Mapping[str, Any]) -> Event:
    changed = revision.get("changed") or ()
    return Event(
        seq=revision["seq"],
        record_key=revision["record_key"],
        version=revision["version"],
        at=revision["at"],
        kind=revision["kind"],
        transaction_id=revision.get("transaction_id", ""),
        source=revision.get("source", ""),
        source_id=revision.get("source_id", ""),
        actor=revision.get("actor", ""),
        before={name: revision.get(f"before_{name}") for name in changed},
        after={name: revision.get(f"after_{name}") for name in changed},
        added=associations(revision.get("added")),
        removed=associations(revision.get("removed")),
        received_added=associations(revision.get("received_added")),
        received_removed=associations(revision.get("received_removed")),
        merged_into=revision.get("merged_into"),
    )


def associations(stored: list[str] | None) -> tuple[tuple[str, int], ...]:
    """What a revision tells of associations: `"0-2:9|279"` as (far key, type id)."""
    return tuple((key, int(type_id)) for key, _, type_id in (item.rpartition("|") for item in stored or ()))
