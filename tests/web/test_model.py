"""The page of the data model: what it shows of the model, and that every view of it is an address."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from crm_graph.crm import Crm
from crm_graph.definitions.association import Direction
from crm_graph.definitions.changes import association_types
from crm_graph.definitions.changes.association_types import Limit
from crm_graph.unit import Unit
from tests.factories import SUPER_ADMIN, Make, unique


def text(answer: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer))


def test_overview_has_every_object_type_as_a_link_in_picture_and_list(signed_in: FlaskClient, crm: Crm) -> None:
    page = signed_in.get("/model").text
    live = [each for each in crm.model.object_types.values() if not each.archived]
    lacking = [each.name for each in live if page.count(f'href="/model?focus={each.plural}"') < 2]
    assert len(live) > 30
    assert lacking == []


def test_record_count_is_that_of_the_moment(signed_in: FlaskClient, make: Make) -> None:
    def shown() -> int:
        found = re.search(r"<dt>Records</dt><dd>([\d,]+)</dd>", signed_in.get("/model?focus=listings").text)
        assert found is not None
        return int(found[1].replace(",", ""))

    before = shown()
    make.record("listing", hs_name=unique())
    assert shown() == before + 1


@pytest.mark.parametrize("name", ["deals", "deal", "DEAL", "0-3"])
def test_object_type_is_found_by_any_name_of_it(signed_in: FlaskClient, name: str) -> None:
    assert "<h1>Deals</h1>" in signed_in.get(f"/model?focus={name}").text


def test_unknown_object_type_is_a_page_that_is_not_there(signed_in: FlaskClient) -> None:
    answer = signed_in.get("/model?focus=unicorns", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer.content_type.startswith("text/html")


@pytest.mark.parametrize(
    ("wanted", "focus"), [("deals", "deals"), ("Ticket", "tickets"), ("market", "marketing_events"), ("batch", None)]
)
def test_find_leads_to_the_object_type_whose_name_has_the_words(
    signed_in: FlaskClient, wanted: str, focus: str | None
) -> None:
    answer = signed_in.get("/model", query_string={"find": wanted})
    if focus is not None:
        assert answer.headers["Location"] == f"/model?focus={focus}"
    else:
        assert answer.headers["Location"].startswith("/model")


def test_find_says_when_nothing_is_called_so(signed_in: FlaskClient) -> None:
    page = signed_in.get("/model", query_string={"find": "<i>nothing"}, follow_redirects=True).text
    assert "No object type is called “&lt;i&gt;nothing”." in page


def test_category_that_is_left_out_is_in_neither_picture_nor_list(signed_in: FlaskClient) -> None:
    page = signed_in.get("/model?hide=sales").text
    assert 'data-type="deals"' not in page
    assert 'data-type="contacts"' in page
    assert 'href="/model?focus=contacts&amp;hide=sales"' in page
    assert 'href="/model"' in page  # the legend takes it back


def test_page_stands_when_every_category_is_left_out(signed_in: FlaskClient) -> None:
    every = "core,marketing,sales,service,commerce,activities,other"
    assert signed_in.get(f"/model?hide={every}").status_code == 200
    assert signed_in.get(f"/model?focus=deals&hide={every}").status_code == 200
    assert signed_in.get(f"/model/picture.mmd?hide={every}").status_code == 200


def test_association_shows_both_names_and_limits_in_words(signed_in: FlaskClient, crm: Crm) -> None:
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
    page = text(signed_in.get("/model?focus=contacts").text)
    assert f"{one} / {other} Contact: at most 3 companies" in page


def test_properties_tell_name_type_and_rules(signed_in: FlaskClient) -> None:
    page = text(signed_in.get("/model?focus=contacts&tab=properties").text)
    assert "Email email string, unique, indexed" in page


def test_pipelines_tell_stages_in_order_with_their_probability(signed_in: FlaskClient) -> None:
    page = text(signed_in.get("/model?focus=deals&tab=pipelines").text)
    found = re.search(r"Appointment Scheduled (\d+%).*Closed Won won.*Closed Lost lost", page, re.IGNORECASE)
    assert found is not None
    assert found[1] == "20%"


def test_object_type_without_pipelines_says_so(signed_in: FlaskClient) -> None:
    assert "No pipelines" in signed_in.get("/model?focus=notes&tab=pipelines").text


def test_tools_are_a_table_with_what_the_object_type_takes_part_in(signed_in: FlaskClient) -> None:
    page = text(signed_in.get("/model?focus=deals&tab=tools").text)
    assert "Import Records from CSV files Yes" in page


def test_custom_object_type_is_drawn_as_soon_as_it_exists(signed_in: FlaskClient, make: Make) -> None:
    made = make.object_type()
    assert f'data-type="{made.plural}"' in signed_in.get("/model").text


def test_names_are_text_whatever_they_are(signed_in: FlaskClient, make: Make) -> None:
    made = make.object_type(display_name="<script>alert(1)</script> & \"'")
    for path in ("/model", f"/model?focus={made.plural}"):
        assert "<script>alert" not in signed_in.get(path).text


def test_super_admin_sees_ways_to_change_the_model(signed_in: FlaskClient) -> None:
    assert 'href="/model/new"' in signed_in.get("/model").text
    assert "/properties/new" in signed_in.get("/model?focus=contacts&tab=properties").text


@pytest.mark.parametrize(
    ("extension", "media_type", "begins"),
    [
        ("svg", "image/svg+xml", "<?xml"),
        ("mmd", "text/vnd.mermaid", "erDiagram"),
        ("graphml", "application/graphml+xml", "<?"),
    ],
)
def test_model_is_downloaded_in_each_format(
    signed_in: FlaskClient, extension: str, media_type: str, begins: str
) -> None:
    answer = signed_in.get(f"/model/picture.{extension}")
    assert answer.status_code == 200
    assert answer.mimetype == media_type
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=data-model")
    assert answer.text.startswith(begins)
    assert "Deal" in answer.text
