"""Signing in with a browser: a link that works once, or a token, makes a session, and a cookie carries its secret.

Codes and sessions are kept as SHA-256 of 256 random bits. A session is read at every request
and never cached, so that one that was ended is refused at once by every process, and so is one
whose token was revoked.

Nothing counts failed attempts. Codes and the tokens that we make are 256 random bits: whoever tries
a million a second finds none in the lifetime of the sun, and a count would let strangers lock people
out. A guess costs one seek in an index, as it does at the API.
"""

from __future__ import annotations

from crm_graph.accounts import permissions
from crm_graph.accounts.tokens import digest
from crm_graph.clock import Clock
from crm_graph.errors import Unauthenticated
from crm_graph.graph.database import Graph
from crm_graph.graph.queries import load
from crm_graph.unit import Actor, Unit

CODE_MS = 15 * 60 * 1000
"""How long a link works when nobody has used it."""
SESSION_MS = 30 * 24 * 60 * 60 * 1000
"""How long a browser stays signed in."""


def make_link(unit: Unit, url: str) -> str:
    """A link below `url`, the server's scheme and host, with which the acting user can sign in once."""
    code = unit.clock.new_secret()
    now = unit.clock.now()
    unit.graph.change(
        load("accounts").add_sign_in_code,
        owner_id=unit.actor.owner_id,
        hash=digest(code),
        now=now,
        expires_at=now + CODE_MS,
        audit={
            "at": now,
            "actor": unit.actor.name,
            "action": "sign_in_link.created",
            "transaction_id": unit.transaction_id,
        },
    )
    return f"{url.rstrip('/')}/sign-in?code={code}"


def begin(graph: Graph, clock: Clock, code: str) -> str:
    """The secret of a new session; Unauthenticated where the code is unknown, used or past its time."""
    secret = clock.new_secret()
    now = clock.now()
    began = graph.plain(
        load("accounts").begin_session,
        code_hash=digest(code),
        now=now,
        session={"hash": digest(secret), "created_at": now, "expires_at": now + SESSION_MS},
        audit={"at": now, "action": "session.created"},
    )["began"]
    if not began:
        raise Unauthenticated("The link was used, or its time is over.")
    return secret


def begin_with_token(graph: Graph, clock: Clock, token: str) -> str:
    """The secret of a new session that permits what the token does; Unauthenticated where it is unknown or revoked."""
    secret = clock.new_secret()
    now = clock.now()
    began = graph.plain(
        load("accounts").begin_session_by_token,
        token_hash=digest(token.strip()),
        session={"hash": digest(secret), "created_at": now, "expires_at": now + SESSION_MS},
        audit={"at": now, "action": "session.created"},
    )["began"]
    if not began:
        raise Unauthenticated("The token is unknown or was revoked.")
    return secret


def find(graph: Graph, clock: Clock, secret: str) -> Actor | None:
    """Whose session it is; None where it is unknown, ended, past its time or of a token that was revoked."""
    row = graph.plain(load("accounts").session, hash=digest(secret), now=clock.now())["session"]
    if row is None:
        return None
    return Actor(
        user_id=row["user_id"],
        owner_id=row["owner_id"],
        source="CRM_UI",
        source_id=f"userId:{row['user_id']}",
        scopes=permissions.granted(row["scopes"]),
        is_super_admin=row["is_super_admin"],
    )


def end(graph: Graph, clock: Clock, secret: str) -> None:
    """The session is refused from the next request on; nothing where there is none."""
    audit = {"at": clock.now(), "action": "session.ended"}
    graph.plain(load("accounts").end_session, hash=digest(secret), audit=audit)
