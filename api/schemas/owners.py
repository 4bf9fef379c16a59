"""Bodies and queries of owners."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from api.endpoint import Query
from api.schemas.moments import moment
from crm_graph.accounts.owners import Owner

Body = dict[str, Any]


class OwnerListQuery(Query):
    """Which owners, how many."""

    email = fields.String(load_default=None)
    after = fields.String(load_default=None)
    limit = fields.Integer(load_default=None)
    archived = fields.Boolean(load_default=False)


class OwnerQuery(Query):
    """By which id an owner is named."""

    id_property = fields.String(data_key="idProperty", load_default="id", validate=validate.OneOf(["id", "userId"]))
    archived = fields.Boolean(load_default=False)


class OwnerForm(Schema):
    """An owner in an answer."""

    id = fields.String(required=True)
    email = fields.String()
    type = fields.String(required=True, metadata={"example": "PERSON"})
    first_name = fields.String(data_key="firstName")
    last_name = fields.String(data_key="lastName")
    user_id = fields.Integer(data_key="userId")
    user_id_including_inactive = fields.Integer(data_key="userIdIncludingInactive")
    created_at = fields.DateTime(data_key="createdAt", required=True)
    updated_at = fields.DateTime(data_key="updatedAt", required=True)
    archived = fields.Boolean(required=True)
    teams = fields.List(fields.Dict())


class OlderQuery(Query):
    """Which owners older clients ask for."""

    email = fields.String(load_default=None)


class OlderOwnerForm(Schema):
    """An owner in an answer to older clients; times are ms since 1970, UTC."""

    account_id = fields.Integer(data_key="portalId", required=True)
    owner_id = fields.Integer(data_key="ownerId", required=True)
    type = fields.String(required=True)
    email = fields.String(required=True)
    first_name = fields.String(data_key="firstName", required=True)
    last_name = fields.String(data_key="lastName", required=True)
    user_id = fields.Integer(data_key="activeUserId", required=True)
    is_active = fields.Boolean(data_key="isActive", required=True)
    created_at = fields.Integer(data_key="createdAt", required=True)
    updated_at = fields.Integer(data_key="updatedAt", required=True)


def shown_to_older(owner: Owner, account_id: int) -> Body:
    """An owner as the second version of the contract shows it."""
    return {
        "portalId": account_id,
        "ownerId": owner.number,
        "type": "PERSON",
        "email": owner.email,
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "activeUserId": owner.user_id,
        "isActive": not owner.archived,
        "createdAt": owner.created_at,
        "updatedAt": owner.updated_at,
    }


def shown(owner: Owner) -> Body:
    """An owner as the contract shows it; `userId` is a number, `id` a string."""
    return {
        "id": owner.id,
        "email": owner.email,
        "type": "PERSON",
        "firstName": owner.first_name,
        "lastName": owner.last_name,
        "userId": owner.user_id,
        "userIdIncludingInactive": owner.user_id,
        "createdAt": moment(owner.created_at),
        "updatedAt": moment(owner.updated_at),
        "archived": owner.archived,
        "teams": [],
    }
