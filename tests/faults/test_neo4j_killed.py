"""Neo4j dies under writing clients: nobody waits long, nothing that was acknowledged is lost."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from tests.faults.caller import Answer, Caller
from tests.faults.served import Served, listens, wait_for_a_quiet_machine, within
from tests.faults.writers import missing, writing

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

KILLS = 10
WRITING_S = 1.5


@dataclass(frozen=True)
class Away:
    """When Neo4j was killed, when it listened again, and how long it was until it served."""

    killed_at: float
    listens_at: float
    seconds: float


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
    wait_for_a_quiet_machine()
    quiet_s = killed_and_back(served).seconds
    back_s: list[float] = []
    lied: list[str] = []
    with watched(served) as health, writing(served, 8, seed=1) as clients:
        for _ in range(KILLS):
            before = sum(len(client.made) for client in clients)
            assert within(30, lambda before=before: sum(len(each.made) for each in clients) > before)
            time.sleep(WRITING_S)
            away = killed_and_back(served)
            back_s.append(away.seconds)
            # The monitor asks at most half a second after somebody was answered last.
            told = health.between(away.killed_at + 1, away.listens_at)
            lied += [str(answer) for answer in told if answer.status != 503]
        time.sleep(WRITING_S)

    asked = [answer for _, answer in health.answers]
    refusals = [answer for client in clients for answer in client.refusals]
    assert lied == []
    assert {answer.status for answer in asked} == {200, 503}
    assert [str(answer) for answer in refusals if not is_polite(answer)] == []
    assert len(refusals) > KILLS
    assert missing(served, clients) == []
    assert served.findings() == []
    # Where a start alone takes more than half of the ten seconds, the machine is what is slow.
    slow = max(1, quiet_s / 5)
    assert [str(answer) for answer in refusals if answer.took_s >= 3 * slow] == []
    assert [str(answer) for answer in asked if answer.took_s >= 1 * slow] == []
    assert max(back_s) < 10 * slow, (quiet_s, back_s)


def killed_and_back(served: Served) -> Away:
    """Kill Neo4j and return when it serves again."""
    port, killed_at = served.bolt_port, time.monotonic()
    served.kill_neo4j()
    assert within(60, lambda: listens(port)), served.said
    listens_at = time.monotonic()
    assert within(60, lambda: served.is_healthy), served.said
    return Away(killed_at, listens_at, time.monotonic() - killed_at)


def is_polite(answer: Answer) -> bool:
    """Whether it is a 503 that says when to try again."""
    retry_after = next((value for name, value in answer.headers.items() if name.lower() == "retry-after"), "")
    return answer.status == 503 and retry_after.isdigit()
