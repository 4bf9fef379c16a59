"""Signing in: codes that work once, sessions that end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from crm_graph.accounts import sign_in, tokens
from crm_graph.accounts.tokens import digest
from crm_graph.clock import Clock
from crm_graph.crm import Crm
from crm_graph.errors import Unauthenticated
from tests.factories import SUPER_ADMIN, unique

DAY_MS = 24 * 60 * 60 * 1000


class Later(Clock):
    """A clock that is ahead."""

    def __init__(self, ahead_ms: int) -> None:
        super().__init__()
        self._ahead_ms = ahead_ms

    def read(self) -> int:
        return super().read() + self._ahead_ms


def made_code(crm: Crm) -> str:
    """The code of a new link."""
    link = crm.run(SUPER_ADMIN, lambda unit: sign_in.make_link(unit, "http://crm.example:8080/"))
    url, _, code = link.partition("/sign-in?code=")
    assert url == "http://crm.example:8080"
    assert len(code) == 43  # 256 bits in base 64
    return code


def has_session(crm: Crm, secret: str, clock: Clock | None = None) -> bool:
    """Whether the secret is one of a session."""
    return sign_in.find(crm.graph, clock or crm.clock, secret) is not None


def test_code_is_exchanged_for_a_session_of_its_owner(crm: Crm) -> None:
    actor = sign_in.find(crm.graph, crm.clock, sign_in.begin(crm.graph, crm.clock, made_code(crm)))
    assert actor is not None
    assert (actor.user_id, actor.owner_id, actor.is_super_admin) == (1, "1", True)
    assert (actor.source, actor.source_id) == ("CRM_UI", "userId:1")


def test_of_sixteen_who_come_with_one_code_one_gets_a_session(crm: Crm) -> None:
    def begin(code: str) -> bool:
        try:
            return bool(sign_in.begin(crm.graph, crm.clock, code))
        except Unauthenticated:
            return False

    for _ in range(3):
        with ThreadPoolExecutor(16) as pool:
            assert sum(pool.map(begin, [made_code(crm)] * 16)) == 1


@pytest.mark.parametrize("code", ["", "unknown", "\ud800", "x" * 5_000])
def test_unknown_code_is_refused(crm: Crm, code: str) -> None:
    with pytest.raises(Unauthenticated):
        sign_in.begin(crm.graph, crm.clock, code)


def test_code_works_for_fifteen_minutes(crm: Crm) -> None:
    code = made_code(crm)
    with pytest.raises(Unauthenticated):
        sign_in.begin(crm.graph, Later(15 * 60 * 1000), code)
    assert sign_in.begin(crm.graph, Later(14 * 60 * 1000), code)


def test_session_lasts_thirty_days(crm: Crm) -> None:
    secret = sign_in.begin(crm.graph, crm.clock, made_code(crm))
    assert has_session(crm, secret, Later(29 * DAY_MS))
    assert not has_session(crm, secret, Later(30 * DAY_MS))


def test_session_that_was_ended_is_refused_and_others_stay(crm: Crm) -> None:
    first, second = (sign_in.begin(crm.graph, crm.clock, made_code(crm)) for _ in range(2))
    sign_in.end(crm.graph, crm.clock, first)
    assert not has_session(crm, first)
    assert has_session(crm, second)


def test_session_of_an_archived_owner_is_refused(crm: Crm) -> None:
    secret = sign_in.begin(crm.graph, crm.clock, made_code(crm))
    with crm.graph.driver.session() as session:
        hashed = digest(secret)
        query = "MATCH (s:_Session {hash: $hash})-[of:OF]->() DELETE of CREATE (s)-[:OF]->(:_Owner {archived: true})"
        session.run(query, hash=hashed).consume()
    assert not has_session(crm, secret)


def test_session_by_token_permits_what_the_token_does(crm: Crm) -> None:
    _, token = crm.run(SUPER_ADMIN, lambda unit: tokens.create(unit, unique(), ["tickets", "crm.objects.deals.read"]))
    actor = sign_in.find(crm.graph, crm.clock, sign_in.begin_with_token(crm.graph, crm.clock, token))
    assert actor is not None
    assert (actor.user_id, actor.is_super_admin, actor.source, actor.source_id) == (1, False, "CRM_UI", "userId:1")
    assert actor.scopes == {
        "tickets",
        "crm.objects.tickets.read",
        "crm.objects.tickets.write",
        "crm.objects.deals.read",
    }


def test_session_by_a_super_admin_token_is_one_of_a_super_admin(crm: Crm) -> None:
    _, token = crm.run(SUPER_ADMIN, lambda unit: tokens.create(unit, unique(), [], is_super_admin=True))
    actor = sign_in.find(crm.graph, crm.clock, sign_in.begin_with_token(crm.graph, crm.clock, token))
    assert actor is not None
    assert actor.is_super_admin


@pytest.mark.parametrize("token", ["", "unknown", "\ud800", "x" * 5_000])
def test_unknown_token_begins_no_session(crm: Crm, token: str) -> None:
    with pytest.raises(Unauthenticated):
        sign_in.begin_with_token(crm.graph, crm.clock, token)


def test_session_is_refused_once_its_token_is_revoked_and_those_of_links_stay(crm: Crm) -> None:
    made, token = crm.run(SUPER_ADMIN, lambda unit: tokens.create(unit, unique(), []))
    by_token = sign_in.begin_with_token(crm.graph, crm.clock, token)
    by_link = sign_in.begin(crm.graph, crm.clock, made_code(crm))
    assert has_session(crm, by_token)
    crm.run(SUPER_ADMIN, lambda unit: tokens.revoke(unit, made.id))
    assert not has_session(crm, by_token)
    assert has_session(crm, by_link)


def test_no_session_outlives_a_token_that_is_revoked_meanwhile(crm: Crm) -> None:
    for _ in range(5):
        made, token = crm.run(SUPER_ADMIN, lambda unit: tokens.create(unit, unique(), []))
        begun: list[str] = []

        def sign_in_often(token: str = token, begun: list[str] = begun) -> None:
            with suppress(Unauthenticated):
                while True:
                    begun.append(sign_in.begin_with_token(crm.graph, crm.clock, token))

        with ThreadPoolExecutor(8) as pool:
            tries = [pool.submit(sign_in_often) for _ in range(8)]
            while len(begun) < 8:
                pass
            crm.run(SUPER_ADMIN, lambda unit, made=made: tokens.revoke(unit, made.id))
        assert all(each.exception() is None for each in tries)
        assert not any(has_session(crm, secret) for secret in begun)


def test_neither_code_nor_secret_is_in_the_graph(crm: Crm) -> None:
    code = made_code(crm)
    secret = sign_in.begin(crm.graph, crm.clock, code)
    with crm.graph.driver.session() as session:
        query = (
            "MATCH (n) WHERE n:_SignInCode OR n:_Session OR n:_Audit UNWIND keys(n) AS key "
            "RETURN collect(DISTINCT toString(n[key])) AS kept"
        )
        kept = session.run(query).single(strict=True)["kept"]
    assert code not in kept
    assert secret not in kept
    assert digest(secret) in kept


def test_making_a_link_removes_codes_and_sessions_past_their_time(crm: Crm) -> None:
    code = made_code(crm)
    sign_in.begin(crm.graph, crm.clock, code)
    made_code(crm)
    with crm.graph.driver.session() as session:
        query = "RETURN COUNT { (:_SignInCode {hash: $hash}) } AS codes"
        assert session.run(query, hash=digest(code)).single(strict=True)["codes"] == 0
