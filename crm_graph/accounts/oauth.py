"""OAuth 2.0: apps that a super admin lets in, the codes for it, and the tokens that these give.

Of every secret only a SHA-256 is kept. An access token is a token like any other, but for its end: it
is known by every process from the request on in which it was made, and refused as expired when its
time is over. A refresh token stays until it is revoked, and takes its access tokens with it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from crm_graph.accounts import permissions
from crm_graph.accounts.tokens import audit_of, digest, require_super_admin
from crm_graph.clock import DAY_MS, Clock
from crm_graph.errors import GrantRefused, InvalidInput, NotFound
from crm_graph.graph.database import Graph
from crm_graph.graph.queries import load
from crm_graph.records.record import is_id
from crm_graph.unit import Unit

CODE_MS = 10 * 60 * 1000
"""How long a code waits for the app to exchange it."""
EXPIRED_KEPT_MS = DAY_MS
"""How long an access token is known as expired; after that it is as unknown as any other."""

_COUNTER = "app"
_OWN_HOSTS = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """A program that users may let into the account."""

    id: int
    client_id: str
    name: str
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    created_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What an app says of itself with each request."""

    client_id: str
    secret: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Granted:
    """Tokens as the app gets them; `expires_in_s` counts from now."""

    access_token: str
    refresh_token: str
    expires_in_s: int
    user_id: int
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenInfo:
    """Whose a token is; `expires_in_s` is None for a refresh token, which does not end by itself."""

    app_id: int
    client_id: str
    user_id: int
    user: str
    scopes: tuple[str, ...]
    expires_in_s: int | None = None


def register(unit: Unit, name: str, redirect_uris: Sequence[str], scopes: Sequence[str]) -> tuple[App, str]:
    """A new app, and its client secret, which is shown this once. Only a super admin may make one."""
    require_super_admin(unit.actor)
    if refused := [each for each in redirect_uris if not _is_redirect_uri(each)]:
        rule = "A redirect URI is https, or http to the machine itself, and has no fragment."
        raise InvalidInput(rule, redirectUris=[each[:500] for each in refused])
    unknown = [scope for scope in scopes if not permissions.is_scope(scope)]
    if unknown:
        raise InvalidInput(f"No such scope: {', '.join(unknown)[:500]}.", scopes=unknown)
    secret = unit.clock.new_secret()
    app = App(
        id=unit.ids.take(_COUNTER)[0],
        client_id=unit.clock.new_id(),
        name=name,
        redirect_uris=tuple(dict.fromkeys(redirect_uris)),
        scopes=tuple(dict.fromkeys(scopes)),
        created_at=unit.clock.now(),
    )
    node = {
        "id": app.id,
        "client_id": app.client_id,
        "name": name,
        "redirect_uris": list(app.redirect_uris),
        "scopes": list(app.scopes),
        "created_at": app.created_at,
        "secret_hash": digest(secret),
    }
    unit.graph.change(load("oauth").add_app, app=node, audit=audit_of(unit, "app.created", str(app.id)))
    return app, secret


def apps(unit: Unit) -> list[App]:
    """All apps, oldest first, at most a thousand. Only for a super admin."""
    require_super_admin(unit.actor)
    rows = unit.graph.ask(load("oauth").apps)["apps"]
    return [
        App(**{**row, "redirect_uris": tuple(row["redirect_uris"]), "scopes": tuple(row["scopes"])}) for row in rows
    ]


def remove(unit: Unit, app_id: str) -> None:
    """The app and everything that was given to it; NotFound where there is none. Only for a super admin."""
    require_super_admin(unit.actor)
    row = unit.graph.change(load("oauth").remove_app, id=_number(app_id), audit=audit_of(unit, "app.removed", app_id))
    if row["found"] is False:  # None where it was removed and the answer lost
        raise NotFound(f"No app has the id {app_id[:100]}.")


def authorize(
    unit: Unit, app_id: str, redirect_uri: str, scopes: Sequence[str], challenge: str | None = None
) -> tuple[str, int]:
    """A code by which the app gets tokens of the acting user, once, and when its time is over (ms since 1970).

    No scopes means all that the app has; `challenge` is that of PKCE, S256. Raises NotFound for an
    unknown app, InvalidInput for what it was not registered with. Only for a super admin.
    """
    require_super_admin(unit.actor)
    wanted = scopes or next((app.scopes for app in apps(unit) if app.id == _number(app_id)), ())
    code = unit.clock.new_secret()
    expires_at = unit.clock.now() + CODE_MS
    node = {
        "hash": digest(code),
        "expires_at": expires_at,
        "redirect_uri": redirect_uri,
        "scopes": list(wanted),
        "challenge": challenge,
    }
    row = unit.graph.change(
        load("oauth").add_code,
        app_id=_number(app_id),
        owner_id=unit.actor.owner_id,
        code=node,
        now=unit.clock.now(),
        audit=audit_of(unit, "app.authorized", app_id),
    )
    app = row["app"]
    if app is None:
        raise NotFound(f"No app has the id {app_id[:100]}.")
    if redirect_uri not in app["redirect_uris"]:
        raise InvalidInput("The app was not registered with this redirect URI.", redirectUri=[redirect_uri[:500]])
    if unknown := [scope for scope in wanted if scope not in app["scopes"]]:
        raise InvalidInput("The app was not registered with these scopes.", scopes=unknown)
    return code, expires_at


