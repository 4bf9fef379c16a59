"""Lines of a file in batches, prepared as far as that goes before it is their turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from crm_graph.transfer.report import RowError
from crm_graph.transfer.rows import PreparedRow, Preparer
from crm_graph.transfer.seen import Seen
from crm_graph.transfer.sorting import SortedRows
from crm_graph.transfer.source import Line
from crm_graph.transfer.writer import Outcome

Look = Callable[[Sequence[PreparedRow]], SortedRows | None]
"""Looks rows up before their batch has its turn; None where that must wait."""


@dataclass(slots=True)
class Batch:
    """Some lines of a file: the rows that are to be looked up, and what is known of the others without the graph."""

    last_line: int
    lines: int
    """How many there are."""
    rows: list[PreparedRow] = field(default_factory=list)
    early: Outcome = field(default_factory=Outcome)
    found: SortedRows | None = None
    """The rows as a look saw them that was taken while the batch before was written."""


class BatchReader:
    """Makes the batches of one pass; `space` is the name under which it remembers its keys."""

    def __init__(self, preparer: Preparer, seen: Seen, space: str, *, begin_at: int, size: int) -> None:
        self._preparer = preparer
        self._step = preparer.step
        self._seen = seen
        self._space = space
        self._begin_at = begin_at
        self._size = size

    def read(self, lines: Iterable[Line], look: Look) -> Iterator[Batch]:
        """The batches that do not end before the line to begin at; the keys of all lines are remembered."""
        for some in batches(lines, self._size):
            rows, early = self._prepare(some)
            last_line = some[-1].number
            if last_line <= self._begin_at:
                continue
            if some[0].number <= self._begin_at:
                rows, early = [row for row in rows if row.line > self._begin_at], Outcome()
            yield Batch(last_line, len(some), rows, early, look(rows))

    def _prepare(self, lines: Sequence[Line]) -> tuple[list[PreparedRow], Outcome]:
        preparer, is_late = self._preparer, self._step.is_late
        early = Outcome()
        rows: list[PreparedRow] = []
        spoiled = self._seen.spoiled(self._step.file.path, lines[0].number, lines[-1].number)
        for line in lines:
            if line.number in spoiled and line.number > self._begin_at:
                early.skipped += not is_late
                continue
            row = preparer.prepare(line)
            if row is None:
                early.skipped += 1
            elif isinstance(row, RowError):
                early.errors.append(row)
            elif not is_late or row.targets:
                rows.append(row)
        repeated = self._seen.meet(self._space, [(row.near.text, row.line) for row in rows])
        if not repeated:
            return rows, early
        kept = []
        for row in rows:
            if row.line not in repeated:
                kept.append(row)
            elif preparer.record.repeats == "skip":
                early.skipped += 1
            else:
                reason = f"line {repeated[row.line]} has the same key"
                column = ", ".join(preparer.record.key.columns)
                early.errors.append(preparer.error(row.line, reason, column=column, value=row.key, code="repeated key"))
        return kept, early


def batches(lines: Iterable[Line], size: int) -> Iterator[list[Line]]:
    """The lines, so many at a time."""
    iterator = iter(lines)
    while batch := list(islice(iterator, size)):
        yield batch
