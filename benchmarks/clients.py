"""What runs in the clients' process: requests sent one after the other by each client, and what they cost.

The costs are CPU seconds of processes that are watched, with their children; this process counts
only where it is itself the program that is measured.
"""

from __future__ import annotations

import re
import socket
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import neo4j
import psutil

from benchmarks.recorder import Issued
from crm_graph.graph.embedded.server import Connection

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Cost:
    """What a number of requests took, in seconds."""

    requests: int
    wall_s: float
    cpu_s: float

    @property
    def cpu_ms(self) -> float:
        """CPU milliseconds of one request."""
        return self.cpu_s / self.requests * 1_000

    @property
    def per_second(self) -> float:
        """Requests a second."""
        return self.requests / self.wall_s


def send(port: int, requests: Sequence[bytes], clients: int, watched: Sequence[int]) -> Cost:
    """The cost of the requests to a web application, each client with a connection of its own."""
    connections = [_HTTPConnection(port) for _ in range(clients)]

    def one(client: int) -> None:
        for request in requests[client::clients]:
            connections[client].send(request)

    try:
        return _measured(one, len(requests), clients, lambda: cpu_s(watched))
    finally:
        for connection in connections:
            connection.close()


def run_statements(
    server: Connection, requests: Sequence[Sequence[Issued]], clients: int, watched: Sequence[int]
) -> Cost:
    """The cost of the statements by the bare driver, this process included."""
    auth = (server.username, server.password)
    with neo4j.GraphDatabase.driver(
        server.uri, auth=auth, telemetry_disabled=True, notifications_min_severity="OFF"
    ) as driver:
        sessions = [driver.session() for _ in range(clients)]
        for session in sessions:
            session.run("RETURN 1").consume()

        def one(client: int) -> None:
            session = sessions[client]
            for request in requests[client::clients]:
                for issued in request:
                    session.run(issued.text, issued.parameters).single(strict=True)

        try:
            return _measured(one, len(requests), clients, lambda: cpu_s(watched) + time.process_time())
        finally:
            for session in sessions:
                session.close()


def cpu_s(pids: Sequence[int]) -> float:
    """CPU seconds that the processes and what they started have used so far."""
    total = 0.0
    for pid in pids:
        process = psutil.Process(pid)
        total += sum(_cpu_s(each) for each in (process, *process.children(recursive=True)))
    return total


def _cpu_s(process: psutil.Process) -> float:
    if sys.platform == "linux":
        # The clock that clock_getcpuclockid(3) names: what psutil reads is counted in steps of ten milliseconds.
        return time.clock_gettime((~process.pid << 3) | 2)
    times = process.cpu_times()
    return times.user + times.system


def _measured(one: Callable[[int], None], requests: int, clients: int, read_cpu_s: Callable[[], float]) -> Cost:
    failures: list[BaseException] = []

    def guarded(client: int) -> None:
        try:
            one(client)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=guarded, args=(client,)) for client in range(clients)]
    cpu_before, began = read_cpu_s(), time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wall = time.perf_counter() - began
    cost = Cost(requests, wall, read_cpu_s() - cpu_before)
    if failures:
        raise failures[0]
    return cost


class _HTTPConnection:
    """A kept connection that costs the clients' process as little as it can."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, request: bytes) -> None:
        self._socket.sendall(request)
        answer = self._socket.recv(65_536)
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._more()
        head = answer[:end]
        found = _LENGTH.search(head)
        left = (int(found[1]) if found else 0) - (len(answer) - end - 4)
        body = answer[end + 4 :]
        while left > 0:
            more = self._more()
            left -= len(more)
            body += more
        if not head.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(f"{request[:200]!r} was answered by {head[:100]!r} {body[:500]!r}")

    def _more(self) -> bytes:
        more = self._socket.recv(262_144)
        if not more:
            raise ConnectionError("The web application closed the connection.")
        return more

    def close(self) -> None:
        self._socket.close()
