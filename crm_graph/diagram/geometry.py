"""Boxes and paths: where things are in a drawing, in pixels from its upper left corner."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple


class Point(NamedTuple):
    """A place in the drawing."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Where it ends."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Where it ends below."""
        return self.y + self.height

    @property
    def centre(self) -> Point:
        """The point in its middle."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    def contains(self, point: Point, margin: float = 0) -> bool:
        """Whether the point lies in it, or outside by less than the margin."""
        return self.x - margin < point.x < self.right + margin and self.y - margin < point.y < self.bottom + margin

    def overlaps(self, other: Box) -> bool:
        """Whether both have an area in common."""
        return self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom

    def moved(self, dx: float, dy: float) -> Box:
        """The same rectangle elsewhere."""
        return Box(self.x + dx, self.y + dy, self.width, self.height)


class Curve(NamedTuple):
    """A piece of a path from where the one before it ended: a cubic curve, or a line where both handles are None."""

    end: Point
    first: Point | None = None
    second: Point | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """A line that is drawn in one go."""

    start: Point
    pieces: tuple[Curve, ...] = ()

    def then(self, other: Path) -> Path:
        """The path with another that begins where it ends."""
        return Path(self.start, (*self.pieces, *other.pieces))

    @property
    def turned(self) -> Path:
        """The same from its end to its start."""
        starts = (self.start, *(piece.end for piece in self.pieces[:-1]))
        pieces = zip(reversed(self.pieces), reversed(starts), strict=True)
        return Path(self.end, tuple(Curve(start, piece.second, piece.first) for piece, start in pieces))

    def curve(self, first: Point, second: Point, end: Point) -> Path:
        """The path with a curve that has these handles."""
        return self._with(Curve(end, first, second))

    def line(self, x: float, y: float) -> Path:
        """The path with a straight line to there."""
        return self._with(Curve(Point(x, y)))

    def bend(self, x: float, y: float, *, out: float, into: float) -> Path:
        """The path with a curve to there that leaves and arrives sideways; `out` and `into` say how far it swings."""
        here = self.end
        return self._with(Curve(Point(x, y), Point(here.x + out, here.y), Point(x + into, y)))

    def corner(self, corner: Point, x: float, y: float) -> Path:
        """The path with a rounded corner: it would pass `corner` and ends there."""
        here = self.end
        first = Point(here.x + (corner.x - here.x) * 2 / 3, here.y + (corner.y - here.y) * 2 / 3)
        second = Point(x + (corner.x - x) * 2 / 3, y + (corner.y - y) * 2 / 3)
        return self._with(Curve(Point(x, y), first, second))

    @property
    def end(self) -> Point:
        """Where the path has come to."""
        return self.pieces[-1].end if self.pieces else self.start

    @property
    def data(self) -> str:
        """The path as the attribute `d` of SVG has it."""
        parts = [f"M{_pair(self.start)}"]
        for piece in self.pieces:
            if piece.first is None or piece.second is None:
                parts.append(f"L{_pair(piece.end)}")
            else:
                parts.append(f"C{_pair(piece.first)} {_pair(piece.second)} {_pair(piece.end)}")
        return "".join(parts)

    def points(self, steps: int = 24) -> Iterator[Point]:
        """Places on the path, `steps` of them on each of its pieces."""
        yield self.start
        here = self.start
        for piece in self.pieces:
            for step in range(1, steps + 1):
                yield _at(here, piece, step / steps)
            here = piece.end

    def _with(self, piece: Curve) -> Path:
        return Path(self.start, (*self.pieces, piece))


def number(value: float) -> str:
    """A length as SVG has it: one decimal at most."""
    return f"{value:.1f}".removesuffix(".0")


def _pair(point: Point) -> str:
    return f"{number(point.x)},{number(point.y)}"


def _at(here: Point, piece: Curve, part: float) -> Point:
    rest = 1 - part
    if piece.first is None or piece.second is None:
        return Point(here.x * rest + piece.end.x * part, here.y * rest + piece.end.y * part)
    weights = (rest**3, 3 * rest**2 * part, 3 * rest * part**2, part**3)
    places = (here, piece.first, piece.second, piece.end)
    return Point(
        sum(weight * place.x for weight, place in zip(weights, places, strict=True)),
        sum(weight * place.y for weight, place in zip(weights, places, strict=True)),
    )
