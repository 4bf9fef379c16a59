"""The account that is measured: contacts and companies, made by our own set-based statements.

Every company that has contacts has 100 of them, as their primary one; one more, the hub, has up to 50,000.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.feed.number import number
from crm_graph.records.association_batch import PairInput, associate_many
from crm_graph.records.create import create_all
from crm_graph.records.record import CreateInput
from crm_graph.unit import Actor, Unit

OWNER = Actor(user_id=1, owner_id="1", is_super_admin=True)
PER_COMPANY = 100
PER_CITY = 20
HUB_CONTACTS = 50_000

T = TypeVar("T")

_CHUNK = 2_000
_WRITE_MS = 120_000
"""Filling writes more at once than a request may."""
_PRIMARY = ("HUBSPOT_DEFINED", 1)

Progress = Callable[[str, int, int], None]
"""Told what is being made, how many of them there are and how many there will be."""


@dataclass(frozen=True, slots=True)
class Account:
    """What requests may name. The contact at place `n` of `contact_ids` has the values of `contact(first + n)`."""

    contact_ids: Sequence[int]
    company_ids: Sequence[int]
    """Companies with 100 contacts each."""
    hub_id: int
    hub_contacts: int
    first: int = 0

    @property
    def cities(self) -> int:
        """How many cities there are, each with the same number of contacts."""
        return max(len(self.contact_ids) // PER_CITY, 1)


def contact(n: int, cities: int) -> dict[str, str]:
    """Values of one contact as a client would give them."""
    return {
        "email": f"person{n}@example.com",
        "firstname": f"Given{n % 997}",
        "lastname": f"Family{n % 7_919}",
        "phone": f"+49 30 {n:08}",
        "jobtitle": "Head of purchasing",
        "company": f"Company {n // PER_COMPANY}",
        "city": f"City {n % cities}",
        "lifecyclestage": "customer",
    }


def fill(settings: Settings, contacts: int, progress: Progress, *, first: int = 0) -> Account:
    """Make the account; in a database that is not empty, `first` is a number beyond all contacts that it has."""
    crm = Crm(replace(settings, limits=replace(settings.limits, write_ms=_WRITE_MS)))
    try:
        crm.prepare()
        return _fill(crm, contacts, progress, first)
    finally:
        crm.close()


def _fill(crm: Crm, contacts: int, progress: Progress, first: int) -> Account:
    cities = max(contacts // PER_CITY, 1)
    contact_ids = _create(crm, "contact", [contact(first + n, cities) for n in range(contacts)], progress)
    companies = [{"name": f"Company {n}", "domain": f"company{n}.example.com"} for n in range(contacts // 10)]
    company_ids = _create(crm, "company", companies, progress)
    *with_contacts, hub_id = company_ids[: contacts // PER_COMPANY + 1]
    primary = [
        PairInput(near_id=str(contact_id), far_id=str(with_contacts[n // PER_COMPANY]), types=(_PRIMARY,))
        for n, contact_id in enumerate(contact_ids[: len(with_contacts) * PER_COMPANY])
    ]
    hub = [PairInput(near_id=str(each), far_id=str(hub_id)) for each in contact_ids[:HUB_CONTACTS]]
    _associate(crm, [*primary, *hub], progress)
    while number(crm.graph).count:
        pass
    with crm.graph.driver.session() as session:
        # Plans made while the database was empty are not those of a database in use.
        session.run("CALL db.clearQueryCaches()").consume()
    return Account(contact_ids, with_contacts, hub_id, len(hub), first)


def _create(crm: Crm, name: str, records: Sequence[dict[str, str]], progress: Progress) -> list[int]:
    ids: list[int] = []

    def create(unit: Unit, inputs: Sequence[CreateInput]) -> list[int]:
        return [record.id for record in create_all(unit, unit.model.object_type(name), inputs)]

    for chunk in _chunks(records):
        ids += crm.run(OWNER, partial(create, inputs=[CreateInput(properties=values) for values in chunk]))
        progress(name, len(ids), len(records))
    return ids


def _associate(crm: Crm, pairs: Sequence[PairInput], progress: Progress) -> None:
    def associate(unit: Unit, inputs: Sequence[PairInput]) -> None:
        associate_many(unit, unit.model.object_type("contact"), unit.model.object_type("company"), inputs)

    for n, chunk in enumerate(_chunks(pairs)):
        crm.run(OWNER, partial(associate, inputs=chunk))
        progress("association", min((n + 1) * _CHUNK, len(pairs)), len(pairs))


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
