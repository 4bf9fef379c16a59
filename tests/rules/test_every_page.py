"""Every page: strangers are led to the way in, nothing is inline, forms need their token, few statements are asked.

A new route of the blueprint "web" is tested here without a line being written for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import NotFound
from werkzeug.test import TestResponse

from crm_graph.accounts import sign_in
from crm_graph.crm import Crm
from crm_graph.errors import GraphUnavailable
from tests.browser.views import VIEWS
from tests.factories import SUPER_ADMIN, Make
from tests.rules.test_statements import counted

PUBLIC = {("GET", "/sign-in"), ("POST", "/sign-in"), ("GET", "/static/<path:name>")}
"""What a stranger may open."""

STATEMENTS_MAX = 4
"""How often a page asks the graph: who it is, and what is shown."""

MORE_STATEMENTS = {
    "/records/<object_type>/<record_id>": (8, "computed values have a statement each, as in the API"),
}
"""Pages that ask more often, how often at most, and why."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

INLINE = re.compile(r"<script(?![^>]*\ssrc=)|<style|<[^>]*\sstyle=|<[^>]*\son\w+=|\b(?:src|href)=\"(?![/#?])")


def pages(app: Flask) -> list[tuple[str, str]]:
    """Method and rule of every page."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("web.")]
    return sorted((method, rule.rule) for rule in rules for method in (rule.methods or set()) & {"GET", "POST"})


@pytest.fixture
def values(make: Make) -> Mapping[str, str]:
    """What names in rules stand for, so that there is something to be shown."""
    return {
        "name": "css/base.css",
        "object_type": "deals",
        "record_id": str(make.deal().id),
        "property_name": "dealname",
        "type_id": "3",
        "pipeline_id": "default",
        "extension": "svg",
    }


@pytest.fixture
def signed_in(app: Flask, crm: Crm) -> FlaskClient:
    """A super admin's browser."""
    browser = app.test_client()
    browser.get(crm.run(SUPER_ADMIN, lambda unit: sign_in.make_link(unit, "")))
    return browser


def path_of(rule: str, values: Mapping[str, str]) -> str:
    """A path that the rule matches."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: values.get(found[1], "1"), rule)


def opened(app: Flask, browser: FlaskClient, values: Mapping[str, str]) -> Iterator[tuple[str, TestResponse]]:
    """Every page that can be opened, with its rule."""
    for method, rule in pages(app):
        if method == "GET":
            with browser.get(path_of(rule, values)) as answer:
                yield rule, answer


def test_every_page_leads_a_stranger_to_the_way_in_and_back(app: Flask, values: Mapping[str, str]) -> None:
    faults = []
    for rule, answer in opened(app, app.test_client(), values):
        if ("GET", rule) in PUBLIC:
            continue
        place = answer.headers.get("Location", "")
        expected = "/sign-in" if rule == "/" else f"/sign-in?next={path_of(rule, values)}"
        if (answer.status_code, place) != (302, expected):
            faults.append(f"{rule}: {answer.status_code} {place}")
    assert not faults, "\n".join(faults)


def test_every_form_needs_a_session_and_its_token(
    app: Flask, signed_in: FlaskClient, values: Mapping[str, str]
) -> None:
    faults = []
    for method, rule in pages(app):
        if method == "POST":
            for name, browser in (("a stranger", app.test_client()), ("a form without its token", signed_in)):
                answer = browser.post(path_of(rule, values), data={"csrf_token": "0" * 64})
                if answer.status_code != 403:
                    faults.append(f"{rule} answers {name} with {answer.status_code}")
    assert not faults, "\n".join(faults)


def test_every_page_is_shown_to_a_super_admin_within_the_policy(
    app: Flask, signed_in: FlaskClient, values: Mapping[str, str]
) -> None:
    faults = []
    for rule, answer in opened(app, signed_in, values):
        wrong = [name for name, value in HEADERS.items() if answer.headers.get(name) != value]
        faults += [f"{rule}: {name}" for name in wrong]
        if answer.status_code not in (200, 302):
            faults.append(f"{rule}: {answer.status_code}")
        if answer.mimetype == "text/html":
            faults += [f"{rule}: {found[0]}" for found in INLINE.finditer(answer.text)]
            if answer.headers.get("Cache-Control") != "no-store":
                faults.append(f"{rule} may be kept by caches")
    assert not faults, "\n".join(faults)


def test_every_page_is_looked_at_in_a_browser(
    app: Flask, signed_in: FlaskClient, values: Mapping[str, str], make: Make
) -> None:
    answers = opened(app, signed_in, values)
    shown = {rule for rule, answer in answers if answer.mimetype == "text/html" and answer.status_code == 200}
    router = app.url_map.bind("localhost")
    looked_at = set()
    for view in VIEWS:
        with suppress(NotFound):
            rule, _ = router.match(urlsplit(view.path_for(make)).path, return_rule=True)
            looked_at.add(rule.rule)
    assert not shown - looked_at, "tests/browser/views.py lacks pages"


def test_every_page_asks_the_graph_a_few_times(
    app: Flask, crm: Crm, signed_in: FlaskClient, values: Mapping[str, str]
) -> None:
    faults = []
    for method, rule in pages(app):
        if method == "GET":
            with counted(crm, defines=False) as names, signed_in.get(path_of(rule, values)):
                most, _ = MORE_STATEMENTS.get(rule, (STATEMENTS_MAX, ""))
                if len(names) > most:
                    faults.append(f"{rule}: {names}")
    assert not faults, "\n".join(faults)


def test_every_page_says_when_the_graph_is_away(
    app: Flask, signed_in: FlaskClient, values: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise GraphUnavailable("The graph does not answer.")

    monkeypatch.setattr(sign_in, "find", away)
    shown = {rule: answer.status_code for rule, answer in opened(app, signed_in, values) if "static" not in rule}
    assert set(shown.values()) == {503}, shown
