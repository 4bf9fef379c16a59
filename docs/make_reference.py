"""Writes commands.md, settings.md, object_types.md and compatibility.md from the code that they describe.

python docs/make_reference.py
"""

from __future__ import annotations

import ast
import inspect
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import click

from api import contract
from api.app import routes
from crm_graph import config
from crm_graph.cli import commands
from crm_graph.config import Limits, Places, Settings
from crm_graph.definitions import catalogue

HERE = Path(__file__).parent
Row = Sequence[str]

WRITTEN_BY = "Written by `docs/make_reference.py`; do not edit."


def main() -> None:
    """Write the pages next to this file."""
    for name, text in pages().items():
        (HERE / name).write_text(text, "utf-8")


def pages() -> dict[str, str]:
    """The text of each page by the name of its file."""
    return {
        "commands.md": _commands(),
        "settings.md": _settings(),
        "object_types.md": _object_types(),
        "compatibility.md": _compatibility(),
    }


def variables() -> dict[str, str]:
    """The environment variable of every setting, limit and place, with its meaning."""
    settings = {item.metadata["variable"]: item.name for item in fields(Settings) if "variable" in item.metadata}
    meanings = _meanings(Settings)
    found = {variable: meanings[name] for variable, name in settings.items()}
    found |= {f"CRM_GRAPH_{name.upper()}": text for name, text in _meanings(Places).items()}
    return found | {f"CRM_GRAPH_LIMIT_{name.upper()}": text for name, text in _meanings(Limits).items()}


def all_commands() -> dict[str, click.Command]:
    """Every command by what is typed for it, those of groups as `model show`."""
    found: dict[str, click.Command] = {}
    for name, command in commands.commands.items():
        if isinstance(command, click.Group):
            found |= {f"{name} {each}": below for each, below in command.commands.items()}
        else:
            found[name] = command
    return found


def _commands() -> str:
    parts = ["# Commands", "", f"{WRITTEN_BY} `./run` hands each of them to `.venv/bin/crm-graph`.", ""]
    for name, command in sorted(all_commands().items()):
        context = click.Context(command, info_name=name)
        arguments = " ".join(each.make_metavar(context) for each in command.params if isinstance(each, click.Argument))
        parts += [f"## {name}", "", f"`crm-graph {name} {arguments}`".replace(" `", "`"), "", _unwrapped(command.help)]
        rows = [_option(each) for each in command.params if isinstance(each, click.Option)]
        parts += ["", *_table(("option", "default", "meaning"), rows), ""]
    return "\n".join(parts)


def _option(option: click.Option) -> Row:
    default = option.show_default if isinstance(option.show_default, str) else option.default
    shown = "" if option.is_flag or callable(default) or not isinstance(default, (str, int)) else str(default)
    return f"`{', '.join(option.opts)}`", shown, str(option.help).replace("  [default: ", " [default: ")


def _settings() -> str:
    defaults = {item.metadata["variable"]: item.default for item in fields(Settings) if "variable" in item.metadata}
    limits = {f"CRM_GRAPH_LIMIT_{item.name.upper()}": item.default for item in fields(Limits)}
    rows = [(f"`{name}`", str((defaults | limits).get(name) or ""), text) for name, text in variables().items()]
    first = [row for row in rows if not row[0].startswith("`CRM_GRAPH_LIMIT_")]
    return "\n".join(
        [
            "# Settings",
            "",
            f"{WRITTEN_BY} Settings are environment variables, read once at start.",
            "",
            *_table(("variable", "default", "meaning"), first),
            "",
            "## Limits",
            "",
            "What one request, record or definition may use at most. More is refused, naming the limit.",
            "",
            *_table(("variable", "default", "meaning"), [row for row in rows if row not in first]),
            "",
        ]
    )


