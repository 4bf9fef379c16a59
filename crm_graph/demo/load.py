"""Writes the demo account. What a load was interrupted in, the next one finishes: each record has an import key."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.resources import files
from itertools import groupby
from typing import Any

from rich.progress import Progress

from crm_graph.crm import Crm
from crm_graph.definitions.changes import association_types, object_types
from crm_graph.definitions.property import Property
from crm_graph.demo.population import Told, population
from crm_graph.errors import PairNotIndexed
from crm_graph.records import claims, create
from crm_graph.records.record import CreateInput, NewAssociation
from crm_graph.unit import Actor, Unit

_BATCH = 50
_ORDER = (
    "company contact product roast_batch deal line_item conversation ticket order call email meeting note task"
).split()
"""Object types in the order in which they are written: each after those that its records name."""


def load(crm: Crm) -> None:
    """Make what the demo account lacks; nothing where it is complete."""
    story = tomllib.loads(files("crm_graph.demo").joinpath("story.toml").read_text("utf-8"))
    actor = Actor(user_id=crm.settings.account_id, source="IMPORT", source_id="demo", is_super_admin=True)
    crm.run(actor, lambda unit: _define(unit, story))
    crm.run(actor, lambda unit: _define_labels(unit, story["association_label"]))
    told = sorted([*_told(story["records"]), *population()], key=lambda each: _ORDER.index(each.type))
    made = crm.run(actor, lambda unit: _present(unit, told))
    missing = [each for each in told if each.ref not in made]
    if not missing:
        return
    crm.run(actor, lambda unit: _ensure_pairs(unit, told))
    with Progress(transient=True) as progress:
        task = progress.add_task("Loading the demo account", total=len(missing))
        for type_name, group in groupby(missing, key=lambda each: each.type):
            rows = list(group)
            for start in range(0, len(rows), _BATCH):
                chunk = rows[start : start + _BATCH]
                crm.run(actor, _writer(type_name, chunk, made))
                progress.advance(task, len(chunk))


def _define(unit: Unit, story: Mapping[str, Any]) -> None:
    wanted = story["object_type"]
    if unit.model.find_object_type(wanted["name"]):
        return
    properties = [
        Property(name=row["name"], display_name=row["label"], type=row["type"], field_type=row["fieldType"])
        for row in wanted["properties"]
    ]
    object_types.define(
        unit,
        name=wanted["name"],
        display_name=wanted["labels"]["singular"],
        display_name_plural=wanted["labels"]["plural"],
        wanted=properties,
        associated=wanted["associated"],
        primary=[wanted["primary"]],
        required=wanted["required"],
        searchable=wanted["searchable"],
    )


def _define_labels(unit: Unit, wanted: Iterable[Mapping[str, str]]) -> None:
    for row in wanted:
        near, far = unit.model.object_type(row["near"]), unit.model.object_type(row["far"])
        known = {direction.association_label for direction in unit.model.directions(near, far)}
        if row["label"] not in known:
            association_types.create_label(unit, near, far, row["name"], row["label"])


def _told(rows: Iterable[Mapping[str, Any]]) -> Iterable[Told]:
    for row in rows:
        associations = [(item["to"], item.get("label")) for item in row.get("associations", ())]
        yield Told(row["ref"], row["type"], dict(row["properties"]), associations, row.get("copies"))


def _ensure_pairs(unit: Unit, told: Iterable[Told]) -> None:
    """Have the indexes of all pairs made at once, where some are missing."""
    types = {each.ref: each.type for each in told}
    ends = {(each.type, types[ref]) for each in told for ref, _ in each.associations}
    model = unit.model
    pairs = [model.pair(model.object_type(near), model.object_type(far)) for near, far in sorted(ends)]
    if missing := [pair for pair in pairs if not pair.is_indexed]:
        raise PairNotIndexed(missing)


def _present(unit: Unit, told: Iterable[Told]) -> dict[str, tuple[str, int]]:
    """Type and id of what an earlier start has written, by ref."""
    keys = {claims.import_key(unit.model.object_type(each.type), f"demo:{each.ref}"): each for each in told}
    return {keys[key].ref: (keys[key].type, record_id) for key, record_id in claims.owners(unit, keys).items()}


def _writer(type_name: str, chunk: Sequence[Told], made: dict[str, tuple[str, int]]) -> Callable[[Unit], None]:
    """A unit of work that makes the records of the chunk, and notes type and id of each."""

    def write(unit: Unit) -> None:
        object_type = unit.model.object_type(type_name)
        records = create.create_all(unit, object_type, [_input(unit, each, made) for each in chunk])
        made.update((each.ref, (type_name, record.id)) for each, record in zip(chunk, records, strict=True))

    return write


def _input(unit: Unit, told: Told, made: Mapping[str, tuple[str, int]]) -> CreateInput:
    properties = dict(told.properties)
    if told.copies:
        properties["hs_product_id"] = made[told.copies][1]
    associations = []
    for ref, association_label in told.associations:
        far_type, far_id = made[ref]
        type_ids = _labelled(unit, told.type, far_type, association_label) if association_label else ()
        associations.append(NewAssociation(far_type=far_type, far_id=str(far_id), type_ids=type_ids))
    return CreateInput(properties=properties, import_key=f"demo:{told.ref}", associations=associations)


def _labelled(unit: Unit, near: str, far: str, association_label: str) -> tuple[tuple[str, int], ...]:
    directions = unit.model.directions(unit.model.object_type(near), unit.model.object_type(far))
    return tuple(
        (each.type.category, each.type_id) for each in directions if each.association_label == association_label
    )
