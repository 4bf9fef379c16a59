"""Tokens: who may do what. Kept as SHA-256 of 256 random bits, cached until access moves."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from crm_graph.accounts import permissions
from crm_graph.clock import Clock
from crm_graph.config import Settings
from crm_graph.errors import Expired, InvalidInput, MissingScopes, NotFound, Unauthenticated
from crm_graph.graph.database import Graph
from crm_graph.graph.queries import load
from crm_graph.unit import Actor, Unit

_PREFIX = "pat-crm-"
_CACHED = 10_000
"""Tokens that a process remembers; unknown ones among them, so that guessing costs the graph nothing twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as its list shows it; the secret itself is known only when it is made."""

    id: str
    name: str
    user_id: int
    scopes: tuple[str, ...]
    is_super_admin: bool
    created_at: int


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


class TokenCache:
    """Actors by token, as read at one access version."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._lock = threading.Lock()
        self._version = -1
        self._actors: dict[str, Actor | None] = {}

    def actor(self, token: str, access_version: int) -> Actor:
        """Whom the token belongs to; Unauthenticated where it is unknown or revoked, Expired past its time."""
        hashed = digest(token)
        with self._lock:
            if self._version != access_version or len(self._actors) > _CACHED:
                self._version, self._actors = access_version, {}
            is_known = hashed in self._actors
            found = self._actors.get(hashed)
        if not is_known:
            found = self._read(hashed)
            with self._lock:
                if self._version == access_version:
                    self._actors[hashed] = found
        if found is None:
            raise Unauthenticated("The token is unknown or was revoked.")
        if found.expires_at is not None and (ago_ms := self._graph.clock.read() - found.expires_at) >= 0:
            raise Expired(found.expires_at, ago_ms)
        return found

    def _read(self, hashed: str) -> Actor | None:
        row = self._graph.plain(load("accounts").token, hash=hashed)["token"]
        if row is None:
            return None
        return Actor(
            user_id=row["user_id"],
            owner_id=row["owner_id"],
            source_id=row["id"] if row["app_id"] is None else str(row["app_id"]),
            scopes=permissions.granted(row["scopes"]),
            expires_at=row["expires_at"],
            is_super_admin=row["is_super_admin"],
        )


def permits(actor: Actor, *scopes: str) -> bool:
    """Whether the actor has every scope; a super admin lacks none."""
    return actor.is_super_admin or actor.scopes.issuperset(scopes)


def require(actor: Actor, scopes: Collection[str]) -> None:
    """MissingScopes where the actor lacks one."""
    if not permits(actor, *scopes):
        raise MissingScopes([scope for scope in scopes if scope not in actor.scopes])


def create(unit: Unit, name: str, scopes: Sequence[str], *, is_super_admin: bool = False) -> tuple[Token, str]:
    """A new token of the acting user, and its secret, which is shown this once. Only a super admin may make one."""
    require_super_admin(unit.actor)
    unknown = [scope for scope in scopes if not permissions.is_scope(scope)]
    if unknown:
        raise InvalidInput(f"No such scope: {', '.join(unknown)[:500]}.", scopes=unknown)
    secret = _PREFIX + unit.clock.new_secret()
    token = Token(
        id=unit.clock.new_id(),
        name=name,
        user_id=unit.actor.user_id,
        scopes=tuple(dict.fromkeys(scopes)),
        is_super_admin=is_super_admin,
        created_at=unit.clock.now(),
    )
    unit.graph.change(
        load("accounts").add_token,
        owner_id=unit.actor.owner_id,
        token={**_node(token), "hash": digest(secret)},
        audit=audit_of(unit, "token.created", token.id),
    )
    return token, secret


def revoke(unit: Unit, token_id: str) -> None:
    """The token is refused from the next request on; NotFound where there is none. Only for a super admin."""
    require_super_admin(unit.actor)
    audit = audit_of(unit, "token.revoked", token_id)
    row = unit.graph.change(load("accounts").revoke_token, id=token_id, audit=audit)
    if row["found"] is False:  # None where it was revoked and the answer lost
        raise NotFound(f"No token has the id {token_id[:100]}.")


def listed(unit: Unit) -> list[Token]:
    """All tokens, oldest first, at most a thousand. Only for a super admin."""
    require_super_admin(unit.actor)
    rows = unit.graph.ask(load("accounts").tokens)["tokens"]
    return [Token(**{**row, "scopes": tuple(row["scopes"])}) for row in rows]


def require_super_admin(actor: Actor) -> None:
    """MissingScopes for anyone else."""
    if not actor.is_super_admin:
        raise MissingScopes([permissions.SUPER_ADMIN])


def prepare_account(graph: Graph, settings: Settings, clock: Clock) -> str | None:
    """Make sure that the account has an owner and a first token; the token where this call has made one up.

    A token that the settings name is added where it is not there yet. Several processes may do this at once.
    """
    given = settings.token
    secret = given or _PREFIX + clock.new_secret()
    row = graph.plain(
        load("accounts").prepare,
        account={"id": settings.account_id},
        owner={
            "id": str(settings.account_id),
            "number": settings.account_id,
            "user_id": settings.account_id,
            "email": settings.owner_email,
            "first_name": settings.owner_first_name,
            "last_name": settings.owner_last_name,
            "is_super_admin": True,
            "created_at": clock.now(),
            "updated_at": clock.now(),
        },
        hash=digest(secret),
        is_given=bool(given),
        token=_node(
            Token(
                id=clock.new_id(),
                name="First super admin",
                user_id=settings.account_id,
                scopes=(),
                is_super_admin=True,
                created_at=clock.now(),
            )
        ),
    )
    return secret if row["made"] and not given else None


def _node(token: Token) -> dict[str, object]:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": list(token.scopes),
        "is_super_admin": token.is_super_admin,
        "created_at": token.created_at,
    }


def audit_of(unit: Unit, action: str, subject: str) -> dict[str, object]:
    """The node of a change of who has access."""
    return {
        "at": unit.clock.now(),
        "actor": unit.actor.name,
        "action": action,
        "subject": subject,
        "transaction_id": unit.transaction_id,
    }
