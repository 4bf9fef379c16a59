"""Writers whose transactions end out of order, and a reader that never pauses."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from crm_graph.errors import CRMError
from crm_graph.feed.read import Event, read
from crm_graph.graph.database import Graph, Guard
from crm_graph.graph.queries import load
from crm_graph.graph.tries import wait_until

Place = tuple[str, int]


def make_revisions(graph: Graph, count: int) -> list[str]:
    """Keys of records that no other test has, each with its first revision and without a node."""
    type_id = f"9-{random.randrange(10**9)}"
    keys = [f"{type_id}:{n}" for n in range(1, count + 1)]
    graph.driver.execute_query(
        "UNWIND $keys AS key "
        "CREATE (:_Revision:_Pending {record_key: key, version: 1, at: $at, kind: 'create', changed: []})",
        keys=keys,
        at=graph.clock.now(),
    )
    return keys


def make_records(graph: Graph, count: int) -> list[str]:
    """Like `make_revisions`, with nodes that can be written to."""
    keys = make_revisions(graph, count)
    graph.driver.execute_query(
        "UNWIND $keys AS key MATCH (v:_Revision {record_key: key, version: 1}) "
        "CREATE (:Record {_key: key, _version: 1, _changed_at: v.at})",
        keys=keys,
    )
    return keys


@dataclass
class Storm:
    """Eight writers on shared records, and what a reader got while they wrote."""

    graph: Graph
    keys: list[str]
    seed: int = 0
    seconds: float = 5.0
    writers: int = 8
    events: list[Event] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    written: Counter[int] = field(default_factory=Counter)
    _over: threading.Event = field(default_factory=threading.Event)
    _written: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Write and read until the time is over, then read what is left.

        The time begins when each writer has written: until then they wait for their statements to be planned.
        """
        writers = [threading.Thread(target=self._write, args=(n,)) for n in range(self.writers)]
        reader = threading.Thread(target=self._read)
        for thread in [*writers, reader]:
            thread.start()
        wait_until(lambda: len(self.written) == self.writers, 120)
        time.sleep(self.seconds)
        self._over.set()
        for thread in writers:
            thread.join()
        self._written.set()
        reader.join()

    def seen(self) -> list[Place]:
        """What the reader got of the storm's own records, in its order."""
        own = set(self.keys)
        return [(event.record_key, event.version) for event in self.events if event.record_key in own]

    def _write(self, n: int) -> None:
        chance = random.Random(f"{self.seed}:{n}")
        while not self._over.is_set():
            keys = chance.sample(self.keys, chance.choice([1, 1, 2, 5]))
            try:
                self._transaction(keys, hold_s=chance.choice([0, 0, 0.002, 0.01, 0.05, 0.2]))
                self.written[n] += 1
            except CRMError as error:
                self.errors[type(error).__name__] += 1
                time.sleep(0.1)

    def _transaction(self, keys: list[str], hold_s: float) -> None:
        graph = self.graph
        versions = graph.plain(load("definitions").versions)
        guard = Guard(versions["model_version"], versions["access_version"])
        at = graph.clock.now()
        rows = [
            {"key": key, "properties": {"note": str(at)}, "changed": ["note"], "version": None, "searched": False,
             "at": at, "claims": [], "revision": {"record_key": key, "kind": "update", "transaction_id": str(at)}}
            for key in sorted(keys)
        ]  # fmt: skip

        def work(statements):  # type: ignore[no-untyped-def]
            statements.change(load("records").update, rows=rows, released=[], words=[], word_lists=[])
            time.sleep(hold_s)

        graph.transaction(guard, graph.clock.new_id(), work)

    def _read(self) -> None:
        chance = random.Random(f"{self.seed}:reader")
        after = 0
        while True:
            was_written = self._written.is_set()
            try:
                page = read(self.graph, after, limit=chance.choice([1, 10, 100, 2_000]))
            except CRMError as error:
                self.errors[type(error).__name__] += 1
                time.sleep(0.05)
                continue
            self.events += page.events
            after = page.after
            if was_written and not page.events:
                return


def remove_records(graph: Graph, keys: list[str]) -> None:
    """Take away the records, which are of no object type; their revisions stay in the feed."""
    graph.driver.execute_query("MATCH (r:Record) WHERE r._key IN $keys DETACH DELETE r", keys=keys)


def replay(graph: Graph, keys: list[str], limit: int) -> list[Place]:
    """The feed from its beginning, only the given records."""
    own, after, places = set(keys), 0, []
    while (page := read(graph, after, limit)).events:
        places += [(event.record_key, event.version) for event in page.events if event.record_key in own]
        after = page.after
    return places


def stored(graph: Graph, keys: list[str]) -> Iterator[Place]:
    """Every revision that the graph has of the records."""
    rows, _, _ = graph.driver.execute_query(
        "MATCH (v:_Revision) WHERE v.record_key IN $keys RETURN v.record_key AS key, v.version AS version", keys=keys
    )
    return ((row["key"], row["version"]) for row in rows)
