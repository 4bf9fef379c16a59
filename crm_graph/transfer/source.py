"""CSV files read line by line: one row in memory at a time, bad lines reported beside the good ones."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from crm_graph.errors import InvalidInput
from crm_graph.transfer.mapping import FileMapping, Row

CELL_LENGTH = 1_000_000
"""Characters of one cell; an unclosed quote ends here instead of at the end of the file."""

_BOM = "\ufeff"

csv.field_size_limit(CELL_LENGTH)


class SourceRefused(InvalidInput):
    """A file that cannot be read at all: missing, without header, or without a column that the mapping names."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a file. `number` is where it begins, counted from 1; `fault` is set instead of cells for a bad one."""

    number: int
    row: Row
    fault: str | None = None


class CSVSource:
    """The files of one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def count(self, file: FileMapping) -> int:
        """Rows of a file, good and bad: what progress is measured by."""
        with self._open(file) as stream:
            reader = csv.reader(stream, delimiter=file.delimiter)
            self._header(file, reader)
            return sum(1 for _ in _cells(reader))

    def check(self, file: FileMapping) -> None:
        """Raise SourceRefused where the file is missing or lacks a column."""
        with self._open(file) as stream:
            self._header(file, csv.reader(stream, delimiter=file.delimiter))

    def lines(self, file: FileMapping) -> Iterator[Line]:
        """Each row after the header, empty lines left out; cells are trimmed and corrected by the file's value maps."""
        with self._open(file) as stream:
            reader = csv.reader(stream, delimiter=file.delimiter)
            header = self._header(file, reader)
            yield from _rows(reader, header, file.encoding, file.values)

    def _path(self, file: FileMapping) -> Path:
        path = self.directory / file.path
        if not path.is_file():
            raise SourceRefused(f"{file.path} is not in {self.directory}.")
        return path

    def _open(self, file: FileMapping) -> io.TextIOWrapper:
        # Bytes that are not of the encoding stay recognizable, so that they spoil one row and not the import.
        return self._path(file).open(encoding=file.encoding, errors="surrogateescape", newline="")

    def _header(self, file: FileMapping, reader: Iterator[list[str]]) -> list[str]:
        try:
            header = [name.strip() for name in next(reader)]
        except (StopIteration, csv.Error, UnicodeError):
            raise SourceRefused(f"{file.path} has no header line.") from None
        header[0] = header[0].removeprefix(_BOM).strip().strip('"')
        repeated = {name for name in header if name and header.count(name) > 1}
        if missing := sorted(file.columns() - set(header)):
            raise SourceRefused(f"{file.path} has no column {', '.join(missing)}. It has: {', '.join(header)}.")
        if repeated & file.columns():
            raise SourceRefused(f"{file.path} has the column {sorted(repeated & file.columns())[0]} more than once.")
        return header


class _Reader(Protocol):
    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...

    def __next__(self) -> list[str]: ...


def _cells(reader: _Reader) -> Iterator[tuple[int, list[str] | csv.Error]]:
    """Where each row begins, and its cells or why it cannot be read; empty lines are left out."""
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield number, error
            continue
        if any(cells):
            yield number, cells


def _rows(
    reader: _Reader, header: list[str], encoding: str, corrections: Mapping[str, Mapping[str, str]]
) -> Iterator[Line]:
    for number, cells in _cells(reader):
        if isinstance(cells, csv.Error):
            yield Line(number, {}, f"the line cannot be read: {cells}")
        elif len(cells) != len(header):
            yield Line(number, {}, f"the line has {len(cells)} cells, the header has {len(header)}")
        elif not _is_decoded("".join(cells)):
            yield Line(number, {}, f"the line has bytes that are not {encoding}")
        else:
            row = {name: cell.strip() for name, cell in zip(header, cells, strict=True)}
            for column, values in corrections.items():
                row[column] = values.get(row[column], row[column])
            yield Line(number, row)


def _is_decoded(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)
