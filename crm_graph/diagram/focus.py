"""Where everything is when one object type is looked at: it in the middle, on both sides what it is associated with.

Each neighbour has a straight line of its own to a trunk beside the middle. In the line stands how
many records of one end a record of the other may have, above it stand the association labels, as
what the neighbour is to the type in the middle. A column is as wide as its widest caption needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crm_graph.definitions.association import AssociationPair, Direction
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import CATEGORIES, ObjectType
from crm_graph.diagram import parts, text
from crm_graph.diagram.counts import Counts
from crm_graph.diagram.geometry import Box, Path, Point
from crm_graph.diagram.parts import CARD_HEIGHT, SMALL_SIZE, Card, Drawing, Label, Line, Run, Tint

_ROW = 46
_GROUP_GAP = 12
_MARGIN = 12
_STUB = 12
_AROUND_CAPTION = 6
_REST = 20
"""How much of a line there is at least between what stands in it and the trunk."""
_RADIUS = 10
_TO_MIDDLE = 28
_LABELS_MAX = 190
_LABELS_ABOVE = 14
_ON_LINE = SMALL_SIZE * 0.36
_LOOP = (44, 32)
_TRUNK_WIDTH = 2.0
_SPLITS_GROUP = 3
"""How many cards the columns may differ by before a category is divided between them."""


@dataclass(frozen=True, slots=True)
class _Neighbour:
    """An object type, the pair that it has with the one in the middle, and what is said of that.

    `cardinality` stands in the line, `labels` above it, which has no runs where there are none.
    """

    object_type: ObjectType
    pair: AssociationPair
    cardinality: _Words
    labels: _Words

    @property
    def reach(self) -> float:
        """How far the trunk is from where the captions begin."""
        return max(self.cardinality.width + _AROUND_CAPTION + _REST, self.labels.width + _RADIUS)


@dataclass(frozen=True, slots=True)
class _Words:
    """A caption that has no place yet."""

    runs: tuple[Run, ...]
    whole: str

    @property
    def width(self) -> float:
        """How wide it is at most."""
        return text.width("".join(run.text for run in self.runs), SMALL_SIZE)

    def at(self, x: float, y: float, anchor: parts.Anchor) -> Label:
        """The same in its place."""
        return Label(Point(x, y), self.runs, SMALL_SIZE, self.width, anchor, self.whole)


@dataclass(frozen=True, slots=True)
class _Side:
    """One of both columns: its neighbours with the heights of their lines, from the middle of the column."""

    neighbours: tuple[_Neighbour, ...]
    heights: tuple[float, ...]

    @property
    def extent(self) -> float:
        """How high the column is."""
        return self.heights[-1] - self.heights[0] + CARD_HEIGHT if self.heights else 0

    @property
    def reach(self) -> float:
        """How far the trunk is from where its captions begin."""
        return max((each.reach for each in self.neighbours), default=0)


def focus(model: DataModel, counts: Counts, object_type: ObjectType) -> Drawing:
    """One object type and all that it may be associated with."""
    found = neighbours(model, object_type)
    cut = _split(found)
    sides = (_side(model, object_type, found[:cut], -1), _side(model, object_type, found[cut:], 1))
    own = next((each for each in model.pairs_of(object_type) if each.is_same_object), None)
    return _Focus(model, counts, object_type, sides, own).drawing()


def neighbours(model: DataModel, object_type: ObjectType) -> list[tuple[ObjectType, AssociationPair]]:
    """The other object types with their pairs, by category and then in the order of the data model."""
    order = {name: place for place, name in enumerate(model.object_types)}
    found = [
        (model.object_types[pair.target if pair.source == object_type.name else pair.source], pair)
        for pair in model.pairs_of(object_type)
        if not pair.is_same_object
    ]
    return sorted(found, key=lambda each: (CATEGORIES.index(each[0].category), order[each[0].name]))


def cardinality(near_limit: int | None, far_limit: int | None) -> str:
    """How many records there may be at the left end and at the right one: `many to 1`."""
    return f"{_many(near_limit)} to {_many(far_limit)}"


def limits(pair: AssociationPair, near: str) -> tuple[int | None, int | None]:
    """How many records of the near object type one of the other may have, and how many of the other one of the near."""
    to_far = next(each for each in pair.seen_from(near) if each.type.is_default)
    to_near = to_far.type.backward if to_far.is_forward else to_far.type.forward
    return to_near.limit, to_far.limit


class _Focus:
    """The picture while it is being laid out."""

    def __init__(
        self,
        model: DataModel,
        counts: Counts,
        object_type: ObjectType,
        sides: tuple[_Side, _Side],
        own: AssociationPair | None,
    ) -> None:
        self.model, self.counts, self.object_type, self.sides, self.own = model, counts, object_type, sides, own
        shown = [object_type, *(each.object_type for side in sides for each in side.neighbours)]
        self.card_width = parts.card_width(shown, counts)
        self.loop = _neighbour(object_type, own, 0) if own else None
        reaches = [self.card_width + _STUB + _AROUND_CAPTION + side.reach if side.neighbours else 0 for side in sides]
        between = self.card_width + 2 * _TO_MIDDLE
        if self.loop:
            widest = max(self.loop.cardinality.width, self.loop.labels.width)
            between = max(between, widest + 2 * _RADIUS + 2 * _AROUND_CAPTION)
        self.trunks = (_MARGIN + reaches[0], _MARGIN + reaches[0] + between)
        self.width = self.trunks[1] + reaches[1] + _MARGIN
        above = CARD_HEIGHT / 2 + (_LOOP[1] + 3.5 * SMALL_SIZE if own else 0)
        half = max(sides[0].extent / 2, sides[1].extent / 2, above)
        self.height = 2 * (half + _MARGIN)

    def drawing(self) -> Drawing:
        """All of it."""
        middle = self._card(self.object_type, sum(self.trunks) / 2 - self.card_width / 2, self.height / 2)
        cards, lines, captions, trunks = [middle], list[Line](), list[Label](), list[Line]()
        for place, side in enumerate(self.sides):
            for neighbour, height in zip(side.neighbours, side.heights, strict=True):
                x = _MARGIN if place == 0 else self.width - _MARGIN - self.card_width
                card = self._card(neighbour.object_type, x, self.height / 2 + height)
                cards.append(card)
                captions += self._captions(neighbour, card, place)
                lines.append(self._line(neighbour, card, place))
            trunks += self._trunk(side, middle, place)
        if self.own and self.loop:
            captions += self._loop_captions(self.loop, middle)
            lines.append(self._loop(self.own, middle))
        neighbours = sum(len(side.neighbours) for side in self.sides)
        name = self.object_type.display_name
        return Drawing(
            kind="focus",
            width=self.width,
            height=self.height,
            title=text.one_line(name),
            says=f"{text.one_line(name)} may be associated with {neighbours} other object "
            f"{'type' if neighbours == 1 else 'types'}{' and with itself' if self.own else ''}.",
            cards=tuple(cards),
            lines=tuple(lines),
            captions=tuple(captions),
            trunks=tuple(trunks),
            chosen=self.object_type.plural,
        )

    def _card(self, object_type: ObjectType, x: float, y: float) -> Card:
        box = Box(x, y - CARD_HEIGHT / 2, self.card_width, CARD_HEIGHT)
        return parts.card(object_type, self.counts, box, is_chosen=object_type is self.object_type)

    def _captions(self, neighbour: _Neighbour, card: Card, place: int) -> list[Label]:
        beside, y = _STUB + _AROUND_CAPTION, card.box.centre.y
        if place == 0:
            return _placed(neighbour, card.box.right + beside, y + _ON_LINE, "start")
        return _placed(neighbour, card.box.x - beside, y + _ON_LINE, "end")

    def _line(self, neighbour: _Neighbour, card: Card, place: int) -> Line:
        """From a card past its caption to the trunk, and round the corner where the trunk goes on to the middle."""
        side = 1 if place == 0 else -1
        start = card.box.right if place == 0 else card.box.x
        y, trunk, middle = card.box.centre.y, self.trunks[place], self.height / 2
        stub = Path(Point(start, y)).line(start + side * _STUB, y)
        rest = Path(Point(start + side * (_STUB + 2 * _AROUND_CAPTION + neighbour.cardinality.width), y))
        radius = min(_RADIUS, abs(middle - y))
        rest = rest.line(trunk - side * radius, y)
        if radius:
            towards = 1 if middle > y else -1
            rest = rest.corner(Point(trunk, y), trunk, y + towards * radius)
        tint = Tint(card.category, self.object_type.category, Point(start, 0), Point(trunk, 0))
        return self._of_pair(neighbour.pair, (stub, rest), tint)

    def _trunk(self, side: _Side, middle: Card, place: int) -> list[Line]:
        if not side.neighbours:
            return []
        x, y = self.trunks[place], self.height / 2
        edge = middle.box.x if place == 0 else middle.box.right
        paths = [Path(Point(x, y)).line(edge, y)]
        first, last = (
            y + height - max(-_RADIUS, min(_RADIUS, height)) for height in (side.heights[0], side.heights[-1])
        )
        if last > first:
            paths.append(Path(Point(x, first)).line(x, last))
        own = self.object_type.category
        tint = Tint(own, own, Point(x, y), Point(edge, y))
        return [Line("", "", tuple(paths), tint, _TRUNK_WIDTH, is_used=True, says=middle.says)]

    def _loop(self, own: AssociationPair, middle: Card) -> Line:
        """The handle on the upper edge of the middle card."""
        (width, height), centre, top = _LOOP, middle.box.centre.x, middle.box.y
        rise = height / 0.75
        path = Path(Point(centre - width / 2, top)).curve(
            Point(centre - width, top - rise), Point(centre + width, top - rise), Point(centre + width / 2, top)
        )
        tint = Tint(middle.category, middle.category, path.start, path.end)
        return self._of_pair(own, (path,), tint)

    def _loop_captions(self, loop: _Neighbour, middle: Card) -> list[Label]:
        return _placed(loop, middle.box.centre.x, middle.box.y - _LOOP[1] - SMALL_SIZE * 0.75, "middle")

    def _of_pair(self, pair: AssociationPair, paths: tuple[Path, ...], tint: Tint) -> Line:
        associations = self.counts.associations_of(pair)
        source, target = (self.model.object_types[each].plural for each in (pair.source, pair.target))
        return Line(
            source=source,
            target=target,
            paths=paths,
            tint=tint,
            width=parts.line_width(associations),
            is_used=associations > 0,
            says=parts.line_says(self.model, pair, self.counts),
        )


def _split(found: Sequence[tuple[ObjectType, AssociationPair]]) -> int:
    """How many stand on the left: half of them, or a few more or less so that no category is divided."""

    def cost(cut: int) -> int:
        divides = 0 < cut < len(found) and found[cut - 1][0].category == found[cut][0].category
        return abs(2 * cut - len(found)) + (_SPLITS_GROUP if divides else 0)

    return min(range(len(found) + 1), key=lambda cut: (cost(cut), -cut))


def _side(model: DataModel, near: ObjectType, found: Iterable[tuple[ObjectType, AssociationPair]], place: int) -> _Side:
    neighbours: list[_Neighbour] = []
    heights: list[float] = []
    for far, pair in found:
        if heights:
            new_group = neighbours[-1].object_type.category != far.category
            heights.append(heights[-1] + _ROW + (_GROUP_GAP if new_group else 0))
        else:
            heights.append(0)
        neighbours.append(_neighbour(near, pair, place, far))
    middle = heights[-1] / 2 if heights else 0
    return _Side(tuple(neighbours), tuple(height - middle for height in heights))


def _neighbour(near: ObjectType, pair: AssociationPair, place: int, far: ObjectType | None = None) -> _Neighbour:
    """What is said of a pair; `place` is -1 where the far end is on the left, 1 on the right."""
    directions = pair.seen_from(near.name)
    labels = [_label(each) for each in directions if each.association_label]
    to_near, to_far = limits(pair, near.name)
    shown = cardinality(*((to_far, to_near) if place < 0 else (to_near, to_far)))
    return _Neighbour(
        object_type=far or near,
        pair=pair,
        cardinality=_Words((Run(shown, "cardinality"),), shown),
        labels=_Words(tuple(_runs(labels)), ", ".join(labels)),
    )


def _placed(neighbour: _Neighbour, x: float, y: float, anchor: parts.Anchor) -> list[Label]:
    """Both captions, or the one there is."""
    cardinality, labels = neighbour.cardinality.at(x, y, anchor), neighbour.labels.at(x, y - _LABELS_ABOVE, anchor)
    return [cardinality, labels] if labels.runs else [cardinality]


def _runs(labels: Sequence[str]) -> list[Run]:
    """As many labels as there is room for, and how many more there are."""
    if not labels:
        return []
    shown = text.fitted(labels[0], SMALL_SIZE, _LABELS_MAX)
    count = 1
    for label in labels[1:]:
        longer = f"{shown}, {text.one_line(label)}"
        if text.width(longer, SMALL_SIZE) > _LABELS_MAX:
            break
        shown, count = longer, count + 1
    return [Run(shown, "labels"), *([Run(f" +{len(labels) - count}", "more")] if count < len(labels) else [])]


def _label(direction: Direction) -> str:
    """An association label with the limit that it has from this end."""
    limit = 1 if direction.type.is_primary and direction.is_forward else direction.limit
    return f"{direction.association_label}{f' (max {limit:,})' if limit else ''}"


def _many(limit: int | None) -> str:
    return "many" if limit is None else f"{limit:,}"
