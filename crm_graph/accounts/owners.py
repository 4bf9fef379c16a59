"""Owners: the people that records belong to, each with a user id."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from crm_graph.errors import NotFound
from crm_graph.graph.queries import load
from crm_graph.unit import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """One owner. `number` orders owners and is the number of their `id`; times are ms since 1970, UTC."""

    id: str
    number: int
    user_id: int
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    manager: str = ""
    office: str = ""
    is_super_admin: bool = False
    archived: bool = False
    created_at: int = 0
    updated_at: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerPage:
    """Owners in id order; `after` is the number to continue behind, None on the last page."""

    owners: tuple[Owner, ...]
    after: int | None = None


def page(
    unit: Unit, *, email: str | None = None, after: int = -1, limit: int = 100, archived: bool = False
) -> OwnerPage:
    """Owners behind a number; the one with the e-mail where that is given."""
    rows = unit.graph.ask(load("accounts").owners, email=email, after=after, limit=limit + 1, archived=archived)
    owners = tuple(map(_owner, rows["owners"][:limit]))
    return OwnerPage(owners=owners, after=owners[-1].number if len(rows["owners"]) > limit else None)


def read(unit: Unit, value: str, *, is_user_id: bool = False, archived: bool = False) -> Owner:
    """The owner with that id, or with that user id; NotFound where there is none."""
    user_id = int(value) if is_user_id and value.isascii() and value.isdigit() and len(value) < 18 else None
    row = unit.graph.ask(load("accounts").owner, id=None if is_user_id else value, user_id=user_id, archived=archived)[
        "owner"
    ]
    if row is None:
        raise NotFound(f"Owner {value[:100]} does not exist", id=[value[:100]])
    return _owner(row)


def names(unit: Unit, ids: Iterable[str], user_ids: Iterable[int]) -> tuple[dict[str, str], dict[int, str]]:
    """What owners are called, by id and by user id: their name, else their e-mail. Unknown ids are left out."""
    rows = unit.graph.ask(load("accounts").owner_names, ids=sorted(set(ids)), user_ids=sorted(set(user_ids)))["names"]
    called = [(row[0], row[1], " ".join(filter(None, row[2:4])) or row[4] or f"Owner {row[0]}") for row in rows]
    return {owner_id: name for owner_id, _, name in called}, {user_id: name for _, user_id, name in called}


def _owner(row: Mapping[str, Any]) -> Owner:
    names = {item.name for item in fields(Owner)}
    return Owner(**{name: value for name, value in row.items() if name in names})
