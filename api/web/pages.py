"""The first page and the way in: `/`, `/sign-in`, `/sign-out`."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response

from api.endpoint import ROUTE_KEY, crm
from api.paging import base_url
from api.web import session
from crm_graph.errors import Unauthenticated
from crm_graph.search import totals

blueprint = Blueprint("web", __name__, template_folder="templates", static_folder="static", static_url_path="/static")

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}
"""What every page is sent with. The referrer would tell a sign-in code to the next site."""


@blueprint.before_request
def note_route() -> None:
    """Tell the access log which page was asked for."""
    request.environ[ROUTE_KEY] = str(request.url_rule)


@blueprint.after_request
def add_headers(response: Response) -> Response:
    """Add the headers of a page."""
    response.headers.update(HEADERS)
    response.headers["Cache-Control"] = "no-cache" if request.endpoint == "web.static" else "no-store"
    return response


@blueprint.get("/")
def home() -> str:
    """The account at a glance; how to sign in for whoever has not."""
    actor = session.actor()
    account_name = current_app.extensions["settings"].account_name
    if actor is None:
        return render_template("signed_out.html", account_name=account_name)
    return render_template(
        "home.html",
        account_name=account_name,
        categories=crm().run(actor, totals.by_category),
        url=base_url(),
        form_field=session.FORM_FIELD,
        form_token=session.form_token(),
    )


@blueprint.get("/sign-in")
def sign_in() -> Response | tuple[str, int]:
    """Exchange the code of a link for a session. It leads to the first page and nowhere else."""
    if request.method == "HEAD":  # a program that looks at links must not use one up
        raise MethodNotAllowed(["GET"])
    try:
        return session.begin(redirect("/"), request.args.get("code", ""))
    except Unauthenticated:
        if session.actor() is not None:
            return redirect("/")
        account_name = current_app.extensions["settings"].account_name
        return render_template("signed_out.html", account_name=account_name, is_refused=True), 403


@blueprint.post("/sign-out")
def sign_out() -> Response | tuple[str, int]:
    """End the session of this browser."""
    if not session.is_own_form():
        return render_template("refused.html"), 403
    return session.end(redirect("/"))
