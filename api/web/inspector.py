"""What the page of the data model tells of one object type, in the order and the words of the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crm_graph.definitions.association import USER_DEFINED, AssociationPair, Direction
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import CATEGORIES, ObjectType
from crm_graph.definitions.pipeline import Stage
from crm_graph.definitions.property import Property
from crm_graph.diagram.counts import Counts

TABS = ("associations", "properties", "pipelines", "tools")
"""What is shown of an object type, one at a time."""

TOOLS = (
    ("index", "Index page", "All records as a table or a board"),
    ("record", "Record page", "One record and what is around it"),
    ("reports", "Reports", "Numbers and plots over records"),
    ("import", "Import", "Records from CSV files"),
    ("properties", "Property settings", "Properties of your own"),
    ("segments", "Segments", "Records that match criteria"),
    ("workflows", "Workflows", "Work that follows a change"),
)
"""Tools that an object type may take part in: as definitions name them, as people do, and what each is for."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One association type as the chosen object type sees it; `limits` are sentences, none where there is no limit."""

    type_id: int
    name: str
    seen_from_there: str
    limits: tuple[str, ...]
    is_own: bool
    """Whether the account defined it, so that it can be renamed and removed."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An object type that the chosen one may be associated with, in which ways, and how often that is so."""

    object_type: ObjectType
    pair: AssociationPair
    kinds: Sequence[Kind]
    associations: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A property group by its name, with its live properties."""

    name: str
    properties: Sequence[Property]


def by_category(model: DataModel) -> list[tuple[str, list[ObjectType]]]:
    """Live object types under the one category that each is drawn in, in the order of both."""
    live = [each for each in model.object_types.values() if not each.archived]
    found = [(name, [each for each in live if each.category == name]) for name in CATEGORIES]
    return [(name, those) for name, those in found if those]


def names(object_type: ObjectType) -> str:
    """What the object type may be found by, folded, one name a line."""
    found = (object_type.display_name, object_type.display_name_plural, object_type.name, object_type.plural)
    return "\n".join(dict.fromkeys(each.casefold() for each in found))


def neighbours(model: DataModel, near: ObjectType, counts: Counts) -> list[Neighbour]:
    """Every object type that `near` may be associated with, in the order of categories."""
    order = [each.name for _, those in by_category(model) for each in those]
    far_types = {_far(pair, near): pair for pair in model.pairs_of(near)}
    return [
        Neighbour(
            object_type=model.object_types[name],
            pair=far_types[name],
            kinds=tuple(_kinds(model, near, model.object_types[name])),
            associations=counts.associations_of(far_types[name]),
        )
        for name in order
        if name in far_types
    ]


def headings(object_type: ObjectType) -> list[Heading]:
    """Live properties under their groups, what names or identifies a record first, then by name.

    Those whose group is not defined come last.
    """

    def place(found: Property) -> tuple[bool, bool, str]:
        is_first = found.name in object_type.primary or (found.unique and not found.read_only)
        return not is_first, found.name not in object_type.default_properties, found.display_name.casefold()

    shown = sorted(object_type.live_properties.values(), key=place)
    groups = [each for each in object_type.groups.values() if not each.archived]
    names = {each.name: each.display_name for each in sorted(groups, key=lambda each: each.display_order)}
    found = [Heading(name, [each for each in shown if each.group == key]) for key, name in names.items()]
    found.append(Heading("Other properties", [each for each in shown if each.group not in names]))
    return [each for each in found if each.properties]


def rules(object_type: ObjectType, found: Property) -> list[str]:
    """What holds for values of the property beside their type, a word or two each."""
    held = {
        "required": any(found.name in group for group in object_type.required),
        "unique": found.unique,
        "indexed": found.indexed,
        "searched by words": found.name in object_type.searchable,
        "names the record": found.name in object_type.primary,
        "calculated": found.calculated,
        "read only": found.read_only and not found.calculated,
        "hidden": found.hidden,
    }
    return [rule for rule, holds in held.items() if holds]


def stage_state(stage: Stage) -> str:
    """What being in the stage means: the chance to win, or whether the record is done with."""
    if stage.probability is not None:
        return {0.0: "lost", 1.0: "won"}.get(stage.probability, f"{stage.probability:.0%}")
    return "closed" if stage.is_closed else "open"


def _far(pair: AssociationPair, near: ObjectType) -> str:
    return pair.target if pair.source == near.name else pair.source


def _kinds(model: DataModel, near: ObjectType, far: ObjectType) -> Iterator[Kind]:
    for direction in model.directions(near, far):
        back = direction.type.backward if direction.is_forward else direction.type.forward
        name = direction.association_label or ("Primary" if direction.type.is_primary else "Unlabelled")
        inverse = back.association_label or ""
        yield Kind(
            type_id=direction.type_id,
            name=name,
            seen_from_there="" if inverse == name else inverse,
            limits=tuple(_limits(direction, back, near, far)),
            is_own=direction.type.category == USER_DEFINED,
        )


def _limits(direction: Direction, back: Direction, near: ObjectType, far: ObjectType) -> Iterator[str]:
    for seen, one, others in ((direction, near, far), (back, far, near)):
        if seen.limit is not None:
            word = others.display_name if seen.limit == 1 else others.display_name_plural
            yield f"{one.display_name}: at most {seen.limit:,} {word.lower()}"
