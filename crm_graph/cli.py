"""The commands of `crm-graph`; each is a few lines that call the domain."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from crm_graph.config import Places, Settings
from crm_graph.errors import CRMError
from crm_graph.graph.embedded.download import Cancelled
from crm_graph.graph.embedded.server import Connection, EmbeddedServer
from crm_graph.graph.embedded.stopping import Stopping
from crm_graph.transfer.command import import_files

Command = Callable[..., Any]

_FORMATS = ("text", "json", "mermaid", "svg", "graphml")
_FOCUSED = ("text", "mermaid", "svg")

data_option = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=lambda: Places.from_environment().data,
    show_default="the user's data directory",
    help="Directory of the account.",
)
heap_option = click.option("--heap", default="512m", show_default=True, help="Heap of the bundled Neo4j.")


def neo4j_options(command: Command) -> Command:
    """Options that name a Neo4j which is used in place of the bundled one; its password is in NEO4J_PASSWORD only."""
    for name, default, text in (
        ("username", "neo4j", "Its user."),
        ("uri", "", "Use this Neo4j, not the bundled one."),
    ):
        variable = f"NEO4J_{name.upper()}"
        command = click.option(f"--neo4j-{name}", envvar=variable, default=default, show_envvar=True, help=text)(
            command
        )
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="crm-graph")
def commands() -> None:
    """A CRM whose data is a graph."""


commands.add_command(import_files)


@commands.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on.")
@data_option
@heap_option
@neo4j_options
@click.option("--adopt", is_flag=True, help="Use a database that holds other data too.")
def serve(host: str, port: int, data: Path, heap: str, adopt: bool, neo4j_uri: str, neo4j_username: str) -> None:
    """Serve an account until Ctrl-C: Neo4j, the web application and the worker."""
    from crm_graph import serving  # the other commands need not wait for its imports

    _require_pages()
    given = _given(neo4j_uri, neo4j_username)
    serving.serve(data.resolve(), host=host, port=port, heap=heap, given=given, adopt=adopt)


@commands.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=lambda: Places.from_environment().data / "demo",
    show_default="'demo' in the user's data directory",
    help="Directory of the demo account.",
)
@click.option("--reset", is_flag=True, help="Delete the demo account first.")
@heap_option
def demo(host: str, port: int, data: Path, reset: bool, heap: str) -> None:
    """Serve a coffee roastery's account, to look around in."""
    from crm_graph import serving
    from crm_graph.demo.load import load

    _require_pages()
    if reset:
        serving.delete_demo(data.resolve())
    serving.serve_demo(data.resolve(), host=host, port=port, heap=heap, load=load)


@commands.command("sign-in")
@data_option
@neo4j_options
def sign_in(data: Path, neo4j_uri: str, neo4j_username: str) -> None:
    """Print a link that signs a browser in to the account being served, once and within 15 minutes."""
    from crm_graph import serving

    print(serving.sign_in_link(data.resolve(), _given(neo4j_uri, neo4j_username)))


@commands.command("neo4j")
@data_option
@heap_option
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


@commands.command("check")
@data_option
@heap_option
@neo4j_options
def check_graph(data: Path, heap: str, neo4j_uri: str, neo4j_username: str) -> None:
    """See whether the graph is whole; a table of findings and exit code 1 where it is not."""
    from crm_graph import check

    sys.exit(check.run(data, heap=heap, given=_given(neo4j_uri, neo4j_username)))


@commands.group()
def model() -> None:
    """The data model of an account."""


@model.command()
@click.option(
    "--format", "name", type=click.Choice(_FORMATS), default="text", show_default=True, help="What is written."
)
@click.option("--focus", help="Only this object type with its neighbours; for text, mermaid and svg.")
@click.option("--output", type=click.Path(dir_okay=False, writable=True, path_type=Path), help="File to write to.")
@data_option
@heap_option
@neo4j_options
def show(
    name: str, focus: str | None, output: Path | None, data: Path, heap: str, neo4j_uri: str, neo4j_username: str
) -> None:
    """Show object types, associations and how many there are of each, of a running account or one that is not."""
    from api.web import assets
    from crm_graph.diagram import command

    if focus and name not in _FOCUSED:
        raise click.BadOptionUsage("focus", f"--focus is for the formats {', '.join(_FOCUSED)}.")
    given = _given(neo4j_uri, neo4j_username)
    command.run(data, heap=heap, given=given, name=name, focus=focus, output=output, icons=assets.drawing)


def _require_pages() -> None:
    """Say at once what a server could not start without; its supervisor would start it again and again."""
    from api.web import assets

    assets.require()


def _given(uri: str, username: str) -> Connection | None:
    return Connection(uri, username, Settings.from_environment().neo4j_password) if uri else None


def main() -> None:
    """Run a command; an error of the domain is one line on standard error and exit code 1."""
    try:
        commands()
    except Cancelled:
        sys.exit(130)
    except CRMError as error:
        click.secho(error.message, fg="red", err=True)
        sys.exit(1)
