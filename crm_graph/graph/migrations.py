"""Brings a database to this version: each file of `cypher/migrations` once, in the order of their numbers.

Every statement of a migration may run twice and in two processes at once (IF NOT EXISTS,
MERGE on a unique key), so nothing is locked and a start that was cut short is simply begun
again. What a file says is never changed after its release.
"""

from __future__ import annotations

import re
from importlib.resources import files

from crm_graph.graph.database import Graph
from crm_graph.graph.queries import load

_NAME = re.compile(r"\d{4}_\w+\.cypher\Z")


def run(graph: Graph) -> list[str]:
    """Names of the migrations that were run now."""
    done = set(graph.plain(load("definitions").migrations_done)["names"])
    missing = [name for name in names() if name not in done]
    for name in missing:
        graph.define(statements(name))
        graph.plain(load("definitions").migration_done, name=name, at=graph.clock.now())
    return missing


def names() -> list[str]:
    """Names of all migrations without `.cypher`, in the order in which they run."""
    folder = files("cypher").joinpath("migrations")
    return sorted(item.name.removesuffix(".cypher") for item in folder.iterdir() if _NAME.match(item.name))


def statements(name: str) -> list[str]:
    """The statements of one migration; each ends with a semicolon at the end of a line."""
    text = files("cypher").joinpath("migrations", f"{name}.cypher").read_text("utf-8")
    code = "\n".join(line for line in text.splitlines() if not line.startswith("//"))
    return [part.strip() for part in re.split(r";\s*(?:\n|\Z)", code) if part.strip()]
