"""A drawing as SVG: well-formed, safe in a page, complete, and with the colours of the pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_graph.diagram import layout, svg
from tests.unit.diagram.models import counts, labelled, model

SVG = "{http://www.w3.org/2000/svg}"
NAMES = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), min_size=1, max_size=3)
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def no_icon(name: str) -> str:
    return ""


def page(kind: str = "overview", custom: int = 0) -> str:
    """A drawing for a page, with the namespace that HTML gives it."""
    found = model(custom)
    drawing = (
        layout.overview(found, counts(found))
        if kind == "overview"
        else layout.focus(found, counts(found), found.object_type(kind))
    )
    text = svg.draw(
        drawing, icons=lambda name: f'<path d="M1 1" id="{name}"/>', link=lambda name: f"/model?focus={name}"
    )
    return text.replace("<svg ", f'<svg xmlns="{SVG[1:-1]}" ', 1)


def titles(root: ElementTree.Element) -> Iterator[str]:
    """The whole names of all object types."""
    for each in root.iter(f"{SVG}g"):
        if "type" in each.get("class", "").split():
            yield each.findtext(f"{SVG}title") or ""


@pytest.mark.parametrize("kind", ["overview", "deals"])
def test_a_page_forbids_no_part_of_it(kind: str) -> None:
    root = ElementTree.fromstring(page(kind))
    assert not [each for each in root.iter() if each.get("style") is not None]
    assert not list(root.iter(f"{SVG}style"))
    assert not list(root.iter(f"{SVG}script"))


def test_every_object_type_is_a_link_that_says_what_it_is() -> None:
    links = list(ElementTree.fromstring(page(custom=1)).iter(f"{SVG}a"))
    assert len(links) == 35
    deal = next(each for each in links if each.get("data-type") == "deals")
    assert deal.get("href") == "/model?focus=deals"
    assert deal.get("data-category") == "sales"
    assert deal.get("aria-label") == "Deal, sales, 1,234 records"


def test_lines_name_their_ends_and_ids_are_the_drawing_s_own() -> None:
    root = ElementTree.fromstring(page())
    lines = [each for each in root.iter(f"{SVG}path") if "line" in each.get("class", "").split()]
    assert {("contacts", "companies"), ("deals", "deals")} <= {
        (each.get("data-from"), each.get("data-to")) for each in lines
    }
    ids = [each.get("id", "") for each in root.iter(f"{SVG}linearGradient")]
    assert len(set(ids)) == len(ids)
    assert all(each.startswith("model-") for each in ids)
    used = {each[5:-1] for line in lines if (each := line.get("stroke"))}
    assert used == set(ids)


def test_a_file_has_its_own_colours_for_light_and_dark_and_no_variable() -> None:
    found = model()
    text = svg.document(layout.overview(found, counts(found)), icons=no_icon)
    root = ElementTree.fromstring(text.encode())
    style = root.findtext(f"{SVG}style") or ""
    assert "prefers-color-scheme: dark" in style
    assert svg.LIGHT["--ink"] in style
    assert svg.DARK["--ink"] in style
    assert "var(" not in style
    assert root.findtext(f"{SVG}title") == "Data model"
    assert "34 object types" in (root.findtext(f"{SVG}desc") or "")


def test_no_text_is_smaller_than_twelve_pixels() -> None:
    found = labelled(model(), "contact", "deal", "Champion")
    for drawing in (
        layout.overview(found, counts(found)),
        layout.focus(found, counts(found), found.object_type("deal")),
    ):
        text = svg.document(drawing, icons=no_icon)
        assert min(map(float, re.findall(r'font-size="([^"]+)"', text))) >= 12


@given(NAMES)
@settings(max_examples=60, deadline=None)
def test_names_of_any_kind_are_shown_as_exactly_that_text(names: list[str]) -> None:
    found = model(len(names), names=names)
    text = svg.document(layout.overview(found, counts(found)), icons=no_icon)
    shown = list(titles(ElementTree.fromstring(text.encode())))
    expected = sorted(legible(each.display_name) for each in found.object_types.values())
    assert sorted(shown) == expected


def legible(text: str) -> str:
    """The text with the sign for what XML cannot have."""
    return FORBIDDEN.sub("\ufffd", text)


def test_a_text_from_right_to_left_keeps_its_order_and_its_place() -> None:
    found = labelled(model(1, names=["عميل"]), "contact", "thing0", "مدير", "Other", "x" * 40)
    for drawing in (
        layout.overview(found, counts(found)),
        layout.focus(found, counts(found), found.object_type("contact")),
    ):
        root = ElementTree.fromstring(svg.document(drawing, icons=no_icon).encode())
        turned = [each for each in root.iter() if each.get("unicode-bidi") == "plaintext"]
        assert {(each.text or "")[0] for each in turned} <= {"ع", "م"}
        assert turned
        assert not [each for each in root.iter() if each.get("direction")]
