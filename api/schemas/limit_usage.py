"""Bodies about how much of each limit is used."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from marshmallow import Schema, fields

from api.endpoint import Query
from crm_graph.definitions.object_type import ObjectType
from crm_graph.modelling.limits import UNLIMITED, Crowd, LabelUse, Use

Body = dict[str, Any]


class LabelQuery(Query):
    """Between which object types."""

    from_type = fields.String(data_key="fromObjectTypeId", load_default=None)
    to_type = fields.String(data_key="toObjectTypeId", load_default=None)


class ObjectTypeForm(Schema):
    """An object type in an answer."""

    object_type_id = fields.String(data_key="objectTypeId", required=True)
    singular = fields.String(data_key="singularLabel", required=True)
    plural = fields.String(data_key="pluralLabel", required=True)


class UseForm(ObjectTypeForm):
    """How much an object type uses."""

    usage = fields.Integer(required=True)


class LimitedUseForm(UseForm):
    """How much an object type uses of a limit of its own."""

    limit = fields.Integer(required=True)
    percentage = fields.Float(required=True)


class SingleForm(Schema):
    """How much of one limit is used."""

    limit = fields.Integer(required=True)
    usage = fields.Integer(required=True)
    percentage = fields.Float(required=True)


class _OverallForm(Schema):
    limit = fields.Integer(data_key="overallLimit", required=True)
    usage = fields.Integer(data_key="overallUsage", required=True)
    percentage = fields.Float(data_key="overallPercentage", required=True)


class OverallForm(_OverallForm):
    """How much of a common limit each object type uses."""

    by_object_type = fields.List(fields.Nested(UseForm), data_key="byObjectType", required=True)


class OwnLimitsForm(_OverallForm):
    """How much of its own limit each object type uses."""

    by_object_type = fields.List(fields.Nested(LimitedUseForm), data_key="byObjectType", required=True)


class ByOriginForm(Schema):
    """Object types of users and built-in ones apart."""

    custom = fields.Nested(OverallForm, data_key="customObjectTypes", required=True)
    built_in = fields.List(fields.Nested(LimitedUseForm), data_key="hubspotDefinedObjectTypes", required=True)


class LabelUseForm(SingleForm):
    """How many labels two object types have between them."""

    labels = fields.List(fields.String(), data_key="allLabels", required=True)
    from_type = fields.Nested(ObjectTypeForm, data_key="fromObjectType", required=True)
    to_type = fields.Nested(ObjectTypeForm, data_key="toObjectType", required=True)


class CrowdedTypeForm(ObjectTypeForm):
    """Whether records of an object type are at or near a limit."""

    has_at = fields.Boolean(data_key="hasRecordsAtLimit", required=True)
    has_near = fields.Boolean(data_key="hasRecordsNearLimit", required=True)


class AtLimitForm(Schema):
    """A record at a limit."""

    label = fields.String(required=True)
    object_id = fields.Integer(data_key="objectId", required=True)


class NearLimitForm(AtLimitForm):
    """A record near a limit."""

    usage = fields.Integer(required=True)
    percentage = fields.Float(required=True)


class CrowdForm(Schema):
    """Records at and near limits between two object types."""

    limit = fields.Integer(required=True)
    at_count = fields.Integer(data_key="totalRecordsAtLimit", required=True)
    near_count = fields.Integer(data_key="totalRecordsNearLimit", required=True)
    at = fields.List(fields.Nested(AtLimitForm), data_key="atLimitFromRecordSamples", required=True)
    near = fields.List(fields.Nested(NearLimitForm), data_key="nearLimitFromRecordSamples", required=True)


def share(used: int, limit: int) -> float:
    """How much of a limit is used, as a part of one hundred."""
    return round(100 * used / limit, 4) if limit else 0.0


def single(used: int, limit: int) -> Body:
    """How much of one limit is used."""
    return {"limit": limit, "usage": used, "percentage": share(used, limit)}


def named(object_type: ObjectType) -> Body:
    """An object type as these answers name it."""
    return {
        "objectTypeId": object_type.id,
        "singularLabel": object_type.display_name,
        "pluralLabel": object_type.display_name_plural,
    }


def overall(uses: Sequence[Use], limit: int) -> Body:
    """How much of a common limit is used, by object type."""
    used = sum(each.used for each in uses)
    return {
        "overallLimit": limit,
        "overallUsage": used,
        "overallPercentage": share(used, limit),
        "byObjectType": [{**named(each.object_type), "usage": each.used} for each in uses],
    }


def own_limits(uses: Sequence[Use], limit: int) -> list[Body]:
    """How much each object type uses of a limit that each has for itself."""
    return [{**named(each.object_type), **single(each.used, limit)} for each in uses]


def by_origin(uses: Sequence[Use], limit: int) -> Body:
    """Object types of users together and built-in ones each for itself; each has the limit."""
    custom = [each for each in uses if not each.object_type.built_in]
    return {
        "customObjectTypes": overall(custom, limit if limit == UNLIMITED else limit * max(1, len(custom))),
        "hubspotDefinedObjectTypes": own_limits([each for each in uses if each.object_type.built_in], limit),
    }


def label_use(use: LabelUse, limit: int) -> Body:
    """How many labels two object types have between them."""
    return {
        **single(use.used, limit),
        "allLabels": list(use.labels),
        "fromObjectType": named(use.near),
        "toObjectType": named(use.far),
    }


def crowded_types(found: Sequence[tuple[ObjectType, Crowd]]) -> list[Body]:
    """Each object type once, with whether records are at or near one of these limits."""
    at = {each.name for each, crowd in found if crowd.at}
    near = {each.name for each, crowd in found if crowd.near}
    types = {each.name: each for each, _ in found}
    return [
        {**named(each), "hasRecordsAtLimit": name in at, "hasRecordsNearLimit": name in near}
        for name, each in types.items()
    ]


def crowd(found: Sequence[Crowd], *, limit: int, samples: int) -> Body:
    """Records at and near the limits between two object types."""
    at = [(each, *sample) for each in found for sample in each.at_samples]
    near = [(each, *sample) for each in found for sample in each.near_samples]
    return {
        "limit": min((each.limit for each in found), default=limit),
        "totalRecordsAtLimit": sum(each.at for each in found),
        "totalRecordsNearLimit": sum(each.near for each in found),
        "atLimitFromRecordSamples": [
            {"label": each.direction.association_label or "", "objectId": record_id} for each, record_id, _ in at
        ][:samples],
        "nearLimitFromRecordSamples": [
            {
                "label": each.direction.association_label or "",
                "objectId": record_id,
                "usage": number,
                "percentage": share(number, each.limit),
            }
            for each, record_id, number in near
        ][:samples],
    }
