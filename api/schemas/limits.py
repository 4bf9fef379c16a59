"""Bodies of limits on how many records may be associated."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load

from api.schemas import labels
from api.schemas.numbers import Int32
from crm_graph.definitions.association import Direction
from crm_graph.definitions.changes.association_types import Limit

Body = dict[str, Any]


class LimitBody(Schema):
    """How many far records one near record may have under a type."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    category = fields.String(required=True)
    type_id = Int32(data_key="typeId", required=True)
    maximum = Int32(data_key="maxToObjectIds", required=True)

    @post_load
    def make(self, data: Body, **_: Any) -> Limit:
        """The limit as a value."""
        return Limit(**data)


class LimitBatch(Schema):
    """Limits to set."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    inputs = fields.List(fields.Nested(LimitBody), required=True)


class UnlimitedBody(Schema):
    """A type whose limit is taken back."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    category = fields.String(required=True)
    type_id = Int32(data_key="typeId", required=True)

    @post_load
    def make(self, data: Body, **_: Any) -> Limit:
        """The limit as a value that says there is none."""
        return Limit(**data, maximum=None)


class UnlimitedBatch(Schema):
    """Types whose limits are taken back."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    inputs = fields.List(fields.Nested(UnlimitedBody), required=True)


class LimitForm(labels.LabelForm):
    """An association type with its limit in an answer."""

    maximum = fields.Integer(data_key="userEnforcedMaxToObjectIds", required=True)


def shown(direction: Direction) -> Body:
    """An association type with its limit as one end sees it."""
    return {**labels.shown(direction), "userEnforcedMaxToObjectIds": direction.limit}
