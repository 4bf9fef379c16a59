"""OAuth: apps, codes, tokens, and what ends them."""

from __future__ import annotations

import base64
import hashlib
import secrets
from pathlib import Path
from typing import Any

import pytest

from api.app import create_app
from crm_graph.config import Settings
from crm_graph.crm import Crm
from tests.api.client import Client
from tests.factories import unique

REDIRECT = "https://app.example/callback"
SCOPE = "crm.objects.contacts.read"
APPS = "/crm/graph/v1/apps"


class Connected:
    """An app of the tests and what it does."""

    def __init__(self, client: Client) -> None:
        self._client = client
        given = {"name": unique("App "), "redirectUris": [REDIRECT], "scopes": [SCOPE, "crm.objects.deals.read"]}
        answer = client.post(APPS, given)
        assert answer.status_code == 201, answer.text
        self.app: dict[str, Any] = answer.get_json()
        self.identity = {"client_id": self.app["clientId"], "client_secret": self.app["clientSecret"]}

    def code(self, **more: Any) -> str:
        """A code for the app."""
        given = {"redirectUri": REDIRECT, "scopes": [SCOPE], **more}
        answer = self._client.post(f"{APPS}/{self.app['id']}/authorizations", given)
        assert answer.status_code == 201, answer.text
        return str(answer.get_json()["code"])

    def ask(self, path: str = "/oauth/v1/token", **form: str) -> Any:
        """The answer to a form of the app."""
        return self._client.signed_in_as(None).call("POST", path, data={**self.identity, **form})

    def tokens(self) -> dict[str, Any]:
        """Tokens for a new code."""
        answer = self.ask(grant_type="authorization_code", code=self.code(), redirect_uri=REDIRECT)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.get_json()
        return body


@pytest.fixture
def connected(client: Client) -> Connected:
    return Connected(client)


def status(client: Client, token: str, path: str = "/crm/v3/objects/contacts") -> int:
    """With which status a token is answered."""
    return int(client.signed_in_as(token).get(path).status_code)


def expire(crm: Crm, token: str, ago_ms: int) -> None:
    """Let the time of an access token be over."""
    crm.graph.driver.execute_query(
        "MATCH (t:_Token {hash: $hash}) SET t.expires_at = $at "
        "WITH t MATCH (s:_State {name: 'state'}) SET s.access_version = s.access_version + 1",
        hash=hashlib.sha256(token.encode()).hexdigest(),
        at=crm.clock.read() - ago_ms,
    )


def test_a_code_gives_tokens_that_may_do_what_was_allowed(client: Client, connected: Connected) -> None:
    tokens = connected.tokens()
    assert (tokens["token_type"], tokens["expires_in"], tokens["scopes"]) == ("bearer", 1800, [SCOPE])
    assert status(client, tokens["access_token"]) == 200
    assert status(client, tokens["access_token"], "/crm/v3/objects/deals") == 403
    assert status(client, tokens["refresh_token"]) == 401


def test_a_code_is_used_up(connected: Connected) -> None:
    form = {"grant_type": "authorization_code", "code": connected.code(), "redirect_uri": REDIRECT}
    assert [connected.ask(**form).status_code for _ in range(2)] == [200, 400]


def test_a_code_that_comes_again_ends_what_was_given_for_it(client: Client, connected: Connected) -> None:
    form = {"grant_type": "authorization_code", "code": connected.code(), "redirect_uri": REDIRECT}
    tokens = connected.ask(**form).get_json()
    stranger = Connected(client)
    assert stranger.ask(**form).status_code == 400
    assert status(client, tokens["access_token"]) == 200
    connected.ask(**form)
    assert status(client, tokens["access_token"]) == 401
    again = connected.ask(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again.status_code == 400


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("https://app.example/back?a=b", 201),
        ("http://localhost:3000/back", 201),
        ("http://[::1]/back", 201),
        ("http://app.example/back", 400),
        ("https://app.example/back#here", 400),
        ("javascript:alert(1)", 400),
        ("https:///back", 400),
        ("https://[::1/back", 400),
    ],
)
def test_codes_go_only_where_nobody_else_reads_them(client: Client, uri: str, expected: int) -> None:
    assert client.post(APPS, {"name": "x", "redirectUris": [uri], "scopes": [SCOPE]}).status_code == expected


