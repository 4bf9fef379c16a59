"""Where everything is in the overview: three columns of blocks, a block for each category, a line for each pair.

How the lines run is in `wires.py`. What activities are associated with is nearly everything, so
their lines are folded and the heading of their block says on how many types they are.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

from crm_graph.definitions.association import AssociationPair
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.diagram import parts
from crm_graph.diagram.counts import Counts
from crm_graph.diagram.geometry import Box, Path, Point
from crm_graph.diagram.parts import CARD_HEIGHT, Block, Drawing, Line, Tint
from crm_graph.diagram.wires import BETWEEN_ROWS, GUTTER, Column, Place, Wire, extent, loop, path_of, route, tint_of

COLUMNS = (("service", "activities"), ("marketing", "core", "other"), ("sales", "commerce"))
"""The categories of each column from top to bottom; core, which is associated with most, in the middle."""

FOLDED = "activities"
ROWS_MAX = 16
"""How many cards a block has below each other before they stand side by side."""

_ROW = CARD_HEIGHT + BETWEEN_ROWS
_PADDING = 10
_HEADING = 32
_BLOCK_GAP = 30
_BLOCK_GAP_MAX = 150
_LANE_GAP = 54
_CORRIDOR = 94
_MARGIN = 12


def overview(model: DataModel, counts: Counts) -> Drawing:
    """The whole data model as a picture."""
    object_types = parts.live_types(model)
    width = parts.card_width(object_types, counts)
    columns, places = _placed(model, object_types, counts, width, 0)
    leftmost, _ = extent(_wires(model, places), columns)  # what bows out on the left needs room there
    columns, places = _placed(model, object_types, counts, width, _MARGIN - leftmost)
    height = max((block.box.bottom for column in columns for block in column.blocks), default=0) + _MARGIN
    wires = _wires(model, places)
    route(wires, columns, height)
    lines = []
    for wire in wires:
        path, tint = path_of(wire, columns), tint_of(wire, columns)
        lines.append(_line(model, counts, wire.pair, path, tint, is_folded=wire.is_folded))
    for pair in model.pairs.values():
        if pair.is_same_object:
            card = places[pair.source].card
            path, category = loop(card), card.category
            tint = Tint(category, category, path.start, path.end)
            lines.append(_line(model, counts, pair, path, tint, is_folded=False))
    associated = sum(not each.is_folded for each in lines)
    return Drawing(
        kind="overview",
        width=extent(wires, columns)[1] + _MARGIN,
        height=height,
        title="Data model",
        says=f"{len(object_types)} object types in {sum(len(each.blocks) for each in columns)} categories; "
        f"{associated} pairs of them with associations are drawn, those of activities are folded.",
        cards=tuple(place.card for place in places.values()),
        lines=tuple(lines),
        blocks=tuple(block for column in columns for block in column.blocks),
    )


def _placed(
    model: DataModel, object_types: Sequence[ObjectType], counts: Counts, width: float, left: float
) -> tuple[list[Column], dict[str, Place]]:
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
    columns: list[Column] = []
    places: dict[str, Place] = {}
    left += _MARGIN
    for number, group in enumerate(groups):
        widest = max((_block_size(those, width)[0] for _, those in group), default=0)
        column = Column(left, left + widest)
        y, gap = _spread(heights[number], tallest, is_middle=number == 1)
        for (name, those), block_height in zip(group, heights[number], strict=True):
            block_width = _block_size(those, width)[0]
            box = Box(left + (widest - block_width) / 2, y, block_width, block_height)
            heading = parts.heading(_heading(model, name), Point(box.x + _PADDING, y + 19), block_width - 2 * _PADDING)
            column.blocks.append(Block(name, box, heading))
            places.update(_in_block(those, counts, box, number, width))
            y += block_height + gap
        columns.append(column)
        left += widest + (_CORRIDOR if group else 0)
    return columns, places


def _block_size(object_types: Sequence[ObjectType], width: float) -> tuple[float, float]:
    beside = _beside(len(object_types))
    rows = math.ceil(len(object_types) / beside)
    return (
        beside * width + (beside - 1) * GUTTER + 2 * _PADDING,
        _HEADING + rows * _ROW - BETWEEN_ROWS + _PADDING,
    )


def _beside(count: int) -> int:
    """How many cards stand side by side in a block of so many."""
    return math.ceil(count / ROWS_MAX)


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
) -> Mapping[str, Place]:
    beside = _beside(len(object_types))
    rows = math.ceil(len(object_types) / beside)
    found = {}
    for number, each in enumerate(object_types):
        position, row = divmod(number, rows)
        place = Box(box.x + _PADDING + position * (width + GUTTER), box.y + _HEADING + row * _ROW, width, CARD_HEIGHT)
        found[each.name] = Place(parts.card(each, counts, place), column, position, beside)
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


def _wires(model: DataModel, places: Mapping[str, Place]) -> list[Wire]:
    wires = []
    for pair in model.pairs.values():
        if pair.is_same_object:
            continue
        ends = sorted(
            (places[pair.source], places[pair.target]), key=lambda each: (each.column, each.card.box.y, each.position)
        )
        same = ends[0].column == ends[1].column
        outer = 1 if ends[0].column == len(COLUMNS) - 1 else -1
        wires.append(
            Wire(
                pair,
                ends[0],
                ends[1],
                (outer, outer) if same else (1, -1),
                FOLDED in (each.card.category for each in ends),
            )
        )
    return wires


def _line(model: DataModel, counts: Counts, pair: AssociationPair, path: Path, tint: Tint, *, is_folded: bool) -> Line:
    associations = counts.associations_of(pair)
    return Line(
        source=model.object_types[pair.source].plural,
        target=model.object_types[pair.target].plural,
        paths=(path,),
        tint=tint,
        width=parts.line_width(associations),
        is_used=associations > 0,
        says=parts.line_says(model, pair, counts),
        is_folded=is_folded,
    )
