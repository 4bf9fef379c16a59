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
from functools import wraps
from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, request, send_from_directory
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response

from api.endpoint import ROUTE_KEY, crm
from api.web import assets, filters, navigation, notices, session
from api.web.local import here, way_in
from api.web.notices import flash
from crm_graph.errors import CRMError

__all__ = ["blueprint", "flash", "own_form", "signed_in"]

View = Callable[..., ResponseReturnValue]

blueprint = Blueprint("web", __name__, template_folder="templates")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Another site learns nothing of an address, and a form of ours still says where it comes from.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every page is sent with. Pictures may be data: a drawing becomes a PNG in the browser."""

THEMES = ("system", "light", "dark")
THEME_COOKIE = "crm_graph_theme"
_YEAR_S = 365 * 24 * 60 * 60


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
        return render_template("not_signed_in.html"), 403

    return handle


def own_form(view: View) -> View:
    """Refuse what no form of this session sent, with a page that says so."""

    @wraps(view)
    def handle(*arguments: Any, **path: Any) -> ResponseReturnValue:
        if not session.is_own_form():
            return render_template("refused.html"), 403
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
    """Add the headers of a page."""
    response.headers.update(HEADERS)
    if request.endpoint != "web.static":
        response.headers["Cache-Control"] = "no-store"
        notices.add_to(response, secure=session.is_secure())
    return response


@blueprint.app_context_processor
def frame() -> dict[str, Any]:
    """What the frame around a page needs; its rail is empty where nobody is signed in or the graph is away."""
    actor = g.get("actor")
    groups: list[navigation.Group] = []
    if actor is not None:
        try:
            groups = navigation.records(crm().model)
        except CRMError:
            g.pop("actor")
            actor = None
    return {
        "account_name": current_app.extensions["settings"].account_name,
        "actor": actor,
        "csrf": csrf,
        "here": here(),
        "home": navigation.HOME,
        "icon": assets.icon,
        "notice": notices.taken,
        "records": groups,
        "setup": navigation.SETUP,
        "static_url": assets.static_url,
        "theme": theme(),
        "themes": THEMES,
    }


blueprint.add_app_template_filter(filters.number)
blueprint.add_app_template_filter(filters.moment)


@blueprint.get("/static/<path:name>")
def static(name: str) -> Response:
    """A static file; browsers keep it for good where its address has the digest of those that are there."""
    given, _, rest = name.partition("/")
    is_current = given == assets.version()
    # A page of another version, while servers are exchanged, gets what there is now.
    response = send_from_directory(assets.STATIC, rest if assets.is_version(given) else name)
    response.headers["Cache-Control"] = f"public, max-age={_YEAR_S}, immutable" if is_current else "no-cache"
    return response
