"""`crm-graph model show`: the data model of an account in a terminal or as a file."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable
from io import StringIO
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import CATEGORIES, ObjectType
from crm_graph.diagram import focus as focused
from crm_graph.diagram import plain, svg
from crm_graph.diagram.counts import Counts, counted
from crm_graph.diagram.export import FORMATS
from crm_graph.diagram.parts import live_types
from crm_graph.diagram.text import one_line
from crm_graph.errors import CRMError, StaleModel
from crm_graph.graph.embedded.server import Connection, connected
from crm_graph.graph.embedded.stopping import Stopping
from crm_graph.unit import Actor, Unit

_STOPPED = 130
_WIDE = 1_000
"""How wide a table is that nobody looks at in a terminal, so that it is not cut."""


def run(
    data: Path,
    *,
    heap: str,
    given: Connection | None,
    name: str,
    focus: str | None,
    output: Path | None,
    icons: svg.Icons,
) -> None:
    """Show the data model in the format of that name, of one object type where `focus` names one.

    Joins the Neo4j that is given or runs on the directory, or runs it meanwhile. UnknownObjectType, and CRMError where
    there is no account.
    """
    no_account = CRMError(f"There is no account in {data.resolve()}: `crm-graph serve` makes one.")
    if not given and not (data / "neo4j").is_dir():
        raise no_account
    with Stopping(lambda: os._exit(_STOPPED)) as stopping, connected(data, heap, given, stopping) as connection:
        crm = Crm(Settings.from_environment({**os.environ, **connection.as_environment()}).at_leisure())

        def look(unit: Unit) -> str:
            object_type = unit.model.object_type(focus) if focus else None
            width = None if output is None and sys.stdout.isatty() else _WIDE
            return written(name, unit.model, counted(unit), object_type, icons=icons, width=width)

        try:
            text = crm.run(Actor(user_id=0, is_super_admin=True), look)
        except StaleModel:
            raise no_account from None
        finally:
            crm.close()
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, "utf-8")


def written(
    name: str, model: DataModel, counts: Counts, focus: ObjectType | None, *, icons: svg.Icons, width: int | None = None
) -> str:
    """The data model in the format of that name; a table has that width, None for that of the terminal."""
    if name == "text":
        return _tables(model, counts, focus, width)
    if name == "json":
        return json.dumps(plain.shown(model, counts), ensure_ascii=False, indent=2) + "\n"
    return FORMATS[name](model, counts, focus, icons)


def _tables(model: DataModel, counts: Counts, focus: ObjectType | None, width: int | None) -> str:
    console = Console(width=width, file=StringIO(), force_terminal=False)
    with console.capture() as captured:
        for table in _of_type(model, counts, focus) if focus else [_of_everything(model, counts)]:
            console.print(table)
            console.print()
    return "\n".join(line.rstrip() for line in captured.get().rstrip().splitlines()) + "\n"


def _of_everything(model: DataModel, counts: Counts) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("Object type", "In paths"):
        table.add_column(column)
    for column in ("Records", "Archived", "Properties", "Pipelines", "Associated with"):
        table.add_column(column, justify="right")
    table.add_column("")
    for category in CATEGORIES:
        those = [each for each in live_types(model) if each.category == category]
        if those:
            table.add_row(Text(category.capitalize(), style="bold"))
        for each in those:
            table.add_row(
                _cell(f"  {each.display_name}"),
                each.plural,
                f"{counts.records_of(each):,}",
                f"{counts.archived.get(each.name, 0):,}",
                f"{len(each.live_properties):,}",
                f"{len(each.live_pipelines):,}",
                f"{sum(1 for _ in model.pairs_of(each)):,}",
                _marks(each),
            )
    return table


def _of_type(model: DataModel, counts: Counts, focus: ObjectType) -> Iterable[Table]:
    name = one_line(focus.display_name)
    associations = Table("Associated with", "Labels", box=None, pad_edge=False)
    associations.add_column(Text(f"{name} to it"))
    associations.add_column("Associations", justify="right")
    own = [(focus, pair) for pair in model.pairs_of(focus) if pair.is_same_object]
    for far, pair in (*focused.neighbours(model, focus), *own):
        directions = model.directions(focus, far)
        labels = ", ".join(each.association_label for each in directions if each.association_label)
        associations.add_row(
            _cell(far.display_name),
            _cell(labels),
            focused.cardinality(*focused.limits(pair, focus.name)),
            f"{counts.associations_of(pair):,}",
        )
    properties = Table("Property", "Name", "Type", "Rules", box=None, pad_edge=False)
    for each in focus.live_properties.values():
        rules = (
            ("required", (each.name,) in focus.required),
            ("unique", each.unique),
            ("indexed", each.indexed),
            ("read only", each.read_only),
        )
        properties.add_row(
            _cell(each.display_name), each.name, each.type, ", ".join(rule for rule, holds in rules if holds)
        )
    return associations, properties


def _marks(object_type: ObjectType) -> str:
    marks = (("custom", not object_type.built_in), ("inactive", not object_type.active))
    return ", ".join(mark for mark, holds in marks if holds)


def _cell(text: str) -> Text:
    """The text as it is: no markup, and nothing that a terminal would obey."""
    indent = len(text) - len(text.lstrip(" "))
    return Text(" " * indent + one_line(text))
