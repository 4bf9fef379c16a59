"""Records found by filters, words and order."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from api import wire
from api.endpoint import endpoint, of_records
from api.schemas.records import BodyReader, RecordPageBody
from crm_graph import search
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import InvalidInput, TooMany
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint(
    "search", __name__, url_prefix="/crm/v3/objects", description="Records found by filters, words and order"
)


class _SearchBody(Schema):
    groups = fields.List(fields.Dict(), data_key="filterGroups")
    query = fields.String()
    sorts = fields.List(fields.Raw())
    properties = fields.List(fields.String())
    limit = fields.Integer()
    after = fields.String()


class _FoundBody(RecordPageBody):
    total = fields.Integer(required=True)


def _read(given: Any) -> Body:
    if type(given) is not dict:
        raise InvalidInput("Invalid input JSON on line 1, column 1: Not a JSON object.")
    return given


@blueprint.route("/<object_type>/search", methods=["POST"])
@endpoint(body=BodyReader(_read, _SearchBody), scopes=of_records("read"), form=_FoundBody)
def search_records(unit: Unit, object_type: ObjectType, body: Body) -> Body:
    """A page of the records that match, with the exact total."""
    length, most = len(request.get_data(as_text=True)), unit.limits.search_body_length
    if length > most:
        raise TooMany(f"The body of a search has at most {most} characters, not {length}.")
    criteria = search.parse(body, object_type, unit.limits)
    page = search.run(unit, object_type, criteria)
    show = wire.shown_by(unit.model, object_type, criteria.selection)
    answer: Body = {"total": page.total, "results": [show(record) for record in page.records]}
    if page.after is not None:
        answer["paging"] = {"next": {"after": page.after}}
    return answer
