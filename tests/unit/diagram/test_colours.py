"""A file has the colours that pages have."""

from __future__ import annotations

import re
from pathlib import Path

from crm_graph.definitions.object_type import CATEGORIES
from crm_graph.diagram import svg

TOKENS = Path(__file__).parents[3] / "api/web/static/css/tokens.css"


def pages() -> dict[str, tuple[str, str]]:
    """The colours of pages by name or category, light and dark."""
    text = TOKENS.read_text("utf-8")
    named = re.findall(r"(--[a-z0-9-]+): light-dark\((#\w+), (#\w+)\);", text)
    hues = re.findall(r'\[data-category="(\w+)"\] \{ --hue: light-dark\((oklch\([^)]+\)), (oklch\([^)]+\))\);', text)
    return {name: (light, dark) for name, light, dark in (*named, *hues)}


def test_a_file_has_the_colours_of_the_pages() -> None:
    found = pages()
    own = {name: (svg.LIGHT[name], svg.DARK[name]) for name in svg.LIGHT}
    assert own == {name: found[name] for name in own}
    assert svg.LIGHT.keys() == svg.DARK.keys()


def test_each_category_has_the_hue_of_the_pages() -> None:
    found = pages()
    assert {name: found[name] for name in CATEGORIES} == svg.HUES


def test_every_colour_of_the_rules_is_in_the_table() -> None:
    used = set(re.findall(r"var\((--[a-z0-9-]+)\)", svg.style()))
    assert used - {"--hue"} == svg.LIGHT.keys()
