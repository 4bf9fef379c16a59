"""What a drawing of the data model is made of; `layout.py` places it, `svg.py` draws it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from crm_graph.definitions.association import AssociationPair
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.diagram import text
from crm_graph.diagram.counts import Counts
from crm_graph.diagram.geometry import Box, Path, Point

Anchor = Literal["start", "middle", "end"]

CARD_HEIGHT = 36
NAME_SIZE = 13
SMALL_SIZE = 12
CARD_WIDTHS = (160, 248)
"""Between what cards are wide, by the names and counts that they are to show."""

_ICON_AT = 9
_ICON_SIZE = 16
_NAME_AT = 30
_END = 9
_BETWEEN = 7
_THICKEST_LINE = 3.4
_EXACT_BELOW = 1_000_000


@dataclass(frozen=True, slots=True)
class Run:
    """A text with one look: `role` is `name`, `count`, `heading`, `labels`, `more` or `cardinality`."""

    text: str
    role: str


@dataclass(frozen=True, slots=True)
class Label:
    """One line of text on its baseline, as wide as `width` at most; `whole` says what was cut, None for nothing."""

    at: Point
    runs: tuple[Run, ...]
    size: float
    width: float
    anchor: Anchor = "start"
    whole: str | None = None

    @property
    def text(self) -> str:
        """What is drawn."""
        return "".join(run.text for run in self.runs)

    @property
    def box(self) -> Box:
        """The room that it needs at most."""
        before = {"start": 0.0, "middle": self.width / 2, "end": self.width}[self.anchor]
        return Box(self.at.x - before, self.at.y - self.size * 0.8, self.width, self.size)


@dataclass(frozen=True, slots=True)
class Card:
    """An object type or a record; `type` is its name in paths, `says` what a screen reader tells of it."""

    type: str
    category: str
    icon: str
    box: Box
    name: Label
    count: Label | None
    says: str
    is_active: bool = True
    is_chosen: bool = False

    @property
    def icon_at(self) -> Point:
        """The upper left corner of the icon."""
        return Point(self.box.x + _ICON_AT, self.box.y + (self.box.height - _ICON_SIZE) / 2)


@dataclass(frozen=True, slots=True)
class Block:
    """A category and the ground on which its cards are."""

    category: str
    box: Box
    heading: Label


@dataclass(frozen=True, slots=True)
class Tint:
    """The colours of a line: from one category's at one point to another's at the other."""

    start: str
    end: str
    start_at: Point
    end_at: Point


@dataclass(frozen=True, slots=True)
class Line:
    """A pair of object types; in pieces where a caption stands between them.

    A folded one is left out of the picture until one of its ends is looked at.
    """

    source: str
    target: str
    paths: tuple[Path, ...]
    tint: Tint
    width: float
    is_used: bool
    says: str
    is_folded: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything there is to draw, and what the picture shows in words; `chosen` is the object type in its middle."""

    kind: Literal["overview", "focus", "neighbourhood"]
    width: float
    height: float
    title: str
    says: str
    cards: tuple[Card, ...]
    lines: tuple[Line, ...]
    blocks: tuple[Block, ...] = ()
    captions: tuple[Label, ...] = ()
    trunks: tuple[Line, ...] = ()
    chosen: str | None = None


def live_types(model: DataModel) -> list[ObjectType]:
    """The object types that are drawn, in the order of the data model."""
    return [each for each in model.object_types.values() if not each.archived]


def shown_count(count: int) -> str:
    """A number as cards show it: `2,210`, from a million on `1.2 M`."""
    return f"{count:,}" if count < _EXACT_BELOW else f"{math.floor(count / _EXACT_BELOW * 10) / 10:,} M"


def card_width(object_types: Iterable[ObjectType], counts: Counts) -> float:
    """What all cards are wide so that as many names as may be are shown whole."""
    least, most = CARD_WIDTHS
    wanted = (
        _NAME_AT + text.width(text.one_line(each.display_name), NAME_SIZE) + _room_of_count(each, counts)
        for each in object_types
    )
    return min(max([least, *map(math.ceil, wanted)]), most)


def card(object_type: ObjectType, counts: Counts, box: Box, *, is_chosen: bool = False) -> Card:
    """The card of an object type at a place."""
    name, mark = object_type.display_name, _mark(object_type, counts)
    room = box.width - _NAME_AT - _room_of_count(object_type, counts)
    shown = text.fitted(name, NAME_SIZE, room)
    middle = box.centre.y
    records = counts.records_of(object_type)
    says = f"{name}, {object_type.category}, {records:,} {'record' if records == 1 else 'records'}"
    return Card(
        type=object_type.plural,
        category=object_type.category,
        icon=object_type.icon,
        box=box,
        name=Label(
            at=Point(box.x + _NAME_AT, middle + NAME_SIZE * 0.35),
            runs=(Run(shown, "name"),),
            size=NAME_SIZE,
            width=min(text.width(shown, NAME_SIZE), room),
            whole=name,
        ),
        count=Label(
            at=Point(box.right - _END, middle + SMALL_SIZE * 0.36),
            runs=(Run(mark, "count"),),
            size=SMALL_SIZE,
            width=text.width(mark, SMALL_SIZE),
            anchor="end",
        ),
        says=says if object_type.active else f"{says}, inactive",
        is_active=object_type.active,
        is_chosen=is_chosen,
    )


def heading(words: str, at: Point, room: float) -> Label:
    """The heading of a block."""
    shown = text.fitted(words, SMALL_SIZE, room)
    return Label(at, (Run(shown, "heading"),), SMALL_SIZE, text.width(shown, SMALL_SIZE))


def line_width(associations: int) -> float:
    """How thick a line is: a hair for none, then more with each power of ten."""
    return 1.0 if not associations else min(1.4 + 0.4 * math.log10(associations), _THICKEST_LINE)


def line_says(model: DataModel, pair: AssociationPair, counts: Counts) -> str:
    """What a line stands for: `Contact and Company: 3 association types, 1,204 associations`."""
    source, target = (model.object_types[each].display_name for each in (pair.source, pair.target))
    types = sum(not each.archived for each in pair.types)
    associations = counts.associations_of(pair)
    return (
        f"{source} and {'itself' if pair.is_same_object else target}: "
        f"{types} association {'type' if types == 1 else 'types'}, "
        f"{associations:,} {'association' if associations == 1 else 'associations'}"
    )


def everything_drawn(drawing: Drawing) -> Iterator[Label]:
    """Every text of a drawing."""
    yield from (block.heading for block in drawing.blocks)
    for each in drawing.cards:
        yield each.name
        if each.count is not None:
            yield each.count
    yield from drawing.captions


def _mark(object_type: ObjectType, counts: Counts) -> str:
    """What stands at the end of a card: how many records there are, or that nobody may make any."""
    return shown_count(counts.records_of(object_type)) if object_type.active else "inactive"


def _room_of_count(object_type: ObjectType, counts: Counts) -> float:
    return _BETWEEN + text.width(_mark(object_type, counts), SMALL_SIZE) + _END
