"""Browsers without a screen: they keep cookies and send forms."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm_graph.accounts import sign_in
from crm_graph.crm import Crm
from tests.factories import SUPER_ADMIN


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
