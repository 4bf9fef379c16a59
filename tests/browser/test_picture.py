"""A picture as a browser draws it: every text where the layout thinks it is, and no wider."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from crm_graph.definitions.data_model import DataModel
from crm_graph.diagram import layout, svg
from crm_graph.diagram.parts import Drawing
from tests.unit.diagram.models import counts, labelled, model

pytestmark = pytest.mark.browser

NAMES = [
    "A name of two hundred characters that nobody reads " * 4,
    "سجل العميل الطويل الذي لا ينتهي",
    "<script>alert(1)</script>",
    "עסקה",
    "Straße & Söhne",
    "\u202etxet desrever",
    "WWWWWWWWWWWWWWWWWW",
    "Контакты и компании",
]

MEASURE = """
() => {
  const box = (each) => { const { x, y, right, bottom } = each.getBoundingClientRect(); return [x, y, right, bottom]; };
  const cards = [...document.querySelectorAll("[data-type]")].map((each) => ({
    type: each.dataset.type, face: box(each.querySelector(".face")), texts: [...each.querySelectorAll("text")].map(box),
  }));
  return { cards, captions: [...document.querySelectorAll(".drawing-captions text")].map(box) };
}
"""

Rectangle = tuple[float, float, float, float]


def odd() -> DataModel:
    """A model whose names and labels are long, wide, or written from right to left."""
    found = model(len(NAMES), names=NAMES, inactive=[2])
    found = labelled(found, "contact", "thing1", "مدير القرار", "Decision maker", "<b>bold</b>")
    found = labelled(found, "contact", "thing3", "צעד ראשון")
    return labelled(found, "contact", "company", "Adviser", "Kontakt für Rechnungen")


def overlap(first: Rectangle, second: Rectangle) -> bool:
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]


def drawings() -> list[Drawing]:
    found = odd()
    told = counts(found, records=123_456)
    return [
        layout.overview(found, told),
        *(layout.focus(found, told, found.object_types[name]) for name in ("contact", "thing1")),
    ]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_no_text_leaves_its_card_or_lies_on_another(browser: Browser, number: int) -> None:
    drawing = drawings()[number]
    page = browser.new_page(viewport={"width": int(drawing.width) + 40, "height": int(drawing.height) + 40})
    page.set_content(svg.document(drawing, icons=lambda name: ""))
    found = page.evaluate(MEASURE)
    page.close()
    faults = []
    for card in found["cards"]:
        left, _, right, _ = card["face"]
        faults += [
            f"a text leaves {card['type']}" for text in card["texts"] if text[0] < left + 8 or text[2] > right - 4
        ]
        faults += [f"a caption lies on {card['type']}" for each in found["captions"] if overlap(each, card["face"])]
        faults += [f"the texts of {card['type']} touch"] * overlap(*card["texts"])
    assert len(found["cards"]) == len(drawing.cards)
    assert len(found["captions"]) == len(drawing.captions)
    assert faults == []
