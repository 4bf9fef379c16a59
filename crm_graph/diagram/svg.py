"""A drawing as SVG: one for a page, which has the colours and the typeface, one for a file that has its own.

Neither has a style attribute, so that a page's content policy may forbid them. A page's colours
follow the light or dark of the page, a file's those of the reader's system.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cache
from importlib.resources import files

from crm_graph.diagram.geometry import number
from crm_graph.diagram.parts import Block, Card, Drawing, Label, Line, Tint
from crm_graph.diagram.text import is_right_to_left
from crm_graph.diagram.xml import escaped

Icons = Callable[[str], str]
Link = Callable[[str], str]

LIGHT = {
    "--surface": "#fff",
    "--canvas": "#f7f6f4",
    "--ink": "#1d1c1f",
    "--ink-2": "#5c5a5f",
    "--accent": "#3d4fc7",
}

DARK = {
    "--surface": "#1d1d20",
    "--canvas": "#151517",
    "--ink": "#ecebe9",
    "--ink-2": "#a9a8ad",
    "--accent": "#9aa8ff",
}
"""The colours of a file; the tests hold them to those of the pages."""

HUES = {
    "core": ("oklch(0.53 0.15 262)", "oklch(0.76 0.12 262)"),
    "marketing": ("oklch(0.53 0.15 350)", "oklch(0.76 0.12 350)"),
    "sales": ("oklch(0.53 0.12 155)", "oklch(0.76 0.12 155)"),
    "service": ("oklch(0.53 0.12 65)", "oklch(0.76 0.12 70)"),
    "commerce": ("oklch(0.53 0.15 300)", "oklch(0.76 0.12 300)"),
    "activities": ("oklch(0.53 0.02 260)", "oklch(0.76 0.02 260)"),
    "other": ("oklch(0.53 0.1 200)", "oklch(0.76 0.1 200)"),
}
"""The colour of each category, light and dark."""

_ICON_SCALE = 2 / 3
_NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
_VARIABLE = re.compile(r"var\((--[a-z0-9-]+)\)")
_LAYER = re.compile(r"@layer [a-z]+ \{(.*)\}", re.DOTALL)
_HUE_RULE = ".model-drawing [data-category] { color: var(--hue); }"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


def draw(drawing: Drawing, *, icons: Icons, link: Link, prefix: str = "model") -> str:
    """The drawing as an element for a page; each object type is a link. `prefix` begins every id in it."""
    label = f'role="group" aria-label="{escaped(f"{drawing.title}. {drawing.says}")}"'
    return "".join(["<svg ", _size(drawing), f" {label}>", *_content(drawing, icons, link, prefix), "</svg>"])


def document(drawing: Drawing, *, icons: Icons) -> str:
    """The drawing as a file, with its colours for light and dark, its title and its description.

    Folded lines are left out, as nobody can look at one of their ends there.
    """
    drawing = replace(drawing, lines=tuple(line for line in drawing.lines if not line.is_folded))
    return "".join(
        [
            f'<?xml version="1.0" encoding="UTF-8"?>\n<svg {_NAMESPACE} {_size(drawing)} role="img" ',
            'aria-labelledby="model-title model-description" font-family="Inter, system-ui, sans-serif">',
            f'<title id="model-title">{escaped(drawing.title)}</title>',
            f'<desc id="model-description">{escaped(drawing.says)}</desc>',
            f"<style>{own_style()}</style>",
            '<rect class="paper" width="100%" height="100%"/>',
            *_content(drawing, icons, None, "model"),
            "</svg>\n",
        ]
    )


@cache
def style() -> str:
    """The rules that a drawing needs in a page."""
    return files("crm_graph.diagram").joinpath("drawing.css").read_text("utf-8")


@cache
def own_style() -> str:
    """The same rules with the colours of a file in them, first for light, then for dark."""
    return f"{_coloured(LIGHT, 0)} @media (prefers-color-scheme: dark) {{ {_coloured(DARK, 1)} }}"


def _coloured(colours: dict[str, str], place: int) -> str:
    """The rules with colours in place of variables; `place` is where a category's own is among its HUES."""
    hues = "".join(
        f'.model-drawing [data-category="{name}"] {{ color: {each[place]}; }}' for name, each in HUES.items()
    )
    rules = _LAYER.sub(r"\1", _COMMENT.sub("", style())).replace(_HUE_RULE, hues)
    return " ".join(_VARIABLE.sub(lambda match: colours[match[1]], rules).split())


def _size(drawing: Drawing) -> str:
    width, height = number(drawing.width), number(drawing.height)
    return f'class="model-drawing {drawing.kind}" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'


