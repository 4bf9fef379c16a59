"""The demo never touches the directory of another account."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from crm_graph.cli import commands
from crm_graph.serving import NotTheDemo


@pytest.mark.parametrize("options", [[], ["--reset"]])
def test_a_directory_with_another_account_is_refused_and_left_as_it_is(tmp_path: Path, options: list[str]):
    database = tmp_path / "neo4j" / "data"
    database.mkdir(parents=True)

    result = CliRunner().invoke(commands, ["demo", "--data", str(tmp_path), *options])

    assert isinstance(result.exception, NotTheDemo)
    assert list(tmp_path.rglob("*")) == [tmp_path / "neo4j", database]
