"""What the revisions of records tell about the values of their properties."""

from __future__ import annotations

from collections.abc import Sequence

from crm_graph.definitions.object_type import ObjectType
from crm_graph.graph.queries import load
from crm_graph.records.record import PropertyVersion
from crm_graph.unit import Unit


def history(
    unit: Unit, object_type: ObjectType, ids: Sequence[int], names: Sequence[str]
) -> dict[int, dict[str, list[PropertyVersion]]]:
    """Versions of the named properties by record id and name, newest first; a name that never changed is missing.

    Of each record the latest `Limits.history_length` revisions that touch one of the names are
    shown, and of these the older ones are left out once the values shown come to the record's part of
    `Limits.history_characters`. A property that was cleared has a version with the value None.
    """
    if not ids or not names:
        return {}
    row = unit.graph.ask(
        load("revisions").history,
        keys=[f"{object_type.id}:{record_id}" for record_id in ids],
        names=list(names),
        limit=unit.limits.history_length,
        characters=max(unit.limits.history_characters // len(ids), 1),
    )
    found: dict[int, dict[str, list[PropertyVersion]]] = {}
    for key, revisions in row["histories"]:
        by_name: dict[str, list[PropertyVersion]] = {}
        for version, at, source, source_id, actor, values in revisions:
            for name, value in values:
                by_name.setdefault(name, []).append(
                    PropertyVersion(
                        value=value, at=at, source=source, source_id=source_id or "", actor=actor or "", version=version
                    )
                )
        found[int(key.rpartition(":")[2])] = by_name
    return found
