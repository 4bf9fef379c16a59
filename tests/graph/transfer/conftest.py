"""An account to import into, and a copy of the sample whose keys and names nothing else has."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.graph.embedded.server import Connection
from crm_graph.transfer import importer
from crm_graph.transfer.checking import Step
from crm_graph.transfer.reading import read_mapping
from crm_graph.transfer.report import ImportReport, RowError
from crm_graph.transfer.source import CSVSource
from crm_graph.unit import Actor, Unit

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "tests" / "samples" / "crm-sales-like"
EXAMPLE = ROOT / "examples" / "crm-sales.toml"


@pytest.fixture(scope="session")
def crm(neo4j_server: Connection) -> Iterator[Crm]:
    """An account whose imports have batches of five rows, so that the sample has several."""
    settings = Settings.from_environment(neo4j_server.as_environment())
    limits = replace(settings.limits, import_batch_rows=5)
    made = Crm(replace(settings, token="token-of-import-tests", limits=limits))
    made.prepare()
    yield made
    made.close()


@dataclass
class Recorder:
    """A follower that remembers the bad rows."""

    errors: list[RowError] = field(default_factory=list)

    def plan(self, rows: int) -> None:
        """Nothing."""

    def begin(self, step: Step, rows: int) -> None:
        """Nothing."""

    def commit(self, unit: Unit, cursor: int, rows: int, errors: Sequence[RowError]) -> None:
        """Nothing."""

    def keep(self, report: ImportReport, rows: int, errors: Sequence[RowError]) -> None:
        """Remember."""
        self.errors += errors

    def bad_lines(self) -> Iterator[tuple[str, int]]:
        """None."""
        return iter(())


@dataclass
class Sample:
    """A directory with files, the mapping for them, and the account they go to."""

    crm: Crm
    name: str
    directory: Path
    mapping: str

    def run(self, *, is_dry_run: bool = False) -> tuple[ImportReport, list[RowError]]:
        """Import it."""
        recorder = Recorder()
        actor = Actor(user_id=1, owner_id="1", source="IMPORT", source_id=self.name, is_super_admin=True)
        report = importer.run(
            self.crm, actor, read_mapping(self.mapping), CSVSource(self.directory), recorder, is_dry_run=is_dry_run
        )
        return report, recorder.errors

    def ask(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """Rows of a query; `r` is matched already, each record that this sample imported of type `kind`."""
        text = f"MATCH (c:_Claim)-[:CLAIMED_BY]->(r) WHERE c.key STARTS WITH $prefix {query}"
        prefix = f"{parameters.pop('kind')}|_import|{self.name}|"
        rows, _, _ = self.crm.graph.driver.execute_query(text, prefix=prefix, **parameters)
        return [row.data() for row in rows]

    def count(self, kind: str) -> int:
        """How many records of an object type this sample imported."""
        found: int = self.ask("RETURN count(r) AS n", kind=kind)[0]["n"]
        return found

    def write(self, file: str, content: str) -> None:
        """Replace a file."""
        (self.directory / file).write_text(content, "utf-8")

    def edit(self, file: str, old: str, new: str) -> None:
        """Change a text in a file, which must be there."""
        content = (self.directory / file).read_text("utf-8")
        assert old in content
        self.write(file, content.replace(old, new))


@pytest.fixture
def sample(crm: Crm, tmp_path: Path) -> Sample:
    """The sample of the repository under a name of its own, with agents of its own."""
    name = f"sample-{secrets.token_hex(5)}"
    for path in SAMPLE.glob("*.csv"):
        text = path.read_text("utf-8")
        for agent in ("Ada Brook", "Ben Cole", "Cora Dunn"):
            text = text.replace(agent, f"{agent}-{name}")
        (tmp_path / path.name).write_text(text, "utf-8")
    return Sample(crm, name, tmp_path, EXAMPLE.read_text("utf-8").replace('name = "crm-sales"', f'name = "{name}"', 1))


@pytest.fixture
def small(crm: Crm, tmp_path: Path) -> Sample:
    """An empty directory and no mapping yet."""
    return Sample(crm, f"small-{secrets.token_hex(5)}", tmp_path, "")
