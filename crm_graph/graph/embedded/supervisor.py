"""Supervisor: keeps Neo4j and the programs that use it running, and leaves nothing behind.

Each program is a child in a session of its own and on a leash, so that it ends with the supervisor
even when that is killed; Neo4j may outlive it and is taken over by the next start.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from crm_graph.errors import CRMError
from crm_graph.graph.embedded.lock import take_lock
from crm_graph.graph.embedded.process import Process
from crm_graph.graph.embedded.server import Connection, EmbeddedServer, ServerFailed, read_json
from crm_graph.graph.embedded.settings import write_private
from crm_graph.graph.embedded.stopping import Stopping
from crm_graph.graph.embedded.writes import SILENT_S, WriteWatch

_PAUSE_S = 0.2
_PAUSE_MAX_S = 5.0
_STEADY_S = 10.0
"""A program that ran this long is started again without a longer pause."""
_PROGRAM_GRACE_S = 0.75
_KILLED_S = 5.0
_SERVER_GRACE_S = 1.2
"""A stop takes less than two seconds in all, then kills; Neo4j recovers at its next start."""


class AlreadyServed(CRMError):
    """Another supervisor has the directory."""


@dataclass(frozen=True, slots=True)
class Program:
    """A Python module that is run with `arguments`, and again when it ended.

    One that `runs_once` has no part in what is served: it is started before the graph is prepared.
    """

    name: str
    module: str
    arguments: tuple[str, ...] = ()
    runs_once: bool = False


class _Child:
    """One program and when it may be started again."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.process: Process | None = None
        self.started_at = 0.0
        self.pause_s = _PAUSE_S
        self.due_at = 0.0

    @property
    def is_running(self) -> bool:
        return self.process is not None and self.process.is_running

    def start(self, environment: Mapping[str, str], leash: int) -> None:
        module = "crm_graph.graph.embedded.leash"
        command = [sys.executable, "-m", module, str(leash), self.program.module, *self.program.arguments]
        self.process = Process.start(command, environment=environment, pass_fds=[leash])
        self.started_at = time.monotonic()

    def note_end(self) -> None:
        """Kill what it left and decide when it is started again."""
        assert self.process is not None
        self.process.kill_session()
        code, self.process = self.process.exit_code, None
        if self.program.runs_once:
            self.due_at = float("inf")
            return
        now = time.monotonic()
        self.pause_s = _PAUSE_S if now - self.started_at > _STEADY_S else min(self.pause_s * 2, _PAUSE_MAX_S)
        self.due_at = now + self.pause_s
        print(f"The {self.program.name} ended with code {code}; it is started again.", file=sys.stderr, flush=True)


class Supervisor:
    """Runs `programs` against `server`, or against `connection` where Neo4j is somebody else's."""

    def __init__(
        self,
        data: Path,
        programs: Sequence[Program],
        *,
        environment: Mapping[str, str],
        server: EmbeddedServer | None = None,
        connection: Connection | None = None,
    ) -> None:
        if (server is None) == (connection is None):
            raise ValueError("either a server to run or a connection to one")
        self._data = data
        self._server = server
        self._connection = connection
        self._environment = environment
        self._children = [_Child(program) for program in programs]
        self._watch: WriteWatch | None = None

    def run(
        self,
        stopping: Stopping,
        *,
        begin: Callable[[], None] = lambda: None,
        prepare: Callable[[Connection], None] = lambda connection: None,
        announce: Callable[[], bool] = lambda: True,
    ) -> None:
        """Run until a stop is requested.

        `begin` is called when the directory is ours and nothing is left of an earlier run, `prepare`
        when Neo4j answers, and `announce` at each turn after the programs were started until it
        returns true. Raises AlreadyServed, and what these and starting Neo4j raise.
        """
        lock = take_lock(self._data / "lock")
        if lock is None:
            raise AlreadyServed(f"{self._data} is served already by process {self._other_pid()}.")
        watched, leash = os.pipe()
        try:
            self._end_leftovers()
            begin()
            connection = self._connection or self._start_server()
            self._start_programs(connection, watched, those=[each for each in self._children if each.program.runs_once])
            prepare(connection)
            self._start_programs(connection, watched)
            is_announced = False
            while not stopping.wait(0.1):
                is_announced = is_announced or announce()
                connection = self._keep_server(connection, stopping)
                self._keep_programs(connection, watched)
        finally:
            self._stop()
            os.close(watched)
            os.close(leash)
            os.close(lock)

    def kill(self) -> None:
        """Kill everything at once; safe in a signal handler, as it waits for nothing."""
        for child in self._children:
            if child.process is not None:
                child.process.kill_session()
        if self._server is not None:
            self._server.kill(wait_s=0)

    def _start_server(self) -> Connection:
        assert self._server is not None
        connection = self._server.start()
        if not self._server.is_borrowed:
            self._watch = WriteWatch(connection)
        return connection

    def _keep_server(self, connection: Connection, stopping: Stopping) -> Connection:
        if self._server is None:
            return connection
        if self._server.is_running:
            if self._watch is None or not self._watch.is_stuck:
                return connection
            log = self._server.write_threads()
            print(
                f"Neo4j has ended no write for {SILENT_S:.0f} s and is killed; what it was at is in {log}.",
                file=sys.stderr,
                flush=True,
            )
            self._server.kill()
        self._end_watch()
        print("Neo4j ended; it is started again.", file=sys.stderr, flush=True)
        pause_s = _PAUSE_S
        while not stopping.wait(pause_s):
            try:
                found = self._start_server()
            except ServerFailed as error:
                print(error.message, file=sys.stderr, flush=True)
                pause_s = min(pause_s * 2, _PAUSE_MAX_S)
                continue
            if found != connection:  # the port was taken meanwhile, so the programs must learn the new one
                for child in self._children:
                    if child.process is not None:
                        child.process.end(_PROGRAM_GRACE_S)
            return found
        return connection

    def _start_programs(self, connection: Connection, leash: int, those: Sequence[_Child] | None = None) -> None:
        now = time.monotonic()
        environment = {**self._environment, **connection.as_environment()}
        for child in self._children if those is None else those:
            if child.process is None and now >= child.due_at:
                child.start(environment, leash)
                self._write_run_file()

    def _keep_programs(self, connection: Connection, leash: int) -> None:
        for child in self._children:
            if child.process is not None and not child.is_running:
                child.note_end()
        self._start_programs(connection, leash)

    def _stop(self) -> None:
        self._end_watch()
        running = [child.process for child in self._children if child.process is not None]
        for process in running:
            process.signal(signal.SIGTERM)
        end = time.monotonic() + _PROGRAM_GRACE_S  # of all together, so that it does not grow with their number
        for process in running:
            process.wait(max(0, end - time.monotonic()))
            process.kill_session()
            process.wait(_KILLED_S)
        for process in running:
            process.wait_for_session(_KILLED_S)
        if self._server is not None:
            self._server.stop(_SERVER_GRACE_S)

    def _end_watch(self) -> None:
        if self._watch is not None:
            self._watch.stop()
            self._watch = None

    def _end_leftovers(self) -> None:
        for record in read_json(self._data / "run.json").get("programs", {}).values():
            Process.kill_leftovers(record)

    def _write_run_file(self) -> None:
        programs = {child.program.name: child.process.as_record() for child in self._children if child.process}
        record = {"supervisor": Process.this().as_record(), "programs": programs}
        write_private(self._data / "run.json", json.dumps(record))

    def _other_pid(self) -> object:
        return read_json(self._data / "run.json").get("supervisor", {}).get("pid", "unknown")
