"""Records as they were read: a row for each, of which a Record is made where one is looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

from crm_graph.definitions.object_type import ObjectType
from crm_graph.records.record import Record

SYSTEM_COLUMNS = ("_id", "_created_at", "_updated_at", "_archived_at", "_version")
"""What the first values of a row are."""


class RecordTable(Sequence[Record]):
    """Rows with the values of `SYSTEM_COLUMNS` and behind them of the properties `names`.

    Hundreds that are shown column by column cost half of what making each of them does.
    """

    __slots__ = ("names", "object_type", "rows")

    def __init__(self, object_type: ObjectType, names: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
        self.object_type = object_type
        self.names = names
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Record: ...

    @overload
    def __getitem__(self, place: slice) -> RecordTable: ...

    def __getitem__(self, place: int | slice) -> Record | RecordTable:
        if isinstance(place, slice):
            return RecordTable(self.object_type, self.names, self.rows[place])
        return self._record(self.rows[place])

    def __iter__(self) -> Iterator[Record]:
        return map(self._record, self.rows)

    def _record(self, row: Sequence[Any]) -> Record:
        record_id, created_at, updated_at, archived_at, version, *values = row
        properties = dict(zip(self.names, values, strict=True))
        return Record(self.object_type, record_id, properties, created_at, updated_at, archived_at, version)
