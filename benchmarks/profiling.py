"""What a request costs the Python that answers it: both applications in this process, with no server around them.

The CPU time of one thread, which other programs disturb far less than what whole processes take,
and where it goes.
"""

from __future__ import annotations

import cProfile
import pstats
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from statistics import median
from typing import Any, cast
from urllib.parse import urlsplit

import neo4j
import orjson
from flask import Flask

from api.app import close, create_app
from benchmarks import stack_limit
from benchmarks.operations import Operation, Request
from benchmarks.variants import Bench

_WARM_UP = 200
_ROUNDS = 11
_LINES = 45
_PACKAGES = r"/(api|crm_graph|flask|werkzeug|marshmallow|work|threading)/"
"""Those whose functions are worth showing with all that they call."""


@dataclass(frozen=True, slots=True)
class InProcess:
    """Ours and the stack limit, to be called as a server calls them."""

    bench: Bench
    ours: Flask
    stack_limit: Flask

    def compare(self, key: str, operation: Operation) -> None:
        """Print the CPU time of the thread for a request: medians of rounds in which both take turns."""
        of_ours, of_limit = [], []
        for n in range(_ROUNDS + 1):
            limit, ours = self._limit_s(key, operation), self._ours_s(operation)
            if n:
                of_limit.append(limit)
                of_ours.append(ours)
        ours_ms, limit_ms = median(of_ours) * 1000, median(of_limit) * 1000
        print(f"{operation.name}: stack limit {limit_ms:.3f} ms, ours {ours_ms:.3f} ms, {ours_ms - limit_ms:.3f} more")

    def profile(self, operation: Operation) -> None:
        """Print the functions that took the most CPU time of their own, and with all that they called."""
        profiler = cProfile.Profile(time.thread_time)  # waiting for the database is no work of ours
        requests = operation.requests * 3
        for environ in self._environs(operation, _WARM_UP):
            _answer(self.ours, environ)
        for environ in self._environs(operation, requests):
            profiler.enable()
            _answer(self.ours, environ)
            profiler.disable()
        print(f"{operation.name}, {requests} requests")
        found = pstats.Stats(profiler)
        found.sort_stats("tottime").print_stats(_LINES)
        found.sort_stats("cumulative").print_stats(_PACKAGES, _LINES)

    def _ours_s(self, operation: Operation) -> float:
        return _thread_s(self.ours, self._environs(operation, operation.requests))

    def _limit_s(self, key: str, operation: Operation) -> float:
        bodies = [
            orjson.dumps([each.parameters for each in self.bench.statements(key, operation)])
            for _ in range(operation.requests)
        ]
        return _thread_s(self.stack_limit, [_environ(Request("POST", f"/{key}", body)) for body in bodies])

    def _environs(self, operation: Operation, requests: int) -> list[dict[str, Any]]:
        bench = self.bench
        return [
            _environ(operation.request(bench.account, next(bench.numbers)), f"Bearer {bench.token}")
            for _ in range(requests)
        ]


@contextmanager
def in_process(bench: Bench, directory: Path) -> Iterator[InProcess]:
    """Both applications, on the same server."""
    server = bench.server
    ours = create_app(bench.crm.settings, access_log=directory / "access.jsonl")
    try:
        with neo4j.GraphDatabase.driver(
            server.uri,
            auth=(server.username, server.password),
            telemetry_disabled=True,
            notifications_min_severity="OFF",
        ) as driver:
            yield InProcess(bench, ours, stack_limit.create_app(driver, bench.texts))
    finally:
        close(ours)


def _thread_s(app: Flask, environs: Sequence[dict[str, Any]]) -> float:
    """CPU seconds of this thread for one of the requests."""
    began = time.thread_time()
    for environ in environs:
        _answer(app, environ)
    return (time.thread_time() - began) / len(environs)


def _answer(app: Flask, environ: dict[str, Any]) -> None:
    answer = app.wsgi_app(environ, _start)
    b"".join(answer)
    cast(Any, answer).close()


def _start(status: str, headers: list[tuple[str, str]], error: object = None) -> Any:
    if status[0] != "2":
        raise AssertionError(f"An operation that is measured was answered {status}.")


def _environ(request: Request, authorization: str = "") -> dict[str, Any]:
    address = urlsplit(request.path)
    return {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": address.path,
        "QUERY_STRING": address.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1",
        "HTTP_AUTHORIZATION": authorization,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.input": BytesIO(request.body),
        "wsgi.url_scheme": "http",
        "wsgi.errors": None,
    }
