"""The start cache, made from a throwaway database."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest

from crm_graph.config import Places
from crm_graph.graph.embedded.download import fetch_jars, jar_folder
from crm_graph.graph.embedded.server import EmbeddedServer, start_cache
from crm_graph.graph.embedded.training import make_start_cache


@pytest.mark.slow
def test_server_starts_with_the_cache_that_was_made(tmp_path: Path):
    shared = Places.from_environment()
    own = Places(data=tmp_path, cache=tmp_path / "cache", maven_url=shared.maven_url)
    jar_folder(own.cache).mkdir(parents=True)
    for jar in fetch_jars(jar_folder(shared.cache), shared.maven_url):
        (jar_folder(own.cache) / jar.name).symlink_to(jar)

    assert make_start_cache(own)
    assert not make_start_cache(own)

    server = EmbeddedServer(tmp_path / "neo4j", places=own)
    with server:
        assert server.pid
        assert f"-XX:AOTCache={start_cache(own)}" in psutil.Process(server.pid).cmdline()
        assert str(start_cache(own)) in {mapping.path for mapping in psutil.Process(server.pid).memory_maps()}
