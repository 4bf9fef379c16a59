"""Who may import whom, and where Cypher may be written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]

HTTP_LIBRARIES = {"flask", "flask_smorest", "werkzeug", "marshmallow", "granian"}
DRIVERS = {"neo4j"}
COMMANDS = {"crm_graph/cli.py", "crm_graph/serving.py"}
"""Start-up programs: they may name the layer that they start."""

LOWER_LAYERS = {
    "crm_graph/graph/": ("crm_graph.errors", "crm_graph.config", "crm_graph.clock", "crm_graph.graph"),
    "crm_graph/definitions/": (
        "crm_graph.errors",
        "crm_graph.config",
        "crm_graph.clock",
        "crm_graph.unit",
        "crm_graph.graph",
        "crm_graph.definitions",
    ),
}
"""What each lower layer may import of the project."""

CYPHER = re.compile(
    r"\b(MATCH|MERGE|UNWIND|DETACH DELETE)\s+[($\w]|\bCREATE\s*\(|\bCREATE (CONSTRAINT|INDEX|FULLTEXT)\b"
)
COMPOSERS = {
    "crm_graph/search/compiler.py",
    "crm_graph/search/members.py",
    "crm_graph/search/operators.py",
    "crm_graph/definitions/constraints.py",
    "crm_graph/definitions/expressions.py",
    "crm_graph/graph/queries.py",
}
"""The modules in which Cypher text is composed."""


def sources(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    """Every module below the folders, by its path from the root."""
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text("utf-8"))


def imports(module: ast.Module) -> Iterator[str]:
    """The full names of what a module imports."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module


def texts(module: ast.Module) -> Iterator[str]:
    """String constants of a module, docstrings left out."""
    documented = set()
    for node in ast.walk(module):
        body = getattr(node, "body", None)
        for statement in body if isinstance(body, list) else []:
            if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                documented.add(id(statement.value))
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node.value


def test_the_domain_knows_no_http() -> None:
    faults = [
        f"{path} imports {name}"
        for path, module in sources("crm_graph", "cypher")
        for name in imports(module)
        if name.partition(".")[0] in HTTP_LIBRARIES | {"api"} and path not in COMMANDS
    ]
    assert not faults, "\n".join(faults)


def test_only_the_graph_package_imports_the_driver() -> None:
    faults = [
        f"{path} imports {name}"
        for path, module in sources("crm_graph", "api", "cypher")
        for name in imports(module)
        if name.partition(".")[0] in DRIVERS and not path.startswith("crm_graph/graph/")
    ]
    assert not faults, "\n".join(faults)


def test_lower_layers_import_no_higher_one() -> None:
    faults = [
        f"{path} imports {name}"
        for folder, permitted in LOWER_LAYERS.items()
        for path, module in sources(folder)
        for name in imports(module)
        if name.startswith("crm_graph") and not name.startswith(permitted)
    ]
    assert not faults, "\n".join(faults)


def test_cypher_is_written_in_its_files_alone() -> None:
    faults = [
        f"{path}: {text.strip().splitlines()[0][:80]}"
        for path, module in sources("crm_graph", "api")
        if path not in COMPOSERS and not path.startswith("crm_graph/graph/embedded/")
        for text in texts(module)
        if CYPHER.search(text)
    ]
    assert not faults, "\n".join(faults)
