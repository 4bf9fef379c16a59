"""A mapping as values: what the columns of files become. It is read in `reading.py`, checked in `checking.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from crm_graph.definitions.pipeline import Pipeline
from crm_graph.definitions.property import Property

KEY_SEPARATOR = "|"
"""Stands between the columns of one key."""

Row = Mapping[str, str]
"""The cells of one line by column, trimmed; an empty cell is ''."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """The columns that name a record, and what they name it by.

    `property_name` is a unique or indexed property or `hs_object_id`; with None the value is kept
    as an import key, in `key_space`, so that the same row finds the same record at the next run.
    """

    columns: tuple[str, ...]
    key_space: str
    property_name: str | None = None
    values: Mapping[str, str] = field(default_factory=dict)

    def text(self, row: Row) -> str:
        """The key of a row, '' where one of its columns is empty."""
        parts = [row[column] for column in self.columns]
        return "" if "" in parts else (joined := KEY_SEPARATOR.join(parts)) and self.values.get(joined, joined)


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFormat:
    """How numbers are written in a file, and what one unit of theirs is worth in ours."""

    decimal: str = "."
    thousands: str = ""
    scale: str = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Where the value of a property comes from, and what is done to it on the way.

    Of `column`, `constant` and `template` exactly one is given. `refers_to` and `key_space` make
    the value the id of a record found by its key, `is_owner` the id of an owner found by e-mail,
    name or id. An empty cell leaves the stored value as it is unless `clears`.
    """

    column: str | None = None
    constant: str | None = None
    template: str | None = None
    default: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    date_format: str | None = None
    time_zone: str | None = None
    number: NumberFormat | None = None
    is_owner: bool = False
    refers_to: str | None = None
    reference: Key | None = None
    clears: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationMapping:
    """A column with keys of records to associate with; `association_label` is what the far record is to this one."""

    object_type: str
    key: Key
    association_label: str | None = None
    separator: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordMapping:
    """One record that each row of a file makes or changes."""

    object_type: str
    key: Key
    properties: Mapping[str, Cell] = field(default_factory=dict)
    associations: tuple[AssociationMapping, ...] = ()
    mode: Literal["upsert", "create", "update"] = "upsert"
    repeats: Literal["error", "skip"] = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerMapping:
    """One owner that each row of a file makes: found again by e-mail where there is one, else by name."""

    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    manager: str | None = None
    team: str | None = None

    def columns(self) -> Iterator[str]:
        """The columns that are read."""
        yield from filter(None, (self.name, self.first_name, self.last_name, self.email, self.manager, self.team))


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMapping:
    """One CSV file. `values` corrects cells by column before anything else looks at them."""

    path: str
    encoding: str = "utf-8"
    delimiter: str = ","
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    records: tuple[RecordMapping, ...] = ()
    owners: OwnerMapping | None = None

    def columns(self) -> set[str]:
        """Every column that the mapping names."""
        found = set(self.values)
        if self.owners:
            found.update(self.owners.columns())
        for record in self.records:
            found.update(record.key.columns)
            for cell in record.properties.values():
                found.update(columns_of(cell))
            for association in record.associations:
                found.update(association.key.columns)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededProperty:
    """A property that the mapping defines where the account does not have it."""

    object_type: str
    definition: Property


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededPipeline:
    """A pipeline that the mapping defines where the account does not have it."""

    object_type: str
    definition: Pipeline


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMapping:
    """What a set of files becomes; `name` is the key space of its import keys."""

    name: str
    title: str = ""
    files: tuple[FileMapping, ...] = ()
    properties: tuple[NeededProperty, ...] = ()
    pipelines: tuple[NeededPipeline, ...] = ()


def columns_of(cell: Cell) -> tuple[str, ...]:
    """The columns from which a cell is made."""
    if cell.template is not None:
        return tuple(places_of(cell.template))
    if cell.reference is not None:
        return cell.reference.columns
    return () if cell.column is None else (cell.column,)


def places_of(template: str) -> Iterator[str]:
    """The columns named in a template such as `{product} for {account}`."""
    for part in template.split("{")[1:]:
        name, brace, _ = part.partition("}")
        if brace:
            yield name
