"""The data model as a text in one of FORMATS; which of them can show one object type is in FOCUSED."""

from __future__ import annotations

from collections.abc import Callable

from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.diagram import graphml, layout, mermaid, svg
from crm_graph.diagram.counts import Counts

Writer = Callable[[DataModel, Counts, ObjectType | None, svg.Icons], str]


def _mermaid(model: DataModel, counts: Counts, focus: ObjectType | None, icons: svg.Icons) -> str:
    return mermaid.written(model, focus)


def _svg(model: DataModel, counts: Counts, focus: ObjectType | None, icons: svg.Icons) -> str:
    drawing = layout.overview(model, counts) if focus is None else layout.focus(model, counts, focus)
    return svg.document(drawing, icons=icons)


def _graphml(model: DataModel, counts: Counts, focus: ObjectType | None, icons: svg.Icons) -> str:
    return graphml.written(model, counts)


FORMATS: dict[str, Writer] = {"mermaid": _mermaid, "svg": _svg, "graphml": _graphml}
"""How each is written; JSON, which is no text of its own, is in `plain.py`."""

FOCUSED = ("mermaid", "svg")
