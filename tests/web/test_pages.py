"""The first page and the way in, as a browser meets them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from api.app import create_app
from crm_graph.accounts import sign_in
from crm_graph.config import Settings
from crm_graph.crm import Crm
from tests.factories import SUPER_ADMIN, Make

COOKIE = "crm_graph_session"


@pytest.fixture
def link(crm: Crm) -> str:
    """Path and query of a link that nobody has used."""
    return crm.run(SUPER_ADMIN, lambda unit: sign_in.make_link(unit, ""))


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """A browser without cookies."""
    return app.test_client()


@pytest.fixture
def signed_in(browser: FlaskClient, link: str) -> FlaskClient:
    """A browser that has opened a link."""
    browser.get(link)
    return browser


def form_token(page: TestResponse) -> str:
    """What the form of the page would send."""
    found = re.search(r'name="csrf_token" value="([0-9a-f]{64})"', page.text)
    assert found is not None
    return found[1]


def test_link_signs_in_and_leads_to_the_first_page(browser: FlaskClient, link: str) -> None:
    answer = browser.get(link)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert answer.headers["Cache-Control"] == "no-store"
    page = browser.get("/")
    assert page.status_code == 200
    assert "My account" in page.text
    assert "Sign out" in page.text


def test_cookie_is_kept_from_scripts_and_other_sites(browser: FlaskClient, link: str) -> None:
    cookie = browser.get(link).headers["Set-Cookie"]
    name, _, rest = cookie.partition("=")
    assert name == COOKIE
    assert {"HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=2592000"} <= set(rest.split("; "))
    assert "Secure" not in rest


def test_cookie_is_for_https_alone_where_pages_are(browser: FlaskClient, link: str) -> None:
    cookie = browser.get(link, base_url="https://crm.example").headers["Set-Cookie"]
    assert "Secure" in cookie.split("; ")


def test_servers_on_two_ports_have_cookies_of_their_own(browser: FlaskClient, link: str) -> None:
    cookie = browser.get(link, base_url="http://localhost:8090").headers["Set-Cookie"]
    assert cookie.startswith("crm_graph_session_8090=")


def test_link_works_once(app: Flask, signed_in: FlaskClient, link: str) -> None:
    other = app.test_client()
    answer = other.get(link)
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
    assert "crm-graph sign-in" in answer.text


def test_who_is_signed_in_may_open_a_used_link(signed_in: FlaskClient, link: str) -> None:
    assert signed_in.get(link).headers["Location"] == "/"


def test_looking_at_a_link_does_not_use_it(browser: FlaskClient, link: str) -> None:
    assert browser.head(link).status_code == 405
    assert browser.get(link).status_code == 302


@pytest.mark.parametrize("more", ["&next=https://evil.example", "&next=//evil.example", "&url=%5C%5Cevil.example"])
def test_link_leads_nowhere_else(browser: FlaskClient, link: str, more: str) -> None:
    assert browser.get(link + more).headers["Location"] == "/"


@pytest.mark.parametrize("query", ["?code=", "?code=x", "?code=%ed%a0%80"])
def test_link_without_a_valid_code_is_refused(browser: FlaskClient, query: str) -> None:
    assert browser.get(f"/sign-in{query}").status_code == 403


def test_stranger_is_told_how_to_sign_in_and_nothing_else(browser: FlaskClient) -> None:
    browser.set_cookie(COOKIE, "nobody's")
    page = browser.get("/", follow_redirects=True)
    assert "crm-graph sign-in --data DIR" in page.text
    assert "Contacts" not in page.text


def test_first_page_counts_records_by_object_type(signed_in: FlaskClient, make: Make) -> None:
    def contacts() -> int:
        found = re.search(r">Contacts</th>\s*<td>([\d,]+)</td>", signed_in.get("/").text)
        assert found is not None
        return int(found[1].replace(",", ""))

    make.contact()
    before = contacts()
    make.contact()
    assert contacts() > before


def test_session_cookie_does_not_open_the_api(signed_in: FlaskClient) -> None:
    assert signed_in.get("/crm/v3/objects/contacts").status_code == 401
    assert signed_in.post("/crm/v3/objects/contacts", json={"properties": {}}).status_code == 401


def test_token_does_not_open_pages(browser: FlaskClient, token: str) -> None:
    assert "Sign out" not in browser.get("/", headers={"Authorization": f"Bearer {token}"}).text


def test_signing_out_ends_the_session(app: Flask, signed_in: FlaskClient) -> None:
    cookie = signed_in.get_cookie(COOKIE)
    assert cookie is not None
    answer = signed_in.post("/sign-out", data={"csrf_token": form_token(signed_in.get("/"))})
    assert answer.headers["Location"] == "/sign-in"
    assert signed_in.get_cookie(COOKIE) is None
    thief = app.test_client()
    thief.set_cookie(COOKIE, cookie.value)
    assert "Sign out" not in thief.get("/").text


@pytest.mark.parametrize("token", ["", "0" * 64, "ü"])
def test_form_of_another_site_does_not_sign_out(signed_in: FlaskClient, token: str) -> None:
    assert signed_in.post("/sign-out", data={"csrf_token": token}).status_code == 403
    assert "Sign out" in signed_in.get("/").text


def test_form_of_another_session_does_not_sign_out(app: Flask, crm: Crm, signed_in: FlaskClient) -> None:
    other = app.test_client()
    other.get(crm.run(SUPER_ADMIN, lambda unit: sign_in.make_link(unit, "")))
    token = form_token(other.get("/"))
    assert signed_in.post("/sign-out", data={"csrf_token": token}).status_code == 403


@pytest.mark.parametrize("path", ["/", "/sign-in?code=x", "/static/css/base.css", "/static/icon.svg"])
def test_every_page_has_the_strict_headers(signed_in: FlaskClient, path: str) -> None:
    with signed_in.get(path) as answer:
        headers = answer.headers
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/", "/sign-in?code=x"])
def test_pages_need_nothing_that_the_policy_forbids(signed_in: FlaskClient, path: str) -> None:
    text = signed_in.get(path).text
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|(src|href)=\"(?![/#])", text)


def test_access_log_has_neither_code_nor_cookie(settings: Settings, crm: Crm, link: str, tmp_path: Path) -> None:
    app = create_app(settings, crm, access_log=tmp_path / "access.jsonl")
    app.extensions["monitor"].stop()
    browser = app.test_client()
    browser.get(link)
    cookie = browser.get_cookie(COOKIE)
    browser.get("/")
    text = (tmp_path / "access.jsonl").read_text("utf-8")
    signing, looking = (json.loads(line) for line in text.splitlines())
    assert cookie is not None
    assert (signing["route"], signing["parameters"], signing["status"]) == ("/sign-in", ["code"], 302)
    assert (looking["route"], looking["user"]) == ("/", "user:1")
    assert link.partition("code=")[2] not in text
    assert cookie.value not in text