def _content(drawing: Drawing, icons: Icons, link: Link | None, prefix: str) -> Iterator[str]:
    tints = list(dict.fromkeys(line.tint for line in (*drawing.lines, *drawing.trunks) if _is_mixed(line.tint)))
    names = {tint: f"{prefix}-tint-{place}" for place, tint in enumerate(tints)}
    yield from ("<defs>", *(_gradient(name, tint) for tint, name in names.items()), "</defs>")
    yield from _group("blocks", map(_block, drawing.blocks))
    yield from _group("lines", (_line(each, names) for each in (*drawing.trunks, *drawing.lines)))
    yield from _group("captions", (_label(each) for each in drawing.captions))
    yield from ('<g class="drawing-types">', *(_card(each, icons, link) for each in drawing.cards), "</g>")


def _group(name: str, parts: Iterable[str]) -> Iterator[str]:
    """What pages tell in words elsewhere."""
    inner = "".join(parts)
    if inner:
        yield f'<g class="drawing-{name}" aria-hidden="true">{inner}</g>'


def _is_mixed(tint: Tint) -> bool:
    return tint.start != tint.end


def _gradient(name: str, tint: Tint) -> str:
    ends = (tint.start_at.x, tint.start_at.y, tint.end_at.x, tint.end_at.y)
    x1, y1, x2, y2 = map(number, ends)
    return (
        f'<linearGradient id="{name}" gradientUnits="userSpaceOnUse" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}">'
        f'<stop class="tint" data-category="{tint.start}"/>'
        f'<stop class="tint" offset="1" data-category="{tint.end}"/></linearGradient>'
    )


def _block(block: Block) -> str:
    box = block.box
    return (
        f'<g class="block" data-category="{block.category}"><rect class="ground" x="{number(box.x)}" '
        f'y="{number(box.y)}" width="{number(box.width)}" height="{number(box.height)}" rx="14"/>'
        f"{_label(block.heading)}</g>"
    )


def _line(line: Line, names: dict[Tint, str]) -> str:
    classes = " ".join(
        ["line", *(name for name, holds in (("unused", not line.is_used), ("folded", line.is_folded)) if holds)]
    )
    colour = f'stroke="url(#{names[line.tint]})"' if line.tint in names else f'data-category="{line.tint.start}"'
    ends = f'data-from="{escaped(line.source)}" data-to="{escaped(line.target)}"' if line.source else ""
    return (
        f'<path class="{classes}" {ends} {colour} stroke-width="{number(line.width)}" '
        f'd="{"".join(path.data for path in line.paths)}"><title>{escaped(line.says)}</title></path>'
    )


def _card(card: Card, icons: Icons, link: Link | None) -> str:
    box = card.box
    states = (("chosen", card.is_chosen), ("inactive", not card.is_active))
    classes = " ".join(["type", *(name for name, holds in states if holds)])
    about = f'class="{classes}" data-type="{escaped(card.type)}" data-category="{card.category}"'
    if link:
        current = ' aria-current="true"' if card.is_chosen else ""
        start = f'<a {about} href="{escaped(link(card.type))}" aria-label="{escaped(card.says)}"{current}>'
        end = "</a>"
    else:
        start, end = f"<g {about}>", "</g>"
    count = _label(card.count) if card.count else ""
    return (
        f"{start}<title>{escaped(card.name.whole or card.name.text)}</title>"
        f'<rect class="face" x="{number(box.x)}" y="{number(box.y)}" width="{number(box.width)}" '
        f'height="{number(box.height)}" rx="8"/>'
        f"{_icon(card, icons)}{_label(card.name)}{count}{end}"
    )


def _icon(card: Card, icons: Icons) -> str:
    at = card.icon_at
    if inner := icons(card.icon):
        place = f"translate({number(at.x)} {number(at.y)}) scale({_ICON_SCALE:.4f})"
        return f'<g class="mark" transform="{place}">{inner}</g>'
    return f'<circle class="dot" cx="{number(at.x + 8)}" cy="{number(at.y + 8)}" r="4"/>'


def _label(label: Label) -> str:
    """A line of text. One that is written from right to left stands where others do: only its letters turn round."""
    anchored = "" if label.anchor == "start" else f' text-anchor="{label.anchor}"'
    place = f'x="{number(label.at.x)}" y="{number(label.at.y)}" font-size="{number(label.size)}"{anchored}'
    if len(label.runs) == 1:
        run = label.runs[0]
        return f'<text class="{run.role}" {place}{_turned(run.text)}>{escaped(run.text)}</text>'
    runs = (f'<tspan class="{run.role}"{_turned(run.text)}>{escaped(run.text)}</tspan>' for run in label.runs)
    return f"<text {place}>{''.join(runs)}</text>"


def _turned(text: str) -> str:
    """What keeps the order of a text from right to left to itself. `direction` would turn its anchor round as well."""
    return ' unicode-bidi="plaintext"' if is_right_to_left(text) else ""
