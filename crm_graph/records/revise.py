"""What every revision says of the write that made it: when, by whom, through what, in which transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_graph.records.record import Native
from crm_graph.unit import Unit


def stamp(unit: Unit, key: str, kind: str) -> dict[str, Any]:
    """A revision without version, time and values: the statement sets those under the record's lock."""
    return {
        "record_key": key,
        "kind": kind,
        "transaction_id": unit.transaction_id,
        "source": unit.actor.source,
        "source_id": unit.actor.source_id,
        "actor": unit.actor.name,
    }


def first(unit: Unit, key: str, kind: str, values: Mapping[str, Native], at: int) -> dict[str, Any]:
    """The first revision of a record, which is new and needs no lock."""
    revision = stamp(unit, key, kind)
    revision.update(version=1, at=at, changed=list(values))
    for name, value in values.items():
        revision[f"after_{name}"] = value
    return revision
