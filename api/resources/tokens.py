"""Tokens of the account: made, listed, revoked by a super admin."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from api.endpoint import anyone, endpoint
from api.schemas.envelopes import listed
from api.schemas.moments import moment
from crm_graph.accounts import tokens
from crm_graph.accounts.tokens import Token
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint("tokens", __name__, url_prefix="/crm/graph/v1/tokens", description="Tokens and their scopes")


class NewToken(Schema):
    """A token that is asked for."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    scopes = fields.List(fields.String(), load_default=list, validate=validate.Length(max=1_000))
    is_super_admin = fields.Boolean(data_key="superAdmin", load_default=False)


class TokenForm(Schema):
    """A token in an answer."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    user_id = fields.Integer(data_key="userId", required=True)
    scopes = fields.List(fields.String(), required=True)
    is_super_admin = fields.Boolean(data_key="superAdmin", required=True)
    created_at = fields.DateTime(data_key="createdAt", required=True)


class NewTokenForm(TokenForm):
    """A token in the answer that shows its secret."""

    token = fields.String(required=True)


@blueprint.route("", methods=["POST"])
@endpoint(201, body=NewToken, scopes=anyone, form=NewTokenForm)
def create(unit: Unit, body: Body) -> Body:
    """A new token of the acting user; the answer is the only place where it is ever shown."""
    token, secret = tokens.create(unit, body["name"], body["scopes"], is_super_admin=body["is_super_admin"])
    return {**_shown(token), "token": secret}


@blueprint.route("")
@endpoint(scopes=anyone, form=listed(TokenForm))
def list_tokens(unit: Unit) -> Body:
    """All tokens, oldest first, without their secrets."""
    return {"results": [_shown(token) for token in tokens.listed(unit)]}


@blueprint.route("/<token_id>", methods=["DELETE"])
@endpoint(204, scopes=anyone)
def revoke(unit: Unit, token_id: str) -> None:
    """The token is refused from the next request on."""
    tokens.revoke(unit, token_id)


def _shown(token: Token) -> Body:
    return {
        "id": token.id,
        "name": token.name,
        "userId": token.user_id,
        "scopes": list(token.scopes),
        "superAdmin": token.is_super_admin,
        "createdAt": moment(token.created_at),
    }
