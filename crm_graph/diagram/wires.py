"""How the lines of the overview run: where they leave their cards, through which gaps they go, how far they bow out.

A line leaves and enters cards sideways. Between two columns of blocks it swings; past the middle
column it goes through a lane between two blocks, or between two rows of a block that has cards
side by side, so that no line ever passes behind a card. Within a column it bows out to the side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crm_graph.definitions.association import AssociationPair
from crm_graph.diagram.geometry import Path, Point
from crm_graph.diagram.parts import CARD_HEIGHT, Block, Card, Tint

GUTTER = 34
"""How far cards that stand side by side are apart."""

BETWEEN_ROWS = 14
LANE_MARGIN = 12
"""How far a line stays from the blocks that it goes between."""

_LANE_STEP = 5
_CROWDED = 10
"""How far out of its way a line rather goes than through a gap that has one line more."""

_PORT_STEP = 2.8
_PORT_ROOM = CARD_HEIGHT - 12
_BOW = (20, 100)
_BOW_GROWTH = 0.08
_REACH = 0.75
"""How much of the length of its handles a curve comes out."""

_LOOP = (26, 11)
_LOOP_FROM_END = 18
_THICKEST = 2


@dataclass(frozen=True, slots=True)
class Place:
    """Where a card stands: in which column of blocks, and where among the cards beside it in its block."""

    card: Card
    column: int
    position: int
    beside: int


@dataclass(slots=True)
class Column:
    """A column of blocks while it is being laid out."""

    left: float
    right: float
    blocks: list[Block] = field(default_factory=list)


@dataclass(slots=True)
class Wire:
    """A line before it is drawn: its ends from left to right or from top to bottom, and on which sides it leaves."""

    pair: AssociationPair
    first: Place
    last: Place
    sides: tuple[int, int]
    is_folded: bool = False
    lane: float | None = None
    ports: list[float] = field(default_factory=lambda: [0.0, 0.0])

    @property
    def is_arc(self) -> bool:
        """Whether both ends are in one column."""
        return self.first.column == self.last.column

    def place(self, end: int) -> Place:
        """The card at one end."""
        return self.last if end else self.first


def route(wires: Sequence[Wire], columns: Sequence[Column], height: float) -> None:
    """Choose lanes and ports of all lines that are drawn at first."""
    _choose_lanes([wire for wire in wires if abs(wire.first.column - wire.last.column) > 1], columns[1], height)
    _choose_ports(wires)


def path_of(wire: Wire, columns: Sequence[Column]) -> Path:
    """The whole way of a line."""
    path, arrival = _out(wire, 0, columns), _out(wire, 1, columns)
    if wire.is_arc:
        bow = wire.sides[0] * _bow(wire)
        path = path.bend(*arrival.end, out=bow, into=bow)
    else:
        path = _across(path, arrival.end, wire, columns)
    return path.then(arrival.turned)


def tint_of(wire: Wire, columns: Sequence[Column]) -> Tint:
    """From the colour of one end to that of the other: across the space between them, or down the side of a column."""
    ends = (wire.first.card, wire.last.card)
    if wire.is_arc:
        points = [Point(0, each.box.centre.y) for each in ends]
    else:
        points = [Point(columns[wire.first.column].right, 0), Point(columns[wire.last.column].left, 0)]
    return Tint(ends[0].category, ends[1].category, points[0], points[1])


def loop(card: Card) -> Path:
    """The way from a card to itself: a handle on its upper edge."""
    width, height = _LOOP
    start = Point(card.box.right - _LOOP_FROM_END - width, card.box.y)
    end = Point(start.x + width, start.y)
    top = start.y - height / _REACH
    return Path(start).curve(Point(start.x - 2, top), Point(end.x + 2, top), end)


def extent(wires: Iterable[Wire], columns: Sequence[Column]) -> tuple[float, float]:
    """From where to where blocks and arcs reach."""
    edges = [edge for column in columns if column.blocks for edge in (column.left, column.right)]
    for wire in wires:
        if wire.is_arc:
            column, side = columns[wire.first.column], wire.sides[0]
            edges.append((column.left if side < 0 else column.right) + side * (_bow(wire) * _REACH + _THICKEST))
    return min(edges, default=0), max(edges, default=0)


def _choose_lanes(wires: Sequence[Wire], middle: Column, height: float) -> None:
    """Give each line that passes the middle column the gap that takes it least out of its way, and a place in it."""
    edges = [0.0, *(y for block in middle.blocks for y in (block.box.y, block.box.bottom)), height]
    gaps = [
        (above + LANE_MARGIN, below - LANE_MARGIN)
        for above, below in zip(edges[::2], edges[1::2], strict=True)
        if below - above > 2 * LANE_MARGIN
    ] or [(height, height)]
    through: dict[tuple[float, float], list[Wire]] = defaultdict(list)
    for wire in wires:
        ends = (wire.first.card.box.centre.y, wire.last.card.box.centre.y)
        ways = [sum(_distance(y, gap) for y in ends) + len(through[gap]) * _CROWDED for gap in gaps]
        through[gaps[ways.index(min(ways))]].append(wire)
    for (top, bottom), those in through.items():
        if not those:
            continue
        those.sort(key=lambda each: (each.first.card.box.y + each.last.card.box.y, each.first.card.box.y))
        step = min(_LANE_STEP, (bottom - top) / max(len(those) - 1, 1))
        wanted = sum(each.first.card.box.centre.y + each.last.card.box.centre.y for each in those) / len(those) / 2
        extent = step * (len(those) - 1)
        start = min(max(wanted - extent / 2, top), bottom - extent)
        for number, wire in enumerate(those):
            wire.lane = start + number * step


def _distance(y: float, gap: tuple[float, float]) -> float:
    return max(gap[0] - y, 0, y - gap[1])


def _choose_ports(wires: Iterable[Wire]) -> None:
    """Spread the lines at each side of a card, in the order in which they go on, so that they do not cross there."""
    at: dict[tuple[str, int], list[tuple[tuple[int, float], Wire, int]]] = defaultdict(list)
    for wire in wires:
        if wire.is_folded:
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


def _out(wire: Wire, end: int, columns: Sequence[Column]) -> Path:
    """From a card to the side of its column: straight, or between two rows where another card is in the way."""
    place, side = wire.place(end), wire.sides[end]
    box, column = place.card.box, columns[place.column]
    x, edge = (box.right, column.right) if side > 0 else (box.x, column.left)
    y = box.centre.y + wire.ports[end]
    path = Path(Point(x, y))
    is_outermost = place.position == (place.beside - 1 if side > 0 else 0)
    if is_outermost:
        return path.line(edge, y)
    below = box.bottom + (BETWEEN_ROWS) / 2
    swing = side * GUTTER / 2
    return path.bend(x + side * GUTTER, below, out=swing, into=-swing).line(edge, below)


def _across(path: Path, to: Point, wire: Wire, columns: Sequence[Column]) -> Path:
    if wire.lane is not None:
        middle = columns[1]
        path = _swing(path, middle.left, wire.lane).line(middle.right, wire.lane)
    return _swing(path, to.x, to.y)


def _swing(path: Path, x: float, y: float) -> Path:
    half = (x - path.end.x) / 2
    return path.bend(x, y, out=half, into=-half)


def _bow(wire: Wire) -> float:
    """How far an arc's handles are out: more for one that goes further, so that arcs lie around each other."""
    least, most = _BOW
    return min(least + abs(wire.first.card.box.y - wire.last.card.box.y) * _BOW_GROWTH, most)
