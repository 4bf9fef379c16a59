"""The way in and out: `/sign-in`, `/sign-out`, and the theme that a browser uses."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.wrappers import Response

from api.web import session
from api.web.local import local_path
from api.web.shell import THEME_COOKIE, THEMES, YEAR_S, blueprint, own_form, signed_in
from crm_graph.errors import Unauthenticated
from crm_graph.unit import Actor


@blueprint.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The two ways to sign in; with the code of a link, the session that it is exchanged for."""
    if request.method == "HEAD":  # a program that looks at links must not use one up
        raise MethodNotAllowed(["GET"])
    code = request.args.get("code")
    if code is not None:
        try:
            return session.begin(_arrived(), code)
        except Unauthenticated:
            if session.actor() is None:
                return _form(is_used=True), 403
            return redirect("/")
    path = local_path(request.args.get("next", "/"))
    return _form(path) if session.actor() is None else redirect(path)


@blueprint.post("/sign-in")
@own_form
def sign_in_with_token() -> ResponseReturnValue:
    """A session with what the token permits, until it is revoked; then the page that the stranger was led from."""
    path = local_path(request.form.get("next", "/"))
    try:
        return session.begin_with_token(redirect(path, 303), request.form.get("token", ""))
    except Unauthenticated as error:
        return _form(path, fault=error.message), 403


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
    # The page's script sets it as well, without asking; it is no secret.
    response.set_cookie(
        THEME_COOKIE,
        chosen if chosen in THEMES else "system",
        max_age=YEAR_S,
        path="/",
        secure=session.is_secure(),
        samesite="Strict",
    )
    return response


def _form(path: str = "/", *, is_used: bool = False, fault: str = "") -> str:
    return render_template("sign_in.html", next=path, is_used=is_used, fault=fault)


def _arrived() -> Response:
    """To the first page.

    A browser that comes from another site, such as a mailbox, would go there without its cookie; it sends it once a
    page of ours has led on.
    """
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return make_response(render_template("arrived.html"))
    return redirect("/")
