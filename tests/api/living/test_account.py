"""Owners, the account, and tokens."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any

import pytest

from api.app import close, create_app
from crm_graph.accounts.tokens import digest
from crm_graph.config import Settings
from crm_graph.crm import Crm
from tests.api.living.alive import Watched, alive
from tests.factories import Make, unique

REDIRECT = "https://app.example/callback"


@pytest.fixture
def owner(make: Make) -> dict[str, str]:
    """Values of a new owner."""
    return make.owner()


@alive(
    "GET /crm/v3/owners",
    "GET /crm/v3/owners/{id}",
    "POST /crm/v4/associations/usage/high-usage-report/{userId}",
)
def test_an_owner(watched: Watched, make: Make) -> None:
    owner = make.owner()
    [found] = watched.done("GET", "/crm/v3/owners", query_string={"email": owner["email"]})["results"]
    read = watched.done("GET", f"/crm/v3/owners/{found['id']}")
    assert (read["firstName"], read["lastName"]) == (owner["first_name"], owner["last_name"])
    report = watched.done("POST", f"/crm/v4/associations/usage/high-usage-report/{found['userId']}")
    assert (report["userId"], report["userEmail"]) == (found["userId"], owner["email"])


@alive("GET /account-info/v3/details", "GET /account-info/v3/api-usage/daily/private-apps")
def test_the_account(watched: Watched, settings: Settings) -> None:
    usage = "/account-info/v3/api-usage/daily/private-apps"
    number, more = secrets.randbelow(10**6) + 2, secrets.randbelow(9) + 1
    before = watched.done("GET", usage)["results"][0]["currentUsage"]
    for _ in range(more):
        watched.done("GET", "/account-info/v3/details")
    assert watched.done("GET", usage)["results"][0]["currentUsage"] == before + more + 1
    other = create_app(replace(settings, account_id=number))
    try:
        assert watched.at(other).done("GET", "/account-info/v3/details")["portalId"] == number
    finally:
        close(other)


@pytest.fixture
def known_as(crm: Crm, owner: dict[str, str]) -> str:
    """The token of an owner who is nobody's first."""
    secret = unique("pat-crm-")
    crm.graph.driver.execute_query(
        "MATCH (o:_Owner {email: $email}) CREATE (t:_Token {id: $hash, hash: $hash, name: 'x', scopes: [], "
        "is_super_admin: true, created_at: 0})-[:OF]->(o)",
        email=owner["email"],
        hash=digest(secret),
    )
    return secret


@alive(
    "POST /oauth/v1/token",
    "GET /oauth/v1/access-tokens/{token}",
    "GET /oauth/v1/refresh-tokens/{token}",
    "DELETE /oauth/v1/refresh-tokens/{token}",
    "POST /oauth/v3/token",
    "POST /oauth/v3/token/introspect",
    "POST /oauth/v3/token/revoke",
    "POST /oauth/v2/private-apps/get/access-token-info",
)
def test_tokens_of_an_app(watched: Watched, known_as: str, owner: dict[str, str]) -> None:
    scopes = secrets.SystemRandom().sample([f"crm.objects.{each}.read" for each in ("contacts", "deals", "quotes")], 2)
    admin = watched.signed_in_as(known_as)
    app = admin.post("/crm/graph/v1/apps", {"name": "x", "redirectUris": [REDIRECT], "scopes": scopes}).get_json()
    client = {"client_id": app["clientId"], "client_secret": app["clientSecret"]}
    authorizations = f"/crm/graph/v1/apps/{app['id']}/authorizations"

    def tokens(version: str) -> dict[str, Any]:
        code = admin.post(authorizations, {"redirectUri": REDIRECT}).get_json()["code"]
        form = {**client, "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        body: dict[str, Any] = watched.done("POST", f"/oauth/{version}/token", data=form)
        return body

    first, second = tokens("v1"), tokens("v3")
    assert first["scopes"] == second["scopes"] == scopes
    access = watched.done("GET", f"/oauth/v1/access-tokens/{first['access_token']}")
    refresh = watched.done("GET", f"/oauth/v1/refresh-tokens/{first['refresh_token']}")
    asked = watched.done("POST", "/oauth/v3/token/introspect", data={**client, "token": second["access_token"]})
    assert {each["user"] for each in (access, refresh, asked)} == {owner["email"]}
    assert {tuple(each["scopes"]) for each in (access, refresh, asked)} == {tuple(scopes)}
    assert (access["app_id"], refresh["client_id"], asked["app_id"]) == (app["id"], app["clientId"], app["id"])
    assert asked["active"]
    every, told = (
        watched.done("POST", "/oauth/v2/private-apps/get/access-token-info", {"tokenKey": token})
        for token in (known_as, second["access_token"])
    )
    assert every["userId"] == told["userId"] == access["user_id"]
    assert set(scopes) <= set(told["scopes"]) < set(every["scopes"])
    watched.done("DELETE", f"/oauth/v1/refresh-tokens/{first['refresh_token']}")
    watched.done("POST", "/oauth/v3/token/revoke", data={**client, "token": second["refresh_token"]})
    for each in (first, second):
        assert watched.get(f"/oauth/v1/access-tokens/{each['access_token']}").status_code == 404
