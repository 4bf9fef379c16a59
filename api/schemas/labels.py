"""Bodies of association labels."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from api.schemas.numbers import Int32
from crm_graph.definitions.association import CATEGORIES, Direction

Body = dict[str, Any]


class LabelBody(Schema):
    """A label as it is created; with an inverse it is a pair, such as Manager and Employee."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    name = fields.String(required=True)
    association_label = fields.String(data_key="label", required=True)
    inverse_label = fields.String(data_key="inverseLabel", allow_none=True, load_default=None)


class LabelChange(Schema):
    """Another text for a label."""

    class Meta:
        """Clients send more than is kept."""

        unknown = EXCLUDE

    type_id = Int32(data_key="associationTypeId", required=True)
    association_label = fields.String(data_key="label", required=True)
    inverse_label = fields.String(data_key="inverseLabel", allow_none=True, load_default=None)


class LabelForm(Schema):
    """An association type in an answer; the label of an unlabelled one is null."""

    category = fields.String(required=True, validate=validate.OneOf(CATEGORIES))
    type_id = fields.Integer(data_key="typeId", required=True)
    label = fields.String(required=True, allow_none=True)


def shown(direction: Direction) -> Body:
    """An association type as one end sees it; the label of an unlabelled one is null."""
    return {
        "category": direction.type.category,
        "typeId": direction.type_id,
        "label": direction.association_label,
    }