def exchange_code(
    graph: Graph, client: Client, code: str, redirect_uri: str, verifier: str | None, lifetime_s: int
) -> Granted:
    """Tokens for a code, which is used up; GrantRefused says what of it was wrong."""
    clock = graph.clock
    access, refresh, now = clock.new_secret(), clock.new_secret(), clock.now()
    row = graph.plain(
        load("oauth").exchange_code,
        client_id=client.client_id,
        secret_hash=digest(client.secret),
        code_hash=digest(code),
        redirect_uri=redirect_uri,
        challenge=_challenge(verifier) if verifier else None,
        now=now,
        kept_from=now - EXPIRED_KEPT_MS,
        refresh={"hash": digest(refresh), "created_at": now},
        access=_access(clock, access, now, lifetime_s),
        audit={"at": now, "action": "app.connected"},
    )
    return _granted(row, access, refresh, lifetime_s)


def refresh(graph: Graph, client: Client, refresh_token: str, lifetime_s: int) -> Granted:
    """Another access token for a refresh token, which stays as it is; GrantRefused says what was wrong."""
    clock = graph.clock
    access, now = clock.new_secret(), clock.now()
    row = graph.plain(
        load("oauth").refresh,
        client_id=client.client_id,
        secret_hash=digest(client.secret),
        refresh_hash=digest(refresh_token),
        kept_from=now - EXPIRED_KEPT_MS,
        access=_access(clock, access, now, lifetime_s),
    )
    return _granted(row, access, refresh_token, lifetime_s)


def access_token(graph: Graph, token: str) -> TokenInfo | None:
    """Whose access token it is; None where it is unknown, revoked or past its time."""
    now = graph.clock.read()
    row = graph.plain(load("oauth").access_token, hash=digest(token), now=now)["token"]
    return None if row is None else _info(row, expires_in_s=(row["expires_at"] - now) // 1000)


def refresh_token(graph: Graph, token: str) -> TokenInfo | None:
    """Whose refresh token it is; None where it is unknown or revoked."""
    row = graph.plain(load("oauth").refresh_token, hash=digest(token))["token"]
    return None if row is None else _info(row)


def revoke(graph: Graph, token: str, client_id: str | None = None) -> None:
    """A refresh token with its access tokens, or one access token, refused from the next request on.

    With a client id only what is that client's; nothing happens where there is none.
    """
    audit = {"at": graph.clock.now(), "action": "app.token.revoked"}
    graph.plain(load("oauth").revoke, hash=digest(token), client_id=client_id, audit=audit)


def require_client(graph: Graph, client: Client) -> None:
    """GrantRefused where no app has the client id and secret."""
    found = graph.plain(load("oauth").is_client, client_id=client.client_id, secret_hash=digest(client.secret))
    if not found["is_client"]:
        raise GrantRefused("client_id")


def _is_redirect_uri(given: str) -> bool:
    """Whether codes may be sent there (RFC 9700, section 2.1): nobody else can read them on the way."""
    try:
        parts = urlsplit(given)
    except ValueError:
        return False
    is_own = parts.scheme == "http" and parts.hostname in _OWN_HOSTS
    return bool(parts.hostname) and "#" not in given and (parts.scheme == "https" or is_own)


def _number(app_id: str) -> int:
    """The id as a number; one that no app has where it is none."""
    return int(app_id) if is_id(app_id) else -1


def _challenge(verifier: str) -> str:
    """What PKCE makes of a verifier by S256."""
    hashed = hashlib.sha256(verifier.encode("utf-8", "surrogatepass")).digest()
    return base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()


def _access(clock: Clock, secret: str, now: int, lifetime_s: int) -> dict[str, object]:
    return {
        "id": clock.new_id(),
        "hash": digest(secret),
        "name": "OAuth",
        "created_at": now,
        "expires_at": now + lifetime_s * 1000,
    }


def _granted(row: Mapping[str, object], access: str, refresh_token: str, lifetime_s: int) -> Granted:
    if row["refused"] is not None or not isinstance(row["given"], dict):
        raise GrantRefused(str(row["refused"] or "code"))
    given = row["given"]
    return Granted(
        access_token=access,
        refresh_token=refresh_token,
        expires_in_s=lifetime_s,
        user_id=given["user_id"],
        scopes=tuple(given["scopes"]),
    )


def _info(row: Mapping[str, object], expires_in_s: int | None = None) -> TokenInfo:
    named = {name: row[name] for name in ("app_id", "client_id", "user_id", "user")}
    return TokenInfo(**named, scopes=tuple(row["scopes"]), expires_in_s=expires_in_s)  # type: ignore[arg-type]
