"""Lines of a file as rows that are ready to be looked up and written; nothing here asks the graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from crm_graph.definitions.data_model import DataModel
from crm_graph.errors import CRMError
from crm_graph.transfer import lookup
from crm_graph.transfer.cells import CellRefused, Convert, Owners, converters, source_of
from crm_graph.transfer.checking import Step
from crm_graph.transfer.lookup import Wanted
from crm_graph.transfer.mapping import Key, Row
from crm_graph.transfer.report import RowError
from crm_graph.transfer.source import Line


@dataclass(frozen=True, slots=True)
class Reference:
    """Another record that a row names: `place` is the property or the number of the association it is for."""

    place: str | int
    column: str
    text: str
    wanted: Wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedRow:
    """One row: what names its record, the texts of its properties, and the other records it names."""

    line: int
    key: str
    near: Wanted
    properties: dict[str, str]
    references: tuple[Reference, ...] = ()
    targets: tuple[Reference, ...] = ()


class Preparer:
    """Makes rows of the lines of one step."""

    def __init__(self, step: Step, model: DataModel, owners: Owners) -> None:
        assert step.record is not None
        self.step = step
        self.record = step.record
        self._model = model
        self._object_type = model.object_type(step.record.object_type)
        self._far = [model.object_type(association.object_type) for association in step.associations]
        made: dict[str, Convert] = {} if step.is_late else converters(self._object_type, step.record, owners)
        self._converters = [(name, convert, step.record.properties[name].clears) for name, convert in made.items()]
        self._has_references = not step.is_late and any(cell.refers_to for cell in step.record.properties.values())

    @property
    def names_by_claim(self) -> bool:
        """Whether a row names a record of its own type by its key alone, which is a claim or an id.

        Associations with records of the own type are a pass of their own, which changes no value.
        """
        cells = self.record.properties.values()
        far = {self._model.object_type(cell.refers_to).name for cell in cells if cell.refers_to}
        return self._object_type.name not in far and not lookup.is_by_text(self._object_type, self.record.key)

    def prepare(self, line: Line) -> PreparedRow | RowError | None:
        """The row, why it cannot be one, or None where its key is empty and it names no record at all."""
        if line.fault is not None:
            return self.error(line.number, line.fault, code="line")
        row = line.row
        try:
            key = self.record.key.text(row)
            if not key:
                return self._without_key(line)
            return PreparedRow(
                line=line.number,
                key=key,
                near=lookup.wanted(self._object_type, self.record.key, key),
                properties=self._properties(row),
                references=tuple(self._references(row)) if self._has_references else (),
                targets=tuple(self._targets(row)) if self._far else (),
            )
        except CellRefused as refused:
            return self.error(
                line.number, refused.reason, column=refused.column, value=refused.value, code=refused.code
            )

    def error(self, line: int, reason: str, *, column: str = "", value: str = "", code: str = "") -> RowError:
        """An error of a line of this step."""
        return RowError(
            file=self.step.file.path,
            line=line,
            object_type=self._object_type.name,
            column=column,
            value=value[:1_000],
            reason=reason[:1_000],
            code=code or reason,
        )

    def refusal(self, line: int, key: str, error: CRMError) -> RowError:
        """The error of a row that was refused as a whole: a rule does not allow it, or it could not be written."""
        columns = ", ".join(self.record.key.columns)
        return self.error(line, error.message, column=columns, value=key, code=type(error).__name__)

    def column_of(self, property_name: str) -> str:
        """The column from which a property is filled."""
        cell = self.record.properties.get(property_name)
        if cell is not None:
            return source_of(cell)
        return ", ".join(self.record.key.columns) if property_name == self.record.key.property_name else ""

    def _without_key(self, line: Line) -> RowError | None:
        columns = self.record.key.columns
        if self.record.repeats == "skip":
            return None
        return self.error(line.number, "the key is empty", column=", ".join(columns), code="empty key")

    def _properties(self, row: Row) -> dict[str, str]:
        found = {}
        for name, convert, clears in self._converters:
            text = convert(row)
            if text or clears:
                found[name] = text
        return found

    def _references(self, row: Row) -> Iterable[Reference]:
        for name, cell in self.record.properties.items():
            if cell.reference is None or cell.refers_to is None:
                continue
            text = cell.reference.text(row) or cell.default
            if text:
                yield self._reference(name, cell.reference, text, cell.refers_to)

    def _targets(self, row: Row) -> Iterator[Reference]:
        for place, (association, far) in enumerate(zip(self.step.associations, self._far, strict=True)):
            text = association.key.text(row)
            parts = text.split(association.separator) if association.separator and text else [text]
            for part in dict.fromkeys(filter(None, map(str.strip, parts))):
                yield self._reference(place, association.key, part, far.name)

    def _reference(self, place: str | int, key: Key, text: str, far: str) -> Reference:
        found = lookup.wanted(self._model.object_type(far), key, text)
        return Reference(place, ", ".join(key.columns), text, found)
