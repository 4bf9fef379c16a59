"""Neo4j dies under writing clients: nobody waits long, nothing that was acknowledged is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from tests.faults.caller import Answer, Caller
from tests.faults.served import Served, listens, within
from tests.faults.writers import Writing, missing, writing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

KILLS = 10
WRITING_S = 1.5


@dataclass
class Health:
    """What `/health` answered, with the moment at which it was asked."""

    answers: list[tuple[float, Answer]] = field(default_factory=list)

    def between(self, begin: float, end: float) -> list[Answer]:
        """Answers to what was asked in that time."""
        return [answer for at, answer in self.answers if begin <= at and at + answer.took_s <= end]


@contextmanager
def watched(served: Served) -> Iterator[Health]:
    """Ask about five times a second, each time on a new connection."""
    health, is_over = Health(), threading.Event()

    def watch() -> None:
        while not is_over.is_set():
            began = time.monotonic()
            with Caller(served.port) as caller:
                health.answers.append((began, caller.get("/health")))
            is_over.wait(0.2)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield health
    finally:
        is_over.set()
        thread.join()


def test_neo4j_killed_ten_times_loses_nothing_and_holds_nobody(serve: Callable[[], Served]) -> None:
    served = serve()
    served.start()
    back_s: list[float] = []
    lied: list[str] = []
    with watched(served) as health, writing(served, 8, seed=1) as clients:
        for _ in range(KILLS):
            before = sum(len(client.made) for client in clients)
            assert within(10, lambda before=before: sum(len(each.made) for each in clients) > before)
            time.sleep(WRITING_S)
            port = served.bolt_port
            killed_at = time.monotonic()
            served.kill_neo4j()
            assert within(30, lambda port=port: listens(port)), served.said
            listens_at = time.monotonic()
            assert within(30, lambda: served.is_healthy), served.said
            back_s.append(time.monotonic() - killed_at)
            # The monitor asks four times a second.
            told = health.between(killed_at + 1, listens_at)
            lied += [str(answer) for answer in told if answer.status != 503]
        time.sleep(WRITING_S)

    assert max(back_s) < 10, back_s
    assert lied == []
    assert {answer.status for _, answer in health.answers} == {200, 503}
    assert max(answer.took_s for _, answer in health.answers) < 1
    assert wrong(clients) == []
    assert sum(len(client.refusals) for client in clients) > KILLS
    assert missing(served, clients) == []
    assert served.findings() == []


def wrong(clients: list[Writing]) -> list[str]:
    """Answers that are neither a success nor a 503 that came soon and says when to try again."""
    answers = [answer for client in clients for answer in client.refusals]
    return [
        str(answer)
        for answer in answers
        if answer.status != 503 or answer.took_s > 3 or not _header(answer, "retry-after").isdigit()
    ]


def _header(answer: Answer, name: str) -> str:
    return next((value for key, value in answer.headers.items() if key.lower() == name), "")
