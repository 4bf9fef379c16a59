"""The token endpoints of OAuth: what an app sends stands in a form, and its secrets in no log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import current_app, request
from flask_smorest import Blueprint
from marshmallow import Schema, fields

from api.endpoint import crm, public
from api.paging import base_url
from crm_graph.accounts import oauth
from crm_graph.accounts.oauth import Client, Granted, TokenInfo
from crm_graph.config import Settings
from crm_graph.errors import GrantRefused, InvalidInput, NotFound

Body = dict[str, Any]

blueprint = Blueprint("oauth", __name__, url_prefix="/oauth", description="Tokens by OAuth 2.0")


class GrantBody(Schema):
    """What an app asks tokens with."""

    grant_type = fields.String(required=True, metadata={"enum": ["authorization_code", "refresh_token"]})
    client_id = fields.String(required=True)
    client_secret = fields.String(required=True)
    code = fields.String()
    redirect_uri = fields.String()
    code_verifier = fields.String()
    refresh_token = fields.String()


class TokenBody(Schema):
    """A token that an app asks about."""

    client_id = fields.String(required=True)
    client_secret = fields.String(required=True)
    token = fields.String(required=True)
    token_type_hint = fields.String()


class GrantForm(Schema):
    """Tokens in an answer."""

    token_type = fields.String(required=True, metadata={"example": "bearer"})
    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    expires_in = fields.Integer(required=True)
    token_use = fields.String(required=True, metadata={"example": "access_token"})
    hub_id = fields.Integer(required=True)
    user_id = fields.Integer(required=True)
    scopes = fields.List(fields.String(), required=True)


class NothingForm(Schema):
    """An answer that only says that it was done."""


class SignedTokenForm(Schema):
    """A token as the hosted product's own services read it."""

    app_id = fields.Integer(data_key="appId", required=True)
    app_install_id = fields.String(data_key="appInstallId", required=True)
    audience = fields.String(required=True)
    expires_at = fields.Integer(data_key="expiresAt", required=True)
    hub_id = fields.Integer(data_key="hubId", required=True)
    hublet = fields.String(required=True)
    installing_user_id = fields.Integer(data_key="installingUserId", required=True)
    is_private_distribution = fields.Boolean(data_key="isPrivateDistribution", required=True)
    is_service_account = fields.Boolean(data_key="isServiceAccount", required=True)
    is_user_level = fields.Boolean(data_key="isUserLevel", required=True)
    new_signature = fields.String(data_key="newSignature", required=True)
    scope_to_scope_group_pks = fields.String(data_key="scopeToScopeGroupPks", required=True)
    scopes = fields.String(required=True)
    signature = fields.String(required=True)
    trial_scope_to_scope_group_pks = fields.String(data_key="trialScopeToScopeGroupPks", required=True)
    trial_scopes = fields.String(data_key="trialScopes", required=True)
    user_id = fields.Integer(data_key="userId", required=True)


class TokenForm(Schema):
    """What is known of a token, in an answer."""

    active = fields.Boolean()
    is_private_distribution = fields.Boolean()
    signed_access_token = fields.Nested(SignedTokenForm)
    token = fields.String()
    token_type = fields.String()
    token_use = fields.String()
    client_id = fields.String()
    app_id = fields.Integer()
    hub_id = fields.Integer()
    hub_domain = fields.String()
    user_id = fields.Integer()
    user = fields.String()
    scopes = fields.List(fields.String())
    expires_in = fields.Integer()


@blueprint.route("/v1/token", methods=["POST"])
@public(fields=GrantBody, form=GrantForm)
def grant() -> Body:
    """An access token for an authorization code or a refresh token."""
    return _grant()


@blueprint.route("/v3/token", methods=["POST"])
@public(fields=GrantBody, form=GrantForm)
def grant_v3() -> Body:
    """An access token for an authorization code or a refresh token."""
    return _grant()


@blueprint.route("/v1/access-tokens/<token>")
@public(form=TokenForm)
def read_access_token(token: str) -> Body:
    """Whose access token it is; 404 where it is unknown, revoked or past its time."""
    return _shown(_found(oauth.access_token(crm().graph, token)), token)


@blueprint.route("/v1/refresh-tokens/<token>")
@public(form=TokenForm)
def read_refresh_token(token: str) -> Body:
    """Whose refresh token it is; 404 where it is unknown or revoked."""
    return _shown(_found(oauth.refresh_token(crm().graph, token)), token)


