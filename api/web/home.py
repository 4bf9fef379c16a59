"""The first page: the account at a glance."""

from __future__ import annotations

from flask import render_template

from api.endpoint import crm
from api.paging import base_url
from api.web.shell import blueprint, signed_in
from crm_graph.search import totals
from crm_graph.unit import Actor


@blueprint.get("/")
@signed_in
def home(actor: Actor) -> str:
    """How many records of every object type there are."""
    return render_template("home.html", categories=crm().run(actor, totals.by_category), url=base_url())
