"""Forms of other sites, and places that other sites would have pages lead to."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm_graph.accounts import sign_in
from crm_graph.crm import Crm
from tests.factories import SUPER_ADMIN
from tests.web.forms import form_token

ELSEWHERE = (
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "evil.example",
    "",
    "/\t/evil.example",
    "\t//evil.example",
    "/\n/evil.example",
    "/\r\nLocation: https://evil.example",
    " //evil.example",
    "/ /evil.example",
    "%2F%2Fevil.example",
    "/\u2044/evil.example",
    "/\x00/evil.example",
    "/<script>",
    "/" + "x" * 3_000,
)

HERE = ("/", "/model", "/model?focus=deals", "/records/contacts/1?tab=graph#top", "/%2F%2Fevil.example", "/a//b")


@pytest.mark.parametrize("path", ELSEWHERE)
def test_sign_in_leads_to_no_other_site(signed_in: FlaskClient, path: str) -> None:
    assert signed_in.get(f"/sign-in?next={quote(path)}").headers["Location"] == "/"


@pytest.mark.parametrize("path", HERE)
def test_sign_in_leads_back_to_a_page_of_this_site(signed_in: FlaskClient, path: str) -> None:
    assert signed_in.get(f"/sign-in?next={quote(path)}").headers["Location"] == path


@pytest.mark.parametrize("path", ELSEWHERE)
def test_form_leads_to_no_other_site(signed_in: FlaskClient, path: str) -> None:
    form = {"csrf_token": form_token(signed_in.get("/")), "theme": "dark", "next": path}
    assert signed_in.post("/theme", data=form).headers["Location"] == "/"


@pytest.mark.parametrize("token", ["", "0" * 64, "ü"])
def test_form_without_the_token_of_the_session_does_nothing(signed_in: FlaskClient, token: str) -> None:
    assert signed_in.post("/sign-out", data={"csrf_token": token}).status_code == 403
    assert "Sign out" in signed_in.get("/").text


def test_form_of_another_session_does_nothing(app: Flask, crm: Crm, signed_in: FlaskClient) -> None:
    other = app.test_client()
    other.get(crm.run(SUPER_ADMIN, lambda unit: sign_in.make_link(unit, "")))
    token = form_token(other.get("/"))
    assert signed_in.post("/sign-out", data={"csrf_token": token}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"},
        {"Origin": "https://evil.example"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:8080"},
        {"Origin": "null"},
        {"Origin": ""},
    ],
)
def test_form_that_comes_from_elsewhere_does_nothing(signed_in: FlaskClient, headers: dict[str, str]) -> None:
    form = {"csrf_token": form_token(signed_in.get("/"))}
    assert signed_in.post("/sign-out", data=form, headers=headers).status_code == 403
    assert "Sign out" in signed_in.get("/").text


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin", "Origin": "https://localhost"}],
)
def test_form_of_a_page_of_ours_is_taken(signed_in: FlaskClient, headers: dict[str, str]) -> None:
    form = {"csrf_token": form_token(signed_in.get("/"))}
    assert signed_in.post("/sign-out", data=form, headers=headers).status_code == 303


def test_form_of_a_browser_that_is_no_longer_signed_in_says_so(browser: FlaskClient) -> None:
    answer = browser.post("/sign-out", data={"csrf_token": "0" * 64})
    assert answer.status_code == 403
    assert "You are not signed in" in answer.text
