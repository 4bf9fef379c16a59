"""Writes left_out.md: what the reference has and the built-in definitions have not, what was added, and why.

    python docs/make_left_out.py --reference DIR

DIR holds `objects.json` and `association_types.json`, the reference that the definitions were made from.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from crm_graph.definitions import catalogue
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType

Entry = Mapping[str, Any]
Row = tuple[str, ...]

TARGET = Path(__file__).with_name("left_out.md")
UNCERTAIN = "no source confirms it"

INTRODUCTION = """\
# What was left out, what was added

Written by `docs/make_left_out.py`; do not edit. The built-in definitions were made from lists of object types and of
association types. Every list entry is an object type, except `owners`, which is a resource of its own
(`/crm/v3/owners`), and `custom_objects`, which is what a custom object type starts with.

The lists say nothing on tools and on indexes: both were chosen for what users of a type expect. They give booleans the
options Yes and No, which are left out, since true and false are all there is.
"""


def main() -> None:
    """Write the table next to this file."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--reference", type=Path, required=True, metavar="DIR")
    folder = arguments.parse_args().reference
    objects = _read(folder / "objects.json")["objects"]
    types = _read(folder / "association_types.json")["types"]
    TARGET.write_text(page(catalogue.load(), objects, types), "utf-8")


def page(model: DataModel, objects: Mapping[str, Entry], types: Sequence[Entry]) -> str:
    """The whole page as Markdown."""
    known = {found.id: found for found in model.object_types.values()}
    entries = [(known[entry["objectTypeId"]], entry) for entry in objects.values() if entry["objectTypeId"] in known]
    sections = [
        ("Properties left out", ("object type", "property", "why"), _left_out(entries)),
        ("Properties added", ("object type", "property", "why"), _added(entries)),
        ("Properties that differ", ("object type", "property", "what", "reference", "here"), _different(entries)),
        ("Searchable properties chosen here", ("object type", "properties"), _searchable(entries)),
        ("Pipelines left out or added", ("object type", "pipeline", "why"), _pipelines(entries)),
        ("Association types left out", ("from", "to", "type id", "why"), _types_left_out(model, types)),
        ("Association types with something added", ("from", "to", "type id", "what"), _types_added(model, types)),
    ]
    return "\n".join([INTRODUCTION, *(_section(*section) for section in sections)])


def _left_out(entries: Iterable[tuple[ObjectType, Entry]]) -> Iterator[Row]:
    for found, entry in entries:
        missing = [each for each in entry["properties"] if each["name"] not in found.properties]
        for each in missing:
            yield found.name, f"`{each['name']}`", UNCERTAIN if each["certain"] is False else "not yet there"


def _added(entries: Iterable[tuple[ObjectType, Entry]]) -> Iterator[Row]:
    for found, entry in entries:
        listed = {each["name"] for each in entry["properties"]}
        returned = entry.get("list_default_returned") or entry.get("search_default_returned") or ()
        for name in found.properties.keys() - listed:
            if name in returned:
                why = "returned by default, but not listed"
            elif name in entry["unique_properties"]:
                why = "named as unique, but not listed"
            else:
                why = "every record has it"
            yield found.name, f"`{name}`", why


def _different(entries: Iterable[tuple[ObjectType, Entry]]) -> Iterator[Row]:
    for found, entry in entries:
        for each in entry["properties"]:
            ours = found.properties.get(each["name"])
            if ours is None:
                continue
            pairs = {
                "type": (each["type"], ours.type),
                "field type": (each["fieldType"], ours.field_type),
                "display name": (each["label"], ours.display_name),
                "group": (each["groupName"], ours.group),
                "read-only": (each["readOnlyValue"], ours.read_only),
                "unique": (each["hasUniqueValue"], ours.unique),
            }
            for what, (theirs, here) in pairs.items():
                if theirs != here:
                    yield found.name, f"`{each['name']}`", what, str(theirs), str(here)


def _searchable(entries: Iterable[tuple[ObjectType, Entry]]) -> Iterator[Row]:
    for found, entry in entries:
        if not entry.get("search_query_properties"):
            yield found.name, ", ".join(f"`{name}`" for name in found.searchable)


def _pipelines(entries: Iterable[tuple[ObjectType, Entry]]) -> Iterator[Row]:
    for found, entry in entries:
        listed = {each["id"]: each for each in entry["pipelines"]}
        for pipeline_id, each in listed.items():
            if pipeline_id and found.pipeline(pipeline_id) is None:
                yield found.name, each["label"], f"left out: `{pipeline_id}` only mirrors the options of lifecyclestage"
        for pipeline in found.pipelines:
            if pipeline.id not in listed:
                yield found.name, pipeline.display_name, "added with its stages: no source gives their ids"


def _types_left_out(model: DataModel, types: Iterable[Entry]) -> Iterator[Row]:
    seen = _directions(model)
    for each in types:
        if (each["typeId"], each["fromObject"]) not in seen:
            foreign = [name for name in (each["fromObject"], each["toObject"]) if name not in model.object_types]
            why = "no type id" if each["typeId"] is None else f"{' and '.join(foreign)}: no object type here"
            yield each["fromObject"], each["toObject"], str(each["typeId"]), why


def _types_added(model: DataModel, types: Iterable[Entry]) -> Iterator[Row]:
    listed = {each["typeId"]: each for each in types}
    for type_id, near in _directions(model):
        direction = next(d for pair in model.pairs.values() for i, d in pair.directions.items() if i == type_id)
        theirs = listed.get(type_id)
        what = []
        if theirs is None:
            what.append("type id")
        elif theirs["certain"] is False:
            what.append("nothing; not confirmed by a second source")
        if direction.association_label and not (theirs and theirs["label"]):
            what.append(f"label “{direction.association_label}”")
        if what:
            yield near, direction.far, str(type_id), ", ".join(what)


def _directions(model: DataModel) -> set[tuple[int, str]]:
    return {(type_id, each.near) for pair in model.pairs.values() for type_id, each in pair.directions.items()}


def _section(title: str, columns: Row, rows: Iterable[Row]) -> str:
    found = sorted(rows)
    counted: dict[str, int] = defaultdict(int)
    for row in found:
        counted[row[0]] += 1
    lines = [f"## {title}", "", f"{len(found)} in {len(counted)} object types.", ""]
    lines += [_line(columns), _line("---" for _ in columns), *map(_line, found), ""]
    return "\n".join(lines)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


if __name__ == "__main__":
    main()
