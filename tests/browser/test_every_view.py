"""What holds for every view: nothing that the browser or axe complains of, nothing that does not fit, not too much."""

from __future__ import annotations

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Response

from tests.browser.conftest import WIDE, OpenPage
from tests.browser.views import VIEWS, View
from tests.factories import Make

pytestmark = pytest.mark.browser

NARROW = {"width": 390, "height": 844}
MIDDLE = {"width": 768, "height": 1024}
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"], "preload": False}
"""Axe would read style sheets anew, and ask for what they import from the wrong place."""

every_view = pytest.mark.parametrize("view", VIEWS, ids=[view.name for view in VIEWS])


@every_view
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_view_is_accessible_and_fits(
    open_page: OpenPage, make: Make, view: View, scheme: str, width: str, pytestconfig: pytest.Config
) -> None:
    viewport = WIDE if width == "wide" else NARROW
    page = open_page(is_signed_in=not view.is_public, color_scheme=scheme, viewport=viewport)
    answer = page.goto(view.path_for(make), wait_until="networkidle")
    assert answer is not None
    assert answer.status == view.status
    if folder := pytestconfig.getoption("--screenshots"):
        page.screenshot(path=Path(folder, f"{view.name}-{scheme}-{width}.png"))
    found = Axe().run(page, options=OPTIONS)
    assert not found.response["violations"], found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


@every_view
def test_view_fits_where_the_rail_is_folded(open_page: OpenPage, make: Make, view: View) -> None:
    page = open_page(is_signed_in=not view.is_public, viewport=MIDDLE)
    page.goto(view.path_for(make))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"


@every_view
def test_view_is_whole_without_scripts(open_page: OpenPage, make: Make, view: View) -> None:
    page = open_page(is_signed_in=not view.is_public, java_script_enabled=False)
    page.goto(view.path_for(make))
    assert page.locator("h1:visible").count() == 1
    assert page.title().strip(" ·")


@every_view
def test_view_is_not_too_heavy(open_page: OpenPage, make: Make, view: View) -> None:
    page = open_page(is_signed_in=not view.is_public)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(view.path_for(make), wait_until="networkidle")
    sizes = {answer.url: int(answer.headers["content-length"]) for answer in answers}  # nothing is compressed here
    assert any(url.endswith(".woff2") for url in sizes)
    assert sum(sizes.values()) <= view.bytes_max, sizes