def test_a_refresh_token_gives_other_access_tokens_and_stays(client: Client, connected: Connected) -> None:
    tokens = connected.tokens()
    again = connected.ask(grant_type="refresh_token", refresh_token=tokens["refresh_token"]).get_json()
    assert again["refresh_token"] == tokens["refresh_token"]
    assert again["access_token"] != tokens["access_token"]
    assert {status(client, each["access_token"]) for each in (tokens, again)} == {200}
    assert connected.ask("/oauth/v3/token", grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json


@pytest.mark.parametrize(
    ("wrong", "code", "error"),
    [
        ({"client_id": "nobody"}, "BAD_CLIENT_ID", "invalid_client"),
        ({"client_secret": "guessed"}, "BAD_CLIENT_SECRET", "invalid_client"),
        ({"code": "guessed"}, "BAD_CODE", "invalid_grant"),
        ({"redirect_uri": "https://elsewhere.example/"}, "BAD_REDIRECT_URI", "invalid_grant"),
        ({"grant_type": "refresh_token", "refresh_token": "guessed"}, "BAD_REFRESH_TOKEN", "invalid_grant"),
        ({"grant_type": "password"}, "BAD_GRANT_TYPE", "unsupported_grant_type"),
    ],
)
def test_what_is_wrong_with_a_grant_is_named(
    connected: Connected, wrong: dict[str, str], code: str, error: str
) -> None:
    right = {"grant_type": "authorization_code", "code": connected.code(), "redirect_uri": REDIRECT}
    answer = connected.ask(**{**right, **wrong})
    body = answer.get_json()
    assert (answer.status_code, body["category"], body["error"]) == (400, "VALIDATION_ERROR", error)
    assert body["errors"][0]["code"] == code
    assert connected.ask(**right).status_code == 200


def test_a_code_belongs_to_one_app(client: Client, connected: Connected) -> None:
    stranger = Connected(client)
    form = {"grant_type": "authorization_code", "code": connected.code(), "redirect_uri": REDIRECT}
    assert stranger.ask(**form).status_code == 400
    assert connected.ask(**form).status_code == 200


def test_a_challenge_wants_its_verifier(connected: Connected) -> None:
    verifier = secrets.token_urlsafe(32)
    hashed = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    form = {"grant_type": "authorization_code", "code": connected.code(codeChallenge=hashed), "redirect_uri": REDIRECT}
    given: list[dict[str, str]] = [{}, {"code_verifier": "guessed"}, {"code_verifier": verifier}]
    assert [connected.ask(**form, **each).status_code for each in given] == [400, 400, 200]


def test_an_expired_token_is_401_and_says_since_when(client: Client, connected: Connected, crm: Crm) -> None:
    tokens = connected.tokens()
    assert status(client, tokens["access_token"]) == 200
    expire(crm, tokens["access_token"], 75_000)
    answer = client.signed_in_as(tokens["access_token"]).get("/crm/v3/objects/contacts")
    body = answer.get_json()
    assert (answer.status_code, body["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert body["message"].startswith("The OAuth token used to make this call expired 7")
    assert body["context"]["expire time"][0].endswith("Z")
    assert client.get(f"/oauth/v1/access-tokens/{tokens['access_token']}").status_code == 404
    refreshed = connected.ask(grant_type="refresh_token", refresh_token=tokens["refresh_token"]).get_json()
    assert status(client, refreshed["access_token"]) == 200


def test_tokens_say_whose_they_are(client: Client, connected: Connected) -> None:
    tokens = connected.tokens()
    access = client.get(f"/oauth/v1/access-tokens/{tokens['access_token']}").get_json()
    assert (access["app_id"], access["hub_id"], access["user_id"]) == (connected.app["id"], 1, 1)
    assert (access["scopes"], access["token_type"], access["user"]) == ([SCOPE], "access", "admin@localhost")
    assert 1790 <= access["expires_in"] <= 1800
    refresh = client.get(f"/oauth/v1/refresh-tokens/{tokens['refresh_token']}").get_json()
    assert (refresh["client_id"], refresh["token_type"]) == (connected.app["clientId"], "refresh")
    assert client.get(f"/oauth/v1/refresh-tokens/{tokens['access_token']}").status_code == 404


def test_introspection_tells_an_app_of_its_own_tokens_alone(client: Client, connected: Connected) -> None:
    tokens = connected.tokens()
    path = "/oauth/v3/token/introspect"
    access = connected.ask(path, token=tokens["access_token"]).get_json()
    assert (access["active"], access["token_use"], access["app_id"]) == (True, "access_token", connected.app["id"])
    refresh = connected.ask(path, token=tokens["refresh_token"]).get_json()
    assert (refresh["active"], refresh["token_use"]) == (True, "refresh_token")
    assert Connected(client).ask(path, token=tokens["access_token"]).get_json() == {"active": False}
    assert connected.ask(path, token="guessed").get_json() == {"active": False}
    assert connected.ask(path, token=tokens["access_token"], client_secret="guessed").status_code == 400


@pytest.mark.parametrize("way", ["delete", "revoke"])
def test_a_revoked_refresh_token_takes_its_access_tokens_along(
    client: Client, connected: Connected, settings: Settings, way: str
) -> None:
    tokens, kept = connected.tokens(), connected.tokens()
    other = Crm(settings)
    assert other.run(tokens["access_token"], lambda unit: unit.actor.user_id) == 1
    if way == "delete":
        assert client.delete(f"/oauth/v1/refresh-tokens/{tokens['refresh_token']}").status_code == 204
    else:
        assert connected.ask("/oauth/v3/token/revoke", token=tokens["refresh_token"]).status_code == 200
    assert status(client, tokens["access_token"]) == 401
    assert status(client, kept["access_token"]) == 200
    assert connected.ask(grant_type="refresh_token", refresh_token=tokens["refresh_token"]).status_code == 400
    other.close()


def test_an_app_revokes_no_token_of_another(client: Client, connected: Connected) -> None:
    tokens = connected.tokens()
    assert Connected(client).ask("/oauth/v3/token/revoke", token=tokens["refresh_token"]).status_code == 200
    assert status(client, tokens["access_token"]) == 200


def test_a_removed_app_is_out_at_once(client: Client, connected: Connected) -> None:
    tokens = connected.tokens()
    assert client.delete(f"{APPS}/{connected.app['id']}").status_code == 204
    assert status(client, tokens["access_token"]) == 401
    assert connected.app["id"] not in [each["id"] for each in client.get(APPS).get_json()["results"]]
    assert client.delete(f"{APPS}/{connected.app['id']}").status_code == 404


def test_secret_of_an_app_is_shown_once_and_kept_nowhere(client: Client, connected: Connected, crm: Crm) -> None:
    tokens = connected.tokens()
    assert connected.app["clientSecret"] not in client.get(APPS).text
    kept, _, _ = crm.graph.driver.execute_query(
        "MATCH (n:_App|_Token|_RefreshToken|_AuthorizationCode|_Audit) "
        "WHERE any(key IN keys(n) WHERE n[key] IN $secrets) RETURN count(n) AS kept",
        secrets=[connected.app["clientSecret"], tokens["access_token"], tokens["refresh_token"]],
    )
    assert kept[0]["kept"] == 0


def test_only_a_super_admin_lets_apps_in(client: Client, connected: Connected) -> None:
    stranger = client.signed_in_as(connected.tokens()["access_token"])
    given = {"name": "x", "redirectUris": [REDIRECT], "scopes": []}
    path = f"{APPS}/{connected.app['id']}"
    refused = [stranger.post(APPS, given), stranger.get(APPS), stranger.delete(path)]
    refused.append(stranger.post(f"{path}/authorizations", {"redirectUri": REDIRECT}))
    assert {answer.status_code for answer in refused} == {403}


def test_what_an_app_was_not_registered_with_is_refused(client: Client, connected: Connected) -> None:
    path = f"{APPS}/{connected.app['id']}/authorizations"
    assert client.post(path, {"redirectUri": "https://elsewhere.example/"}).status_code == 400
    assert client.post(path, {"redirectUri": REDIRECT, "scopes": ["crm.lists.read"]}).status_code == 400
    assert client.post(f"{APPS}/x/authorizations", {"redirectUri": REDIRECT}).status_code == 404
    assert client.post(APPS, {"name": "x", "redirectUris": [REDIRECT], "scopes": ["everything"]}).status_code == 400


def test_what_an_app_writes_is_told_with_its_id(client: Client) -> None:
    given = {"name": "x", "redirectUris": [REDIRECT], "scopes": ["crm.objects.contacts.write", SCOPE]}
    connected = Connected(client)
    connected.app = client.post(APPS, given).get_json()
    connected.identity = {"client_id": connected.app["clientId"], "client_secret": connected.app["clientSecret"]}
    code = connected.code(scopes=[])
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
    writer = client.signed_in_as(connected.ask(**form).get_json()["access_token"])
    record = writer.post("/crm/v3/objects/contacts", {"properties": {"firstname": "Ada"}}).get_json()
    told = client.get(f"/crm/v3/objects/contacts/{record['id']}", propertiesWithHistory="firstname").get_json()
    version = told["propertiesWithHistory"]["firstname"][0]
    assert (version["sourceType"], version["sourceId"]) == ("INTEGRATION", str(connected.app["id"]))


def test_no_log_has_a_secret(
    settings: Settings, crm: Crm, token: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = tmp_path / "access.jsonl"
    app = create_app(settings, crm, access_log=log)
    client = Client(app, token)
    connected = Connected(client)
    tokens = connected.tokens()
    for name in ("access", "refresh"):
        client.get(f"/oauth/v1/{name}-tokens/{tokens[f'{name}_token']}")
        client.get(f"/oauth/v1/{name}-tokens/{tokens[f'{name}_token']}x")
    client.call("POST", f"/oauth/v1/token?client_secret={connected.app['clientSecret']}&refresh_token=x")
    app.extensions["monitor"].stop()
    text = log.read_text() + caplog.text
    assert '"/oauth/v1/access-tokens/<token>"' in text
    assert "/oauth/v1/token" in text
    for secret in (tokens["access_token"], tokens["refresh_token"], connected.app["clientSecret"], token):
        assert secret not in text
