"""The data model as a Mermaid entity relationship diagram, one line for each statement.

Mermaid has no escape character. What could end a text or begin something is written as the code
that it decodes after it has drawn: `#34;` for a quotation mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from crm_graph.definitions.association import AssociationPair
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.diagram.parts import live_types
from crm_graph.diagram.text import one_line

_SAFE = re.compile(r"[A-Za-z0-9 ,()']")
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def written(model: DataModel, focus: ObjectType | None = None) -> str:
    """The diagram: of everything with the properties that identify records, or of one type with all of its own."""
    object_types = live_types(model) if focus is None else _around(model, focus)
    shown = {each.name for each in object_types}
    pairs = model.pairs.values() if focus is None else model.pairs_of(focus)
    lines = [
        "erDiagram",
        *(line for each in object_types for line in _entity(each, is_whole=each is focus)),
        *(_relationship(model, pair) for pair in pairs if {pair.source, pair.target} <= shown),
    ]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """The text as a string that Mermaid shows exactly so, on one line."""
    return f'"{"".join(map(_character, one_line(text)))}"'


def _character(character: str) -> str:
    return character if _SAFE.fullmatch(character) or not character.isascii() else f"#{ord(character)};"


def _around(model: DataModel, focus: ObjectType) -> list[ObjectType]:
    names = {name for pair in model.pairs_of(focus) for name in (pair.source, pair.target)} - {focus.name}
    return [focus, *(each for each in live_types(model) if each.name in names)]


def _entity(object_type: ObjectType, *, is_whole: bool) -> Iterator[str]:
    found = _identifying(object_type) if not is_whole else object_type.live_properties.values()
    yield f"    {_id(object_type)}[{quoted(one_line(object_type.display_name) or object_type.plural)}] {{"
    yield from (f"        {_attribute(each)}" for each in found if _NAME.fullmatch(each.name))
    yield "    }"


def _identifying(object_type: ObjectType) -> Iterable[Property]:
    """The record id, what names a record and what must be given or is unique."""
    names = [
        "hs_object_id",
        *object_type.primary,
        *(name for group in object_type.required for name in group),
        *object_type.unique_properties,
    ]
    live = object_type.live_properties
    return [live[name] for name in dict.fromkeys(names) if name in live]


def _attribute(found: Property) -> str:
    key = "PK " if found.name == "hs_object_id" else "UK " if found.unique else ""
    return f"{found.type} {found.name} {key}{quoted(found.display_name)}"


def _relationship(model: DataModel, pair: AssociationPair) -> str:
    source, target = (_id(model.object_types[each]) for each in (pair.source, pair.target))
    left = "|o" if pair.default.target_max == 1 else "}o"
    right = "o|" if pair.default.source_max == 1 else "o{"
    labels = dict.fromkeys(
        label
        for each in pair.types
        if not each.archived
        for label in (each.association_label, each.inverse_label if pair.is_same_object else None)
        if label
    )
    return f"    {source} {left}--{right} {target} : {quoted(', '.join(labels))}"


def _id(object_type: ObjectType) -> str:
    """Its name in paths, in quotes, as some of Mermaid's own words could be one."""
    return f'"{object_type.plural}"'
