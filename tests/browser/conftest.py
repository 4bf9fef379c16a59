"""A served application, and pages of the machine's Chromium that fail their test on any complaint of the browser."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from crm_graph.accounts import sign_in
from crm_graph.crm import Crm
from tests.factories import SUPER_ADMIN

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",  # tests run as root in containers; every page is ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 60_000
"""The longest that a page may take to show what a test waits for."""
WIDE = {"width": 1440, "height": 900}

OpenPage = Callable[..., Page]


class Quiet(WSGIRequestHandler):
    """Answers without a line for each request."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing; what fails, fails its test."""


@pytest.fixture(scope="session")
def address(app: Flask) -> Iterator[str]:
    """Where the application of the tests is served."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine, without a window. None is ever downloaded."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.fail("No Chromium on this machine; tests/README.md says how to get one.")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture
def signed_in_cookie(crm: Crm, address: str) -> dict[str, Any]:
    """The cookie of a browser that a super admin has signed in with."""
    link = crm.run(SUPER_ADMIN, lambda unit: sign_in.make_link(unit, ""))
    secret = sign_in.begin(crm.graph, crm.clock, link.partition("code=")[2])
    name = f"crm_graph_session_{address.rpartition(':')[2]}"
    return {"name": name, "value": secret, "url": address, "httpOnly": True, "sameSite": "Strict"}


@pytest.fixture
def open_page(browser: Browser, address: str, signed_in_cookie: dict[str, Any]) -> Iterator[OpenPage]:
    """Makes pages: `open_page(is_signed_in=False, color_scheme="dark", viewport=…)` and what else a context takes.

    The test fails where one of them logs anything, breaks the content policy, raises an error or asks another site.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def make(*, is_signed_in: bool = True, **options: Any) -> Page:
        given = {"base_url": address, "viewport": WIDE, "locale": "en-GB", "timezone_id": "Europe/London", **options}
        context = browser.new_context(**given)
        contexts.append(context)
        if is_signed_in:
            context.add_cookies([signed_in_cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda message: None if tells_status(page, message) else faults.append(shown(message)))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("request", lambda asked: faults.append(f"asked {asked.url}") if is_foreign(asked.url) else None)
        return page

    def is_foreign(url: str) -> bool:
        return not url.startswith((f"{address}/", "data:", "blob:"))

    def shown(message: ConsoleMessage) -> str:
        return f"{message.type}: {message.text} ({message.location['url']})"

    yield make
    for context in contexts:
        context.close()
    assert not faults, "\n".join(faults)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A wide, light page of a super admin."""
    return open_page()


def tells_status(page: Page, message: ConsoleMessage) -> bool:
    """Whether the browser merely says that the page itself was answered with an error, which tests look at."""
    is_status = message.text.startswith("Failed to load resource: the server responded with a status of")
    return is_status and message.location["url"].partition("#")[0] == page.url.partition("#")[0]
