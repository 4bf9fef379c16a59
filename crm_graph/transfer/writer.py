"""One batch of rows written: at most four statements a transaction, associations and the job's cursor included.

New records and changed ones of a batch are two transactions: the changed rows are looked up anew.
Validation, rules, claims and revisions are those of `records/`, so that a file can do nothing
that a request could not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from crm_graph.definitions.object_type import ObjectType
from crm_graph.records import association_types, create, update
from crm_graph.records.association_writing import Draft, invalid_records
from crm_graph.records.record import Identity, UpdateInput
from crm_graph.transfer.report import RowError
from crm_graph.transfer.rows import PreparedRow
from crm_graph.transfer.sorting import KnownRow, NewRow, SortedRows
from crm_graph.unit import Unit


@dataclass(slots=True)
class Outcome:
    """What became of the rows of one batch."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    associated: int = 0
    errors: list[RowError] = field(default_factory=list)
    changed: set[int] = field(default_factory=set)
    """Ids of the records that were there before and got other values."""

    def add(self, other: Outcome) -> None:
        """Count the rows of another batch too."""
        self.created += other.created
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.skipped += other.skipped
        self.associated += other.associated
        self.errors += other.errors
        self.changed |= other.changed


Commit = Callable[[Unit, Outcome], None]
"""What else belongs into the last transaction of a batch: the job's cursor and its errors."""


def write(
    unit: Unit, object_type: ObjectType, found: SortedRows, early: Outcome, commit: Commit
) -> tuple[Outcome, list[PreparedRow]]:
    """What became of the rows, those counted in `early` included, and the rows that need another transaction.

    With any of those, `commit` was not called: it belongs into their transaction.
    """
    outcome = Outcome(skipped=early.skipped + found.skipped, errors=[*early.errors, *found.errors])
    changed = [known for known in found.known if known.properties or known.associations]
    outcome.unchanged = len(found.known) - len(changed)
    if found.new:
        outcome.created = len(found.new)
        outcome.associated = sum(bool(row.asked.associations) for row in found.new)
        unit.together(lambda both: _create(both, object_type, found.new, None if changed else commit, outcome))
        return outcome, [known.row for known in changed]
    if changed:
        outcome.add(unit.together(lambda both: _change(both, object_type, changed, commit, outcome)))
    else:
        unit.together(lambda both: commit(both, outcome))
    return outcome, []


def rehearse(found: SortedRows, early: Outcome) -> Outcome:
    """What would become of the rows."""
    updated = sum(bool(known.properties) for known in found.known)
    return Outcome(
        created=len(found.new),
        updated=updated,
        unchanged=len(found.known) - updated + found.planned,
        skipped=early.skipped + found.skipped,
        errors=[*early.errors, *found.errors],
    )


def _create(
    unit: Unit, object_type: ObjectType, rows: Sequence[NewRow], commit: Commit | None, outcome: Outcome
) -> None:
    if commit is not None:
        commit(unit, outcome)
    create.write(unit, object_type, [(row.asked, row.change) for row in rows])


def _change(unit: Unit, object_type: ObjectType, rows: Sequence[KnownRow], commit: Commit, before: Outcome) -> Outcome:
    commit(unit, before)
    written = [row for row in rows if row.properties]
    inputs = [UpdateInput(identity=Identity(str(row.record_id)), properties=row.properties) for row in written]
    updated = 0
    if inputs:
        records = update.update_all(unit, object_type, inputs)
        updated = sum(record.version > row.version for record, row in zip(records, written, strict=True))
    associated = _associate(unit, object_type, rows)
    changed = {row.record_id for row in written}
    return Outcome(updated=updated, unchanged=len(rows) - updated, associated=associated, changed=changed)


def _associate(unit: Unit, object_type: ObjectType, rows: Sequence[KnownRow]) -> int:
    """How many records have associations now that they had not; where nothing is new there is no revision."""
    drafts: dict[str, Draft] = {}
    for row in rows:
        for asked in row.associations:
            far = unit.model.object_type(asked.far_type or "")
            pair = unit.model.pair(object_type, far)
            draft = drafts.setdefault(pair.relationship_type, Draft(unit, pair))
            directions = association_types.asked(unit, object_type, far, asked.type_ids)
            draft.associate(object_type.name, row.record_id, int(asked.far_id), directions)
    for draft in drafts.values():
        if missing := draft.write():
            raise invalid_records(unit, missing)
    return sum(draft.changed for draft in drafts.values())
