"""`/docs` as a programmer uses it: authorise, choose, try."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_every_view import OPTIONS
from tests.factories import Make

pytestmark = pytest.mark.browser


def authorize(page: Page, token: str) -> None:
    """Give the page a token to make requests with."""
    page.get_by_role("button", name="Authorize").click()
    dialog = page.get_by_role("dialog", name="Authorize")
    expect(dialog.get_by_label("Token")).to_be_focused()
    page.keyboard.type(token)
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("button", name="Remove authorization")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_endpoint_is_tried_with_a_token(page: Page, make: Make, token: str) -> None:
    make.company()
    page.goto("/docs#/Objects/objectsListRecords", wait_until="networkidle")
    authorize(page, token)
    endpoint = page.locator("#operations-Objects-objectsListRecords")
    endpoint.get_by_label("object_type", exact=True).select_option("companies")
    endpoint.get_by_role("button", name="Execute").click()
    answer = endpoint.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").last).to_contain_text("200")
    expect(answer).to_contain_text('"results"')


def test_opened_endpoint_has_an_address(page: Page) -> None:
    page.goto("/docs", wait_until="networkidle")
    page.locator("#operations-tag-Search").click()
    page.locator("#operations-Search-searchSearchRecords .opblock-summary-control").click()
    page.wait_for_url("**/docs#/Search/searchSearchRecords")
    page.reload(wait_until="networkidle")
    expect(page.locator("#operations-Search-searchSearchRecords").get_by_label("Body")).to_be_visible()


def test_dialog_that_asks_for_a_token_is_accessible(page: Page) -> None:
    page.goto("/docs", wait_until="networkidle")
    page.get_by_role("button", name="Authorize").click()
    expect(page.get_by_role("dialog", name="Authorize")).to_be_visible()
    found = Axe().run(page, options=OPTIONS)
    assert not found.response["violations"], found.generate_report()


def test_token_that_was_typed_is_kept_nowhere(page: Page, token: str) -> None:
    page.goto("/docs", wait_until="networkidle")
    authorize(page, token)
    assert token not in page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")
