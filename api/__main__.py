"""`python -m api` serves the application alone, in one process, on the Neo4j that the environment names.

`crm-graph serve` is what people use: it brings its own Neo4j and the worker.
"""

from __future__ import annotations

import click
from granian.constants import Interfaces
from granian.server import Server

from crm_graph.config import Settings
from crm_graph.crm import Crm

_THREADS = 32


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8080, show_default=True, help="Port to listen on.")
def main(host: str, port: int) -> None:
    """Prepare the account, then serve it until Ctrl-C."""
    crm = Crm(Settings.from_environment())
    if token := crm.prepare():
        click.echo(f"The first token, shown only now: {token}")
    crm.close()
    target = "api.app:app_from_environment"
    Server(target, host, port, interface=Interfaces.WSGI, factory=True, blocking_threads=_THREADS).serve()


if __name__ == "__main__":
    main()
