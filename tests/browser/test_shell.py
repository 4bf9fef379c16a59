"""The frame of every page as people use it: rail, keys, themes, small screens, and the way in."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from crm_graph.accounts import sign_in
from crm_graph.crm import Crm
from tests.browser.conftest import OpenPage
from tests.browser.test_every_view import MIDDLE, NARROW
from tests.factories import SUPER_ADMIN

pytestmark = pytest.mark.browser


def theme_of(page: Page) -> str:
    """Which scheme the page is drawn in."""
    found: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return "light" if found == "rgb(247, 246, 244)" else "dark"


def test_keys_lead_to_places(page: Page) -> None:
    page.goto("/")
    page.keyboard.type("gm")
    page.wait_for_url("**/model")
    page.keyboard.type("gh")
    page.wait_for_url(lambda url: url.endswith("/"))


def test_question_mark_lists_what_the_page_answers_to(page: Page) -> None:
    page.goto("/docs")
    expect(page.get_by_label("Find a group of endpoints")).to_be_visible()
    page.keyboard.press("?")
    shown = page.get_by_role("dialog", name="Keys")
    expect(shown).to_be_visible()
    lines = [" ".join(line.split()) for line in shown.locator("dl > div").all_inner_texts()]
    assert {"g h Home", "g m Data model", "g a API", "/ Find a group of endpoints"} <= set(lines)
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()


def test_slash_finds_and_escape_leaves(page: Page) -> None:
    page.goto("/docs")
    find = page.get_by_label("Find a group of endpoints")
    expect(find).to_be_enabled()  # Swagger UI lets nobody in before it has read the document
    page.keyboard.press("/")
    expect(find).to_be_focused()
    page.keyboard.type("ghga")  # letters in a field are letters
    expect(find).to_have_value("ghga")
    page.keyboard.press("Escape")
    expect(find).not_to_be_focused()


def test_keys_can_be_switched_off_and_stay_so(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Single keys do this").uncheck()
    page.reload()
    page.keyboard.type("?")
    page.keyboard.type("ga")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()
    assert page.url.endswith("/")


def test_keys_with_a_modifier_are_left_to_the_browser(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Control+?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_hidden()


def test_theme_holds_at_once_and_on_the_next_page(page: Page) -> None:
    page.goto("/")
    assert theme_of(page) == "light"
    page.get_by_role("button", name="Dark").click()
    assert theme_of(page) == "dark"
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.goto("/docs")
    assert theme_of(page) == "dark"
    page.get_by_role("button", name="Like the system").click()
    assert theme_of(page) == "light"
    page.emulate_media(color_scheme="dark")
    assert theme_of(page) == "dark"


def test_theme_is_chosen_without_scripts(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto("/")
    page.get_by_role("button", name="Dark").click()
    page.wait_for_url(lambda url: url.endswith("/"))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


@pytest.mark.parametrize("scripts", [True, False])
def test_menu_of_a_phone_opens_and_closes(open_page: OpenPage, scripts: bool) -> None:
    page = open_page(viewport=NARROW, java_script_enabled=scripts)
    page.goto("/")
    rail = page.get_by_role("navigation", name="Main")
    expect(rail).to_be_hidden()
    page.get_by_role("button", name="Menu").click()
    expect(rail.get_by_role("link", name="Contacts")).to_be_visible()
    page.keyboard.press("Escape")
    expect(rail).to_be_hidden()


def test_folded_rail_says_what_an_icon_stands_for(open_page: OpenPage) -> None:
    page = open_page(viewport=MIDDLE)
    page.goto("/")
    link = page.get_by_role("navigation", name="Main").get_by_role("link", name="Deals")
    name = link.locator("span")
    assert name.evaluate("each => each.getBoundingClientRect().width") <= 1
    link.hover()
    place = name.bounding_box()
    assert place is not None
    assert place["x"] >= 56
    assert place["width"] > 30


def test_rail_shows_where_one_is_and_stays_scrolled(page: Page) -> None:
    page.goto("/")
    here = page.get_by_role("navigation", name="Main").locator("[aria-current]")
    expect(here).to_have_text("Home")
    page.locator(".places").evaluate("each => { each.scrollTop = 120 }")
    page.keyboard.type("ga")
    page.wait_for_url("**/docs")
    expect(here).to_have_text("API")
    assert page.locator(".places").evaluate("each => each.scrollTop") == 120


def test_first_tab_skips_the_rail(page: Page) -> None:
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_stranger_signs_in_with_a_token_and_comes_back(open_page: OpenPage, token: str) -> None:
    page = open_page(is_signed_in=False)
    page.goto("/docs")
    page.get_by_label("Token").fill("pat-crm-mistyped")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("The token is unknown or was revoked.")).to_be_visible()
    expect(page.get_by_label("Token")).to_be_focused()
    page.keyboard.type(token)
    page.keyboard.press("Enter")
    page.wait_for_url("**/docs")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_link_opened_from_another_site_signs_in(open_page: OpenPage, crm: Crm, address: str) -> None:
    page = open_page(is_signed_in=False)
    link = crm.run(SUPER_ADMIN, lambda unit: sign_in.make_link(unit, address))
    page.set_content(f'<a href="{link}">Sign in</a>')
    page.get_by_role("link", name="Sign in").click()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()
    assert page.url == f"{address}/"


def test_page_may_not_be_framed(open_page: OpenPage, address: str) -> None:
    page = open_page()
    page.goto("/sign-in")
    answer = page.request.get("/")
    assert answer.headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
