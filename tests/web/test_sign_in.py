"""The ways in and out, as a browser meets them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from crm_graph.accounts import tokens
from crm_graph.config import Settings
from crm_graph.crm import Crm
from tests.factories import SUPER_ADMIN, unique
from tests.web.forms import COOKIE, form_token


def send_token(browser: FlaskClient, token: str, **more: str) -> tuple[int, str]:
    """Status and place that the sign-in form leads to."""
    page = browser.get("/sign-in")
    answer = browser.post("/sign-in", data={"csrf_token": form_token(page), "token": token, **more})
    return answer.status_code, answer.headers.get("Location", "")


def test_link_signs_in_and_leads_to_the_first_page(browser: FlaskClient, link: str) -> None:
    answer = browser.get(link)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert answer.headers["Cache-Control"] == "no-store"
    page = browser.get("/")
    assert page.status_code == 200
    assert "My account" in page.text
    assert "Sign out" in page.text


def test_link_in_a_mailbox_leads_on_from_a_page_of_ours(browser: FlaskClient, link: str) -> None:
    answer = browser.get(link, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 200
    assert '<meta http-equiv="refresh" content="0; url=/">' in answer.text
    assert "Sign out" in browser.get("/").text


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
    assert other.get_cookie(COOKIE) is None
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


def test_token_signs_in_and_leads_back(browser: FlaskClient, token: str) -> None:
    assert send_token(browser, f" {token} ", next="/model?focus=deals") == (303, "/model?focus=deals")
    assert "Sign out" in browser.get("/").text


@pytest.mark.parametrize("wrong", ["", "pat-crm-nobody's", "ü" * 300])
def test_unknown_token_is_refused_beside_the_field(browser: FlaskClient, wrong: str) -> None:
    page = browser.get("/sign-in")
    answer = browser.post("/sign-in", data={"csrf_token": form_token(page), "token": wrong, "next": "/model"})
    assert answer.status_code == 403
    assert "The token is unknown or was revoked." in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'name="next" value="/model"' in answer.text
    assert wrong == "" or wrong not in answer.text
    assert browser.get_cookie(COOKIE) is None


def test_session_ends_when_its_token_is_revoked(browser: FlaskClient, crm: Crm) -> None:
    made, secret = crm.run(SUPER_ADMIN, lambda unit: tokens.create(unit, unique(), ["crm.objects.contacts.read"]))
    send_token(browser, secret)
    assert browser.get("/").status_code == 200
    crm.run(SUPER_ADMIN, lambda unit: tokens.revoke(unit, made.id))
    assert browser.get("/").headers["Location"] == "/sign-in"


def test_session_of_a_token_shows_what_the_token_may_read(browser: FlaskClient, crm: Crm) -> None:
    _, secret = crm.run(SUPER_ADMIN, lambda unit: tokens.create(unit, unique(), ["crm.objects.companies.read"]))
    send_token(browser, secret)
    page = browser.get("/").text
    assert "Companies" in page
    assert "Contacts" not in page


def test_sign_in_form_of_another_browser_is_refused(app: Flask, browser: FlaskClient, token: str) -> None:
    # Else another site could sign this browser in as somebody else and have it send them what its user writes.
    given = form_token(app.test_client().get("/sign-in"))
    for form in ({"csrf_token": given, "token": token}, {"token": token}):
        assert browser.post("/sign-in", data=form).status_code == 403
        browser.get("/sign-in")
        assert browser.post("/sign-in", data=form).status_code == 403
    assert browser.get_cookie(COOKIE) is None


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


def test_access_log_has_neither_code_nor_cookie(
    settings: Settings, crm: Crm, link: str, token: str, tmp_path: Path
) -> None:
    app = create_app(settings, crm, access_log=tmp_path / "access.jsonl")
    app.extensions["monitor"].stop()
    browser = app.test_client()
    browser.get(link)
    cookie = browser.get_cookie(COOKIE)
    browser.get("/")
    send_token(app.test_client(), token)
    text = (tmp_path / "access.jsonl").read_text("utf-8")
    signing, looking, *_ = (json.loads(line) for line in text.splitlines())
    assert cookie is not None
    assert (signing["route"], signing["parameters"], signing["status"]) == ("/sign-in", ["code"], 302)
    assert (looking["route"], looking["user"]) == ("/", "user:1")
    assert link.partition("code=")[2] not in text
    assert cookie.value not in text
    assert token not in text
