"""Who is let in when there is too much to do, and what is answered while the graph is away."""

from __future__ import annotations

import math
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import neo4j
import pytest
from werkzeug.test import Client as Browser

from api.admission import Admission
from api.app import close, create_app
from crm_graph.config import Limits, Settings
from crm_graph.crm import Crm
from crm_graph.graph.monitor import INTERVAL_S, Monitor
from crm_graph.graph.queries import load
from crm_graph.graph.tries import wait_until
from crm_graph.unit import Unit
from tests.api.client import Client
from tests.factories import SUPER_ADMIN

AWAY = Settings(neo4j_uri="bolt://127.0.0.1:1", threads=1, limits=Limits(waiting_requests=1, waiting_ms=200))
"""Nobody listens there."""


class Held:
    """An application whose requests last until they are released."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.at_work = threading.Semaphore(0)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer when released."""
        self.at_work.release()
        assert self.released.wait(10)
        start_response("200 OK", [])
        return [b"done"]


class Answering(Monitor):
    """A monitor of a graph that always answers."""

    trouble = None
    is_away = False


@pytest.fixture
def away() -> Iterator[Client]:
    """A client of an account whose graph is away."""
    app = create_app(AWAY)
    yield Client(app, "some token")
    close(app)


@contextmanager
def watching(
    answered_at: Callable[[], float], uri: str = AWAY.neo4j_uri, kind: type[Monitor] = Monitor
) -> Iterator[Monitor]:
    """A monitor of a graph that answers others in its process at these times, and would not answer itself."""
    monitor = kind(replace(AWAY, neo4j_uri=uri), answered_at)
    monitor.start()
    try:
        yield monitor
    finally:
        monitor.stop()


def test_health_is_ok_while_the_graph_answers(client: Client) -> None:
    assert wait_until(lambda: client.get("/health").status_code == 200, 60)
    assert client.signed_in_as(None).get("/health/").get_json()["status"] == "ok"


def test_health_says_why_it_is_not(away: Client) -> None:
    assert wait_until(lambda: "does not answer" in away.get("/health").get_json()["reason"], 60)
    began = time.monotonic()
    answer = away.get("/health")
    assert time.monotonic() - began < 1
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"


def test_a_graph_that_answers_others_is_not_asked() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        uri = f"bolt://127.0.0.1:{nobody.getsockname()[1]}"
        with watching(time.monotonic, uri) as monitor:
            assert wait_until(lambda: monitor.trouble is None, 60)
            time.sleep(4 * INTERVAL_S)
            assert not monitor.is_away
        nobody.setblocking(False)
        with pytest.raises(BlockingIOError):
            nobody.accept()


def test_a_graph_is_asked_when_others_have_no_answers_any_more() -> None:
    are_silent = threading.Event()
    with watching(lambda: -math.inf if are_silent.is_set() else time.monotonic()) as monitor:
        assert wait_until(lambda: monitor.trouble is None, 60)
        are_silent.set()
        # Not only that it "has not answered".
        assert wait_until(lambda: "does not answer" in (monitor.trouble or ""), 60)


def test_a_graph_that_answers_others_is_not_away_while_a_question_to_it_hangs() -> None:
    class Hanging(Monitor):
        def _probe(self, driver: neo4j.Driver) -> None:
            self._has_answered(time.monotonic())
            is_asked.set()
            self._stop.wait()

    is_asked, answered = threading.Event(), [-math.inf]
    with watching(lambda: answered[0], kind=Hanging) as monitor:
        assert is_asked.wait(10)
        assert wait_until(lambda: monitor.is_away, 60)
        answered[0] = time.monotonic()
        assert not monitor.is_away


def test_health_goes_by_what_the_graph_answers_to_requests(crm: Crm) -> None:
    def is_asked_and_well() -> bool:
        crm.graph.plain(load("definitions").versions)
        return browser.get("/health").status_code == 200

    app = create_app(AWAY, crm)
    browser = app.test_client()
    assert wait_until(is_asked_and_well, 60)
    assert wait_until(lambda: browser.get("/health").status_code == 503, 60)
    app.extensions["monitor"].stop()


@pytest.mark.parametrize(
    "ask",
    [
        lambda unit: unit.graph.ask(load("records").claimed_by, keys=[]),
        lambda unit: unit.together(lambda several: several.graph.ask(load("records").claimed_by, keys=[])),
    ],
    ids=["single", "several"],
)
def test_a_statement_tells_when_the_graph_answered(crm: Crm, ask: Callable[[Unit], Any]) -> None:
    crm.run(SUPER_ADMIN, lambda unit: unit.graph.ask(load("records").claimed_by, keys=[]))  # the model is read now
    before = crm.graph.answered_at
    crm.run(SUPER_ADMIN, ask)
    assert crm.graph.answered_at > before


def test_request_is_503_within_three_seconds_while_the_graph_is_away(away: Client) -> None:
    for _ in range(3):
        began = time.monotonic()
        answer = away.get("/crm/v3/objects/contacts")
        assert time.monotonic() - began < 3
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "1"
        assert answer.get_json()["status"] == "error"


def test_requests_beyond_the_line_are_sent_away_and_health_never() -> None:
    held = Held()
    limits = Limits(waiting_requests=1, waiting_ms=10_000)
    admission = Admission(held, Settings(threads=1, limits=limits), Answering(AWAY))
    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(Browser(admission).get, "/first")
        assert held.at_work.acquire(timeout=5)
        second = pool.submit(Browser(admission).get, "/second")
        assert wait_until(lambda: Browser(admission).get("/third").status_code == 503, 60)
        refused = Browser(admission).get("/third")
        assert refused.headers["Retry-After"] == "1"
        assert Browser(admission).get("/health").status_code == 200
        held.released.set()
        assert first.result(5).status_code == second.result(5).status_code == 200


def test_request_does_not_wait_in_line_for_ever() -> None:
    held = Held()
    admission = Admission(held, AWAY, Answering(AWAY))
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(Browser(admission).get, "/first")
        assert held.at_work.acquire(timeout=5)
        began = time.monotonic()
        assert Browser(admission).get("/second").status_code == 503
        assert 0.2 <= time.monotonic() - began < 2
        held.released.set()
        assert first.result(5).status_code == 200
