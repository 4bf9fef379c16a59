"""Where everything is in the overview: three columns of blocks, a block for each category, a line for each pair.

A line leaves and enters cards sideways. Between two columns it swings; past the middle column it
goes through a lane between two blocks, or between two rows of a block that has cards side by
side, so that no line ever passes behind a card. Within a column it bows out to the side. What
activities are associated with is nearly everything, so their lines are folded and the heading of
their block says on how many types they are.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from crm_graph.definitions.association import AssociationPair
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.diagram import parts
from crm_graph.diagram.counts import Counts
from crm_graph.diagram.geometry import Box, Path, Point
from crm_graph.diagram.parts import CARD_HEIGHT, Block, Card, Drawing, Line, Tint

COLUMNS = (("service", "activities"), ("marketing", "core", "other"), ("sales", "commerce"))
"""The categories of each column from top to bottom; core, which is associated with most, in the middle."""

FOLDED = "activities"
ROWS_MAX = 16
"""How many cards a block has below each other before they stand side by side."""

_ALONE_MAX = 8
_ROW = 50
_GUTTER = 34
_PADDING = 10
_HEADING = 32
_BLOCK_GAP = 30
_BLOCK_GAP_MAX = 150
_LANE_GAP = 46
_CORRIDOR = 104
_MARGIN = 12
_LANE_MARGIN = 12
_LANE_STEP = 5
_PORT_STEP = 2.8
_PORT_ROOM = CARD_HEIGHT - 12
_BOW = (20, 100)
_LOOP = (26, 11)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a card stands: in which column of blocks, and where among the cards beside it in its block."""

    card: Card
    column: int
    position: int
    beside: int


@dataclass(slots=True)
class _Column:
    """A column of blocks while it is being laid out."""

    left: float
    right: float
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class _Wire:
    """A line before it is drawn: its ends from left to right or from top to bottom, and on which sides it leaves."""

    pair: AssociationPair
    first: _Place
    last: _Place
    sides: tuple[int, int]
    lane: float | None = None
    ports: list[float] = field(default_factory=lambda: [0.0, 0.0])

    @property
    def is_arc(self) -> bool:
        """Whether both ends are in one column."""
        return self.first.column == self.last.column

    def place(self, end: int) -> _Place:
        """The card at one end."""
        return self.last if end else self.first


def overview(model: DataModel, counts: Counts) -> Drawing:
    """The whole data model as a picture."""
    object_types = parts.live_types(model)
    width = parts.card_width(object_types, counts)
    columns, places = _placed(model, object_types, counts, width)
    height = max(block.box.bottom for column in columns for block in column.blocks) + _MARGIN
    wires = _wires(model, places)
    _choose_lanes([wire for wire in wires if abs(wire.first.column - wire.last.column) > 1], columns[1], height)
    _choose_ports(wires)
    lines = [_line(model, counts, wire, columns) for wire in wires]
    lines += [_loop(model, counts, pair, places[pair.source]) for pair in model.pairs.values() if pair.is_same_object]
    associated = sum(not each.is_folded for each in lines)
    return Drawing(
        kind="overview",
        width=columns[-1].right + _BOW[1] * 0.75 + _MARGIN,
        height=height,
        title="Data model",
        says=f"{len(object_types)} object types in {sum(len(each.blocks) for each in columns)} categories; "
        f"{associated} pairs of them with associations are drawn, those of activities are folded.",
        cards=tuple(place.card for place in places.values()),
        lines=tuple(lines),
        blocks=tuple(block for column in columns for block in column.blocks),
    )


def _placed(
    model: DataModel, object_types: Sequence[ObjectType], counts: Counts, width: float
) -> tuple[list[_Column], dict[str, _Place]]:
    """The columns with their blocks, and the place of every object type by name."""
    by_category: dict[str, list[ObjectType]] = defaultdict(list)
    for each in object_types:
        by_category[each.category].append(each)
    groups = [[(name, by_category[name]) for name in names if by_category[name]] for names in COLUMNS]
    heights = [[_block_size(those, width)[1] for _, those in group] for group in groups]
    gaps = [
        _LANE_GAP * (len(each) + 1) if place == 1 else _BLOCK_GAP * (len(each) - 1)
        for place, each in enumerate(heights)
    ]
    tallest = max(sum(each) + gap for each, gap in zip(heights, gaps, strict=True)) + 2 * _MARGIN
    columns: list[_Column] = []
    places: dict[str, _Place] = {}
    left = _MARGIN + _BOW[1] * 0.75
    for number, group in enumerate(groups):
        widest = max((_block_size(those, width)[0] for _, those in group), default=width)
        column = _Column(left, left + widest)
        y, gap = _spread(heights[number], tallest, is_middle=number == 1)
        for (name, those), block_height in zip(group, heights[number], strict=True):
            block_width = _block_size(those, width)[0]
            box = Box(left + (widest - block_width) / 2, y, block_width, block_height)
            heading = parts.heading(_heading(model, name), Point(box.x + _PADDING, y + 19), block_width - 2 * _PADDING)
            column.blocks.append(Block(name, box, heading))
            places.update(_in_block(those, counts, box, number, width))
            y += block_height + gap
        columns.append(column)
        left += widest + _CORRIDOR
    return columns, places


