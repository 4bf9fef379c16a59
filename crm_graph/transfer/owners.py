"""Owners from files: found again by e-mail where there is one, else by full name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from crm_graph.accounts import owners as store
from crm_graph.accounts.owners import Owner
from crm_graph.graph.queries import load
from crm_graph.transfer.cells import Owners
from crm_graph.transfer.mapping import FileMapping, OwnerMapping, Row
from crm_graph.transfer.report import RowError
from crm_graph.transfer.source import Line
from crm_graph.transfer.writer import Outcome
from crm_graph.unit import Unit

PLANNED = "planned"
"""What a dry run takes for the id of an owner that would be made."""

_PAGE = 500


@dataclass(slots=True)
class _Sorted:
    made: dict[str, dict[str, str]] = field(default_factory=dict)
    """Values of new owners by what they are found by."""
    changed: list[dict[str, object]] = field(default_factory=list)
    outcome: Outcome = field(default_factory=Outcome)


def known(unit: Unit, planned: Iterable[dict[str, str]] = ()) -> Owners:
    """Every live owner by id, e-mail and full name; `planned` are those of a dry run."""
    named = [(owner.id, owner.email, _full_name(owner)) for owner in _all(unit)]
    named += [(PLANNED, values.get("email", ""), _joined(values)) for values in planned]
    names = Counter(name for _, _, name in named if name)
    ids = {name: owner_id for owner_id, _, name in named if names[name] == 1}
    ids |= {email.casefold(): owner_id for owner_id, email, _ in named if email}
    ids |= {owner_id: owner_id for owner_id, _, _ in named}
    return Owners(ids, frozenset(name for name, count in names.items() if count > 1))


def write(unit: Unit, file: FileMapping, lines: Sequence[Line]) -> Outcome:
    """What became of the owners of these lines; all that are new or differ are written in one statement."""
    sorted_lines = _sort(unit, file, lines)
    if sorted_lines.made or sorted_lines.changed:
        unit.graph.change(
            load("transfer").save_owners,
            made=list(sorted_lines.made.values()),
            changed=sorted_lines.changed,
            at=unit.clock.now(),
        )
    return sorted_lines.outcome


def rehearse(unit: Unit, file: FileMapping, lines: Sequence[Line]) -> tuple[Outcome, list[dict[str, str]]]:
    """What would become of the owners of these lines, and the values of those that would be made."""
    sorted_lines = _sort(unit, file, lines)
    return sorted_lines.outcome, list(sorted_lines.made.values())


def _sort(unit: Unit, file: FileMapping, lines: Sequence[Line]) -> _Sorted:
    assert file.owners is not None
    there: dict[str, Owner] = {}
    for owner in _all(unit):
        there.setdefault(_full_name(owner), owner)
        there[owner.email.casefold()] = owner
    there.pop("", None)
    found = _Sorted()
    for line in lines:
        values = _values(file.owners, line.row) if line.fault is None else {}
        place = values.get("email", "").casefold() or _joined(values)
        known_owner = there.get(place)
        if not place:
            reason = line.fault or "the owner has neither name nor e-mail"
            found.outcome.errors.append(RowError(file=file.path, line=line.number, object_type="owner", reason=reason))
        elif known_owner is not None:
            differing = {name: value for name, value in values.items() if getattr(known_owner, name) != value}
            if differing:
                found.changed.append({"id": known_owner.id, "values": differing})
            found.outcome.updated += bool(differing)
            found.outcome.unchanged += not differing
        elif place in found.made:
            reason = "an earlier line has the same owner"
            found.outcome.errors.append(RowError(file=file.path, line=line.number, object_type="owner", reason=reason))
        else:
            found.made[place] = values
            found.outcome.created += 1
    return found


def _values(mapping: OwnerMapping, row: Row) -> dict[str, str]:
    """The values of an owner that a row gives; a full name is cut at its last space."""
    cells = {
        "first_name": mapping.first_name,
        "last_name": mapping.last_name,
        "email": mapping.email,
        "manager": mapping.manager,
        "office": mapping.team,
    }
    values = {name: row[column] for name, column in cells.items() if column and row[column]}
    if mapping.name and row[mapping.name]:
        first, _, last = row[mapping.name].rpartition(" ")
        values.setdefault("first_name", first)
        values.setdefault("last_name", last)
    return values


def _all(unit: Unit) -> Iterator[Owner]:
    after: int | None = -1
    while after is not None:
        page = store.page(unit, after=after, limit=_PAGE)
        yield from page.owners
        after = page.after


def _full_name(owner: Owner) -> str:
    return f"{owner.first_name} {owner.last_name}".strip().casefold()


def _joined(values: dict[str, str]) -> str:
    return f"{values.get('first_name', '')} {values.get('last_name', '')}".strip().casefold()
