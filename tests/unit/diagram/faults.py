"""What is wrong with a drawing as a picture: what overlaps, leaves it, or is crossed by a line."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from crm_graph.diagram.geometry import Box
from crm_graph.diagram.parts import Drawing, Line, everything_drawn

_STEPS = 60


def faults(drawing: Drawing) -> Iterator[str]:
    """A sentence for each fault."""
    paper = Box(0, 0, drawing.width, drawing.height)
    for first, second in combinations(drawing.cards, 2):
        if first.box.overlaps(second.box):
            yield f"{first.type} and {second.type} overlap"
    for card in drawing.cards:
        yield from (
            f"{each.text} is not in its card" for each in (card.name, card.count) if not _is_in(each.box, card.box)
        )
        if card.name.box.overlaps(card.count.box):
            yield f"{card.type}: name and count overlap"
    boxes = [card.box for card in drawing.cards]
    for label in (*drawing.captions, *(block.heading for block in drawing.blocks)):
        yield from (f"{label.text} lies on a card" for box in boxes if label.box.overlaps(box))
    for first, second in combinations(drawing.captions, 2):
        if first.box.overlaps(second.box):
            yield f"{first.text} and {second.text} overlap"
    yield from (
        f"{label.text} leaves the picture" for label in everything_drawn(drawing) if not _is_in(label.box, paper)
    )
    for line in (*drawing.lines, *drawing.trunks):
        yield from _faults_of_line(drawing, line, paper)


def _faults_of_line(drawing: Drawing, line: Line, paper: Box) -> Iterator[str]:
    points = [point for path in line.paths for point in path.points(_STEPS)]
    if not all(paper.contains(point, 0.5) for point in points):
        yield f"{line.says} leaves the picture"
    for card in drawing.cards:
        inner = Box(card.box.x + 1, card.box.y + 1, card.box.width - 2, card.box.height - 2)
        if any(inner.contains(point) for point in points):
            yield f"{line.says} passes behind {card.type}"
    for label in (*drawing.captions, *(block.heading for block in drawing.blocks)):
        if any(label.box.contains(point, line.width / 2) for point in points):
            yield f"{line.says} passes behind {label.text}"


def _is_in(inner: Box, outer: Box) -> bool:
    return outer.x <= inner.x and outer.y <= inner.y and inner.right <= outer.right and inner.bottom <= outer.bottom
