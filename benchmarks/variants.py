"""What is compared: ours, the stack limit and the floor. All three run the same statements on the same server."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

import orjson

from benchmarks.account import OWNER, Account
from benchmarks.clients import Cost, run_statements, send
from benchmarks.operations import Operation, Request
from benchmarks.recorder import Issued, prepare, rehearse
from crm_graph.crm import Crm
from crm_graph.graph.embedded.process import Process
from crm_graph.graph.embedded.server import Connection, free_port
from crm_graph.serving import web_application

_HOST = "127.0.0.1"
_START_S = 60


@dataclass(frozen=True)
class Bench:
    """All that a variant needs: the account, its server, and the process from which clients ask."""

    crm: Crm
    account: Account
    server: Connection
    server_pid: int
    token: str
    clients: ProcessPoolExecutor
    numbers: Iterator[int] = field(default_factory=count)

    texts: dict[str, list[str]] = field(default_factory=dict)
    """What each operation issues, by key; found out once."""

    def rehearse(self, key: str, operation: Operation) -> None:
        """Find out what an operation issues."""
        n = next(self.numbers)
        issued = rehearse(self.crm, OWNER, lambda unit: operation.domain(unit, self.account, n))
        self.texts[key] = [each.text for each in issued]

    def statements(self, key: str, operation: Operation) -> list[Issued]:
        """What one more request of ours would issue."""
        n, texts = next(self.numbers), self.texts[key]
        issued = prepare(self.crm, OWNER, lambda unit: operation.domain(unit, self.account, n), len(texts))
        if [each.text for each in issued] != texts:
            raise AssertionError(f"{operation.name} issues other statements than at first.")
        return issued


class Variant(Protocol):
    """One way to have an operation done. What is asked is prepared before the clock starts."""

    @property
    def name(self) -> str:
        """Its head in the table."""
        ...

    def measure(self, key: str, operation: Operation, requests: int, clients: int = 1) -> Cost:
        """What so many requests cost, by so many clients at once; no two requests are equal."""
        ...


@dataclass(frozen=True)
class Floor:
    """The statements by the bare driver, in one process."""

    bench: Bench
    name: str = "floor"

    def measure(self, key: str, operation: Operation, requests: int, clients: int = 1) -> Cost:
        """See Variant; the process that asks counts."""
        prepared = [self.bench.statements(key, operation) for _ in range(requests)]
        pids = [self.bench.server_pid]
        return self.bench.clients.submit(run_statements, self.bench.server, prepared, clients, pids).result()


@dataclass(frozen=True)
class StackLimit:
    """The statements behind a Flask view that does nothing else."""

    bench: Bench
    web: WebProcess
    name: str = "stack limit"

    def measure(self, key: str, operation: Operation, requests: int, clients: int = 1) -> Cost:
        """See Variant."""
        return self.web.send([self._prepared(key, operation) for _ in range(requests)], clients)

    def _prepared(self, key: str, operation: Operation) -> bytes:
        issued = self.bench.statements(key, operation)
        body = orjson.dumps([each.parameters for each in issued])
        return _bytes(Request("POST", f"/{key}", body))


@dataclass(frozen=True)
class Ours:
    """The API as it is served."""

    bench: Bench
    web: WebProcess
    name: str = "ours"

    def measure(self, key: str, operation: Operation, requests: int, clients: int = 1) -> Cost:
        """See Variant."""
        bench = self.bench
        prepared = [
            _bytes(operation.request(bench.account, next(bench.numbers)), f"Authorization: Bearer {bench.token}\r\n")
            for _ in range(requests)
        ]
        return self.web.send(prepared, clients)


def _bytes(request: Request, headers: str = "") -> bytes:
    kind = f"Content-Type: application/json\r\nContent-Length: {len(request.body)}\r\n" if request.body else ""
    return f"{request.method} {request.path} HTTP/1.1\r\nHost: {_HOST}\r\n{headers}{kind}\r\n".encode() + request.body


@dataclass(frozen=True)
class WebProcess:
    """An application on granian, and from where it is asked."""

    process: Process
    port: int
    bench: Bench

    def send(self, requests: Sequence[bytes], number: int) -> Cost:
        """What the requests cost web processes and database."""
        pids = [self.process.pid, self.bench.server_pid]
        return self.bench.clients.submit(send, self.port, requests, number, pids).result()


@contextmanager
def serving(bench: Bench, application: str, environment: Mapping[str, str], log: Path) -> Iterator[WebProcess]:
    """The application, served as `crm-graph serve` serves ours."""
    port = free_port(None)
    program = web_application(_HOST, port, application)
    process = Process.start(
        [sys.executable, "-m", program.module, *program.arguments],
        environment={**os.environ, **bench.server.as_environment(), **environment},
        log=log,
    )
    try:
        _await(process, port, log)
        yield WebProcess(process, port, bench)
    finally:
        process.end(10)


def _await(process: Process, port: int, log: Path) -> None:
    deadline = time.monotonic() + _START_S
    while process.is_running and time.monotonic() < deadline:
        try:
            socket.create_connection((_HOST, port), 0.5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(f"The web application did not start:\n{log.read_text('utf-8')[-2_000:]}")
