"""The picture of the data model in a browser: every name whole, every card reached, drawn soon."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from crm_graph.crm import Crm
from tests.browser.conftest import OpenPage
from tests.factories import Make

pytestmark = pytest.mark.browser

SCRIPTS = Path(__file__).parents[2] / "api" / "web" / "static" / "js"
PNG = b"\x89PNG\r\n\x1a\n"

OUTSIDE = """() => [...document.querySelectorAll("model-picture a[data-type]")].flatMap((card) => {
  const face = card.querySelector(".face").getBoundingClientRect();
  const within = (box) => box.width > 0
    && box.left >= face.left && box.right <= face.right && box.top >= face.top && box.bottom <= face.bottom;
  return [...card.querySelectorAll("text")]
    .filter((text) => !within(text.getBoundingClientRect())).map((text) => text.textContent);
})"""
"""What is written on a card and not wholly within it."""

OVERLAPPING = """() => {
  const boxes = [...document.querySelectorAll("model-picture text")]
    .map((text) => ({ text: text.textContent, ...text.getBoundingClientRect().toJSON() }));
  const across = (a, b) => a.left < b.right - 0.5 && b.left < a.right - 0.5;
  const along = (a, b) => a.top < b.bottom - 1.5 && b.top < a.bottom - 1.5;
  return boxes.flatMap((a, n) => boxes.slice(n + 1)
    .filter((b) => across(a, b) && along(a, b)).map((b) => [a.text, b.text]));
}"""
"""Pairs of texts of which one lies on the other."""

VIEWS = ("/model", "/model?focus=contacts", "/model?focus=deals", "/model?focus=notes", "/model?focus=services")


def view_box(page: Page) -> list[float]:
    """What part of the picture is seen."""
    return [float(part) for part in page.locator("model-picture > svg").get_attribute("viewBox").split()]


def test_every_object_type_is_drawn(page: Page, crm: Crm, make: Make) -> None:
    plural = make.object_type().plural
    page.goto("/model")
    drawn = set(page.locator("model-picture a[data-type]").evaluate_all("all => all.map((each) => each.dataset.type)"))
    live = {each.plural for each in crm.model.object_types.values() if not each.archived}
    assert plural in drawn
    assert drawn == live


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", VIEWS)
def test_names_are_whole_and_apart(open_page: OpenPage, crm: Crm, view: str, scheme: str) -> None:
    page = open_page(color_scheme=scheme)
    page.goto(view)
    assert page.locator("model-picture a[data-type]").count() > 5
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(OVERLAPPING) == []


def test_arrow_keys_go_from_card_to_card_and_enter_opens_one(page: Page) -> None:
    page.goto("/model")
    page.locator("model-picture a[data-type=contacts]").focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.type") == "companies"
    page.keyboard.press("Enter")
    page.wait_for_url("**/model?focus=companies")
    expect(page.locator("h1")).to_have_text("Companies")


def test_a_card_that_is_looked_at_shows_its_lines_and_others_step_back(page: Page) -> None:
    page.goto("/model")
    folded = page.locator("model-picture [data-from=notes], model-picture [data-to=notes]").first
    expect(folded).to_be_hidden()
    page.locator("model-picture a[data-type=notes]").hover()
    expect(folded).to_be_visible()


def test_picture_is_made_larger_and_whole_again(page: Page) -> None:
    page.goto("/model")
    whole = view_box(page)
    page.get_by_role("button", name="Larger").click()
    assert view_box(page)[2] < whole[2]
    page.get_by_role("button", name="All of it").click()
    assert view_box(page) == whole


def test_dragging_a_larger_picture_moves_it_and_opens_nothing(page: Page) -> None:
    page.goto("/model")
    for _ in range(3):
        page.get_by_role("button", name="Larger").click()
    before = view_box(page)
    box = page.locator("model-picture > svg").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 - 60, box["y"] + box["height"] / 2 - 40, steps=4)
    page.mouse.up()
    assert view_box(page)[0] > before[0]
    assert page.url.endswith("/model")


def test_typing_a_name_lets_the_others_step_back_and_enter_goes_there(page: Page) -> None:
    page.goto("/model")
    page.keyboard.press("/")
    page.keyboard.type("line it")
    expect(page.locator("aside li", has_text="Line items")).not_to_have_class("passed-over")
    expect(page.locator("aside li", has_text="Contacts").first).to_have_class("passed-over")
    page.keyboard.press("Enter")
    page.wait_for_url("**/model?focus=line_items")


def test_png_is_the_picture_at_twice_its_size(page: Page, tmp_path: Path) -> None:
    page.goto("/model?focus=deals")
    page.get_by_text("Download").click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="PNG").click()
    file = tmp_path / "picture.png"
    waiting.value.save_as(file)
    found = file.read_bytes()
    assert waiting.value.suggested_filename == "data-model-deals.png"
    assert found.startswith(PNG)
    width = page.locator("model-picture > svg").evaluate("svg => svg.viewBox.baseVal.width")
    assert int.from_bytes(found[16:20], "big") == pytest.approx(2 * width, abs=2)


def test_twenty_more_object_types_are_drawn_within_a_second(page: Page, make: Make) -> None:
    for _ in range(20):
        make.object_type()
    page.goto("/model")  # the first visit reads the model anew
    page.reload()
    paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
    expect(page.locator("model-picture[data-ready]")).to_be_visible()
    page.wait_for_timeout(200)  # what was painted is told a little later
    painted_ms = page.evaluate(paint)
    received_ms = page.evaluate("performance.getEntriesByType('navigation')[0].responseEnd")
    loaded = page.evaluate(
        """() => ["navigation", "resource"].flatMap((kind) => performance.getEntriesByType(kind))
          .reduce((sum, each) => sum + each.decodedBodySize, 0)"""
    )
    assert 50_000 < loaded <= 600_000
    assert page.evaluate(OUTSIDE) == []
    assert painted_ms - received_ms < 1_000


def test_own_scripts_are_small() -> None:
    together = b"".join(path.read_bytes() for path in sorted(SCRIPTS.glob("*.js")))
    assert 0 < len(gzip.compress(together)) < 30_000
