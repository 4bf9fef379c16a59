"""The page of the data model: what it shows of the model, and that every view of it is an address."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm_graph.accounts import sign_in
from crm_graph.crm import Crm
from crm_graph.definitions.association import Direction
from crm_graph.definitions.changes import association_types, object_types
from crm_graph.definitions.changes.association_types import Limit
from crm_graph.unit import Unit
from tests.factories import SUPER_ADMIN, Make, unique


@pytest.fixture
def browser(app: Flask, crm: Crm) -> FlaskClient:
    """A browser that a super admin has signed in with."""
    found = app.test_client()
    found.get(crm.run(SUPER_ADMIN, lambda unit: sign_in.make_link(unit, "")))
    return found


def text(answer: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer))


def test_overview_has_every_object_type_as_a_link_in_picture_and_list(browser: FlaskClient, crm: Crm) -> None:
    page = browser.get("/model").text
    live = [each for each in crm.model.object_types.values() if not each.archived]
    lacking = [each.name for each in live if page.count(f'href="/model?focus={each.plural}"') < 2]
    assert len(live) > 30
    assert lacking == []


def test_record_count_is_that_of_the_moment(browser: FlaskClient, make: Make) -> None:
    def shown() -> int:
        found = re.search(r"<dt>Records</dt><dd>([\d,]+)</dd>", browser.get("/model?focus=listings").text)
        assert found is not None
        return int(found[1].replace(",", ""))

    before = shown()
    make.record("listing", hs_name=unique())
    assert shown() == before + 1


@pytest.mark.parametrize("name", ["deals", "deal", "DEAL", "0-3"])
def test_object_type_is_found_by_any_name_of_it(browser: FlaskClient, name: str) -> None:
    assert "<h1>Deals</h1>" in browser.get(f"/model?focus={name}").text


def test_unknown_object_type_is_a_page_that_is_not_there(browser: FlaskClient) -> None:
    answer = browser.get("/model?focus=unicorns", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.content_type.startswith("text/html")


@pytest.mark.parametrize(
    ("wanted", "focus"), [("deals", "deals"), ("Ticket", "tickets"), ("market", "marketing_events"), ("batch", None)]
)
def test_find_leads_to_the_object_type_whose_name_has_the_words(
    browser: FlaskClient, wanted: str, focus: str | None
) -> None:
    answer = browser.get("/model", query_string={"find": wanted})
    if focus is not None:
        assert answer.headers["Location"] == f"/model?focus={focus}"
    else:
        assert answer.headers["Location"].startswith("/model")


def test_find_says_when_nothing_is_called_so(browser: FlaskClient) -> None:
    page = browser.get("/model", query_string={"find": "<i>nothing"}, follow_redirects=True).text
    assert "No object type is called “&lt;i&gt;nothing”." in page


def test_category_that_is_left_out_is_in_neither_picture_nor_list(browser: FlaskClient) -> None:
    page = browser.get("/model?hide=sales").text
    assert 'data-type="deals"' not in page
    assert 'data-type="contacts"' in page
    assert 'href="/model?focus=contacts&amp;hide=sales"' in page
    assert 'href="/model"' in page  # the legend takes it back


def test_page_stands_when_every_category_is_left_out(browser: FlaskClient) -> None:
    every = "core,marketing,sales,service,commerce,activities,other"
    assert browser.get(f"/model?hide={every}").status_code == 200
    assert browser.get(f"/model?focus=deals&hide={every}").status_code == 200
    assert browser.get(f"/model/picture.mmd?hide={every}").status_code == 200


def test_association_shows_both_names_and_limits_in_words(browser: FlaskClient, crm: Crm) -> None:
    one, other = unique("Mentor "), unique("Learner ")

    def define(unit: Unit) -> Direction:
        near, far = unit.model.object_type("contact"), unit.model.object_type("company")
        return association_types.create_label(unit, near, far, unique("mentor_"), one, other)[0]

    made = crm.run(SUPER_ADMIN, define)

    def limit(unit: Unit) -> None:
        near, far = unit.model.object_type("contact"), unit.model.object_type("company")
        limits = [Limit(category=made.type.category, type_id=made.type_id, maximum=3)]
        association_types.set_limits(unit, near, far, limits)

    crm.run(SUPER_ADMIN, limit)
    page = text(browser.get("/model?focus=contacts").text)
    assert f"{one} / {other} Contact: at most 3 companies" in page


def test_properties_tell_name_type_and_rules(browser: FlaskClient) -> None:
    page = text(browser.get("/model?focus=contacts&tab=properties").text)
    assert "Email email string, unique, indexed" in page


def test_pipelines_tell_stages_in_order_with_their_probability(browser: FlaskClient) -> None:
    page = text(browser.get("/model?focus=deals&tab=pipelines").text)
    found = re.search(r"Appointment Scheduled (\d+%).*Closed Won won.*Closed Lost lost", page, re.IGNORECASE)
    assert found is not None
    assert found[1] == "20%"


def test_object_type_without_pipelines_says_so(browser: FlaskClient) -> None:
    assert "No pipelines" in browser.get("/model?focus=notes&tab=pipelines").text


def test_tools_are_a_table_with_what_the_object_type_takes_part_in(browser: FlaskClient) -> None:
    page = text(browser.get("/model?focus=deals&tab=tools").text)
    assert "Import Records from CSV files Yes" in page


def test_custom_object_type_is_drawn_as_soon_as_it_exists(browser: FlaskClient, crm: Crm) -> None:
    name = unique("drawn_")

    def define(unit: Unit) -> None:
        object_types.define(unit, name=name, display_name=name, display_name_plural=f"{name}s", wanted=())

    crm.run(SUPER_ADMIN, define)
    assert f'data-type="{name}s"' in browser.get("/model").text


def test_names_are_text_whatever_they_are(browser: FlaskClient, crm: Crm) -> None:
    name, shown = unique("odd_"), "<script>alert(1)</script> & \"'"

    def define(unit: Unit) -> None:
        object_types.define(unit, name=name, display_name=shown, display_name_plural=shown, wanted=())

    crm.run(SUPER_ADMIN, define)
    for path in ("/model", f"/model?focus={name}"):
        assert "<script>alert" not in browser.get(path).text


def test_only_a_super_admin_sees_ways_to_change_the_model(app: Flask, crm: Crm, browser: FlaskClient) -> None:
    assert 'href="/model/new"' in browser.get("/model").text
    assert "/properties/new" in browser.get("/model?focus=contacts&tab=properties").text


@pytest.mark.parametrize(
    ("extension", "media_type", "begins"),
    [
        ("svg", "image/svg+xml", "<?xml"),
        ("mmd", "text/vnd.mermaid", "erDiagram"),
        ("graphml", "application/graphml+xml", "<?"),
    ],
)
def test_model_is_downloaded_in_each_format(browser: FlaskClient, extension: str, media_type: str, begins: str) -> None:
    answer = browser.get(f"/model/picture.{extension}")
    assert answer.status_code == 200
    assert answer.mimetype == media_type
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=data-model")
    assert answer.text.startswith(begins)
    assert "Deal" in answer.text
