"""The query and the body of the feed of changes."""

from __future__ import annotations

from marshmallow import Schema, fields

from api.endpoint import Query
from api.schemas.envelopes import PagingForm
from api.schemas.numbers import Int64

RECEIVED = (
    "Associations of which the record is the target, told by merges alone: `toObjectId` is their source, which has no "
    "change of its own, and the type is as the source sees it."
)


class ChangesQuery(Query):
    """Where the page begins and how many changes it has."""

    after = Int64(load_default=0)
    limit = fields.Integer(load_default=None)


class PropertyChangeBody(Schema):
    """A property that changed; null is no value."""

    name = fields.String(required=True)
    before = fields.String(required=True, allow_none=True)
    after = fields.String(required=True, allow_none=True)


class AssociationChangeBody(Schema):
    """The far end of an association that began or ended, with the type as the record sees it."""

    to_object_type_id = fields.String(data_key="toObjectTypeId", required=True)
    to_object_id = fields.String(data_key="toObjectId", required=True)
    type_id = fields.Integer(data_key="associationTypeId", required=True)


class ChangeBody(Schema):
    """One write to one record."""

    sequence = fields.Integer(required=True)
    object_type_id = fields.String(data_key="objectTypeId", required=True)
    object_id = fields.String(data_key="objectId", required=True)
    version = fields.Integer(required=True)
    kind = fields.String(required=True, metadata={"example": "update"})
    occurred_at = fields.DateTime(data_key="occurredAt", required=True)
    transaction_id = fields.String(data_key="transactionId", required=True)
    source_type = fields.String(data_key="sourceType", required=True)
    source_id = fields.String(data_key="sourceId", required=True)
    updated_by = fields.String(data_key="updatedBy", required=True, metadata={"example": "user:1"})
    properties = fields.List(fields.Nested(PropertyChangeBody), required=True)
    added = fields.List(fields.Nested(AssociationChangeBody), required=True)
    removed = fields.List(fields.Nested(AssociationChangeBody), required=True)
    merged_into = fields.String(
        data_key="mergedInto", metadata={"description": "The id of the record that a merged one became."}
    )
    received_added = fields.List(
        fields.Nested(AssociationChangeBody), data_key="receivedAdded", metadata={"description": RECEIVED}
    )
    received_removed = fields.List(
        fields.Nested(AssociationChangeBody), data_key="receivedRemoved", metadata={"description": RECEIVED}
    )


class ChangesBody(Schema):
    """A page of changes; `after` is where the next one begins, also when nothing is there yet."""

    results = fields.List(fields.Nested(ChangeBody), required=True)
    after = fields.String(required=True)
    paging = fields.Nested(PagingForm)
