"""Owners: the people to whom records can be assigned."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from api.endpoint import Answer, endpoint, fixed
from api.paging import page_size, paged
from api.schemas.envelopes import in_pages
from api.schemas.owners import OlderOwnerForm, OlderQuery, OwnerForm, OwnerListQuery, OwnerQuery, shown, shown_to_older
from crm_graph.accounts import owners
from crm_graph.records.record import read_cursor
from crm_graph.unit import Unit

Body = dict[str, Any]

older = Blueprint("owners_v2", __name__, url_prefix="/owners/v2/owners", description="Owners, as older clients ask")
blueprint = Blueprint("owners", __name__, url_prefix="/crm/v3/owners", description="People to whom records belong")

_READS = fixed("crm.objects.owners.read")


@blueprint.route("")
@endpoint(query=OwnerListQuery, scopes=_READS, form=in_pages(OwnerForm))
def list_owners(unit: Unit, query: Body) -> Body:
    """Owners in id order, or the one with an e-mail."""
    size = page_size(query["limit"], unit.limits.owner_page_size, default=100)
    page = owners.page(
        unit, email=query["email"], after=read_cursor(query["after"]), limit=size, archived=query["archived"]
    )
    return paged([shown(owner) for owner in page.owners], page.after)


@blueprint.route("/<owner_id>")
@endpoint(query=OwnerQuery, scopes=_READS, form=OwnerForm)
def read_owner(unit: Unit, owner_id: str, query: Body) -> Body:
    """One owner, by its id or by that of its user."""
    found = owners.read(unit, owner_id, is_user_id=query["id_property"] == "userId", archived=query["archived"])
    return shown(found)


@older.route("")
@endpoint(query=OlderQuery, scopes=_READS, form=OlderOwnerForm(many=True))
def list_for_older_clients(unit: Unit, query: Body) -> Answer:
    """Owners in id order, at most one page of them, as a bare list."""
    page = owners.page(unit, email=query["email"], limit=unit.limits.owner_page_size)
    return Answer([shown_to_older(each, unit.model.account_id) for each in page.owners])
