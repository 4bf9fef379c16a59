"""Rows of a batch by what is to be done with them: made, changed, left as they are, left out with a reason."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_graph.definitions.association import Direction
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property_types import Append
from crm_graph.errors import InvalidValues
from crm_graph.records import create, values
from crm_graph.records.hooks import Change
from crm_graph.records.record import CreateInput, NewAssociation
from crm_graph.transfer import lookup
from crm_graph.transfer.checking import RECORD_ID, Step, direction_of
from crm_graph.transfer.lookup import Found, Wanted
from crm_graph.transfer.report import RowError
from crm_graph.transfer.rows import PreparedRow, Preparer, Reference
from crm_graph.unit import Unit

Planned = Callable[[Iterable[Wanted]], Collection[Wanted]]
"""Which of these records an earlier row of a dry run would have made; none in a real one."""


@dataclass(frozen=True, slots=True)
class NewRow:
    """A record to make, valid as far as can be said before it is written."""

    row: PreparedRow
    asked: CreateInput
    change: Change


@dataclass(frozen=True, slots=True)
class KnownRow:
    """A record that is there: the texts of the properties that differ, and the associations it should have."""

    row: PreparedRow
    record_id: int
    version: int
    properties: Mapping[str, str]
    associations: Sequence[NewAssociation]


@dataclass(slots=True)
class SortedRows:
    """The rows of one batch, sorted by what the graph had and this data model says."""

    model: DataModel
    new: list[NewRow] = field(default_factory=list)
    known: list[KnownRow] = field(default_factory=list)
    planned: int = 0
    """Rows of a dry run whose record an earlier step would have made."""
    skipped: int = 0
    errors: list[RowError] = field(default_factory=list)
    has_missed: bool = False
    """Whether a row has an error because of the record that it names."""

    def outlasts(self, changed: set[int]) -> bool:
        """Whether another look would see the same, after only these records got other values and others were made.

        A new record that was made meanwhile by another row is not seen; its claim refuses the second.
        """
        return not self.has_missed and changed.isdisjoint(row.record_id for row in self.known)


class Sorter:
    """Sorts the rows of one step."""

    def __init__(self, step: Step, preparer: Preparer, planned: Planned = lambda wanted: ()) -> None:
        self._step = step
        self.preparer = preparer
        self._planned = planned

    def sort(self, unit: Unit, rows: Sequence[PreparedRow]) -> SortedRows:
        """The rows sorted; the graph is asked once, and again only by rules and by texts that name records."""
        object_type = unit.model.object_type(self.preparer.record.object_type)
        wanted = [row.near for row in rows], [each.wanted for row in rows for each in (*row.references, *row.targets)]
        found = lookup.find(unit, *wanted, () if self._step.is_late else self.preparer.record.properties)
        planned = set(self._planned({each for each in (*wanted[0], *wanted[1]) if each not in found}))
        directions = [direction_of(unit.model, object_type, each) for each in self._step.associations]
        result = SortedRows(unit.model)
        made: list[tuple[PreparedRow, CreateInput]] = []
        met: dict[int, int] = {}
        for row in rows:
            there = found.get(row.near)
            if fault := self._near_fault(row, there, planned) or self._repeated(row, there, met):
                result.errors.append(fault)
                result.has_missed = True
            elif fault := self._far_fault(row, found, planned):
                result.errors.append(fault)
            elif there is None and row.near in planned:
                result.planned += 1
            elif there is None:
                made.append((row, self._input(row, found, planned, directions)))
            elif self.preparer.record.mode == "create" and not self._step.is_late:
                result.skipped += 1
            else:
                met[there.record_id] = row.line
                self._add_known(unit, object_type, row, there, found, directions, result)
        if made:
            self._add_new(unit, object_type, made, result)
        return result

    def _near_fault(self, row: PreparedRow, there: Found | None, planned: Collection[Wanted]) -> RowError | None:
        if there is None:
            must_exist = self.preparer.record.mode == "update" or row.near.space == RECORD_ID or self._step.is_late
            if must_exist and row.near not in planned:
                reason = f"there is no {row.near.object_type.replace('_', ' ')} with this key"
                return self._key_error(row, reason, "unknown record")
        elif trouble := _trouble(there):
            return self._key_error(row, trouble)
        return None

    def _key_error(self, row: PreparedRow, reason: str, code: str = "") -> RowError:
        column = ", ".join(self.preparer.record.key.columns)
        return self.preparer.error(row.line, reason, column=column, value=row.key, code=code)

    def _far_fault(
        self, row: PreparedRow, found: Mapping[Wanted, Found], planned: Collection[Wanted]
    ) -> RowError | None:
        for reference in (*row.references, *row.targets):
            if fault := self._reference_fault(row, reference, found.get(reference.wanted), planned):
                return fault
        return None

    def _reference_fault(
        self, row: PreparedRow, reference: Reference, there: Found | None, planned: Collection[Wanted]
    ) -> RowError | None:
        if there is None:
            if reference.wanted in planned:
                return None
            trouble: str | None = f"there is no {reference.wanted.object_type.replace('_', ' ')} with this key"
        else:
            trouble = _trouble(there)
        if trouble is None:
            return None
        return self.preparer.error(row.line, trouble, column=reference.column, value=reference.text)

    def _repeated(self, row: PreparedRow, there: Found | None, met: Mapping[int, int]) -> RowError | None:
        if there is None or there.record_id not in met:
            return None
        return self._key_error(row, f"the record is that of line {met[there.record_id]} too", "repeated key")

    def _input(
        self,
        row: PreparedRow,
        found: Mapping[Wanted, Found],
        planned: Collection[Wanted],
        directions: Sequence[Direction | None],
    ) -> CreateInput:
        properties = _with_references(row, found)
        name = self.preparer.record.key.property_name
        if name is not None:
            properties.setdefault(name, row.key)
        return CreateInput(
            properties=properties,
            associations=_associations(row, found, directions, planned),
            import_key=lookup.import_key(self.preparer.record.key, row.key) if name is None else None,
        )

    def _add_new(
        self, unit: Unit, object_type: ObjectType, made: Sequence[tuple[PreparedRow, CreateInput]], result: SortedRows
    ) -> None:
        changes, refused = create.prepare(unit, object_type, [asked for _, asked in made])
        for index, (row, asked) in enumerate(made):
            refusal = refused.get(index)
            if isinstance(refusal, InvalidValues):
                result.errors.append(self._invalid(row, refusal))
            elif refusal is not None:
                result.errors.append(self.preparer.refusal(row.line, row.key, refusal))
            else:
                result.new.append(NewRow(row, asked, changes[index]))

    def _add_known(
        self,
        unit: Unit,
        object_type: ObjectType,
        row: PreparedRow,
        there: Found,
        found: Mapping[Wanted, Found],
        directions: Sequence[Direction | None],
        result: SortedRows,
    ) -> None:
        given = _with_references(row, found)
        # When a record was made is said once; its file may go on saying it.
        given.pop(object_type.created_property, None)
        try:
            checked = values.check(object_type, unit.model, given, creating=False, at=unit.clock.read())
        except InvalidValues as error:
            result.errors.append(self._invalid(row, error))
            return
        differing = {
            name: given[name]
            for name, value in checked.items()
            if not _is_same(value, there.node.get(name), object_type.presenters[name])
        }
        version = there.node.get("_version", 0)
        result.known.append(KnownRow(row, there.record_id, version, differing, _associations(row, found, directions)))

    def _invalid(self, row: PreparedRow, error: InvalidValues) -> RowError:
        """The first fault of a row as its error, the others named in the reason."""
        first = error.faults[0]
        reason = "; ".join(dict.fromkeys(fault.message for fault in error.faults))
        column = self.preparer.column_of(first.name)
        return self.preparer.error(
            row.line, reason, column=column, value=first.value or "", code=f"{first.name}: {first.code}"
        )


def _with_references(row: PreparedRow, found: Mapping[Wanted, Found]) -> dict[str, str]:
    ids = {str(each.place): str(found[each.wanted].record_id) for each in row.references if each.wanted in found}
    return {**row.properties, **ids}


def _associations(
    row: PreparedRow,
    found: Mapping[Wanted, Found],
    directions: Sequence[Direction | None],
    planned: Collection[Wanted] = (),
) -> list[NewAssociation]:
    """What the row asks for; with a record that is only planned too, which has no id yet and which rules must see."""
    asked = []
    for target in row.targets:
        if target.wanted in found or target.wanted in planned:
            direction = directions[int(target.place)]
            types = () if direction is None else ((direction.type.category, direction.type_id),)
            far_id = str(found[target.wanted].record_id) if target.wanted in found else ""
            asked.append(NewAssociation(far_type=target.wanted.object_type, far_id=far_id, type_ids=types))
    return asked


def _trouble(found: Found) -> str | None:
    if not found.is_live:
        return "the record is archived"
    return "several records have this value" if found.is_ambiguous else None


def _is_same(value: Any, stored: Any, present: Callable[[Any], str]) -> bool:
    """Whether the stored value is the one given; what is to be appended to a list never is."""
    if value is None or stored is None:
        return value is stored
    return not isinstance(value, Append) and present(value) == present(stored)
