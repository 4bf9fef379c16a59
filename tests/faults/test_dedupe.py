"""Sixteen clients of two worker processes want the same e-mail address: one gets it, the others learn who."""

from __future__ import annotations

import re
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from tests.faults.caller import Answer, Caller, at_once
from tests.faults.served import Served

pytestmark = pytest.mark.slow

CLIENTS, ROUNDS = 16, 20
CONTACTS = "/crm/v3/objects/contacts"


@pytest.fixture(scope="module")
def clients(served: Served) -> Iterator[list[Caller]]:
    """Sixteen connections that both workers have some of."""
    with served.callers(CLIENTS - 2) as most, served.two_workers() as two:
        yield [*two, *most]


def together(clients: Sequence[Caller], ask: Callable[[int, Caller], Answer]) -> list[Answer]:
    """The answers to what all ask in the same moment."""
    barrier = threading.Barrier(len(clients))

    def wait_and_ask(n: int, caller: Caller) -> Answer:
        barrier.wait()
        return ask(n, caller)

    return at_once(clients, wait_and_ask)


def address() -> str:
    return f"{secrets.token_hex(8)}@example.com"


def assert_one_wins(answers: Sequence[Answer], new_id: Callable[[Any], str] = lambda body: body["id"]) -> str:
    """The id of the only new record, which every refusal names."""
    made = [new_id(answer.body) for answer in answers if answer.status == 201]
    refused = [answer.message for answer in answers if answer.status == 409]
    assert (len(made), len(refused)) == (1, len(answers) - 1), [str(answer) for answer in answers]
    assert set(refused) == {f"Contact already exists. Existing ID: {made[0]}"}
    return str(made[0])


def ids_with(caller: Caller, *emails: str) -> list[str]:
    """Ids of the contacts that have one of the addresses."""
    inputs = [{"id": each} for each in emails]
    answer = caller.post(f"{CONTACTS}/batch/read", {"inputs": inputs, "idProperty": "email", "properties": []})
    assert answer.status in (200, 207), answer
    return [each["id"] for each in answer.body["results"]]


def test_one_of_sixteen_creates_an_address_in_each_round(clients: list[Caller]) -> None:
    for _ in range(ROUNDS):
        wanted = address()

        def create(n: int, caller: Caller, wanted: str = wanted) -> Answer:
            given = wanted.upper() if n % 2 else wanted
            return caller.post(CONTACTS, {"properties": {"email": given, "firstname": str(n)}})

        winner = assert_one_wins(together(clients, create))
        assert ids_with(clients[0], wanted) == [winner]


def test_an_additional_address_is_as_taken_as_a_first_one(clients: list[Caller]) -> None:
    for _ in range(ROUNDS):
        wanted, own = address(), [address() for _ in clients]

        def create(n: int, caller: Caller, wanted: str = wanted, own: Sequence[str] = own) -> Answer:
            additional = {"email": own[n], "hs_additional_emails": f"{address()};{wanted}"}
            return caller.post(CONTACTS, {"properties": additional if n % 2 else {"email": wanted}})

        winner = assert_one_wins(together(clients, create))
        assert ids_with(clients[0], wanted) == [winner]
        assert ids_with(clients[0], *own) in ([], [winner])


def test_a_batch_with_a_taken_address_writes_nothing(clients: list[Caller]) -> None:
    company = clients[0].create("companies", name="F.B.I.")
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
    for _ in range(ROUNDS):
        wanted, own = address(), [(address(), address()) for _ in clients]

        def create(n: int, caller: Caller, wanted: str = wanted, own: Sequence[tuple[str, str]] = own) -> Answer:
            associations = [{"to": {"id": company}, "types": types}] if n % 2 else []
            emails = (own[n][0], wanted, own[n][1])
            inputs = [{"properties": {"email": each}, "associations": associations} for each in emails]
            return caller.post(f"{CONTACTS}/batch/create", {"inputs": inputs})

        answers = together(clients, create)
        assert_one_wins(answers, lambda body: body["results"][1]["id"])  # type: ignore[no-any-return]
        [made] = [answer.body["results"] for answer in answers if answer.status == 201]
        others = [each for pair in own for each in pair]
        assert sorted(ids_with(clients[0], wanted, *others)) == sorted(each["id"] for each in made)


def test_an_upsert_by_all_makes_one_record(clients: list[Caller]) -> None:
    for _ in range(ROUNDS):
        wanted = address()

        def upsert(n: int, caller: Caller, wanted: str = wanted) -> Answer:
            given = {"id": wanted, "idProperty": "email", "properties": {"firstname": str(n)}}
            return caller.post(f"{CONTACTS}/batch/upsert", {"inputs": [given]})

        answers = together(clients, upsert)
        assert {answer.status for answer in answers} == {200}, [str(answer) for answer in answers]
        results = [answer.body["results"][0] for answer in answers]
        assert sorted(each["new"] for each in results) == [False] * (CLIENTS - 1) + [True]
        assert {each["id"] for each in results} == set(ids_with(clients[0], wanted))


def test_a_restored_record_does_not_take_an_address_twice(clients: list[Caller]) -> None:
    for _ in range(ROUNDS):
        wanted = address()
        archived = clients[0].create("contacts", email=wanted)
        assert clients[0].delete(f"{CONTACTS}/{archived}").status == 204

        def create_or_restore(n: int, caller: Caller, wanted: str = wanted, archived: str = archived) -> Answer:
            if n % 2:
                return caller.post(f"/crm/graph/v1/objects/contacts/{archived}/restore")
            return caller.post(CONTACTS, {"properties": {"email": wanted}})

        answers = together(clients, create_or_restore)
        [owner] = ids_with(clients[0], wanted)
        creates, restores = [[seen(answer) for answer in some] for some in (answers[::2], answers[1::2])]
        taken = (409, owner)
        if owner == archived:
            assert set(creates) == {taken}
            # Who comes when it is restored already finds no archived record.
            assert (200, owner) in restores
            assert set(restores) <= {(200, owner), (404, "")}
        else:
            assert sorted(creates) == [(201, owner)] + [taken] * (len(creates) - 1)
            assert set(restores) == {taken}


def seen(answer: Answer) -> tuple[int, str]:
    """The status, and the id that the answer names."""
    if answer.status < 300:
        return answer.status, str(answer.body["id"])
    found = re.search(r"Existing ID: (\d+)", answer.message)
    return answer.status, found.group(1) if found else ""
