"""Fetches the locked files of Neo4j into the user's cache; what is in the cache under its final name is verified.

Files are fetched in parallel, resumed where an earlier run stopped, checked against the size and
SHA-256 of `jars.lock.json`, and only then renamed to their final name.
"""

from __future__ import annotations

import hashlib
import json
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import requests
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from crm_graph.errors import CRMError
from crm_graph.graph.embedded.lock import held

VERSION = "2026.08.1"
_THREADS = 8
_CHUNK = 128 * 1024
_TIMEOUT_S = (10, 30)  # to connect, and between two reads
_ATTEMPTS = 4


class DownloadFailed(CRMError):
    """A file of the bundled Neo4j could not be fetched, or is not the locked one."""


class Cancelled(CRMError):
    """Whoever asked for it wants it no longer."""


@dataclass(frozen=True, slots=True)
class Jar:
    """One file of Neo4j: its path in a Maven repository, its bytes and their SHA-256."""

    path: str
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """The file's own name; unique among the locked ones."""
        return self.path.rpartition("/")[2]


def jar_folder(cache: Path) -> Path:
    """Where a cache directory has the files of this version."""
    return cache / f"neo4j-{VERSION}"


def locked_jars() -> tuple[Jar, ...]:
    """Every file that the bundled Neo4j needs, as locked."""
    return tuple(Jar(**row) for row in json.loads(files(__package__).joinpath("jars.lock.json").read_text("utf-8")))


def fetch_jars(
    folder: Path,
    maven_url: str = "",
    *,
    jars: Sequence[Jar] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
) -> list[Path]:
    """The paths of all files, after fetching those that `folder` lacks.

    `maven_url` is the base of a Maven repository, the public one when empty. Safe with several
    processes at once. Raises DownloadFailed, and Cancelled soon after `cancelled()` became true.
    """
    wanted = locked_jars() if jars is None else jars

    def check() -> None:
        if cancelled():
            raise Cancelled("Fetching Neo4j was cancelled.")

    if _missing(folder, wanted):
        with held(folder / ".lock", check=check):
            missing = _missing(folder, wanted)  # another process may have fetched them meanwhile
            if missing:
                _fetch_all(folder, (maven_url or _public_repository()).rstrip("/"), missing, check)
    return [folder / jar.name for jar in wanted]


def _missing(folder: Path, jars: Sequence[Jar]) -> list[Jar]:
    # Size is enough: a file gets its final name only after its checksum was right.
    sizes = {path.name: path.stat().st_size for path in folder.glob("*.jar")} if folder.is_dir() else {}
    return [jar for jar in jars if sizes.get(jar.name) != jar.size]


def _public_repository() -> str:
    from jgo.constants import MAVEN_CENTRAL_URL  # slow to import, and needed once per machine

    return str(MAVEN_CENTRAL_URL)


def _fetch_all(folder: Path, maven_url: str, jars: Sequence[Jar], check: Callable[[], None]) -> None:
    todo: queue.SimpleQueue[Jar] = queue.SimpleQueue()
    news: queue.SimpleQueue[int | BaseException | None] = queue.SimpleQueue()
    for jar in sorted(jars, key=lambda jar: -jar.size):
        todo.put(jar)
    stop = threading.Event()

    def work() -> None:
        with requests.Session() as session:
            while not stop.is_set():
                try:
                    jar = todo.get_nowait()
                except queue.Empty:
                    break
                try:
                    _fetch(session, maven_url, jar, folder, news.put, stop)
                except BaseException as error:
                    news.put(error)
                    break
        news.put(None)

    # Daemons, so that an interrupted process never waits for a read that hangs.
    threads = [threading.Thread(target=work, name=f"fetch-{n}", daemon=True) for n in range(min(_THREADS, len(jars)))]
    try:
        with _progress() as progress:
            task = progress.add_task(f"Fetching Neo4j {VERSION}", total=sum(jar.size for jar in jars))
            for thread in threads:
                thread.start()
            running = len(threads)
            while running:
                check()
                try:
                    item = news.get(timeout=0.1)
                except queue.Empty:
                    continue
                if item is None:
                    running -= 1
                elif isinstance(item, BaseException):
                    raise item
                else:
                    progress.advance(task, item)
    finally:
        stop.set()


def _fetch(
    session: requests.Session,
    maven_url: str,
    jar: Jar,
    folder: Path,
    report: Callable[[int], None],
    stop: threading.Event,
) -> None:
    partial = folder / f"{jar.name}.part"
    fault = ""
    for attempt in range(_ATTEMPTS):
        if stop.wait(0.5 * attempt):
            return
        is_resumed = partial.exists()
        try:
            digest = _append(session, f"{maven_url}/{jar.path}", jar, partial, report, stop)
        except (requests.RequestException, OSError) as error:
            fault = str(error)
            continue
        if stop.is_set():
            return
        if partial.stat().st_size == jar.size and digest == jar.sha256:
            partial.replace(folder / jar.name)
            return
        fault = "its content is not the locked one"
        report(-partial.stat().st_size)
        partial.unlink()
        if not is_resumed:
            break
    raise DownloadFailed(f"{jar.name} could not be fetched: {fault}.")


def _append(
    session: requests.Session,
    url: str,
    jar: Jar,
    partial: Path,
    report: Callable[[int], None],
    stop: threading.Event,
) -> str:
    """The SHA-256 of the partial file after everything that it lacked was added."""
    digest = hashlib.sha256()
    with partial.open("ab+") as file:
        file.seek(0)
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
        have = file.tell()
        report(have)
        received = have
        try:
            if have < jar.size:
                headers = {"Range": f"bytes={have}-"} if have else {}
                with session.get(url, headers=headers, stream=True, timeout=_TIMEOUT_S) as answer:
                    answer.raise_for_status()
                    if have and answer.status_code != requests.codes.partial_content:
                        file.truncate(0)
                        digest = hashlib.sha256()
                        report(-have)
                        received = 0
                    for chunk in answer.iter_content(_CHUNK):
                        file.write(chunk)
                        digest.update(chunk)
                        received += len(chunk)
                        report(len(chunk))
                        if stop.is_set() or received > jar.size:
                            break
        except BaseException:
            report(-received)  # the next attempt counts what is kept again
            raise
    return digest.hexdigest()


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        console=Console(file=sys.stderr),
        transient=True,
    )