@blueprint.route("/v1/refresh-tokens/<token>", methods=["DELETE"])
@public(204)
def revoke_refresh_token(token: str) -> None:
    """The refresh token and the access tokens that it gave are refused from the next request on."""
    oauth.revoke(crm().graph, token)


@blueprint.route("/v3/token/introspect", methods=["POST"])
@public(fields=TokenBody, form=TokenForm)
def introspect() -> Body:
    """What is known of a token of the app; `active` alone where it is none."""
    given = _form()
    client, token = _client(given), _needed(given, "token")
    graph = crm().graph
    oauth.require_client(graph, client)
    found = oauth.access_token(graph, token) or oauth.refresh_token(graph, token)
    if found is None or found.client_id != client.client_id:
        return {"active": False}
    body = {"active": True, "token_use": "refresh_token", **_shown(found, token)}
    if found.expires_in_s is not None:
        body |= {"token_use": "access_token", "is_private_distribution": False, "signed_access_token": _signed(found)}
    return {**body, "app_id": found.app_id, "client_id": found.client_id}


@blueprint.route("/v3/token/revoke", methods=["POST"])
@public(fields=TokenBody, form=NothingForm)
def revoke() -> Body:
    """A token of the app is refused from the next request on; 200 also where it is none."""
    given = _form()
    client, token = _client(given), _needed(given, "token")
    oauth.require_client(crm().graph, client)
    oauth.revoke(crm().graph, token, client.client_id)
    return {}


def _grant() -> Body:
    given = _form()
    kind = given.get("grant_type", "")
    grants: Mapping[str, Callable[[Mapping[str, str], Client], Granted]] = {
        "authorization_code": _by_code,
        "refresh_token": _by_refresh_token,
    }
    if kind not in grants:
        raise GrantRefused("grant_type")
    granted = grants[kind](given, _client(given))
    return {
        "token_type": "bearer",
        "refresh_token": granted.refresh_token,
        "access_token": granted.access_token,
        "expires_in": granted.expires_in_s,
        "token_use": "access_token",
        "hub_id": _settings().account_id,
        "user_id": granted.user_id,
        "scopes": list(granted.scopes),
    }


def _by_code(given: Mapping[str, str], client: Client) -> Granted:
    code, redirect_uri = _needed(given, "code"), _needed(given, "redirect_uri")
    lifetime_s = _settings().access_token_s
    return oauth.exchange_code(crm().graph, client, code, redirect_uri, given.get("code_verifier"), lifetime_s)


def _by_refresh_token(given: Mapping[str, str], client: Client) -> Granted:
    return oauth.refresh(crm().graph, client, _needed(given, "refresh_token"), _settings().access_token_s)


def _form() -> Mapping[str, str]:
    """What the app sent. The contract lets some of it stand in the query too, which no log of ours has."""
    return {**request.args.to_dict(), **request.form.to_dict()}


def _needed(given: Mapping[str, str], name: str) -> str:
    if not given.get(name):
        raise InvalidInput(f"The form needs `{name}`.", parameter=[name])
    return given[name]


def _client(given: Mapping[str, str]) -> Client:
    return Client(client_id=_needed(given, "client_id"), secret=_needed(given, "client_secret"))


def _found(info: TokenInfo | None) -> TokenInfo:
    if info is None:
        raise NotFound("The token is unknown, was revoked, or its time is over.")
    return info


def _shown(info: TokenInfo, token: str) -> Body:
    is_access = info.expires_in_s is not None
    body: Body = {
        "token": token,
        "user": info.user,
        "hub_domain": base_url().partition("://")[2],
        "scopes": list(info.scopes),
        "hub_id": _settings().account_id,
        "user_id": info.user_id,
        "token_type": "access" if is_access else "refresh",
    }
    more = {"app_id": info.app_id, "expires_in": info.expires_in_s} if is_access else {"client_id": info.client_id}
    return {**body, **more}


def _signed(info: TokenInfo) -> Body:
    """The contract's signed form, which only the hosted product's own services read; ours has no signature."""
    return {
        "appId": info.app_id,
        "appInstallId": str(info.app_id),
        "audience": "PUBLIC",
        "expiresAt": crm().clock.read() + (info.expires_in_s or 0) * 1000,
        "hubId": _settings().account_id,
        "hublet": "self",
        "installingUserId": info.user_id,
        "isPrivateDistribution": False,
        "isServiceAccount": False,
        "isUserLevel": False,
        "newSignature": "",
        "scopeToScopeGroupPks": "",
        "scopes": " ".join(info.scopes),
        "signature": "",
        "trialScopeToScopeGroupPks": "",
        "trialScopes": "",
        "userId": info.user_id,
    }


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
