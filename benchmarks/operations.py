"""TABLE of operations: the request of a client of ours, and the call of our domain that answers it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from benchmarks.account import Account, contact
from crm_graph import search
from crm_graph.definitions.object_type import ObjectType
from crm_graph.records import associations, batch, store
from crm_graph.records.record import CreateInput, Identity, Selection, UpdateInput
from crm_graph.unit import Unit

_SHOWN = ("firstname", "lastname", "email", "phone", "jobtitle", "city")
_SELECTION = Selection(properties=_SHOWN)
_CONTACTS = "/crm/v3/objects/contacts"
_CONTACT_PAGES = "/crm/v4/objects/companies"
_NEW_FROM = 10_000_000
"""Contacts beyond this number are made while measuring."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request of the API; the body is JSON."""

    method: str
    path: str
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One row of the table. `n` is a number that no other request of a run has."""

    name: str
    requests: int
    """In one round."""
    request: Callable[[Account, int], Request]
    domain: Callable[[Unit, Account, int], object]


def _new(account: Account, n: int) -> dict[str, str]:
    return contact(_NEW_FROM + n, account.cities)


def _new_batch(account: Account, n: int) -> list[dict[str, str]]:
    return [contact(_NEW_FROM * 2 + n * 100 + each, account.cities) for each in range(100)]


def _changed(n: int) -> dict[str, str]:
    return {"jobtitle": f"Buyer {n}", "phone": f"+49 40 {n:08}"}


def _place(account: Account, n: int) -> int:
    return random.Random(n).randrange(len(account.contact_ids))


def _contact_id(account: Account, n: int) -> str:
    return str(account.contact_ids[_place(account, n)])


def _email(account: Account, n: int) -> str:
    return contact(account.first + _place(account, n), account.cities)["email"]


def _company_id(account: Account, n: int) -> str:
    return str(random.Random(n).choice(account.company_ids))


def _behind(account: Account, n: int) -> int:
    """An id behind which a whole page of the hub's contacts is left."""
    return account.contact_ids[random.Random(n).randrange(max(account.hub_contacts - 501, 1))]


def _contact_ids(account: Account, n: int) -> list[str]:
    """A hundred contacts next to each other."""
    first = random.Random(n).randrange(len(account.contact_ids) - 99)
    return [str(each) for each in account.contact_ids[first : first + 100]]


def _known_batch(account: Account, n: int) -> list[dict[str, str]]:
    first = account.first + random.Random(n).randrange(len(account.contact_ids) - 99)
    return [{"email": contact(each, account.cities)["email"], **_changed(n)} for each in range(first, first + 100)]


def _upsert(name: str, values: Callable[[Account, int], list[dict[str, str]]]) -> Operation:
    """An upsert of a hundred by their e-mail address."""

    def request(account: Account, n: int) -> Request:
        inputs = [{"id": each["email"], "idProperty": "email", "properties": each} for each in values(account, n)]
        return Request("POST", f"{_CONTACTS}/batch/upsert", orjson.dumps({"inputs": inputs}))

    def domain(unit: Unit, account: Account, n: int) -> object:
        inputs = [
            UpdateInput(identity=Identity(each["email"], "email"), properties=each) for each in values(account, n)
        ]
        return batch.upsert(unit, _contacts(unit), inputs)

    return Operation(name=name, requests=40, request=request, domain=domain)


def _criteria(account: Account, n: int) -> dict[str, Any]:
    city = f"City {random.Random(n).randrange(account.cities)}"
    return {
        "filterGroups": [{"filters": [{"propertyName": "city", "operator": "EQ", "value": city}]}],
        "properties": list(_SHOWN),
        "limit": 10,
    }


def _contacts(unit: Unit) -> ObjectType:
    return unit.model.object_type("contact")


def _search(unit: Unit, account: Account, n: int) -> object:
    return search.run(unit, _contacts(unit), search.parse(_criteria(account, n), _contacts(unit), unit.limits))


def _page(unit: Unit, near_id: str, *, after: int = -1, limit: int) -> object:
    return associations.page(
        unit, unit.model.object_type("company"), near_id, _contacts(unit), after=after, limit=limit
    )


OPERATIONS: Mapping[str, Operation] = {
    "create": Operation(
        name="create",
        requests=300,
        request=lambda account, n: Request("POST", _CONTACTS, orjson.dumps({"properties": _new(account, n)})),
        domain=lambda unit, account, n: store.create(unit, _contacts(unit), _new(account, n)),
    ),
    "batch": Operation(
        name="batch create of 100",
        requests=40,
        request=lambda account, n: Request(
            "POST",
            f"{_CONTACTS}/batch/create",
            orjson.dumps({"inputs": [{"properties": values} for values in _new_batch(account, n)]}),
        ),
        domain=lambda unit, account, n: batch.create(
            unit, _contacts(unit), [CreateInput(properties=values) for values in _new_batch(account, n)]
        ),
    ),
    "read": Operation(
        name="read by id",
        requests=400,
        request=lambda account, n: Request(
            "GET", f"{_CONTACTS}/{_contact_id(account, n)}?properties={','.join(_SHOWN)}"
        ),
        domain=lambda unit, account, n: store.read(
            unit, _contacts(unit), Identity(_contact_id(account, n)), _SELECTION
        ),
    ),
    "email": Operation(
        name="read by e-mail",
        requests=400,
        request=lambda account, n: Request(
            "GET", f"{_CONTACTS}/{_email(account, n)}?idProperty=email&properties={','.join(_SHOWN)}"
        ),
        domain=lambda unit, account, n: store.read(
            unit, _contacts(unit), Identity(_email(account, n), "email"), _SELECTION
        ),
    ),
    "batch-read": Operation(
        name="batch read of 100",
        requests=200,
        request=lambda account, n: Request(
            "POST",
            f"{_CONTACTS}/batch/read",
            orjson.dumps({"inputs": [{"id": each} for each in _contact_ids(account, n)], "properties": _SHOWN}),
        ),
        domain=lambda unit, account, n: batch.read(unit, _contacts(unit), _contact_ids(account, n), _SELECTION),
    ),
    "upsert-new": _upsert("upsert of 100 new ones", _new_batch),
    "upsert-known": _upsert("upsert of 100 known ones", _known_batch),
    "update": Operation(
        name="update",
        requests=300,
        request=lambda account, n: Request(
            "PATCH", f"{_CONTACTS}/{_contact_id(account, n)}", orjson.dumps({"properties": _changed(n)})
        ),
        domain=lambda unit, account, n: store.update(
            unit, _contacts(unit), Identity(_contact_id(account, n)), _changed(n)
        ),
    ),
    "search": Operation(
        name="search with total",
        requests=500,
        request=lambda account, n: Request("POST", f"{_CONTACTS}/search", orjson.dumps(_criteria(account, n))),
        domain=_search,
    ),
    "page-100": Operation(
        name="page of 100 associations",
        requests=200,
        request=lambda account, n: Request(
            "GET", f"{_CONTACT_PAGES}/{_company_id(account, n)}/associations/contacts?limit=100"
        ),
        domain=lambda unit, account, n: _page(unit, _company_id(account, n), limit=100),
    ),
    "page-500": Operation(
        name="page of 500 associations",
        requests=100,
        request=lambda account, n: Request(
            "GET",
            f"{_CONTACT_PAGES}/{account.hub_id}/associations/contacts?limit=500&after={_behind(account, n)}",
        ),
        domain=lambda unit, account, n: _page(unit, str(account.hub_id), after=_behind(account, n), limit=500),
    ),
}
