"""Apps that may be let into the account by OAuth: registered, authorized and removed by a super admin."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema, fields, validate

from api.endpoint import anyone, endpoint
from api.schemas.envelopes import listed
from api.schemas.moments import moment
from crm_graph.accounts import oauth
from crm_graph.accounts.oauth import App
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint("apps", __name__, url_prefix="/crm/graph/v1/apps", description="Apps that OAuth lets in")


class NewApp(Schema):
    """An app that is to be let in."""

    name = fields.String(required=True, validate=validate.Length(min=1, max=200))
    redirect_uris = fields.List(
        fields.String(validate=validate.Length(min=1, max=2_000)),
        data_key="redirectUris",
        required=True,
        validate=validate.Length(min=1, max=100),
    )
    scopes = fields.List(fields.String(), required=True, validate=validate.Length(max=1_000))


class NewAuthorization(Schema):
    """What an app is to be allowed."""

    redirect_uri = fields.String(data_key="redirectUri", required=True)
    scopes = fields.List(fields.String(), load_default=list, validate=validate.Length(max=1_000))
    code_challenge = fields.String(data_key="codeChallenge", load_default=None, validate=validate.Length(equal=43))


class AppForm(Schema):
    """An app in an answer."""

    id = fields.Integer(required=True)
    client_id = fields.String(data_key="clientId", required=True)
    name = fields.String(required=True)
    redirect_uris = fields.List(fields.String(), data_key="redirectUris", required=True)
    scopes = fields.List(fields.String(), required=True)
    created_at = fields.DateTime(data_key="createdAt", required=True)


class NewAppForm(AppForm):
    """An app in the answer that shows its secret."""

    client_secret = fields.String(data_key="clientSecret", required=True)


class AuthorizationForm(Schema):
    """A code in an answer."""

    code = fields.String(required=True)
    expires_at = fields.DateTime(data_key="expiresAt", required=True)


@blueprint.route("", methods=["POST"])
@endpoint(201, body=NewApp, scopes=anyone, form=NewAppForm)
def register(unit: Unit, body: Body) -> Body:
    """A new app; the answer is the only place where its client secret is ever shown."""
    app, secret = oauth.register(unit, body["name"], body["redirect_uris"], body["scopes"])
    return {**_shown(app), "clientSecret": secret}


@blueprint.route("")
@endpoint(scopes=anyone, form=listed(AppForm))
def list_apps(unit: Unit) -> Body:
    """All apps, oldest first, without their secrets."""
    return {"results": [_shown(app) for app in oauth.apps(unit)]}


@blueprint.route("/<app_id>", methods=["DELETE"])
@endpoint(204, scopes=anyone)
def remove(unit: Unit, app_id: str) -> None:
    """The app and every token that was given to it are refused from the next request on."""
    oauth.remove(unit, app_id)


@blueprint.route("/<app_id>/authorizations", methods=["POST"])
@endpoint(201, body=NewAuthorization, scopes=anyone, form=AuthorizationForm)
def authorize(unit: Unit, app_id: str, body: Body) -> Body:
    """A code that the app exchanges for tokens of the acting user, once, at `/oauth/v1/token`."""
    code, expires_at = oauth.authorize(unit, app_id, body["redirect_uri"], body["scopes"], body["code_challenge"])
    return {"code": code, "expiresAt": moment(expires_at)}


def _shown(app: App) -> Body:
    return {
        "id": app.id,
        "clientId": app.client_id,
        "name": app.name,
        "redirectUris": list(app.redirect_uris),
        "scopes": list(app.scopes),
        "createdAt": moment(app.created_at),
    }
