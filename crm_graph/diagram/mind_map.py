"""Where everything is when one record is looked at: a tree that opens to both sides, two steps far.

A row for each leaf, each record in the middle of those behind it. What is met a second time is not drawn again: a
dotted line leads to where it stands.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crm_graph.definitions.object_type import CATEGORIES
from crm_graph.diagram import text
from crm_graph.diagram.geometry import Box, Path, Point
from crm_graph.diagram.parts import NAME_SIZE, SMALL_SIZE, Card, Drawing, Label, Line, Run, Tint
from crm_graph.records.neighbourhood import Neighbour, Neighbourhood, Reference

_CARD_WIDTH, _CARD_HEIGHT, _ROW = 148, 30, 38
_ICON_AND_GAP, _END = 32, 10
_MARGIN = 4
_BETWEEN = 36
_LABELS_MAX = 204
"""How wide the gap may be in which the association labels of the first step stand."""
_BESIDE_LABEL = 10
_RADIUS = 8
_PER_TYPE = 4
"""Records of one object type in the picture; the page lists more beside it."""
_LINE, _CROSSING = 1.5, 1.0


@dataclass(slots=True)
class _Node:
    """A record in the tree; `labels` is what stands on the line to it."""

    record: Reference
    labels: str = ""
    children: list[_Node] = field(default_factory=list)

    @property
    def leaves(self) -> int:
        """Rows that it needs."""
        return max(1, sum(child.leaves for child in self.children))


def mind_map(found: Neighbourhood) -> Drawing:
    """The picture of a record's neighbourhood."""
    root = Reference(found.record.object_type, found.record.id, found.name)
    nodes, crossing = _tree(root, found)
    sides = _sides(nodes)
    rows = max(1, *(sum(node.leaves for node in side) for side in sides))
    height = rows * _ROW + 2 * _MARGIN
    gaps = [_gap(side) for side in sides]
    reaches = [_reach(side, gap) for side, gap in zip(sides, gaps, strict=True)]
    width = reaches[0] + _CARD_WIDTH + reaches[1] + 2 * _MARGIN
    middle = Box(_MARGIN + reaches[0], (height - _CARD_HEIGHT) / 2, _CARD_WIDTH, _CARD_HEIGHT)
    drawn = _Drawn(root, middle)
    for side, nodes_of_side, gap in zip((-1, 1), sides, gaps, strict=True):
        drawn.place(nodes_of_side, middle, side, gap, root)
    drawn.cross(crossing)
    count = len(drawn.boxes) - 1
    return Drawing(
        kind="neighbourhood",
        width=width,
        height=height,
        title=text.one_line(found.name),
        says=f"{text.one_line(found.name)} with {count} {'record' if count == 1 else 'records'} around it.",
        cards=tuple(drawn.cards),
        lines=tuple(drawn.lines),
        captions=tuple(drawn.captions),
        chosen=root.path,
    )


class _Drawn:
    """What has been placed so far."""

    def __init__(self, root: Reference, box: Box) -> None:
        self.boxes = {root.path: box}
        self.categories = {root.path: root.object_type.category}
        self.cards = [_card(root, box, is_chosen=True)]
        self.lines: list[Line] = []
        self.captions: list[Label] = []

    def place(self, nodes: Sequence[_Node], behind: Box, side: int, gap: float, parent: Reference) -> None:
        """Place nodes and what is behind them in a column beside the box that they belong to."""
        x = behind.right + gap if side > 0 else behind.x - gap - _CARD_WIDTH
        y = behind.centre.y - sum(node.leaves for node in nodes) * _ROW / 2
        for node in nodes:
            middle = y + node.leaves * _ROW / 2
            box = Box(x, middle - _CARD_HEIGHT / 2, _CARD_WIDTH, _CARD_HEIGHT)
            self.boxes[node.record.path] = box
            self.categories[node.record.path] = node.record.object_type.category
            self.cards.append(_card(node.record, box))
            self.lines.append(self._line(parent, node, behind, box, side))
            if node.labels:
                self.captions.append(_caption(node.labels, box, side, gap))
            self.place(node.children, box, side, _BETWEEN, node.record)
            y += node.leaves * _ROW

    def cross(self, pairs: Iterable[tuple[Reference, Reference]]) -> None:
        """A dotted line between records that are both drawn, and not one behind the other."""
        drawn = {frozenset((line.source, line.target)) for line in self.lines}
        for one, other in pairs:
            ends = frozenset((one.path, other.path))
            if ends in drawn or len(ends) == 1 or not ends <= self.boxes.keys():
                continue
            drawn.add(ends)
            start, end = self.boxes[one.path], self.boxes[other.path]
            path = _across(start, end)
            tint = self._tint(one.path, other.path, path)
            says = f"{text.one_line(one.name)} and {text.one_line(other.name)}"
            self.lines.append(Line(one.path, other.path, (path,), tint, _CROSSING, is_used=False, says=says))

    def _line(self, parent: Reference, node: _Node, behind: Box, box: Box, side: int) -> Line:
        start = Point(behind.right if side > 0 else behind.x, behind.centre.y)
        end = Point(box.x if side > 0 else box.right, box.centre.y)
        turn = start.x + side * _BETWEEN / 2
        path = _elbow(start, end, turn, side)
        says = f"{text.one_line(parent.name)} and {text.one_line(node.record.name)}"
        tint = self._tint(parent.path, node.record.path, path)
        return Line(parent.path, node.record.path, (path,), tint, _LINE, is_used=True, says=says)

    def _tint(self, one: str, other: str, path: Path) -> Tint:
        return Tint(self.categories[one], self.categories[other], path.start, path.end)


