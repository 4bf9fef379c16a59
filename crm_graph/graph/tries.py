"""How long something is tried again, and what a statement may take meanwhile; the same for all doors to the graph."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable
from typing import TypeVar

from neo4j import exceptions as driver_errors
from tenacity import Retrying, retry_if_exception_type, wait_exponential_jitter

from crm_graph.config import Limits
from crm_graph.errors import Busy, GraphUnavailable
from crm_graph.graph.failures import PASSING, Gone, Lost, Refused

T = TypeVar("T")

_RECOVERING_S = 15.0
"""How long after its last refusal a graph counts as just come back."""
_RECOVERING_TRIES_S = 1.2
"""How long something is then tried again at most: who asks what is defined and then writes is answered within 3 s."""
_LEAST_S = 0.5
"""What a statement may then take in any case."""


class Tries:
    """The tries against one graph, which may have been away; `on_refused` is called when it is."""

    def __init__(self, limits: Callable[[], Limits], on_refused: Callable[[], None]) -> None:
        self._limits = limits
        self._on_refused = on_refused
        self._lost_at = -math.inf

    @property
    def is_recovering(self) -> bool:
        """Whether the graph was away a moment ago."""
        return time.monotonic() - self._lost_at < _RECOVERING_S

    def end(self, begun_at: float | None = None) -> float:
        """Until when something that begins now is tried again, by the monotonic clock.

        Where the graph was away a moment ago that counts from `begun_at`, when the work began of which it is a part.
        """
        is_recovering = self.is_recovering
        begin = begun_at if begun_at is not None and is_recovering else time.monotonic()
        return begin + self.seconds(is_recovering=is_recovering)

    def seconds(self, *, is_recovering: bool) -> float:
        """How long something is tried again."""
        tries_s = self._limits().retry_ms / 1000
        return min(tries_s, _RECOVERING_TRIES_S) if is_recovering else tries_s

    def limit_ms(self, end: float, most_ms: int) -> int:
        """What a statement may take that begins now and whose tries end at `end`: `most_ms`, or less.

        A graph that was away plans everything anew; so that nobody waits long for it, a statement then has the time
        of its tries and no more.
        """
        if not self.is_recovering:
            return most_ms
        return min(most_ms, int(max(end - time.monotonic(), _LEAST_S) * 1000))

    def repeat(self, attempt: Callable[[], T], end: float | None = None) -> T:
        """What `attempt` returns at its first success; after the first none is begun behind `end`.

        Busy where the graph never came to it, GraphUnavailable where it does not answer.
        """
        end = self.end() if end is None else end
        try:
            return attempt()
        except PASSING as error:
            failures: list[Exception] = [error]

        def again() -> T:
            try:
                if failures:  # the first attempt counts, and was made without what trying again costs
                    raise failures.pop()
                return attempt()
            except Refused:
                self._lost_at = time.monotonic()
                self._on_refused()
                raise

        retrying = Retrying(
            retry=retry_if_exception_type(PASSING),
            wait=wait_exponential_jitter(multiplier=0.005, max=0.2, jitter=0.005),
            # What begins last has its time too.
            stop=lambda state: time.monotonic() + state.upcoming_sleep > end - _LEAST_S * self.is_recovering,
            reraise=True,
        )
        try:
            return retrying(again)
        except (driver_errors.TransientError, Gone) as error:
            raise Busy("The graph was too busy to finish this in time; try again.") from error
        except Lost as error:
            raise GraphUnavailable("The graph does not answer.") from error


def wait_until(ready: Callable[[], bool], seconds: float) -> bool:
    """Whether `ready` came true within the time; asked about twenty times a second."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if ready():
            return True
        time.sleep(0.04 + random.random() * 0.02)
    return False
