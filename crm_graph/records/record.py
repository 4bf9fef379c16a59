"""Record and what surrounds it as values: identity, selection, page, batch result."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import CRMError, InvalidInput, RecordNotFound

Native = Any
"""A value as Neo4j stores it: str, int, float, bool, date, datetime, list of str, or None."""

SYSTEM_PROPERTIES = frozenset(
    {"hs_object_id", "createdate", "hs_createdate", "lastmodifieddate", "hs_lastmodifieddate"}
)
"""Presented from `_id`, `_created_at` and `_updated_at`; never stored under their own names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PropertyVersion:
    """One value that a property had, from `at` (ms since 1970, UTC) on; `value` is native."""

    value: Native
    at: int
    source: str
    source_id: str
    actor: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AssociationPage:
    """A page of associated records; `after` is the id to continue from, None on the last page.

    `type_ids` has, in the order of the far records' ids, for each of these the types under which
    it is associated, as the near record sees them.
    """

    type_ids: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    after: int | None = None


_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Record(NamedTuple):
    """One record as it stood when it was read. Times are ms since 1970, UTC.

    A tuple, as a page has hundreds and a frozen dataclass takes three times as long to make.

    `properties` has stored values by name, natively; a name that is missing or None has no value.
    `computed` has values that are made at reading (roll-ups and the like), natively.
    """

    object_type: ObjectType
    id: int
    properties: Mapping[str, Native]
    created_at: int
    updated_at: int
    archived_at: int | None = None
    version: int = 1
    computed: Mapping[str, Native] = _NOTHING
    history: Mapping[str, Sequence[PropertyVersion]] = _NOTHING
    associations: Mapping[str, AssociationPage] = _NOTHING
    """By name of the far object type."""
    is_new: bool = False

    @property
    def key(self) -> str:
        """The record's key in the graph: `0-1:551`."""
        return f"{self.object_type.id}:{self.id}"


NAMES_OF_IDS = frozenset({None, "", "hs_object_id"})
"""What names the record id where a property may be named by which records are found."""


class Identity(NamedTuple):
    """What names a record in a call: its id, or a value of a unique property."""

    value: str
    property_name: str | None = None

    @property
    def is_id(self) -> bool:
        """Whether `value` is a record id."""
        return self.property_name in NAMES_OF_IDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a read gives beside the system properties. `properties` None means the default set of the type."""

    properties: tuple[str, ...] | None = None
    history: tuple[str, ...] = ()
    associations: tuple[ObjectType, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPage:
    """Records in id order; `after` is the id to continue behind, None on the last page."""

    records: Sequence[Record]
    after: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAssociation:
    """An association asked for: far record and type ids as the near record sees them; none means the default."""

    far_type: str | None
    """Name of the far object type; None where the type ids tell it."""
    far_id: str
    type_ids: tuple[tuple[str, int], ...] = ()
    """(category, type id)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateInput:
    """A record asked for: values as the caller gave them, and associations to be made with it."""

    properties: Mapping[str, Any]
    associations: Sequence[NewAssociation] = ()
    trace_id: str | None = None
    import_key: str | None = None
    """A claim that only an import makes, by which it finds the record again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateInput:
    """New values for the record that `identity` names."""

    identity: Identity
    properties: Mapping[str, Any]
    trace_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchError:
    """Inputs of a batch that failed for one reason; `ids` or `trace_ids` name them."""

    error: CRMError
    ids: tuple[str, ...] = ()
    trace_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """Records in input order and what failed. Nothing failed unless the call permits partial success."""

    records: Sequence[Record]
    errors: tuple[BatchError, ...] = ()


_USUAL_ID = re.compile(r"[1-9][0-9]{0,17}").fullmatch


def is_id(value: str) -> bool:
    """Whether a text may be a record id; what cannot names a record that is not there."""
    return value.isascii() and value.isdigit() and len(value) <= 18


def ids_in_keys(values: Sequence[str]) -> Sequence[str | None]:
    """Record ids as they are written in keys, without zeros in front; None for each that is none."""
    if all(map(_USUAL_ID, values)):
        return values
    return [str(int(value)) if is_id(value) else None for value in values]


def read_id(value: str) -> int:
    """The record id in a path or body; RecordNotFound where it is no number."""
    if is_id(value):
        return int(value)
    raise no_id(value)


def no_id(value: str) -> RecordNotFound:
    """What is said of a text that is no record id, as the contract has it."""
    return RecordNotFound("Object not found.  objectId are usually numeric.", id=[value])


def read_cursor(value: str | None) -> int:
    """The id behind which a page begins; InvalidInput for a cursor that no answer gave."""
    if not value:
        return -1
    if is_id(value):
        return int(value)
    raise InvalidInput(f"The cursor {value!r} is none that a page gave; leave `after` out to begin anew.")
