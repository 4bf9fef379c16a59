"""The account, and what a token may do in it, as clients ask before they begin."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import EXCLUDE, Schema, fields
from werkzeug.wrappers import Response

from api.endpoint import Answer, anyone, crm, documented, endpoint, read_body, respond
from api.headers import RATE_LIMITS
from api.paging import base_url
from api.schemas.envelopes import listed
from api.schemas.moments import moment
from crm_graph.accounts import owners, permissions, usage
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.currencies import ACCOUNT_CURRENCY
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint("account", __name__, description="The account, and what a token may do in it")


class TokenKey(Schema):
    """A token that is asked about."""

    class Meta:
        """Clients send more than is read."""

        unknown = EXCLUDE

    token = fields.String(data_key="tokenKey", required=True)


class _AccountForm(Schema):
    id = fields.Integer(data_key="portalId", required=True)
    type = fields.String(data_key="accountType", required=True)
    time_zone = fields.String(data_key="timeZone", required=True)
    utc_offset = fields.String(data_key="utcOffset", required=True)
    utc_offset_ms = fields.Integer(data_key="utcOffsetMilliseconds", required=True)


class AccountForm(_AccountForm):
    """What the account is, in an answer."""

    currency = fields.String(data_key="companyCurrency", required=True)
    other_currencies = fields.List(fields.String(), data_key="additionalCurrencies", required=True)
    domain = fields.String(data_key="uiDomain", required=True)
    location = fields.String(data_key="dataHostingLocation", required=True)


class OlderAccountForm(_AccountForm):
    """What the account is, in an answer to older clients."""

    currency = fields.String(required=True)


class UsageForm(Schema):
    """How many requests there were, in an answer."""

    name = fields.String(required=True)
    limit = fields.Integer(data_key="usageLimit", required=True)
    requests = fields.Integer(data_key="currentUsage", required=True)
    collected_at = fields.DateTime(data_key="collectedAt", required=True)
    state = fields.String(data_key="fetchStatus", required=True)
    resets_at = fields.DateTime(data_key="resetsAt")


class ReportForm(Schema):
    """Whom a report goes to, in an answer."""

    user_id = fields.Integer(data_key="userId", required=True)
    email = fields.String(data_key="userEmail", required=True)
    at = fields.DateTime(data_key="enqueueTime", required=True)


class DispositionForm(Schema):
    """An outcome of calls, in an answer."""

    id = fields.String(required=True)
    label = fields.String(required=True)
    deleted = fields.Boolean(required=True)


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
    return {
        **_account(unit),
        "companyCurrency": ACCOUNT_CURRENCY,
        "additionalCurrencies": [],
        "uiDomain": base_url().partition("://")[2],
        "dataHostingLocation": "self",
    }


@blueprint.route("/integrations/v1/me")
@endpoint(scopes=anyone, form=OlderAccountForm)
def me(unit: Unit) -> Body:
    """What the account is, as older clients ask."""
    return {**_account(unit), "currency": ACCOUNT_CURRENCY}


@blueprint.route("/account-info/v3/api-usage/daily/private-apps")
@endpoint(scopes=anyone, form=listed(UsageForm))
def usage_today(unit: Unit) -> Body:
    """Requests of today with all tokens together; of other processes those of ten seconds ago."""
    found = usage.today(unit, crm().requests)
    return {
        "results": [
            {
                "name": "private-apps-api-calls-daily",
                "usageLimit": int(dict(RATE_LIMITS)["X-HubSpot-RateLimit-Daily"]),
                "currentUsage": found.requests,
                "collectedAt": moment(found.collected_at),
                "fetchStatus": "SUCCESS",
                "resetsAt": moment(found.resets_at),
            }
        ]
    }


@blueprint.route("/crm/v4/associations/usage/high-usage-report/<user_id>", methods=["POST"])
@endpoint(scopes=anyone, form=ReportForm)
def request_usage_report(unit: Unit, user_id: str) -> Body:
    """Whom a report would go to. None is sent: `/crm/v3/limits/associations` has at every moment what it would say."""
    found = owners.read(unit, user_id, is_user_id=True)
    return {"userId": found.user_id, "userEmail": found.email, "enqueueTime": moment(unit.clock.read())}


@blueprint.route("/calling/v1/dispositions")
@endpoint(scopes=anyone, form=DispositionForm(many=True))
def list_dispositions(unit: Unit) -> Answer:
    """Outcomes that a call may have, as older clients ask."""
    confirm(unit)
    outcomes = unit.model.object_type("call").properties["hs_call_disposition"].options
    return Answer([{"id": each.value, "label": each.display_name, "deleted": each.hidden} for each in outcomes])


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


def _account(unit: Unit) -> Body:
    confirm(unit)
    return {
        "portalId": unit.model.account_id,
        "accountType": "STANDARD",
        "timeZone": "UTC",
        "utcOffset": "+00:00",
        "utcOffsetMilliseconds": 0,
    }
