"""`python -m benchmarks`: starts everything on a database of its own, measures, prints."""

from __future__ import annotations

import multiprocessing
import os
import platform
import secrets
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path

import click
import orjson
import psutil
from rich.console import Console

from benchmarks import imports, table
from benchmarks.account import fill
from benchmarks.measure import CLIENTS, Told, measure, warm_up
from benchmarks.operations import OPERATIONS
from benchmarks.variants import Bench, Floor, Ours, StackLimit, Variant, serving
from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.graph.embedded.server import EmbeddedServer

_VARIANTS = ("floor", "stack limit", "ours")


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--contacts", default=100_000, show_default=True, help="Contacts in the account, 1,000 at least.")
@click.option("--rounds", default=7, show_default=True, help="Rounds whose median is shown.")
@click.option("--warm-up", "warm_up_rounds", default=6, show_default=True, help="Rounds before those.")
@click.option("--import-rows", default=100_000, show_default=True, help="Rows of the import; 0 leaves it out.")
@click.option("--heap", default="512m", show_default=True, help="Heap of Neo4j.")
@click.option("--markdown", type=click.Path(dir_okay=False, path_type=Path), help="File for the table.")
@click.option("--only", multiple=True, type=click.Choice(_VARIANTS), help="Measure these variants alone.")
@click.option("--in-process", "called", is_flag=True, help="Measure the CPU time of the Python thread alone.")
@click.option("--profile", "profiled", is_flag=True, help="Profile ours instead of measuring.")
@click.argument("operations", nargs=-1, type=click.Choice(list(OPERATIONS)))
def main(
    contacts: int,
    rounds: int,
    warm_up_rounds: int,
    import_rows: int,
    heap: str,
    markdown: Path | None,
    only: tuple[str, ...],
    called: bool,
    profiled: bool,
    operations: tuple[str, ...],
) -> None:
    """CPU time and throughput of OPERATIONS, all where none is named: ours, the stack limit, the floor."""
    console = Console(stderr=True)
    chosen = {key: found for key, found in OPERATIONS.items() if not operations or key in operations}
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crm-graph-benchmark-")))
        status = stack.enter_context(console.status("starting Neo4j"))
        bench = stack.enter_context(_bench(directory, max(contacts, 1_000), heap, status.update))
        if called or profiled:
            from benchmarks.profiling import in_process  # both applications, which measuring keeps out of this process

            both = stack.enter_context(in_process(bench, directory))
            for key, operation in chosen.items():
                if called:
                    both.compare(key, operation)
                if profiled:
                    both.profile(operation)
            return
        names = [name for name in _VARIANTS if not only or name in only]
        variants = [stack.enter_context(_variant(name, bench, directory)) for name in names]
        warm_up(variants, chosen, warm_up_rounds, status.update)
        results = measure(variants, chosen, rounds, status.update)
        sentences = []
        if import_rows:
            status.update("importing")
            cost = imports.measure(bench.server, bench.server_pid, import_rows, bench.account.cities, directory)
            sentences = table.sentences_of_import(
                cost, next((each for each in results if each.operation is OPERATIONS["batch"]), None)
            )
    heads, cells = table.rows_of(results)
    sentences += [_machine(contacts, rounds, heap)]
    Console(width=None if console.is_terminal else 200).print(table.terminal(heads, cells))
    click.echo("\n".join(sentences))
    if markdown:
        markdown.write_text(table.markdown(heads, cells) + "".join(f"\n{each}\n" for each in sentences), "utf-8")


@contextmanager
def _bench(directory: Path, contacts: int, heap: str, told: Told) -> Iterator[Bench]:
    server = EmbeddedServer(directory / "neo4j", heap=heap)
    token = f"pat-crm-{secrets.token_hex(32)}"
    try:
        connection = server.start()
        settings = Settings.from_environment({**connection.as_environment(), "CRM_GRAPH_TOKEN": token})
        account = fill(settings, contacts, lambda what, made, of: told(f"making {what} {made:,} of {of:,}"))
        crm = Crm(settings)
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=context) as clients:
            bench = Bench(crm, account, connection, server.pid or 0, token, clients)
            for key, operation in OPERATIONS.items():
                bench.rehearse(key, operation)
            yield bench
        crm.close()
    finally:
        server.kill()


@contextmanager
def _variant(name: str, bench: Bench, directory: Path) -> Iterator[Variant]:
    if name == "floor":
        yield Floor(bench)
    elif name == "ours":
        environment = {"CRM_GRAPH_TOKEN": bench.token, "CRM_GRAPH_DATA": str(directory)}
        with serving(bench, "api.app:app_from_environment", environment, directory / "ours.log") as web:
            yield Ours(bench, web)
    else:
        path = directory / "statements.json"
        path.write_bytes(orjson.dumps(bench.texts))
        environment = {"BENCHMARK_STATEMENTS": str(path)}
        application = "benchmarks.stack_limit:app_from_environment"
        with serving(bench, application, environment, directory / "stack_limit.log") as web:
            yield StackLimit(bench, web)


def _machine(contacts: int, rounds: int, heap: str) -> str:
    memory = psutil.virtual_memory().total / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("flask", "granian", "neo4j", "orjson"))
    return (
        f"{contacts:,} contacts, medians of {rounds} rounds, {CLIENTS} clients; {os.cpu_count()} cores "
        f"({platform.machine()}), {memory:.0f} GB, load {os.getloadavg()[1]:.1f}; heap {heap}; "
        f"Python {platform.python_version()}, {packages}."
    )


if __name__ == "__main__":
    main()
