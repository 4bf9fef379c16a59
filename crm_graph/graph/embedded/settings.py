"""What the bundled Neo4j is told: its configuration file, its Java options and its first password."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from crm_graph.errors import CRMError

USERNAME = "neo4j"
MAIN_CLASS = "org.neo4j.server.Neo4jCommunity"

CONFIGURATION = {
    "server.default_listen_address": "127.0.0.1",
    "server.http.enabled": "false",
    "server.https.enabled": "false",
    "dbms.security.auth_enabled": "true",
    # Nothing leaves the machine.
    "server.fleet_discovery.enabled": "false",
    "dbms.fleet_manager.enabled": "false",
    "dbms.usage_report.enabled": "false",
    # LOAD CSV reaches neither files nor hosts.
    "dbms.security.allow_csv_import_from_file_urls": "false",
    "internal.dbms.cypher_ip_blocklist": "0.0.0.0/0,::/0",
    # A log of queries would hold people's data.
    "db.logs.query.enabled": "OFF",
    "db.tx_log.preallocate": "false",
    "db.tx_log.rotation.size": "16m",
    "db.tx_log.rotation.retention_policy": "128M size",
    # A stop otherwise waits ten seconds for idle connections.
    "internal.server.bolt.thread_pool_shutdown_wait_time": "0s",
    # A growing account otherwise has its statements planned anew every few seconds, and whoever asks waits meanwhile.
    # Ours need no other plan: each names the indexes that it is to use.
    "dbms.cypher.min_replan_interval": "1h",
    # Nor for parameters of another length: a plan otherwise serves lists and texts of one order of magnitude, of each
    # parameter, so that a statement with five of them would be planned hundreds of times.
    "internal.cypher.use_parameter_size": "false",
    # A time limit is otherwise noticed up to two seconds late.
    "db.transaction.monitor.check.interval": "200ms",
    "db.index.fulltext.eventually_consistent_refresh_interval": "1s",
}
"""What holds for every bundled server; what of it a server of the user's own should have too is in `graph/given.py`."""

_JAVA_OPTIONS = (
    "-Xms64m",
    "-XX:+UseSerialGC",
    "-XX:+ExitOnOutOfMemoryError",
    "-Dfile.encoding=UTF-8",
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--add-opens=java.base/java.lang=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)

THREADS = "threads.log"
"""The file in the server's directory with what its threads were at."""

_UNITS = {"k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


class PasswordMissing(CRMError):
    """A database was made with a password that is no longer kept beside it."""


def write_configuration(home: Path, *, port: int, heap: str, page_cache: str) -> None:
    """Write `conf/neo4j.conf` for a server in `home` that listens on `port` of the loopback interface."""
    address = f"127.0.0.1:{port}"
    values = {
        **CONFIGURATION,
        "server.bolt.listen_address": address,
        "server.bolt.advertised_address": address,
        "server.memory.heap.initial_size": heap,
        "server.memory.heap.max_size": heap,
        "server.memory.pagecache.size": page_cache,
        "db.memory.transaction.max": str(_bytes(heap) // 2),
    }
    folder = home / "conf"
    folder.mkdir(parents=True, exist_ok=True)
    folder.joinpath("neo4j.conf").write_text("".join(f"{name}={value}\n" for name, value in values.items()), "utf-8")


def java_command(
    java: Path, jars: list[Path], home: Path, *, heap: str, cache: Path | None = None, options: Sequence[str] = ()
) -> list[str]:
    """The command that runs Neo4j on `home`, quicker with a start cache; it has no secret in it."""
    # What its threads are at, asked for by SIGQUIT, else goes to the standard output, which Neo4j closes.
    threads = ["-XX:+UnlockDiagnosticVMOptions", "-XX:+LogVMOutput", f"-XX:LogFile={home / THREADS}"]
    cached = [f"-XX:AOTCache={cache}"] if cache and cache.exists() else []
    classpath = os.pathsep.join(str(jar) for jar in jars)
    places = [f"--home-dir={home}", f"--config-dir={home / 'conf'}"]
    return [
        str(java),
        f"-Xmx{heap}",
        *threads,
        *cached,
        *_JAVA_OPTIONS,
        *options,
        "-cp",
        classpath,
        MAIN_CLASS,
        *places,
    ]


def prepare_password(home: Path) -> str:
    """The password of the server in `home`, made before its first start and kept in `password` (0600).

    Raises PasswordMissing when there is a database but no longer its password.
    """
    path = home / "password"
    if path.exists():
        return path.read_text("ascii").strip()
    if (home / "data" / "databases").exists():
        raise PasswordMissing(f"The password is missing: {path} is what signs in to the database in {home}.")
    password = secrets.token_urlsafe(32)
    # The hash goes first: a start that dies in between makes both anew.
    write_private(home / "data" / "dbms" / "auth.ini", _auth_line(password))
    write_private(path, password + "\n")
    return password


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    partial.replace(path)


def _auth_line(password: str, iterations: int = 1024) -> str:
    """One line of Neo4j's `auth.ini`: user, algorithm, salted and repeated digest, salt, repetitions."""
    salt = os.urandom(32)
    digest = hashlib.sha256(salt + password.encode()).digest()
    for _ in range(iterations - 1):
        digest = hashlib.sha256(digest).digest()
    return f"{USERNAME}:SHA-256,{digest.hex()},{salt.hex()},{iterations}:\n"


def _bytes(size: str) -> int:
    unit = _UNITS.get(size[-1].lower())
    try:
        return int(size[:-1]) * unit if unit else int(size)
    except ValueError:
        raise ValueError(f"{size!r} is not a size of memory such as 512m or 2g") from None
