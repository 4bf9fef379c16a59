"""The data model changed in a browser, by mouse and by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from crm_graph.crm import Crm
from crm_graph.definitions.object_type import ObjectType
from tests.browser.conftest import OpenPage
from tests.factories import Make, unique

pytestmark = pytest.mark.browser

LONG = "Ł" * 150 + " مرحبا بالعالم <script>alert(1)</script>"


@pytest.fixture
def things(make: Make) -> ObjectType:
    """A custom object type of its own."""
    return make.object_type(associated=["contact"])


def test_property_is_added_with_the_mouse(page: Page, make: Make, things: ObjectType) -> None:
    make.record(things.name)
    page.goto(f"/model?focus={things.plural}&tab=properties")
    page.get_by_role("link", name="Add a property").click()
    page.get_by_label("Name (needed)").fill("Favourite cup")
    page.get_by_label("Type").select_option("One of several options")
    page.get_by_label("Options").fill("Small\nLarge")
    page.get_by_role("button", name="Look what it touches").click()
    expect(page.get_by_role("region", name="What this touches")).to_contain_text("Records have no value yet")
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("status")).to_have_text("Favourite cup was added.")
    expect(page.locator("#property-favourite_cup")).to_be_visible()


def test_label_is_added_with_the_keyboard(page: Page, crm: Crm, things: ObjectType) -> None:
    page.goto(f"/model/{things.plural}/associations/new")
    page.get_by_label("With").focus()
    page.keyboard.type("Contacts")
    for text in ("Keeper", "Kept by", "2"):
        page.keyboard.press("Tab")
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    confirm = page.get_by_role("button", name="Add it")
    expect(confirm).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Keeper is a label now.")
    crm.forget()
    directions = crm.model.directions(crm.model.object_types[things.name], crm.model.object_type("contact"))
    assert [each.limit for each in directions if each.association_label == "Keeper"] == [2]


def test_stage_is_added_with_the_keyboard(page: Page, crm: Crm) -> None:
    name = unique("Stage ")
    page.goto("/model/deals/pipelines/default")
    page.locator("#add-label").focus()
    page.keyboard.type(name)
    page.keyboard.press("Tab")
    page.keyboard.type("0.3")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Add it")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text(f"{name} was added.")


def test_refusal_is_focused_and_keeps_what_was_typed(page: Page, things: ObjectType) -> None:
    page.goto(f"/model/{things.plural}/properties/new")
    page.get_by_label("Name (needed)").fill("Good")
    page.get_by_label("API name").fill("Bad name")
    page.get_by_role("button", name="Look what it touches").click()
    field = page.get_by_label("API name")
    expect(field).to_be_focused()
    expect(field).to_have_value("Bad name")
    told = "Must be lower-case letters, digits and underscores, a letter first. Made from the name where it is empty"
    expect(field).to_have_accessible_description(re.compile(f"^{re.escape(told)}"))
    expect(page.get_by_label("Name (needed)")).to_have_value("Good")


def test_what_was_typed_can_be_changed_after_a_look(page: Page, things: ObjectType) -> None:
    page.goto(f"/model/{things.plural}/properties/new")
    page.get_by_label("Name (needed)").fill("First thought")
    page.get_by_label("Options").fill("one\ntwo = Two")
    page.get_by_role("button", name="Look what it touches").click()
    page.get_by_role("button", name="Change what I typed").click()
    expect(page.get_by_label("Name (needed)")).to_have_value("First thought")
    expect(page.get_by_label("Options")).to_have_value("one\ntwo = Two")


@pytest.mark.parametrize("width", [1440, 390])
def test_names_of_any_kind_are_shown_as_text_and_leave_the_page_whole(
    open_page: OpenPage, make: Make, width: int
) -> None:
    odd = make.object_type(display_name=LONG, associated=["contact"])
    record = make.record(odd.name)
    contact = make.contact(firstname=LONG)
    make.associated(record, contact)
    page = open_page(viewport={"width": width, "height": 900})
    paths = (
        "/",
        "/model",
        f"/model?focus={odd.plural}",
        f"/model?focus={odd.plural}&tab=properties",
        f"/model/{odd.plural}/settings",
        f"/records/contacts/{contact.id}",
        f"/records/{odd.plural}/{record.id}",
    )
    for path in paths:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{path} scrolls sideways"
        assert "<script>alert(1)" in page.locator("body").inner_text() or path == "/model"