def _object_types() -> str:
    rows = [
        (
            found.id,
            f"`{found.name}`",
            f"`{found.plural}`",
            f"`:{found.node_label}`",
            ", ".join(found.categories),
            ", ".join(" or ".join(f"`{name}`" for name in group) for group in found.required),
            "yes" if found.needs_activation else "",
            found.tier,
        )
        for found in catalogue.load().object_types.values()
    ]
    columns = (
        "id",
        "name",
        "in paths",
        "node label",
        "categories",
        "required",
        "needs activation",
        "subscription tier",
    )
    return "\n".join(
        [
            "# Object types",
            "",
            f"{WRITTEN_BY} These are built in; custom ones are made at",
            "`/crm/v3/schemas`. A new account has all of them active; the hosted product wants some to be activated.",
            "`PATCH /crm/graph/v1/object-types/{type}` switches one off and on, renames it, and marks properties",
            "as indexed; it is for super admins. Subscription tiers are told and never enforced.",
            "",
            *_table(columns, rows),
            "",
        ]
    )


def _compatibility() -> str:
    served = {contract.shape_of(method, path): f"{method} {path}" for method, path in routes()}
    known = {endpoint.shape for _, endpoint in contract.load().endpoints()}
    here: list[Row] = []
    out: list[Row] = []
    for area, endpoint in contract.load().endpoints():
        marks = ("must" if area.must else "", "yes" if endpoint.in_clients else "")
        if endpoint.shape in served:
            here.append((area.title, f"`{endpoint.name}`", *marks))
        else:
            out.append((area.title, f"`{endpoint.name}`", marks[1], area.why_not))
    choices = tomllib.loads((HERE / "contract" / "choices.toml").read_text("utf-8"))["choice"]
    clients = tomllib.loads((HERE / "contract" / "clients.toml").read_text("utf-8"))["client"]
    own = sorted(name for shape, name in served.items() if shape not in known)
    return "\n".join(
        [
            "# Compatibility",
            "",
            f"{WRITTEN_BY} What of the contract is served, what is not and why, and what was chosen where",
            "sources on it disagree. What is left out answers 404 with the category `NOT_SERVED`, a `message` with the",
            "reason and a link to `/docs`, which begins with the same list; a path that HubSpot lacks too answers 404",
            "with the category `OBJECT_NOT_FOUND` and `There is no endpoint …`.",
            "The table is `api/contract/endpoints.toml`, the choices are `docs/contract/choices.toml`.",
            "",
            f"{len(here)} of {len(here) + len(out)} endpoints are served. *Clients*: official clients call them.",
            "Paths with other versions and dates lead to the same: `api/aliases.py` has them.",
            "",
            "## Served",
            "",
            *_table(("area", "endpoint", "needed", "clients"), here),
            "",
            "## Left out",
            "",
            *_table(("area", "endpoint", "clients", "why"), out),
            "",
            "Whole areas, by how their paths begin:",
            "",
            *_table(("area", "paths", "why"), [(e.title, f"`{e.prefix}`", e.why_not) for e in contract.load().beyond]),
            "",
            "## Choices",
            "",
            *_table(("about", "here"), [(each["topic"], each["here"]) for each in choices]),
            "",
            "## Clients",
            "",
            "Each reads contacts, companies, deals, tickets, lists and custom objects with their associations to the",
            "end, in `tests/clients`, where it does not say otherwise: `docs/contract/clients.toml`.",
            "",
            *_table(
                ("client", "what it is", "what it does not"), [(e["name"], e["what"], e["beyond"]) for e in clients]
            ),
            "",
            "## Beside the contract",
            "",
            *(f"- `{name}`" for name in own),
            "",
        ]
    )


def _meanings(kind: type[Any]) -> dict[str, str]:
    """The text below each field of a dataclass, in the order of the fields."""
    module = ast.parse(inspect.getsource(config))
    body = next(node.body for node in module.body if isinstance(node, ast.ClassDef) and node.name == kind.__name__)
    found = {}
    for node, after in pairwise(body):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(after, ast.Expr):
            found[node.target.id] = str(ast.literal_eval(after.value))
    return found


def _unwrapped(text: str | None) -> str:
    return "\n\n".join(" ".join(part.split()) for part in (text or "").split("\n\n"))


def _table(columns: Row, rows: Iterable[Row]) -> Iterator[str]:
    yield from (_line(columns), _line("---" for _ in columns), *map(_line, rows))


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
