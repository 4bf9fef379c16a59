"""`crm-graph import`: where the import runs, its progress, and what is printed of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.table import Table

from crm_graph.config import Places, Settings
from crm_graph.crm import Crm
from crm_graph.definitions.changes.publication import confirm
from crm_graph.errors import CRMError, StaleModel
from crm_graph.graph.embedded.server import EmbeddedServer
from crm_graph.graph.embedded.stopping import Stopping
from crm_graph.transfer import importer
from crm_graph.transfer.checking import Step
from crm_graph.transfer.reading import read_mapping
from crm_graph.transfer.remote import RemoteImports
from crm_graph.transfer.report import ErrorsFile, ImportReport, RowError
from crm_graph.transfer.source import CSVSource
from crm_graph.unit import Actor, Unit

EXIT_BAD_ROWS = 3
"""Exit code where rows were left out; 1 is for an import that could not run, 2 for a wrong command line."""

EXIT_STOPPED = 130


@click.command("import")
@click.argument("mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--from",
    "directory",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Directory with the CSV files that the mapping names.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be created, updated and left out, and write nothing.")
@click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    help="File for the rows that are left out.  [default: MAPPING-errors.csv in the working directory]",
)
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=lambda: Places.from_environment().data,
    show_default="the user's data directory",
    help="Directory of the account.",
)
def import_files(mapping: Path, directory: Path, dry_run: bool, errors: Path | None, data: Path) -> None:
    """Import CSV files as MAPPING says: object types, associations, owners, line items in one go.

    It goes into the server that CRM_GRAPH_URL and CRM_GRAPH_TOKEN name, else into the Neo4j of NEO4J_URI, else into
    the account in the data directory, whether that is being served or not; where there is none it is made, and a dry
    run is against an empty one that leaves nothing behind. A second run changes nothing. Exit code 3 says that rows
    were left out; the errors file has each with its line, column and reason.
    """
    text = mapping.read_text("utf-8")
    kept = errors or Path(f"{mapping.stem}-errors.csv")
    console = Console(stderr=True)
    with ErrorsFile(kept) as errors_file:
        if url := os.environ.get("CRM_GRAPH_URL"):
            report = _remotely(url, text, directory, errors_file, console, is_dry_run=dry_run)
        else:
            report = _directly(data, text, directory, errors_file, console, is_dry_run=dry_run)
    _print(report, errors_file, console)
    if not report.has_ended:
        sys.exit(EXIT_STOPPED)
    if errors_file.count:
        sys.exit(EXIT_BAD_ROWS)


class _Follower:
    """Shows the passes as progress bars and keeps the bad rows in a file."""

    def __init__(self, progress: Progress, errors: ErrorsFile) -> None:
        self._progress = progress
        self._errors = errors
        self._task: TaskID | None = None

    def plan(self, rows: int) -> None:
        """Nothing: each pass has a bar of its own."""

    def begin(self, step: Step, rows: int) -> None:
        """A bar for the pass."""
        self._task = self._progress.add_task(f"{step.file.path}: {step.title}", total=rows)

    def commit(self, unit: Unit, cursor: int, rows: int, errors: Sequence[RowError]) -> None:
        """Nothing: a run from the command line begins anew, and passes over what is there."""

    def keep(self, report: ImportReport, rows: int, errors: Sequence[RowError]) -> None:
        """Write the bad rows and move the bar."""
        self._errors.keep(errors)
        if self._task is not None:
            self._progress.advance(self._task, rows)

    def bad_lines(self) -> Iterator[tuple[str, int]]:
        """None: see commit."""
        return iter(())


def _directly(
    data: Path, text: str, directory: Path, errors: ErrorsFile, console: Console, *, is_dry_run: bool
) -> ImportReport:
    mapping = read_mapping(text)
    with (
        _account(data, console, is_dry_run=is_dry_run) as home,
        Stopping(lambda: os._exit(EXIT_STOPPED)) as stopping,
        _settings(home, stopping) as settings,
    ):
        # A second Ctrl-C ends this process alone; a Neo4j that it leaves behind is taken over by the next command.
        crm = Crm(settings)
        try:
            if is_dry_run and home == data:
                _require_account(crm, settings)
            token = importer.patiently(crm.prepare)
            if token and home == data:
                click.echo(f"The first token of the account, shown only now: {token}")
            actor = _owner_of(settings).through("IMPORT", mapping.name)
            with _bars(console) as progress:
                return importer.run(
                    crm,
                    actor,
                    mapping,
                    CSVSource(directory),
                    _Follower(progress, errors),
                    is_dry_run=is_dry_run,
                    stopping=stopping,
                )
        finally:
            crm.close()


@contextmanager
def _account(data: Path, console: Console, *, is_dry_run: bool) -> Iterator[Path]:
    """The directory of the account; for a dry run where there is none, that of an empty one which is removed again."""
    if not is_dry_run or os.environ.get("NEO4J_URI") or (data / "neo4j").is_dir():
        yield data
        return
    console.print(
        f"There is no account in {data} yet: this dry run is against an empty one, which is removed afterwards.",
        soft_wrap=True,
        highlight=False,
    )
    with TemporaryDirectory(prefix="crm-graph-dry-run-") as empty:
        yield Path(empty)


def _require_account(crm: Crm, settings: Settings) -> None:
    """CRMError where the database has no account: a dry run makes none."""
    try:
        importer.patiently(lambda: crm.run(_owner_of(settings), confirm))
    except StaleModel:
        raise CRMError(
            f"There is no account in the Neo4j at {settings.neo4j_uri}, and a dry run makes none: "
            "`crm-graph serve` does, and so does the import itself."
        ) from None


def _owner_of(settings: Settings) -> Actor:
    """The super admin that the account began with."""
    return Actor(user_id=settings.account_id, owner_id=str(settings.account_id), is_super_admin=True)


@contextmanager
def _settings(data: Path, stopping: Stopping) -> Iterator[Settings]:
    """Settings with the Neo4j to use: the one named by the environment, else that of the data directory."""
    if os.environ.get("NEO4J_URI"):
        yield Settings.from_environment()
        return
    with EmbeddedServer(data.resolve() / "neo4j", cancelled=stopping) as connection:
        yield Settings.from_environment({**os.environ, **connection.as_environment()})


def _remotely(
    url: str, text: str, directory: Path, errors: ErrorsFile, console: Console, *, is_dry_run: bool
) -> ImportReport:
    mapping = read_mapping(text)
    for file in mapping.files:
        CSVSource(directory).check(file)
    imports = RemoteImports(url, os.environ.get("CRM_GRAPH_TOKEN", ""))
    job_id = imports.start(text, mapping, directory, is_dry_run=is_dry_run)
    with _bars(console) as progress:
        task = progress.add_task(f"import {job_id}", total=None)

        def show(job: Mapping[str, Any]) -> None:
            progress.update(task, completed=job["rowsDone"], total=job["rowsTotal"])

        report = imports.follow(job_id, show)
    errors.keep(imports.errors(job_id))
    report.has_ended = True
    return report


def _bars(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=console
    )


def _print(report: ImportReport, errors: ErrorsFile, console: Console) -> None:
    would = "would be " if report.is_dry_run else ""
    for definition in report.definitions:
        click.echo(f"{definition} {would}defined")
    table = Table(box=None, pad_edge=False)
    table.add_column("file")
    table.add_column("what")
    names = ["created", "updated", "unchanged", "skipped", "failed"]
    if not report.is_dry_run:
        names.append("associated")  # which of them there are already, only the write finds out
    for name in names:
        table.add_column(f"{would}{name}" if name in ("created", "updated") else name, justify="right")
    for step in report.steps:
        table.add_row(step.file, step.title, *(f"{getattr(step, name):,}" for name in names))
    Console(width=120, soft_wrap=True).print(table)
    for step in report.steps:
        for reason, count in sorted(step.reasons.items(), key=lambda item: -item[1]):
            click.echo(f"{step.file}: {count:,} × {reason}", err=True)
    if errors.count:
        console.print(f"{errors.count:,} rows were left out; {errors.path} has them with line, column and reason.")
