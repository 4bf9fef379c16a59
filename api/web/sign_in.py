"""The way in and out: `/sign-in`, `/sign-out`, and which theme the browser uses."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed

from api.web import session
from api.web.local import local_path
from api.web.shell import THEME_COOKIE, THEMES, blueprint, own_form, signed_in
from crm_graph.errors import Unauthenticated
from crm_graph.unit import Actor

_YEAR_S = 365 * 24 * 60 * 60


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """Exchange the code of a link for a session; without one, say how to get a link."""
    if request.method == "HEAD":  # a program that looks at links must not use one up
        raise MethodNotAllowed(["GET"])
    code = request.args.get("code")
    if code is not None:
        try:
            return session.begin(redirect("/"), code)
        except Unauthenticated:
            if session.actor() is None:
                return render_template("sign_in.html", is_refused=True), 403
    elif session.actor() is None:
        return render_template("sign_in.html")
    return redirect(local_path(request.args.get("next", "/")))


@blueprint.post("/sign-out")
@signed_in
@own_form
def sign_out(actor: Actor) -> ResponseReturnValue:
    """End the session of this browser."""
    return session.end(redirect("/sign-in", 303))


@blueprint.post("/theme")
@signed_in
@own_form
def choose_theme(actor: Actor) -> ResponseReturnValue:
    """Remember light, dark or what the system has, and go back to the page that asked."""
    response = redirect(local_path(request.form.get("next", "/")), 303)
    chosen = request.form.get("theme", "")
    # Scripts change it too, without asking the server; it is no secret.
    response.set_cookie(
        THEME_COOKIE,
        chosen if chosen in THEMES else "system",
        max_age=_YEAR_S,
        path="/",
        secure=session.is_secure(),
        samesite="Strict",
    )
    return response
