"""Bodies of searches. What they mean is read by the domain, which knows the properties of the object type."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from api.schemas.envelopes import PagingForm
from api.schemas.reading import BodyReader
from api.schemas.records import RecordBody
from crm_graph.search.operators import OPERATORS


class FilterBody(Schema):
    """One condition on a property, or on `associations.{type}`."""

    property_name = fields.String(data_key="propertyName", required=True)
    operator = fields.String(required=True, validate=validate.OneOf(sorted(OPERATORS)))
    value = fields.String()
    high_value = fields.String(data_key="highValue")
    values = fields.List(fields.String())


class GroupBody(Schema):
    """Conditions that must all hold."""

    filters = fields.List(fields.Nested(FilterBody), required=True)


class SearchBody(Schema):
    """What to find."""

    class Meta:
        """Clients send more than is read."""

        unknown = EXCLUDE

    groups = fields.List(fields.Nested(GroupBody), data_key="filterGroups")
    filters = fields.List(fields.Nested(FilterBody))
    query = fields.String()
    sorts = fields.List(fields.Raw())
    properties = fields.List(fields.String())
    limit = fields.Integer()
    after = fields.String()


class FoundBody(Schema):
    """A page of the records found, and how many there are."""

    total = fields.Integer(required=True)
    results = fields.List(fields.Nested(RecordBody), required=True)
    paging = fields.Nested(PagingForm)


def _as_it_is(given: Any) -> Any:
    return given


SEARCH = BodyReader(_as_it_is, SearchBody)
"""The domain reads the body, since what is right in it depends on the object type."""
