"""The commands of `crm-graph`; each is a few lines that call the domain."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from crm_graph.config import Places
from crm_graph.errors import CRMError
from crm_graph.graph.embedded.download import Cancelled
from crm_graph.graph.embedded.server import EmbeddedServer
from crm_graph.graph.embedded.stopping import Stopping

_data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=lambda: Places.from_environment().data,
    show_default="the user's data directory",
    help="Directory of the account.",
)
_heap_option = click.option("--heap", default="512m", show_default=True, help="Memory of the bundled Neo4j's heap.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="crm-graph")
def commands() -> None:
    """A CRM whose data is a graph."""


@commands.command("neo4j")
@_data_option
@_heap_option
def run_neo4j(data: Path, heap: str) -> None:
    """Run the bundled Neo4j alone, until Ctrl-C."""
    with Stopping() as stopping:
        server = EmbeddedServer(data / "neo4j", heap=heap, cancelled=stopping)
        try:
            connection = server.start()
            print(f"NEO4J_URI={connection.uri}\nNEO4J_USERNAME={connection.username}")
            print(f"The password is in {server.home / 'password'}. Ctrl-C stops it.", flush=True)
            while server.is_running and not stopping.wait(1):
                pass
        finally:
            server.stop()


def main() -> None:
    """Run a command; an error of the domain is one line on standard error and exit code 1."""
    try:
        commands()
    except Cancelled:
        sys.exit(130)
    except CRMError as error:
        click.secho(error.message, fg="red", err=True)
        sys.exit(1)
