"""Whether Neo4j still ends writes. One that answers reads and ends no write looks well, and nobody can work."""

from __future__ import annotations

import threading
import time

import neo4j
from neo4j import exceptions as driver_errors

from crm_graph.graph.embedded.server import Connection

SILENT_S = 30.0
"""How long no write may end before Neo4j counts as stuck: six times what a request waits for its own."""
_INTERVAL_S = 5.0
_WRITE_S = 10.0
_CONNECT_S = 5.0
_WRITE = "MERGE (w:_Write {name: 'supervisor'}) SET w.at = timestamp()"


class WriteWatch:
    """One thread that writes to a node of its own every few seconds, on a connection of its own."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._stop = threading.Event()
        self._ended_at = time.monotonic()
        # It is not waited for: a write that never ends would hold it.
        threading.Thread(target=self._run, name="write watch", daemon=True).start()

    def stop(self) -> None:
        """End the thread after the write that it is at."""
        self._stop.set()

    @property
    def is_stuck(self) -> bool:
        """Whether no write of the last `SILENT_S` seconds ended."""
        return time.monotonic() - self._ended_at > SILENT_S

    def _run(self) -> None:
        auth = (self._connection.username, self._connection.password)
        with neo4j.GraphDatabase.driver(
            self._connection.uri,
            auth=auth,
            connection_timeout=_CONNECT_S,
            max_connection_pool_size=1,
            telemetry_disabled=True,
            notifications_min_severity="OFF",
        ) as driver:
            while not self._stop.is_set():
                self._write(driver)
                self._stop.wait(_INTERVAL_S)

    def _write(self, driver: neo4j.Driver) -> None:
        try:
            with driver.session() as session:
                session.run(neo4j.Query(_WRITE, timeout=_WRITE_S)).consume()
        except (driver_errors.Neo4jError, driver_errors.DriverError):
            return
        self._ended_at = time.monotonic()
