"""`crm-graph serve` and `demo` where the files of the pages were not fetched."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from api.web import assets
from crm_graph.cli import commands


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_nothing_is_started_without_the_files_of_the_pages(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "VENDOR", tmp_path / "nothing")
    result = CliRunner().invoke(commands, [command, "--data", str(tmp_path / "data")])
    assert isinstance(result.exception, assets.AssetsMissing)
    assert not (tmp_path / "data").exists()
