"""Fetching the bundled Neo4j from a repository that these tests serve themselves."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from crm_graph.graph.embedded.download import Cancelled, DownloadFailed, Jar, fetch_jars, locked_jars

CONTENT = b"0123456789" * 30_000


class Repository:
    """A Maven repository on the loopback interface; `requests` has each path with its Range header."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.requests: list[tuple[str, str | None]] = []
        self.cut_at: int | None = None
        """Bytes after which the next answer breaks off."""
        self.is_hanging = threading.Event()
        """While set, answers stop after their first bytes."""
        self.has_ranges = True
        repository = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                repository.answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/maven"

    def add(self, path: str, content: bytes = CONTENT) -> Jar:
        self.files[f"/maven/{path}"] = content
        return Jar(path, len(content), hashlib.sha256(content).hexdigest())

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        range_asked = handler.headers["Range"]
        self.requests.append((handler.path, range_asked))
        content = self.files[handler.path]
        begin = int(range_asked[len("bytes=") : -1]) if range_asked and self.has_ranges else 0
        body = content[begin:]
        handler.send_response(206 if begin else 200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        cut_at, self.cut_at = self.cut_at, None
        if self.is_hanging.is_set():
            handler.wfile.write(body[:1000])
            handler.wfile.flush()
            while self.is_hanging.is_set():
                time.sleep(0.05)
        else:
            handler.wfile.write(body[:cut_at])


@pytest.fixture
def repository() -> Iterator[Repository]:
    found = Repository()
    thread = threading.Thread(target=found.server.serve_forever, args=(0.05,))
    thread.start()
    yield found
    found.is_hanging.clear()
    found.server.shutdown()
    found.server.server_close()
    thread.join()


def test_files_are_fetched_once(repository: Repository, tmp_path: Path):
    jars = [repository.add(f"org/a/{n}.jar", CONTENT[n:]) for n in range(20)]

    first = fetch_jars(tmp_path, repository.url, jars=jars)
    second = fetch_jars(tmp_path, repository.url, jars=jars)

    assert first == second == [tmp_path / f"{n}.jar" for n in range(20)]
    assert [path.read_bytes() for path in first] == [CONTENT[n:] for n in range(20)]
    assert len(repository.requests) == 20
    assert list(tmp_path.glob("*.part")) == []


def test_broken_off_file_is_resumed_where_it_stopped(repository: Repository, tmp_path: Path):
    jar = repository.add("org/a/a.jar")
    repository.cut_at = 131_072

    fetch_jars(tmp_path, repository.url, jars=[jar])

    assert (tmp_path / "a.jar").read_bytes() == CONTENT
    assert repository.requests[0] == ("/maven/org/a/a.jar", None)
    assert repository.requests[1] == ("/maven/org/a/a.jar", "bytes=131072-")


def test_partial_file_of_an_earlier_run_is_completed(repository: Repository, tmp_path: Path):
    jar = repository.add("org/a/a.jar")
    (tmp_path / "a.jar.part").write_bytes(CONTENT[:1000])

    fetch_jars(tmp_path, repository.url, jars=[jar])

    assert (tmp_path / "a.jar").read_bytes() == CONTENT
    assert repository.requests == [("/maven/org/a/a.jar", "bytes=1000-")]


def test_repository_without_ranges_is_read_from_the_beginning(repository: Repository, tmp_path: Path):
    jar = repository.add("org/a/a.jar")
    repository.has_ranges = False
    (tmp_path / "a.jar.part").write_bytes(CONTENT[:1000])

    fetch_jars(tmp_path, repository.url, jars=[jar])

    assert (tmp_path / "a.jar").read_bytes() == CONTENT


def test_partial_file_with_other_content_is_fetched_anew(repository: Repository, tmp_path: Path):
    jar = repository.add("org/a/a.jar")
    (tmp_path / "a.jar.part").write_bytes(b"x" * 1000)

    fetch_jars(tmp_path, repository.url, jars=[jar])

    assert (tmp_path / "a.jar").read_bytes() == CONTENT


@pytest.mark.parametrize("served", [CONTENT[:-1] + b"x", CONTENT + b"x", b""], ids=["changed", "longer", "empty"])
def test_file_that_is_not_the_locked_one_is_refused(repository: Repository, tmp_path: Path, served: bytes):
    jar = repository.add("org/a/a.jar")
    repository.files["/maven/org/a/a.jar"] = served

    with pytest.raises(DownloadFailed, match=r"a\.jar could not be fetched: its content is not the locked one"):
        fetch_jars(tmp_path, repository.url, jars=[jar])

    assert not (tmp_path / "a.jar").exists()


def test_fetching_that_hangs_is_cancelled_at_once(repository: Repository, tmp_path: Path):
    jar = repository.add("org/a/a.jar")
    repository.is_hanging.set()
    begin = time.monotonic()

    with pytest.raises(Cancelled):
        fetch_jars(tmp_path, repository.url, jars=[jar], cancelled=lambda: len(repository.requests) > 0)

    assert time.monotonic() - begin < 2


def test_two_at_once_fetch_each_file_once(repository: Repository, tmp_path: Path):
    jars = [repository.add(f"org/a/{n}.jar") for n in range(10)]

    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda _: fetch_jars(tmp_path, repository.url, jars=jars), range(2)))

    assert results[0] == results[1]
    assert len(repository.requests) == 10


def test_locked_files_have_names_of_their_own():
    jars = locked_jars()

    assert len({jar.name for jar in jars}) == len(jars) == 126
    assert "neo4j-2026.08.1.jar" in {jar.name for jar in jars}


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_during_the_first_download_ends_the_command(repository: Repository, tmp_path: Path, number: int):
    for jar in locked_jars():
        repository.files[f"/maven/{jar.path}"] = CONTENT
    repository.is_hanging.set()
    places = {"CRM_GRAPH_CACHE": str(tmp_path / "cache"), "CRM_GRAPH_MAVEN_URL": repository.url}
    command = [sys.executable, "-m", "crm_graph", "neo4j", "--data", str(tmp_path / "data")]
    process = subprocess.Popen(command, env={**os.environ, **places}, stderr=subprocess.DEVNULL)
    while not repository.requests:
        time.sleep(0.05)
    begin = time.monotonic()

    process.send_signal(number)

    assert process.wait(10) == 130
    assert time.monotonic() - begin < 3