def _block_size(object_types: Sequence[ObjectType], width: float) -> tuple[float, float]:
    beside = _beside(len(object_types))
    rows = math.ceil(len(object_types) / beside)
    return (
        beside * width + (beside - 1) * _GUTTER + 2 * _PADDING,
        _HEADING + rows * _ROW - (_ROW - CARD_HEIGHT) + _PADDING,
    )


def _beside(count: int) -> int:
    """How many cards stand side by side in a block of so many."""
    return 1 if count <= _ALONE_MAX else max(math.ceil(count / ROWS_MAX), 2 if count > ROWS_MAX else 1)


def _spread(heights: Sequence[float], tallest: float, *, is_middle: bool) -> tuple[float, float]:
    """Where the first block of a column begins and how far blocks are apart.

    The outer columns fill the height as far as that looks well; in the middle one what is over is shared by all gaps,
    as lines go through.
    """
    over = tallest - 2 * _MARGIN - sum(heights)
    if is_middle:
        gap = over / (len(heights) + 1)
        return _MARGIN + gap, gap
    gap = min(over / max(len(heights) - 1, 1), _BLOCK_GAP_MAX)
    return _MARGIN + (over - gap * (len(heights) - 1)) / 2, gap


def _in_block(
    object_types: Sequence[ObjectType], counts: Counts, box: Box, column: int, width: float
) -> Mapping[str, _Place]:
    beside = _beside(len(object_types))
    rows = math.ceil(len(object_types) / beside)
    found = {}
    for number, each in enumerate(object_types):
        position, row = divmod(number, rows)
        place = Box(box.x + _PADDING + position * (width + _GUTTER), box.y + _HEADING + row * _ROW, width, CARD_HEIGHT)
        found[each.name] = _Place(parts.card(each, counts, place), column, position, beside)
    return found


def _heading(model: DataModel, category: str) -> str:
    name = category.capitalize()
    if category != FOLDED:
        return name
    far = {
        end
        for pair in model.pairs.values()
        for end, other in ((pair.source, pair.target), (pair.target, pair.source))
        if model.object_types[other].category == FOLDED and model.object_types[end].category != FOLDED
    }
    return f"{name}, on {len(far)} {'type' if len(far) == 1 else 'types'}"


def _wires(model: DataModel, places: Mapping[str, _Place]) -> list[_Wire]:
    wires = []
    for pair in model.pairs.values():
        if pair.is_same_object:
            continue
        ends = sorted(
            (places[pair.source], places[pair.target]), key=lambda each: (each.column, each.card.box.y, each.position)
        )
        same = ends[0].column == ends[1].column
        outer = 1 if ends[0].column == len(COLUMNS) - 1 else -1
        wires.append(_Wire(pair, ends[0], ends[1], (outer, outer) if same else (1, -1)))
    return wires


def _choose_lanes(wires: Sequence[_Wire], middle: _Column, height: float) -> None:
    """Give each line that passes the middle column the gap that takes it least out of its way, and a place in it."""
    edges = [0.0, *(y for block in middle.blocks for y in (block.box.y, block.box.bottom)), height]
    gaps = [
        (above + _LANE_MARGIN, below - _LANE_MARGIN)
        for above, below in zip(edges[::2], edges[1::2], strict=True)
        if below - above > 2 * _LANE_MARGIN
    ] or [(height, height)]
    through: dict[tuple[float, float], list[_Wire]] = defaultdict(list)
    for wire in wires:
        ends = (wire.first.card.box.centre.y, wire.last.card.box.centre.y)
        through[min(gaps, key=lambda gap: sum(_distance(y, gap) for y in ends))].append(wire)
    for (top, bottom), those in through.items():
        those.sort(key=lambda each: (each.first.card.box.y + each.last.card.box.y, each.first.card.box.y))
        step = min(_LANE_STEP, (bottom - top) / max(len(those) - 1, 1))
        wanted = sum(each.first.card.box.centre.y + each.last.card.box.centre.y for each in those) / len(those) / 2
        extent = step * (len(those) - 1)
        start = min(max(wanted - extent / 2, top), bottom - extent)
        for number, wire in enumerate(those):
            wire.lane = start + number * step


