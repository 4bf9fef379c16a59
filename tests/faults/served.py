"""`crm-graph serve` on a data directory and port of its own, to be called, killed and looked into."""

from __future__ import annotations

import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import neo4j
import psutil

from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.graph.embedded.process import Process
from crm_graph.graph.embedded.server import Connection, read_json, running_connection
from crm_graph.graph.embedded.settings import THREADS
from crm_graph.records.check import Finding, check
from crm_graph.unit import Actor
from tests.faults.caller import Caller

ROOT = Path(__file__).parents[2]
TOKEN = "pat-crm-of-the-fault-tests"
START_S = 120
"""The longest that a start may take on a machine with other things to do."""

_PORTS = range(10_000, 20_000)
"""Below the ports that outgoing connections get, so that none of those can be on a server's while it is away."""


class Served:
    """A server; `url` is where it listens. Each start has the port of the first."""

    def __init__(self, data: Path, *, environment: dict[str, str] | None = None) -> None:
        self.data = data
        self.port = free_port()
        self.environment = environment or {}
        self.popen: subprocess.Popen[bytes] | None = None
        self.log = data.parent / f"{data.name}.log"

    @property
    def url(self) -> str:
        """Scheme, host and port."""
        return f"http://127.0.0.1:{self.port}"

    def begin(self, command: str = "serve", *options: str) -> subprocess.Popen[bytes]:
        """Start it and return at once."""
        variables = {
            name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "CRM_GRAPH_U"))
        }
        variables |= {"CRM_GRAPH_TOKEN": TOKEN, **self.environment}
        arguments = [command, "--data", str(self.data), "--port", str(self.port), "--heap", "400m", *options]
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "crm_graph", *arguments],
                cwd=ROOT,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                # A program that is started in the background inherits that Ctrl-C is passed over.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
            )
        return self.popen

    def start(self) -> None:
        """Start it and return when it answers through both of its web workers."""
        popen = self.begin()
        assert within(START_S, lambda: self.is_healthy or popen.poll() is not None), self.said
        assert popen.poll() is None, self.said
        assert within(START_S, lambda: len(self.web_workers) == 2), self.said
        # Each worker reads the data model before its first answer, which is no part of what is tested.
        with self.two_workers() as callers:
            for caller in callers:
                assert within(START_S, lambda caller=caller: caller.get("/crm/v3/owners").status == 200), self.said  # type: ignore[misc]

    def end(self, number: signal.Signals = signal.SIGINT) -> float:
        """Seconds until the supervisor had ended after the signal."""
        assert self.popen
        began = time.monotonic()
        self.popen.send_signal(number)
        self.popen.wait(60)
        return time.monotonic() - began

    def kill_supervisor(self) -> None:
        """End the supervisor as the machine's administrator might."""
        self.end(signal.SIGKILL)

    def kill_worker(self, chance: random.Random) -> None:
        """Kill one of the two web workers or the one for jobs; returns when another has taken its place."""
        assert within(START_S, lambda: len(self.workers) == 3), self.said
        killed = chance.choice(self.workers)
        killed.kill()
        assert within(START_S, lambda: len(self.workers) == 3 and killed not in self.workers), self.said

    def kill_neo4j(self) -> None:
        """Kill Neo4j; returns when nobody listens on its port any more."""
        port = self.bolt_port
        self.neo4j.kill()
        assert within(5, lambda: not listens(port))

    @property
    def is_healthy(self) -> bool:
        """Whether `/health` answers 200."""
        with suppress(OSError), Caller(self.port, timeout_s=5) as caller:
            return caller.get("/health").status == 200
        return False

    @property
    def said(self) -> str:
        """What the server printed."""
        return self.log.read_text("utf-8", "replace")[-4_000:] if self.log.exists() else ""

    @property
    def web_workers(self) -> list[psutil.Process]:
        """The processes that answer requests."""
        web = Process.find(read_json(self.data / "run.json").get("programs", {}).get("web application"))
        if web is None:
            return []
        with suppress(psutil.Error):
            found = [each for each in psutil.Process(web.pid).children() if each.status() != psutil.STATUS_ZOMBIE]
            return [each for each in found if "granian" in each.cmdline()]
        return []

    @property
    def workers(self) -> list[psutil.Process]:
        """The web workers and the one for jobs."""
        found = Process.find(read_json(self.data / "run.json").get("programs", {}).get("worker"))
        return [*self.web_workers, *([psutil.Process(found.pid)] if found else [])]

    @property
    def neo4j(self) -> psutil.Process:
        """The Java process."""
        return psutil.Process(read_json(self.data / "neo4j" / "run.json")["server"]["pid"])

    @property
    def bolt_port(self) -> int:
        """Where Neo4j listens."""
        return int(read_json(self.data / "neo4j" / "run.json")["port"])

    @contextmanager
    def callers(self, count: int, token: str = TOKEN) -> Iterator[list[Caller]]:
        """That many connections, each opened and used once."""
        made = [Caller(self.port, token) for _ in range(count)]
        try:
            for caller in made:
                caller.get("/health")
            yield made
        finally:
            for caller in made:
                caller.close()

    @contextmanager
    def two_workers(self, token: str = TOKEN) -> Iterator[tuple[Caller, Caller]]:
        """A connection to each of the two web workers."""
        found: dict[int, Caller] = {}
        spare: list[Caller] = []
        end = time.monotonic() + START_S
        try:
            while len(found) < 2:
                assert time.monotonic() < end, "all connections went to one worker"
                caller = Caller(self.port, token)
                with suppress(OSError):
                    caller.get("/health")
                pid = self._worker_of(caller)
                if pid is None or pid in found:
                    spare.append(caller)
                else:
                    found[pid] = caller
            first, second = found.values()
            yield first, second
        finally:
            for caller in (*found.values(), *spare):
                caller.close()

    def connection(self) -> Connection:
        """How to sign in to its Neo4j."""
        found = running_connection(self.data / "neo4j")
        assert found, self.said
        return found

    def query(self, text: str | neo4j.Query, **parameters: Any) -> list[dict[str, Any]]:
        """Rows of a query, past the application."""
        given = self.connection()
        with neo4j.GraphDatabase.driver(given.uri, auth=(given.username, given.password)) as driver:
            rows, _, _ = driver.execute_query(text, **parameters)
            return [row.data() for row in rows]

    @property
    def evidence(self) -> str:
        """What Neo4j is at, for a test that waited in vain: its threads, its transactions, and what each waits for."""
        shown = (
            "SHOW TRANSACTIONS YIELD transactionId, elapsedTime, status, statusDetails, activeLockCount, currentQuery"
        )
        self.neo4j.send_signal(signal.SIGQUIT)
        time.sleep(1)
        threads = (self.data / "neo4j" / THREADS).read_text("utf-8", "replace")
        try:
            return threads + "\n".join(map(str, self.query(neo4j.Query(shown, timeout=10))))
        except Exception as error:
            return threads + repr(error)

    def findings(self) -> list[Finding]:
        """What a check of the graph finds."""
        crm = Crm(Settings.from_environment(self.connection().as_environment()))
        try:
            return crm.run(Actor(user_id=0, is_super_admin=True), check)
        finally:
            crm.close()

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A command of crm-graph beside the server."""
        return subprocess.run(
            [sys.executable, "-m", "crm_graph", *arguments],
            cwd=ROOT,
            env={**_environment(), **environment},
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    def belongings(self) -> list[psutil.Process]:
        """Every live process that has the data directory in its command line or its environment."""
        return [each for each in psutil.process_iter() if _belongs(each, str(self.data))]

    def listening(self) -> list[int]:
        """Its ports that something listens on."""
        port = read_json(self.data / "neo4j" / "run.json").get("port")
        return [each for each in (self.port, port) if each and listens(int(each))]

    def remove(self) -> None:
        """Leave nothing of it on the machine, whatever a test did."""
        if self.popen and self.popen.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                self.end(signal.SIGKILL)
        for process in self.belongings():
            with suppress(psutil.Error):
                process.kill()
        shutil.rmtree(self.data, ignore_errors=True)

    def _worker_of(self, caller: Caller) -> int | None:
        for worker in self.web_workers:
            with suppress(psutil.Error):
                ports = {each.raddr.port for each in worker.net_connections() if each.raddr}
                if caller.local_port in ports:
                    return worker.pid
        return None


def _environment() -> dict[str, str]:
    """The environment of the tests without what names another server or database."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "CRM_GRAPH_URL"))}


def _belongs(process: psutil.Process, data: str) -> bool:
    try:
        if process.status() == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
            return False
        return any(data in text for text in process.cmdline()) or data in process.environ().values()
    except psutil.Error:
        return False


def free_port() -> int:
    """A port that nobody listens on."""
    for port in random.SystemRandom().sample(_PORTS, 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")


def listens(port: int) -> bool:
    """Whether something does."""
    try:
        socket.create_connection(("127.0.0.1", port), 0.5).close()
    except OSError:
        return False
    return True


def wait_for_a_quiet_machine(seconds: float = 120) -> None:
    """Return when the machine has little else to do, or after that time: for what is measured."""
    within(seconds, lambda: os.getloadavg()[0] <= 4)


def within(seconds: float, condition: Callable[[], object]) -> bool:
    """Whether it came true in that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        began = time.monotonic()
        if condition():
            return True
        # A question that takes long is not asked all the time.
        time.sleep(max(0.05, time.monotonic() - began))
    return False
