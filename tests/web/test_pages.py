"""What a browser gets: the first page, themes, notices, static files and pages about errors."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.web import assets, shell
from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.errors import GraphUnavailable, InvalidInput, MissingScopes
from tests.factories import Make
from tests.web.forms import form_token

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_first_page_counts_records_by_object_type(signed_in: FlaskClient, make: Make) -> None:
    def contacts() -> int:
        found = re.search(r"Contacts</a></th>\s*<td[^>]*>([\d,]+)</td>", signed_in.get("/").text)
        assert found is not None
        return int(found[1].replace(",", ""))

    make.contact()
    before = contacts()
    make.contact()
    assert contacts() > before


def test_rail_leads_to_every_active_object_type_by_category(signed_in: FlaskClient, crm: Crm) -> None:
    rail = signed_in.get("/").text.partition('<nav class="rail"')[2].partition("</nav>")[0]
    assert re.findall(r"<h2>(\w+)</h2>", rail)[:5] == ["Core", "Marketing", "Sales", "Service", "Commerce"]
    linked = re.findall(r'href="/model\?focus=([\w-]+)"', rail)
    assert set(linked) == {each.plural for each in crm.model.object_types.values() if each.active and not each.archived}


def test_rail_says_where_one_is(signed_in: FlaskClient) -> None:
    page = signed_in.get("/").text
    assert re.findall(r'<a href="([^"]*)" aria-current="(\w+)"', page) == [("/", "page")]


def test_theme_that_was_chosen_is_remembered(signed_in: FlaskClient) -> None:
    form = {"csrf_token": form_token(signed_in.get("/")), "theme": "dark", "next": "/"}
    assert signed_in.post("/theme", data=form).status_code == 303
    assert '<html lang="en" data-theme="dark">' in signed_in.get("/").text
    signed_in.post("/theme", data={**form, "theme": "system"})
    assert '<html lang="en">' in signed_in.get("/").text


@pytest.mark.parametrize("theme", ['dark"><script>', "", "blue"])
def test_theme_that_there_is_none_of_is_passed_over(signed_in: FlaskClient, theme: str) -> None:
    signed_in.set_cookie("crm_graph_theme", theme)
    assert '<html lang="en">' in signed_in.get("/").text


@pytest.fixture
def grown(settings: Settings, crm: Crm) -> Flask:
    """The application with routes of this test."""
    made = create_app(settings, crm)
    made.extensions["monitor"].stop()
    return made


def route(app: Flask, path: str, view: shell.View, method: str = "GET") -> None:
    """Add a page to one application alone."""
    app.add_url_rule(path, f"web.{path.strip('/')}", view, methods=[method])


def test_notice_is_shown_once_on_the_page_that_a_redirect_leads_to(grown: Flask, link: str) -> None:
    def done() -> shell.ResponseReturnValue:
        shell.flash("<b>Ünal</b> was added.")
        return shell.redirect("/", 303)

    route(grown, "/done", done)
    browser = grown.test_client()
    browser.get(link)
    browser.get("/done")
    assert "&lt;b&gt;Ünal&lt;/b&gt; was added." in browser.get("/").text
    assert "was added." not in browser.get("/").text


def test_broken_notice_is_passed_over(signed_in: FlaskClient) -> None:
    for value in ("%%%", "/w==", "x"):
        signed_in.set_cookie("crm_graph_notice", value)
        assert signed_in.get("/").status_code == 200


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (RuntimeError("secret"), 500, "Something went wrong"),
        (GraphUnavailable("bolt://secret"), 503, "The account cannot be reached"),
        (MissingScopes(["crm.objects.deals.read"]), 403, "Not permitted"),
        (InvalidInput("`focus` names no object type."), 400, "`focus` names no object type."),
    ],
)
def test_page_that_fails_says_so_and_no_more(
    grown: Flask, link: str, error: Exception, status: int, words: str
) -> None:
    def fail() -> str:
        raise error

    route(grown, "/fail", fail)
    browser = grown.test_client()
    browser.get(link)
    answer = browser.get("/fail", headers=HTML)
    assert answer.status_code == status
    assert words in answer.text
    assert "secret" not in answer.text


def test_browser_gets_a_page_for_an_unknown_path_and_a_program_gets_json(signed_in: FlaskClient) -> None:
    page = signed_in.get("/nowhere", headers=HTML)
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert "Nothing is here" in page.text
    assert "Sign out" in page.text
    assert signed_in.get("/nowhere").get_json()["category"] == "OBJECT_NOT_FOUND"
    assert signed_in.get("/crm/v3/nowhere", headers=HTML).get_json()["category"] == "OBJECT_NOT_FOUND"


def test_stranger_gets_a_page_for_an_unknown_path_without_the_rail(browser: FlaskClient) -> None:
    page = browser.get("/nowhere", headers=HTML)
    assert page.status_code == 404
    assert "Contacts" not in page.text


def test_browser_gets_a_page_while_the_graph_is_away(grown: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(grown.extensions["monitor"]), "is_away", True)
    page = grown.test_client().get("/", headers=HTML)
    assert (page.status_code, page.mimetype) == (503, "text/html")
    assert page.headers["Retry-After"] == "1"
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert "The account cannot be reached" in page.text
    assert grown.test_client().get("/crm/v3/owners", headers=HTML).get_json()["category"] == "SERVICE_UNAVAILABLE"


def test_static_files_are_kept_for_good_under_the_digest_of_all(browser: FlaskClient) -> None:
    with browser.get(assets.static_url("css/base.css")) as kept:
        assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    for path in ("/static/css/base.css", "/static/000000000000/css/base.css", "/static/css/drawing.css"):
        with browser.get(path) as asked_again:
            assert asked_again.status_code == 200
            assert asked_again.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["nothing.css", "../pages.py", "%2e%2e/pages.py", "..%2fpages.py", ""])
def test_nothing_but_static_files_is_sent_as_one(browser: FlaskClient, path: str) -> None:
    assert browser.get(f"/static/{path}").status_code == 404


def test_icon_of_a_name_that_is_none_is_empty() -> None:
    assert assets.drawing("network").startswith("<")
    assert {assets.drawing(name) for name in ("nothing", "../lucide", "", "<b>")} == {""}


def test_application_without_the_fetched_files_says_how_to_get_them(
    settings: Settings, crm: Crm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "VENDOR", assets.STATIC / "nothing")
    with pytest.raises(assets.AssetsMissing, match=r"-m pip install --no-deps --editable /"):
        create_app(settings, crm)
