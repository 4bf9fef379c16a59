"""`crm-graph sign-in`: a link to what is served from a directory."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from crm_graph.accounts import sign_in
from crm_graph.crm import Crm
from crm_graph.graph.embedded.process import Process
from crm_graph.graph.embedded.server import Connection
from crm_graph.serving import NotServed, sign_in_link


@pytest.fixture
def served(tmp_path: Path) -> Path:
    """A directory as a server leaves it that listens on port 8090."""
    (tmp_path / "run.json").write_text(json.dumps({"supervisor": Process.this().as_record()}))
    (tmp_path / "url").write_text("http://127.0.0.1:8090")
    return tmp_path


def test_link_of_a_served_account_signs_in(served: Path, crm: Crm, neo4j_server: Connection) -> None:
    url, _, code = sign_in_link(served, neo4j_server).partition("/sign-in?code=")
    assert url == "http://127.0.0.1:8090"
    assert sign_in.begin(crm.graph, crm.clock, code)


def test_directory_that_nothing_is_served_from_is_refused(tmp_path: Path, neo4j_server: Connection) -> None:
    with pytest.raises(NotServed, match=str(tmp_path)):
        sign_in_link(tmp_path, neo4j_server)


def test_server_that_has_ended_is_no_longer_served(served: Path, neo4j_server: Connection) -> None:
    ended = {**Process.this().as_record(), "started": 0.0}
    (served / "run.json").write_text(json.dumps({"supervisor": ended}))
    with pytest.raises(NotServed):
        sign_in_link(served, neo4j_server)
