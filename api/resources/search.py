"""Records found by filters, words and order."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from api import wire
from api.endpoint import endpoint, of_records
from api.paging import next_page
from api.schemas.search import SEARCH, FoundBody
from crm_graph import search
from crm_graph.accounts import permissions, tokens
from crm_graph.definitions.object_type import ObjectType
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint(
    "search", __name__, url_prefix="/crm/v3/objects", description="Records found by filters, words and order"
)


@blueprint.route("/<object_type>/search", methods=["POST"])
@endpoint(body=SEARCH, scopes=of_records("read"), form=FoundBody)
def search_records(unit: Unit, object_type: ObjectType, body: Any) -> Body:
    """A page of the records that match, with the exact total."""
    criteria = search.parse(body, object_type, unit.limits)
    far = [unit.model.object_type(name) for name in criteria.associated]
    tokens.require(unit.actor, [permissions.of_records(each, "read") for each in far])
    page = search.run(unit, object_type, criteria)
    bodies = wire.shown(unit.model, object_type, criteria.selection, page.records)
    answer: Body = {"total": page.total, "results": bodies}
    if page.after is not None:
        answer["paging"] = next_page(page.after)
    return answer
