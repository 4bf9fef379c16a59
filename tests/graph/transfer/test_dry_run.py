"""A dry run where there is no account: it is against an empty one, and nothing is left of it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import neo4j
import pytest
from click.testing import CliRunner, Result

from crm_graph.cli import commands
from crm_graph.errors import CRMError
from crm_graph.graph.embedded.server import EmbeddedServer
from tests.conftest import SHORT_LIVED

pytestmark = pytest.mark.slow

MAPPING = """
name = "people"
[[files]]
path = "people.csv"
[[files.records]]
object_type = "contact"
key = { column = "mail", property = "email" }
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with a mapping and one row; no server is named."""
    for name in ("NEO4J_URI", "NEO4J_USERNAME", "NEO4J_PASSWORD", "CRM_GRAPH_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    made = tmp_path / "files"
    made.mkdir()
    (made / "people.csv").write_text("mail\nann@example.com\n", "utf-8")
    (made / "people.toml").write_text(MAPPING, "utf-8")
    return made


def dry_run(files: Path, data: Path) -> Result:
    given = ["import", str(files / "people.toml"), "--from", str(files), "--errors", str(files / "errors.csv")]
    return CliRunner().invoke(commands, [*given, "--dry-run", "--data", str(data)])


def test_a_dry_run_without_an_account_says_so_and_leaves_nothing(files: Path, tmp_path: Path) -> None:
    data = tmp_path / "data"
    result = dry_run(files, data)
    assert result.exit_code == 0, result.output
    assert f"There is no account in {data} yet: this dry run is against an empty one" in result.output
    assert "token" not in result.output
    assert sorted(each.name for each in tmp_path.iterdir()) == ["files"]


def test_a_dry_run_makes_no_account_in_a_database_without_one(
    files: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with EmbeddedServer(tmp_path / "other", heap="400m", java_options=SHORT_LIVED) as connection:
        for name, value in connection.as_environment().items():
            monkeypatch.setenv(name, value)
        result = dry_run(files, tmp_path / "data")
        with neo4j.GraphDatabase.driver(connection.uri, auth=(connection.username, connection.password)) as driver:
            [[nodes]] = driver.execute_query("MATCH (n) RETURN count(n)").records
    assert isinstance(result.exception, CRMError)
    assert result.exception.message.startswith(f"There is no account in the Neo4j at {connection.uri}")
    assert nodes == 0
