"""Clients that write without a pause, and remember what each answer promised."""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.faults.caller import Answer, Caller
from tests.faults.served import Served

CONTACTS = "/crm/v3/objects/contacts"
NOTHING = "nothing was written"
"""What the message of a refusal says when the write was certainly not made."""

_PAUSE_S = 0.05


@dataclass
class Writing:
    """One client: it creates contacts, and counts up on the last one that was acknowledged."""

    caller: Caller
    seed: int
    made: dict[str, str] = field(default_factory=dict)
    """Id by e-mail, of each create that was acknowledged."""
    counted: dict[str, int] = field(default_factory=dict)
    """The last count that was acknowledged, by id."""
    not_made: list[str] = field(default_factory=list)
    """E-mails of creates of which the answer says that nothing was written."""
    refusals: list[Answer] = field(default_factory=list)
    """Every answer that was not a success."""

    def run(self, is_over: threading.Event) -> None:
        """Write until it is over."""
        chance = random.Random(self.seed)
        while not is_over.is_set():
            if self.made and chance.random() < 0.5:
                self._count(list(self.made.values())[-1])
            else:
                self._create()

    def _create(self) -> None:
        email = f"{secrets.token_hex(8)}@example.com"
        answer = self.caller.post(CONTACTS, {"properties": {"email": email}})
        if answer.status == 201:
            self.made[email] = answer.body["id"]
        elif NOTHING in answer.message:
            self.not_made.append(email)
        self._note(answer)

    def _count(self, record_id: str) -> None:
        count = self.counted.get(record_id, 0) + 1
        answer = self.caller.patch(f"{CONTACTS}/{record_id}", {"properties": {"firstname": str(count)}})
        if answer.status == 200:
            self.counted[record_id] = count
        self._note(answer)

    def _note(self, answer: Answer) -> None:
        if answer.status not in (200, 201):
            self.refusals.append(answer)
            time.sleep(_PAUSE_S)


@contextmanager
def writing(served: Served, count: int, seed: int = 0) -> Iterator[list[Writing]]:
    """That many clients, each writing in a thread of its own until the end of the context."""
    is_over = threading.Event()
    with served.callers(count) as callers:
        clients = [Writing(caller, seed * 100 + n) for n, caller in enumerate(callers)]
        threads = [threading.Thread(target=client.run, args=(is_over,)) for client in clients]
        for thread in threads:
            thread.start()
        try:
            yield clients
        finally:
            is_over.set()
            for thread in threads:
                thread.join()


def missing(served: Served, clients: list[Writing]) -> list[str]:
    """What was acknowledged and is not there, and what is there although nothing was said to be written."""
    emails = [email for client in clients for email in (*client.made, *client.not_made)]
    rows = served.query(
        "UNWIND $emails AS email MATCH (c:Contact {_f_email: email}) "
        "RETURN email, toString(c._id) AS id, toInteger(coalesce(c.firstname, '0')) AS count",
        emails=emails,
    )
    found = {row["email"]: row for row in rows}
    faults = []
    for client in clients:
        for email, record_id in client.made.items():
            row, count = found.get(email), client.counted.get(record_id, 0)
            if row is None or row["id"] != record_id or row["count"] < count:
                faults.append(f"{email} was acknowledged as {record_id} with count {count}; there is {row}")
        refused = [email for email in client.not_made if email in found]
        faults += [f"{email} is there, and its client was told that it is not" for email in refused]
    return faults


BATCH = 100


@dataclass
class Batches:
    """One client that creates contacts a hundred at a time, each associated with a company."""

    caller: Caller
    company: str
    asked: list[str] = field(default_factory=list)
    """The beginning of the e-mails of each batch."""
    made: set[str] = field(default_factory=set)
    """The same of those that were acknowledged."""
    refusals: list[Answer] = field(default_factory=list)

    def run(self, is_over: threading.Event) -> None:
        """Write until it is over."""
        types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
        associations = [{"to": {"id": self.company}, "types": types}]
        while not is_over.is_set():
            name = secrets.token_hex(8)
            self.asked.append(name)
            inputs = [
                {"properties": {"email": f"{name}-{n}@example.com"}, "associations": associations} for n in range(BATCH)
            ]
            answer = self.caller.post(f"{CONTACTS}/batch/create", {"inputs": inputs})
            if answer.status == 201:
                self.made.add(name)
            else:
                self.refusals.append(answer)
                time.sleep(_PAUSE_S)


@contextmanager
def writing_batches(served: Served, count: int) -> Iterator[list[Batches]]:
    """That many clients, each writing batches in a thread of its own until the end of the context."""
    is_over = threading.Event()
    with served.callers(count) as callers:
        clients = [Batches(caller, caller.create("companies", name=secrets.token_hex(8))) for caller in callers]
        threads = [threading.Thread(target=client.run, args=(is_over,)) for client in clients]
        for thread in threads:
            thread.start()
        try:
            yield clients
        finally:
            is_over.set()
            for thread in threads:
                thread.join()


def torn(served: Served, clients: list[Batches]) -> list[str]:
    """Batches of which a part is there, and those that were acknowledged and are not."""
    rows = served.query(
        "UNWIND $names AS name OPTIONAL MATCH (k:_Claim)-[:CLAIMED_BY]->(c:Contact) "
        "WHERE k.key STARTS WITH '0-1|email|' + name + '-' "
        "RETURN name, count(c) AS people, count(CASE WHEN (c)-[:CONTACT_TO_COMPANY]->(:Company) THEN 1 END) AS at_work",
        names=[name for client in clients for name in client.asked],
    )
    made = {name for client in clients for name in client.made}
    return [
        f"{row} of {BATCH}"
        for row in rows
        if row["people"] not in ((BATCH,) if row["name"] in made else (0, BATCH)) or row["at_work"] != row["people"]
    ]
