"""The worker: `python -m crm_graph.jobs.worker` numbers the feed, follows it, and does the jobs it finds in the graph.

Any number of workers may run, on any host. Nothing is kept outside the graph, so a worker that
is killed loses nothing: another takes its job up at the cursor when the lease has run out.
"""

from __future__ import annotations

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Mapping

from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.errors import CRMError, StaleModel, Unavailable
from crm_graph.feed.number import INTERVAL_S, number
from crm_graph.graph.embedded.stopping import Stopping
from crm_graph.jobs import job, search_text
from crm_graph.jobs.heartbeat import Heartbeat
from crm_graph.jobs.job import Cancelled, Held, LeaseLost
from crm_graph.records import archive
from crm_graph.segments import filling, follower, purging, writing
from crm_graph.transfer import jobs as imports

log = logging.getLogger(__name__)

Work = Callable[[Crm, Held], bool]
"""Does a job from its cursor on, batch by batch. True at its end, False soon after `held.stopping()` became true."""

KINDS: dict[str, Work] = {
    imports.KIND: imports.work,
    search_text.KIND: search_text.work,
    writing.KIND: filling.work,
}
"""What each kind of job does."""
_SHORT = frozenset({writing.KIND})
"""Kinds of which none waits for one of the others, that may take an hour, to end."""

_LOOK_S = 0.5
_AWAY_S = 0.5
_GRACE_S = 0.5
_SWEEP_S = 60


class Worker:
    """Numbers the feed, follows it, removes what is over, does a long and a short job at a time: a thread each."""

    def __init__(self, crm: Crm, kinds: Mapping[str, Work] = KINDS) -> None:
        self._crm = crm
        self._long = {kind: work for kind, work in kinds.items() if kind not in _SHORT}
        self._short = {kind: work for kind, work in kinds.items() if kind in _SHORT}
        self._stop = threading.Event()
        # Daemons: what a thread that cannot stop in time was writing is rolled back when the process ends.
        self._threads = [
            threading.Thread(target=self._repeat, args=(step, pause_s), name=step.__name__.strip("_"), daemon=True)
            for step, pause_s in (
                (self._number, INTERVAL_S),
                (self._follow, follower.INTERVAL_S),
                (self._remove_purged, _LOOK_S),
                (self._sweep, _SWEEP_S),
                (self._work_long, _LOOK_S),
                (self._work_short, _LOOK_S),
            )
        ]

    def start(self) -> None:
        """Begin; returns at once."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> bool:
        """Ask for the end and wait for it a little; whether everything came to rest in that time."""
        self._stop.set()
        end = time.monotonic() + _GRACE_S
        for thread in self._threads:
            thread.join(max(end - time.monotonic(), 0))
        return not any(thread.is_alive() for thread in self._threads)

    def _repeat(self, step: Callable[[], bool], pause_s: float) -> None:
        """Call `step` for ever, at once while it says that there is more; a graph that is away is waited for."""
        is_away = False
        while not self._stop.is_set():
            try:
                has_more = step()
            except (Unavailable, StaleModel) as error:
                if not is_away:
                    log.warning("waiting for the graph: %s", error)
                is_away = True
                self._stop.wait(_AWAY_S)
                continue
            except Exception:
                log.exception("the worker goes on after an error")
                self._stop.wait(_AWAY_S)
                continue
            if is_away:
                log.warning("the graph is back")
                is_away = False
            if not has_more:
                self._stop.wait(pause_s)

    def _number(self) -> bool:
        return number(self._crm.graph).count >= self._crm.graph.limits.feed_batch

    def _follow(self) -> bool:
        return follower.follow(self._crm, self._stop.is_set)

    def _remove_purged(self) -> bool:
        return archive.remove_purged(self._crm.graph)

    def _sweep(self) -> bool:
        for what, sweep in (("files of imports that are none", imports.sweep), ("deleted lists", purging.purge)):
            try:
                sweep(self._crm)
            except Exception as error:
                log.warning("%s could not be removed: %s", what, error)
        return False

    def _work_long(self) -> bool:
        return self._work(self._long)

    def _work_short(self) -> bool:
        return self._work(self._short)

    def _work(self, kinds: Mapping[str, Work]) -> bool:
        held = job.claim(self._crm.graph, kinds, self._stop.is_set)
        if held is None:
            return False
        log.info("job %s (%s) from %d", held.job.id, held.job.kind, held.job.cursor)
        try:
            with Heartbeat(held):
                has_ended = kinds[held.job.kind](self._crm, held)
        except LeaseLost as error:
            log.warning("%s", error)
        except Cancelled:
            held.end(job.CANCELLED)
        except Unavailable:
            # Where the graph is away this fails too, and the job is free when its lease has run out.
            held.end(job.WAITING)
            raise
        except CRMError as error:
            held.end(job.FAILED, error.message)
        except Exception:
            held.end(job.FAILED, "It ended with an error that the worker's log has.")
            raise
        else:
            held.end(job.DONE if has_ended else job.WAITING)
        return True


def main() -> None:
    """Run a worker with the settings of the environment until SIGTERM or Ctrl-C."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s worker %(levelname)s %(message)s")
    with Stopping() as stopping:
        crm = Crm(Settings.from_environment())
        worker = Worker(crm)
        worker.start()
        log.info("started")
        stopping.wait(math.inf)
        has_stopped = worker.stop()
        log.info("stopped")
        if not has_stopped:
            # A thread waits for a graph that is away; closing its connections would wait with it.
            os._exit(0)
        crm.close()


if __name__ == "__main__":
    main()
