"""A segment as a value."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

MANUAL, DYNAMIC, SNAPSHOT = "MANUAL", "DYNAMIC", "SNAPSHOT"
PROCESSING_TYPES = (MANUAL, DYNAMIC, SNAPSHOT)

COMPLETE, PROCESSING, FAILED = "COMPLETE", "PROCESSING", "FAILED"

ROOT_FOLDER = 0
"""The folder that is always there and has no node."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A segment as it is stored. Times are ms since 1970, UTC.

    `processing_type` says how it gets members: MANUAL by hand; DYNAMIC by filters, at every moment; SNAPSHOT by
    filters once, then by hand. `filters` are those of the contract as they were given. `object_type` is a name.
    `settings` has what the contract keeps beside: permissions, membership settings, custom properties.
    """

    id: int
    name: str
    object_type: str
    object_type_id: str
    processing_type: str
    version: int = 1
    filters: Mapping[str, Any] | None = None
    folder_id: int = ROOT_FOLDER
    created_at: int = 0
    updated_at: int = 0
    filters_updated_at: int = 0
    created_by: str = ""
    updated_by: str = ""
    deleted_at: int | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    settled_at: int | None = None
    sweep_failed_at: int | None = None
    """Until when the members that are kept were those that the filters found; None before the first time."""
    turn: int = 0
    """How often members that are kept were brought in line with the filters, apart from the feed."""
    sweep_asked_at: int | None = None
    conversion: Mapping[str, Any] | None = None
    converted_at: int | None = None
    job: str | None = None
    """The job that is writing its members; None where they are written."""
    has_failed: bool = False
    """Whether the last such job ended before its end."""
    uses: Sequence[str] = ()
    """Definitions that the filters use, as `definitions.changes.uses` names them."""

    @property
    def is_dynamic(self) -> bool:
        """Whether filters say at every moment who is in it."""
        return self.processing_type == DYNAMIC

    @property
    def processing_status(self) -> str:
        """COMPLETE, PROCESSING while its members are being written, FAILED where a part of them never will be."""
        if self.job is not None:
            return PROCESSING
        return FAILED if self.has_failed else COMPLETE

    @property
    def subject(self) -> str:
        """What audits call it."""
        return f"segment:{self.id}"


def is_id(given: str) -> bool:
    """Whether a text may be the id of a segment or of a folder."""
    return given.isascii() and given.isdigit() and len(given) <= 15


_JSON = ("filters", "settings", "conversion")


def read(node: Mapping[str, Any]) -> Segment:
    """The segment of a node's properties."""
    values = {name: node[name] for name in Segment.__dataclass_fields__ if node.get(name) is not None}
    return Segment(**{**values, **{name: json.loads(values[name]) for name in _JSON if name in values}})


def frozen(segment: Segment) -> dict[str, Any]:
    """All of a segment as it is now, for a job that goes by it whatever becomes of the segment; `Segment` reads it."""
    return {name: getattr(segment, name) for name in Segment.__dataclass_fields__}


def text_of(value: Mapping[str, Any] | None) -> str | None:
    """What a node keeps of a JSON object."""
    return None if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
