"""What a browser is shown where a page cannot be: TABLE error or status → title and what to do next.

Statuses come from `api/errors.py`, as everywhere. Programs, and browsers that ask for paths of the API, get JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import Flask, current_app, g, make_response, render_template, request
from werkzeug.exceptions import Forbidden, HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Response

from api import errors
from api.headers import correlation_id
from api.web import policy, session
from crm_graph.errors import Busy, CRMError


class NotSignedIn(Forbidden):
    """A form of a browser that is no longer signed in."""


class NotOwnForm(Forbidden):
    """A form that no page of this session has sent."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is said; `path` and `action` lead on from there."""

    title: str
    text: str
    icon: str = "triangle-alert"
    path: str = "/"
    action: str = "Go to the first page"


TABLE: Mapping[type[Exception] | int, Problem] = {
    NotSignedIn: Problem(
        "You are not signed in",
        "Nothing was changed. Sign in and send the form again.",
        "log-in",
        "/sign-in",
        "Sign in",
    ),
    NotOwnForm: Problem(
        "Not done",
        "The form was not one of this session, so nothing was changed. Go back, load the page again and repeat it.",
    ),
    Busy: Problem(
        "Too much at once", "The server is busy with other requests; nothing was changed.", "history", "", "Try again"
    ),
    403: Problem("Not permitted", "What you have signed in with does not permit this.", "key-round"),
    404: Problem("Nothing is here", "The address is mistyped, or what it showed was removed.", "search"),
    405: Problem("Not an address to open", "Only a form of a page leads there."),
    500: Problem("Something went wrong", "This is our fault. The server's log has what happened."),
    503: Problem(
        "The account cannot be reached",
        "Its database does not answer. Nothing is lost, and it may be back in a moment.",
        "life-buoy",
        "",
        "Try again",
    ),
}
"""By the nearest class of the error, else by status."""

_OTHER = Problem("This did not work", "The request could not be read.")


def register(app: Flask) -> None:
    """Answer browsers that ask for paths which no route has, and others as before."""

    def answer(error: HTTPException) -> Any:
        if not wants_page(request.environ):
            return errors.refusal(request.environ, error, account_id=_account_id(app))
        with suppress(CRMError):
            g.actor = session.actor()
        return policy.dress(page(error))

    app.register_error_handler(NotFound, answer)
    app.register_error_handler(MethodNotAllowed, answer)


def page(error: Exception) -> Response:
    """The page for an error, with the status that the API would give it."""
    environ = request.environ
    refused = errors.refusal(environ, error, account_id=_account_id(current_app))
    status = refused.status_code
    problem = _problem(error, status)
    said = error.message if isinstance(error, CRMError) and 400 <= status < 500 else ""
    drawn = render_template(
        "problem.html", problem=problem, said=said, id=correlation_id(environ) if status == 500 else ""
    )
    headers = {name: value for name, value in refused.headers if name in ("Allow", "Retry-After")}
    return make_response(drawn, status, headers)


def page_outside(app: Flask, environ: dict[str, Any], error: Exception) -> Response | None:
    """The same for a request that never came to the application; None where it gets JSON."""
    if not wants_page(environ):
        return None
    with app.request_context(environ):
        return policy.dress(page(error))


def wants_page(environ: Mapping[str, Any]) -> bool:
    """Whether a browser wants to show what is at a path that is none of the API."""
    first = environ["PATH_INFO"].split("/")[1:2]
    return "text/html" in environ.get("HTTP_ACCEPT", "") and not set(first) & API


API = frozenset(
    {
        "account-info",
        "calling",
        "crm",
        "crm-object-schemas",
        "health",
        "integrations",
        "oauth",
        "openapi.json",
        "owners",
    }
)
"""What paths of the API begin with."""


def _problem(error: Exception, status: int) -> Problem:
    known = next((TABLE[kind] for kind in type(error).__mro__ if kind in TABLE), None)
    return known or TABLE.get(status, _OTHER)


def _account_id(app: Flask) -> int:
    account_id: int = app.extensions["settings"].account_id
    return account_id