def _distance(y: float, gap: tuple[float, float]) -> float:
    return max(gap[0] - y, 0, y - gap[1])


def _choose_ports(wires: Iterable[_Wire]) -> None:
    """Spread the lines at each side of a card, in the order in which they go on, so that they do not cross there."""
    at: dict[tuple[str, int], list[tuple[tuple[int, float], _Wire, int]]] = defaultdict(list)
    for wire in wires:
        if FOLDED in (wire.first.card.category, wire.last.card.category):
            continue
        for end in (0, 1):
            own, other = wire.place(end).card.box.y, wire.place(1 - end).card.box.y
            if wire.is_arc:
                key = (0, own - other) if other < own else (2, own - other)
            else:
                key = (1, other if wire.lane is None else wire.lane)
            at[wire.place(end).card.type, wire.sides[end]].append((key, wire, end))
    for those in at.values():
        those.sort(key=lambda each: each[0])
        step = min(_PORT_STEP, _PORT_ROOM / max(len(those) - 1, 1))
        for number, (_, wire, end) in enumerate(those):
            wire.ports[end] = (number - (len(those) - 1) / 2) * step


def _line(model: DataModel, counts: Counts, wire: _Wire, columns: Sequence[_Column]) -> Line:
    path = _out(wire, 0, columns)
    arrival = _out(wire, 1, columns)
    if wire.is_arc:
        bow = wire.sides[0] * _bow(wire)
        path = path.bend(*arrival.end, out=bow, into=bow)
        tint = _tint(wire, path.end.x, path.end.x, first_y=path.end.y, last_y=arrival.end.y)
    else:
        path = _across(path, arrival.end, wire, columns)
        tint = _tint(wire, columns[wire.first.column].right, columns[wire.last.column].left)
    path = path.then(arrival.turned)
    associations = counts.associations_of(wire.pair)
    return Line(
        source=model.object_types[wire.pair.source].plural,
        target=model.object_types[wire.pair.target].plural,
        paths=(path,),
        tint=tint,
        width=parts.line_width(associations),
        is_used=associations > 0,
        says=parts.line_says(model, wire.pair, counts),
        is_folded=FOLDED in (wire.first.card.category, wire.last.card.category),
    )


def _out(wire: _Wire, end: int, columns: Sequence[_Column]) -> Path:
    """From a card to the side of its column: straight, or between two rows where another card is in the way."""
    place, side = wire.place(end), wire.sides[end]
    box, column = place.card.box, columns[place.column]
    x, edge = (box.right, column.right) if side > 0 else (box.x, column.left)
    y = box.centre.y + wire.ports[end]
    path = Path(Point(x, y))
    is_outermost = place.position == (place.beside - 1 if side > 0 else 0)
    if is_outermost:
        return path.line(edge, y)
    below = box.bottom + (_ROW - CARD_HEIGHT) / 2
    swing = side * _GUTTER / 2
    return path.bend(x + side * _GUTTER, below, out=swing, into=-swing).line(edge, below)


def _across(path: Path, to: Point, wire: _Wire, columns: Sequence[_Column]) -> Path:
    if wire.lane is not None:
        middle = columns[1]
        path = _swing(path, middle.left, wire.lane).line(middle.right, wire.lane)
    return _swing(path, to.x, to.y)


def _swing(path: Path, x: float, y: float) -> Path:
    half = (x - path.end.x) / 2
    return path.bend(x, y, out=half, into=-half)


def _loop(model: DataModel, counts: Counts, pair: AssociationPair, place: _Place) -> Line:
    """An object type's associations with itself: a handle on the upper edge of its card."""
    box, (width, height) = place.card.box, _LOOP
    start = Point(box.right - 18 - width, box.y)
    end = Point(start.x + width, box.y)
    rise = height / 0.75
    associations = counts.associations_of(pair)
    return Line(
        source=place.card.type,
        target=place.card.type,
        paths=(Path(start).curve(Point(start.x - 2, box.y - rise), Point(end.x + 2, box.y - rise), end),),
        tint=Tint(place.card.category, place.card.category, start, end),
        width=parts.line_width(associations),
        is_used=associations > 0,
        says=parts.line_says(model, pair, counts),
    )


def _bow(wire: _Wire) -> float:
    """How far an arc's handles are out: more for one that goes further, so that arcs lie around each other."""
    least, most = _BOW
    return min(least + abs(wire.first.card.box.y - wire.last.card.box.y) * 0.1, most)


def _tint(wire: _Wire, first_x: float, last_x: float, *, first_y: float = 0, last_y: float = 0) -> Tint:
    return Tint(wire.first.card.category, wire.last.card.category, Point(first_x, first_y), Point(last_x, last_y))
