"""A stop takes less than three seconds whatever goes on, and leaves neither process nor port."""

from __future__ import annotations

import http.server
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import neo4j
import psutil
import pytest

from tests.faults.caller import Answer
from tests.faults.imports import Imports
from tests.faults.served import TOKEN, Served, within

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

STOP_S = 3


def processes_and_ports() -> tuple[set[int], set[int]]:
    """What runs and what is listened on; a zombie is nothing but an entry that its parent has not read yet."""
    running = {each.pid for each in psutil.process_iter(["status"]) if each.info["status"] != psutil.STATUS_ZOMBIE}
    listening = {each.laddr.port for each in psutil.net_connections("tcp") if each.status == psutil.CONN_LISTEN}
    return running, listening


def assert_stops(served: Served, number: signal.Signals = signal.SIGINT) -> None:
    """It ends in time and nothing is left of it."""
    assert served.popen
    own = {served.popen.pid, *(each.pid for each in served.belongings())}
    ports = set(served.listening())

    took_s = served.end(number)

    assert took_s < STOP_S
    running, listening = processes_and_ports()
    assert own & running == set()
    assert ports & listening == set()
    assert served.belongings() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stop_leaves_neither_process_nor_port(serve: Callable[[], Served], number: signal.Signals) -> None:
    served = serve()
    served.start()
    assert len(served.belongings()) >= 6, "supervisor, Neo4j, granian and its two workers, the worker for jobs"
    assert len(served.listening()) == 2
    assert_stops(served, number)


def test_a_killed_supervisor_leaves_no_more_than_an_unkilled_one(serve: Callable[[], Served]) -> None:
    served = serve()
    served.start()
    before = len(served.belongings())
    neo4j_before = served.neo4j
    served.kill_supervisor()
    assert within(3, lambda: [each.pid for each in served.belongings()] == [neo4j_before.pid])
    served.start()
    assert served.neo4j == neo4j_before
    assert len(served.listening()) == 2
    # The program that prepares short starts has ended by itself meanwhile, or has not.
    assert within(10, lambda: len(served.belongings()) <= before)
    assert_stops(served)


@pytest.mark.parametrize("seconds", [0.5, 2, 5, 9])
def test_a_stop_during_the_first_start_and_load(tmp_path: Path, seconds: float) -> None:
    served = Served(tmp_path / "data")
    try:
        served.begin("demo")
        time.sleep(seconds)
        assert_stops(served)
    finally:
        served.remove()


@contextmanager
def slow_repository() -> Iterator[str]:
    """The URL of a server that begins every answer and does not go on."""
    is_over = threading.Event()

    class Slow(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000000")
            self.end_headers()
            self.wfile.write(b"x")
            self.wfile.flush()
            is_over.wait(60)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        is_over.set()
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_stop_during_the_first_download(tmp_path: Path) -> None:
    with slow_repository() as url:
        environment = {"CRM_GRAPH_CACHE": str(tmp_path / "cache"), "CRM_GRAPH_MAVEN_URL": url}
        served = Served(tmp_path / "data", environment=environment)
        try:
            served.begin()
            assert within(20, lambda: any((tmp_path / "cache").rglob("*")))
            time.sleep(1)
            assert_stops(served)
        finally:
            served.remove()


def test_a_stop_during_an_import(serve: Callable[[], Served], tmp_path: Path) -> None:
    served = serve()
    served.environment["CRM_GRAPH_LIMIT_IMPORT_BATCH_ROWS"] = "5"
    served.start()
    thread = threading.Thread(target=(imports := Imports(served, tmp_path)).run)
    thread.start()
    running = "MATCH (j:_Job {state: 'running'}) WHERE j.done > 0 RETURN count(j) AS running"
    assert within(60, lambda: served.query(running)[0]["running"] == 1), served.said
    assert_stops(served)
    # The command waits for the server to come back, and the import goes on where it was.
    served.start()
    thread.join(120)
    assert list(imports.codes.values()) == [0], imports.said
    assert imports.torn() == []
    assert_stops(served)


def test_a_stop_with_a_client_whose_write_waits_for_a_lock(serve: Callable[[], Served]) -> None:
    served = serve()
    served.start()
    given = served.connection()
    answers: list[Answer] = []
    with served.callers(1) as (caller,):
        record_id = caller.create("contacts", firstname="Nick")
        path = f"/crm/v3/objects/contacts/{record_id}"
        with neo4j.GraphDatabase.driver(given.uri, auth=(given.username, given.password)) as driver:
            with driver.session() as session:
                transaction = session.begin_transaction()
                transaction.run("MATCH (r:Record {_key: $key}) SET r:Record", key=f"0-1:{record_id}").consume()
                body = {"properties": {"firstname": "Nicholas"}}
                waiting = threading.Thread(target=lambda: answers.append(caller.patch(path, body)))
                waiting.start()
                waiting.join(1)
                assert waiting.is_alive(), answers
                assert_stops(served)
                waiting.join(10)
                assert answers[0].status in (0, 503), answers[0]
                with pytest.raises(neo4j.exceptions.DriverError):
                    transaction.commit()
    served.start()
    with served.callers(1) as (caller,):
        assert caller.get(path).body["properties"]["firstname"] == "Nick"
    assert_stops(served)


def test_a_stop_with_a_client_that_does_not_send_its_body(serve: Callable[[], Served]) -> None:
    served = serve()
    served.start()
    with socket.create_connection(("127.0.0.1", served.port)) as slow:
        head = f"POST /crm/v3/objects/contacts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n"
        slow.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{{".encode())
        time.sleep(0.5)
        assert_stops(served)
