"""Tokens: who gets in, and how far."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from crm_graph.accounts import tokens
from crm_graph.config import Settings
from crm_graph.crm import Crm
from tests.api.client import Client
from tests.factories import unique

CREDENTIALS_MISSING = (
    "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details "
    "at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
)


def made(client: Client, *scopes: str) -> dict[str, object]:
    """A new token with these scopes."""
    answer = client.post("/crm/graph/v1/tokens", {"name": unique(), "scopes": list(scopes)})
    assert answer.status_code == 201
    body: dict[str, object] = answer.get_json()
    return body


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer "}, {"Authorization": "Basic YTpi"}])
def test_request_without_a_token_is_401(client: Client, header: dict[str, str]) -> None:
    answer = client.signed_in_as(None).call("GET", "/crm/v3/objects/contacts", headers=header)
    assert answer.status_code == 401
    assert answer.get_json()["message"] == CREDENTIALS_MISSING
    assert answer.get_json()["category"] == "INVALID_AUTHENTICATION"


@pytest.mark.parametrize("token", ["nobody's", "ünknown", "x" * 5_000])
def test_unknown_token_is_401(client: Client, token: str) -> None:
    assert client.signed_in_as(token).get("/crm/v3/objects/contacts").status_code == 401


def test_body_is_not_read_for_a_stranger(client: Client) -> None:
    assert client.signed_in_as("nobody's").post("/crm/v3/objects/contacts", "{").status_code == 401


def test_token_may_do_what_its_scopes_say(client: Client) -> None:
    reader = client.signed_in_as(str(made(client, "crm.objects.contacts.read")["token"]))
    assert reader.get("/crm/v3/objects/contacts").status_code == 200
    assert reader.post("/crm/v3/objects/contacts/search", {}).status_code == 200
    refused = reader.post("/crm/v3/objects/contacts", {"properties": {}})
    assert refused.status_code == 403
    body = refused.get_json()
    assert body["category"] == "MISSING_SCOPES"
    assert body["message"] == (
        "This app hasn't been granted all required scopes to make this call. "
        "Read more about required scopes here: https://developers.hubspot.com/scopes."
    )
    assert body["errors"] == [
        {
            "message": "One or more of the following scopes are required.",
            "context": {"requiredGranularScopes": ["crm.objects.contacts.write"]},
        }
    ]
    assert body["links"] == {"scopes": "https://developers.hubspot.com/scopes"}
    assert reader.get("/crm/v3/objects/companies").status_code == 403
    assert reader.get("/crm/v3/owners").status_code == 403


def test_associated_records_need_their_own_scope(client: Client) -> None:
    reader = client.signed_in_as(str(made(client, "crm.objects.contacts.read")["token"]))
    assert reader.get("/crm/v3/objects/contacts", associations="companies").status_code == 403
    search = {"filters": [{"propertyName": "associations.company", "operator": "IN", "values": ["1"]}]}
    assert reader.post("/crm/v3/objects/contacts/search", search).status_code == 403


@pytest.mark.parametrize(
    ("scope", "object_type"), [("tickets", "tickets"), ("e-commerce", "products"), ("crm.objects.goals.read", "0-74")]
)
def test_scopes_have_the_names_that_apps_know(client: Client, scope: str, object_type: str) -> None:
    reader = client.signed_in_as(str(made(client, scope)["token"]))
    assert reader.get(f"/crm/v3/objects/{object_type}").status_code == 200


def test_revoked_token_is_refused_at_once_by_every_process(client: Client, settings: Settings) -> None:
    token = made(client, "crm.objects.contacts.read")
    other = Crm(settings)
    secret = str(token["token"])
    assert other.run(secret, lambda unit: unit.actor.user_id) == 1
    assert client.delete(f"/crm/graph/v1/tokens/{token['id']}").status_code == 204
    assert client.signed_in_as(secret).get("/crm/v3/objects/contacts").status_code == 401
    other.close()


def test_only_a_super_admin_makes_tokens(client: Client) -> None:
    limited = client.signed_in_as(str(made(client, "crm.objects.contacts.read")["token"]))
    assert limited.post("/crm/graph/v1/tokens", {"name": "x", "scopes": []}).status_code == 403
    assert limited.get("/crm/graph/v1/tokens").status_code == 403
    assert limited.delete("/crm/graph/v1/tokens/x").status_code == 403


def test_secret_of_a_token_is_shown_once(client: Client) -> None:
    token = made(client, "crm.objects.contacts.read")
    listed = client.get("/crm/graph/v1/tokens")
    assert token["id"] in [each["id"] for each in listed.get_json()["results"]]
    assert str(token["token"]) not in listed.text


def test_unknown_scope_is_400(client: Client) -> None:
    answer = client.post("/crm/graph/v1/tokens", {"name": "x", "scopes": ["everything"]})
    assert answer.status_code == 400
    assert answer.get_json()["context"] == {"scopes": ["everything"]}


def test_client_may_ask_what_a_token_permits(client: Client) -> None:
    token = made(client, "crm.objects.deals.read", "oauth")["token"]
    answer = client.signed_in_as(None).post("/oauth/v2/private-apps/get/access-token-info", {"tokenKey": token})
    assert answer.status_code == 200
    assert answer.get_json() == {"userId": 1, "hubId": 1, "appId": 0, "scopes": ["crm.objects.deals.read", "oauth"]}
    stranger = client.post("/oauth/v2/private-apps/get/access-token-info", {"tokenKey": "nobody's"})
    assert stranger.status_code == 401


def test_account_says_its_id(client: Client) -> None:
    assert client.get("/account-info/v3/details").get_json()["portalId"] == 1


def test_two_processes_that_prepare_an_account_make_one_token(crm: Crm, settings: Settings) -> None:
    new = replace(settings, token="", account_id=secrets.randbelow(10**9) + 10**6)
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: tokens.prepare_account(crm.graph, new, crm.clock), range(8)))
    assert len([token for token in made if token]) == 1


def test_token_of_the_settings_is_added_when_it_changes(crm: Crm, settings: Settings, client: Client) -> None:
    token = f"pat-crm-{secrets.token_hex(8)}"
    assert tokens.prepare_account(crm.graph, replace(settings, token=token), crm.clock) is None
    assert client.signed_in_as(token).get("/crm/graph/v1/tokens").status_code == 200
    assert client.get("/crm/graph/v1/tokens").status_code == 200


def test_preparing_again_makes_no_token(settings: Settings, crm: Crm) -> None:
    assert crm.prepare() is None
