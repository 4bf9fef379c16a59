"""The demo never touches the directory of another account, and says what takes long in its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm_graph import serving
from crm_graph.cli import commands
from crm_graph.serving import NotTheDemo


@pytest.mark.parametrize("options", [[], ["--reset"]])
def test_a_directory_with_another_account_is_refused_and_left_as_it_is(tmp_path: Path, options: list[str]):
    database = tmp_path / "neo4j" / "data"
    database.mkdir(parents=True)

    result = CliRunner().invoke(commands, ["demo", "--data", str(tmp_path), *options])

    assert isinstance(result.exception, NotTheDemo)
    assert list(tmp_path.rglob("*")) == [tmp_path / "neo4j", database]


def test_it_is_said_once_that_the_account_is_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def serve(data: Path, *, load: Any, **_: Any) -> None:
        load(None)

    monkeypatch.setattr(serving, "serve", serve)
    for told in ("Writing the demo account, once; it may take a minute or two.\n", ""):
        serving.serve_demo(tmp_path, host="127.0.0.1", port=8080, heap="512m")
        assert capsys.readouterr().err == told
