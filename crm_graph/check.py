"""`crm-graph check`: walks the graph and prints a table of what breaks a rule."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.graph.embedded.server import Connection, connected
from crm_graph.graph.embedded.stopping import Stopping
from crm_graph.records.check import Finding, check, total
from crm_graph.unit import Actor, Unit

_STOPPED = 130


def run(data: Path, *, heap: str, given: Connection | None) -> int:
    """The exit code of the command: 1 where anything was found.

    Joins the Neo4j that is given or runs on the directory, or runs it as long as it takes. Writes nothing.
    """
    console = Console(stderr=True)
    with Stopping(lambda: os._exit(_STOPPED)) as stopping, connected(data, heap, given, stopping) as connection:
        crm = Crm(Settings.from_environment({**os.environ, **connection.as_environment()}).at_leisure())

        def look(unit: Unit) -> list[Finding]:
            with _bar(console) as progress:
                task = progress.add_task("Checking records", total=total(unit))

                def advance(checked: int) -> None:
                    progress.advance(task, checked)
                    if stopping():
                        sys.exit(_STOPPED)

                return check(unit, advance)

        try:
            findings = crm.run(Actor(user_id=0, is_super_admin=True), look)
        finally:
            crm.close()
    _print(findings)
    return 1 if findings else 0


def _bar(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console, transient=True)


def _print(findings: Sequence[Finding]) -> None:
    if not findings:
        click.echo("Nothing found: the graph is whole.")
        return
    table = Table("Rule", "About", "Finding", box=None, pad_edge=False)
    for finding in findings:
        table.add_row(finding.rule, finding.subject, finding.detail)
    # A table in a file or a pipe is not cut to the width of a terminal.
    Console(width=None if sys.stdout.isatty() else 1_000).print(table)
    click.echo(f"{len(findings)} findings; of each rule the first are shown.")
