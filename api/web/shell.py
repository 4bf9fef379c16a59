"""What every page shares: who may open it, how its forms are kept from other sites, its headers and its frame.

    @blueprint.get("/model")
    @signed_in
    def model(actor: Actor) -> str:
        \"\"\"The picture of the data model.\"\"\"
        return render_template("model.html", …)

    @blueprint.post("/model/properties")
    @signed_in
    @own_form
    def add_property(actor: Actor) -> ResponseReturnValue:
        \"\"\"Define a property.\"\"\"
        …
        flash("Favourite drink was added.")
        return redirect("/model?focus=contacts", 303)

Page modules import `blueprint`, and `api/web/pages.py` imports them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any

from flask import Blueprint, current_app, g, redirect, request, send_from_directory
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from api.endpoint import ROUTE_KEY, crm
from api.web import assets, filters, navigation, notices, policy, refusals, session
from api.web.local import here, way_in
from api.web.notices import flash
from crm_graph.errors import CRMError

__all__ = ["blueprint", "flash", "own_form", "signed_in"]

View = Callable[..., ResponseReturnValue]

blueprint = Blueprint("web", __name__, template_folder="templates")

THEMES = ("system", "light", "dark")
THEME_COOKIE = "crm_graph_theme"
YEAR_S = 365 * 24 * 60 * 60


def signed_in(view: View) -> View:
    """Call the view with the actor whose session the browser has; lead a stranger to the way in, and back."""

    @wraps(view)
    def handle(**path: Any) -> ResponseReturnValue:
        actor = session.actor()
        if actor is not None:
            g.actor = actor
            return view(actor, **path)
        if request.method in ("GET", "HEAD"):
            return redirect(way_in())
        raise refusals.NotSignedIn

    return handle


def own_form(view: View) -> View:
    """Refuse what no form of this session sent, with a page that says so."""

    @wraps(view)
    def handle(*arguments: Any, **path: Any) -> ResponseReturnValue:
        if not session.is_own_form():
            raise refusals.NotOwnForm
        return view(*arguments, **path)

    return handle


def csrf() -> Markup:
    """The hidden field of every form that posts."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(session.FORM_FIELD, session.form_token())


def theme() -> str:
    """What the browser was told to use, one of THEMES."""
    given = request.cookies.get(THEME_COOKIE, "")
    return given if given in THEMES else "system"


@blueprint.before_request
def note_route() -> None:
    """Tell the access log which page was asked for."""
    request.environ[ROUTE_KEY] = str(request.url_rule)


@blueprint.after_request
def add_headers(response: Response) -> Response:
    """Add the headers of a page; those of a file that was found say how long to keep it."""
    if request.endpoint == "web.static" and response.status_code < 400:
        response.headers.update(policy.HEADERS)
        return response
    return policy.dress(response)


@blueprint.app_context_processor
def frame() -> dict[str, Any]:
    """What the frame around a page needs; its rail is empty where nobody is signed in or the graph is away."""
    actor, rail = g.get("actor"), {}
    if actor is not None:
        with suppress(CRMError):
            model = crm().model
            rail = {
                "records": navigation.records(model, actor),
                "current": navigation.current(model, request.path, request.args.get("focus")),
            }
    return {
        "account_name": current_app.extensions["settings"].account_name,
        "actor": actor if rail else None,
        "csrf": csrf,
        "here": here(),
        "home": navigation.HOME,
        "icon": assets.icon,
        "notice": notices.taken,
        "setup": navigation.SETUP,
        "static_url": assets.static_url,
        "theme": theme(),
        **rail,
    }


blueprint.register_error_handler(Exception, refusals.page)
blueprint.register_error_handler(HTTPException, refusals.page)
blueprint.add_app_template_filter(filters.number)
blueprint.add_app_template_filter(filters.moment)


@blueprint.get("/static/<path:name>")
def static(name: str) -> Response:
    """A static file; browsers keep it for good where its address has the digest of those that are there."""
    given, _, rest = name.partition("/")
    is_current = given == assets.version()
    # A page of another version, while servers are exchanged, gets what there is now.
    response = send_from_directory(*assets.place(rest if assets.is_version(given) else name))
    response.headers["Cache-Control"] = f"public, max-age={YEAR_S}, immutable" if is_current else "no-cache"
    return response
