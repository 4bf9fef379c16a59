"""Owners: the people to whom records can be assigned."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from api.endpoint import endpoint, fixed
from api.paging import page_size, paged
from api.schemas.envelopes import in_pages
from api.schemas.owners import OwnerForm, OwnerListQuery, OwnerQuery, shown
from crm_graph.accounts import owners
from crm_graph.records.record import read_cursor
from crm_graph.unit import Unit

Body = dict[str, Any]

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