def _tree(root: Reference, found: Neighbourhood) -> tuple[list[_Node], list[tuple[Reference, Reference]]]:
    """The nodes beside the root, and pairs of records that are associated besides."""
    first = [each for those in found.around for each in those.shown[:_PER_TYPE]]
    seen = {root.path, *(each.record.path for each in first)}
    nodes, crossing = [], []
    for each in first:
        node = _Node(each.record, _labels(each))
        for further in each.beyond:
            if further.path in seen:
                crossing.append((each.record, further))
            else:
                seen.add(further.path)
                node.children.append(_Node(further))
        node.children.sort(key=lambda child: CATEGORIES.index(child.record.object_type.category))
        nodes.append(node)
    return nodes, crossing


def _labels(each: Neighbour) -> str:
    return ", ".join(each.labels)


def _sides(nodes: Sequence[_Node]) -> tuple[list[_Node], list[_Node]]:
    """The nodes for the left and for the right, in their order, about as many rows on each."""
    total = sum(node.leaves for node in nodes)
    rows, cut = 0, 0
    while cut < len(nodes) and (cut == 0 or 2 * rows + nodes[cut].leaves <= total):
        rows += nodes[cut].leaves
        cut += 1
    return list(nodes[cut:]), list(nodes[:cut])


def _gap(side: Sequence[_Node]) -> float:
    """How far the first step is away, so that as many labels as may be are shown whole."""
    widest = max((text.width(text.one_line(node.labels), SMALL_SIZE) for node in side), default=0)
    return min(math.ceil(widest) + 1 + _BETWEEN / 2 + _BESIDE_LABEL, _LABELS_MAX) if widest else _BETWEEN


def _reach(side: Sequence[_Node], gap: float) -> float:
    if not side:
        return 0
    is_deep = any(node.children for node in side)
    return gap + _CARD_WIDTH + (_BETWEEN + _CARD_WIDTH if is_deep else 0)


def _elbow(start: Point, end: Point, turn: float, side: int) -> Path:
    """Sideways, along the others to its row, and sideways again."""
    rise = end.y - start.y
    radius = min(_RADIUS, abs(rise) / 2)
    if radius < 1:
        return Path(start).line(end.x, end.y)
    towards = 1 if rise > 0 else -1
    return (
        Path(start)
        .line(turn - side * radius, start.y)
        .corner(Point(turn, start.y), turn, start.y + towards * radius)
        .line(turn, end.y - towards * radius)
        .corner(Point(turn, end.y), turn + side * radius, end.y)
        .line(end.x, end.y)
    )


def _across(start: Box, end: Box) -> Path:
    """From one card to another, out at the sides that face each other; beside them where they stand in one column."""
    if abs(start.x - end.x) < _CARD_WIDTH:
        reach = 26 + abs(start.centre.y - end.centre.y) * 0.06
        return Path(Point(start.right, start.centre.y)).bend(end.right, end.centre.y, out=reach, into=reach)
    side = 1 if end.x > start.x else -1
    from_x, to_x = (start.right, end.x) if side > 0 else (start.x, end.right)
    swing = side * abs(to_x - from_x) / 2
    return Path(Point(from_x, start.centre.y)).bend(to_x, end.centre.y, out=swing, into=-swing)


def _card(record: Reference, box: Box, *, is_chosen: bool = False) -> Card:
    object_type = record.object_type
    room = box.width - _ICON_AND_GAP - _END
    shown = text.fitted(record.name, NAME_SIZE - 0.5, room)
    middle = box.centre.y
    return Card(
        type=record.path,
        category=object_type.category,
        icon=object_type.icon,
        box=box,
        name=Label(
            at=Point(box.x + _ICON_AND_GAP, middle + NAME_SIZE * 0.35),
            runs=(Run(shown, "name"),),
            size=NAME_SIZE - 0.5,
            width=min(text.width(shown, NAME_SIZE - 0.5), room),
            whole=record.name,
        ),
        count=None,
        says=f"{text.one_line(record.name)}, {object_type.display_name}",
        is_chosen=is_chosen,
    )


def _caption(labels: str, box: Box, side: int, gap: float) -> Label:
    """What the record is to the one in the middle, above its line."""
    room = gap - _BETWEEN / 2 - _BESIDE_LABEL
    shown = text.fitted(labels, SMALL_SIZE, room)
    at = Point(box.x - 6 if side > 0 else box.right + 6, box.centre.y - 4)
    width = min(text.width(shown, SMALL_SIZE), room)
    return Label(at, (Run(shown, "labels"),), SMALL_SIZE, width, "end" if side > 0 else "start", labels)
