"""The account, and what a token may do in it, as clients ask before they begin."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import EXCLUDE, Schema, fields
from werkzeug.wrappers import Response

from api.endpoint import anyone, crm, documented, endpoint, read_body, respond
from api.paging import base_url
from crm_graph.accounts import permissions
from crm_graph.definitions.changes.publication import confirm
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint("account", __name__, description="The account, and what a token may do in it")


class TokenKey(Schema):
    """A token that is asked about."""

    class Meta:
        """Clients send more than is read."""

        unknown = EXCLUDE

    token = fields.String(data_key="tokenKey", required=True)


class AccountForm(Schema):
    """What the account is, in an answer."""

    id = fields.Integer(data_key="portalId", required=True)
    type = fields.String(data_key="accountType", required=True)
    time_zone = fields.String(data_key="timeZone", required=True)
    currency = fields.String(data_key="companyCurrency", required=True)
    other_currencies = fields.List(fields.String(), data_key="additionalCurrencies", required=True)
    utc_offset = fields.String(data_key="utcOffset", required=True)
    utc_offset_ms = fields.Integer(data_key="utcOffsetMilliseconds", required=True)
    domain = fields.String(data_key="uiDomain", required=True)
    location = fields.String(data_key="dataHostingLocation", required=True)


class TokenInfoForm(Schema):
    """Whose a token is and what it may do, in an answer."""

    user_id = fields.Integer(data_key="userId", required=True)
    account_id = fields.Integer(data_key="hubId", required=True)
    app_id = fields.Integer(data_key="appId", required=True)
    scopes = fields.List(fields.String(), required=True)


@blueprint.route("/account-info/v3/details")
@endpoint(scopes=anyone, form=AccountForm)
def details(unit: Unit) -> Body:
    """What the account is."""
    confirm(unit)
    return {
        "portalId": unit.model.account_id,
        "accountType": "STANDARD",
        "timeZone": "UTC",
        "companyCurrency": "USD",
        "additionalCurrencies": [],
        "utcOffset": "+00:00",
        "utcOffsetMilliseconds": 0,
        "uiDomain": base_url().partition("://")[2],
        "dataHostingLocation": "self",
    }


@blueprint.route("/oauth/v2/private-apps/get/access-token-info", methods=["POST"])
@documented(200, body=TokenKey, form=TokenInfoForm)
def token_info() -> Response:
    """Whom the token in the body belongs to and which scopes it has."""
    token = read_body(TokenKey)["token"]

    def work(unit: Unit) -> Body:
        confirm(unit)
        actor = unit.actor
        scopes = permissions.every(unit.model) if actor.is_super_admin else sorted(actor.scopes)
        return {"userId": actor.user_id, "hubId": unit.model.account_id, "appId": 0, "scopes": scopes}

    return respond(crm().run(token, work))
