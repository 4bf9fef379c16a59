"""When records entered and left the stages of their pipelines, read from their revisions when somebody asks for it.

`hs_date_entered_{stage id}` is the last time at which a record came into the stage, `hs_date_exited_…`
the time at which it left it after that, none while it is there; `hs_v2_…` are the same. They are
there for every stage of the object type and given where they are asked for by name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

from crm_graph.definitions.object_type import ObjectType
from crm_graph.records import revisions
from crm_graph.records.record import Native, PropertyVersion
from crm_graph.unit import Unit

_NAME = re.compile(r"hs_(?:v2_)?date_(entered|exited)_(.+)")


def names_of(object_type: ObjectType, names: Collection[str]) -> tuple[str, ...]:
    """Those of the names that are dates of a stage of the object type."""
    if object_type.stage_property is None:
        return ()
    asked = [(name, match[2]) for name in names if "_date_" in name and (match := _NAME.fullmatch(name))]
    if not asked:
        return ()
    stages = {stage.id.lower() for pipeline in object_type.pipelines for stage in pipeline.stages}
    return tuple(name for name, stage_id in asked if stage_id.lower() in stages)


def values_of(
    unit: Unit, object_type: ObjectType, ids: Sequence[int], names: Collection[str]
) -> dict[int, dict[str, Native]]:
    """The dates by record id and name, None where a record was never in the stage or did not leave it."""
    stage_property = object_type.stage_property or ""
    histories = revisions.history(unit, object_type, ids, [stage_property])
    return {record_id: _dates(histories.get(record_id, {}).get(stage_property, ()), names) for record_id in ids}


def _dates(versions: Sequence[PropertyVersion], names: Collection[str]) -> dict[str, Native]:
    """versions: of the stage, newest first."""
    times: Mapping[str, dict[str, int]] = {"entered": {}, "exited": {}}
    left_at: int | None = None
    for version in versions:
        stage_id = str(version.value).lower()
        if version.value is not None and stage_id not in times["entered"]:
            times["entered"][stage_id] = version.at
            if left_at is not None:
                times["exited"][stage_id] = left_at
        left_at = version.at
    found: dict[str, Native] = {}
    for name in names:
        match = _NAME.fullmatch(name)
        at = times[match[1]].get(match[2].lower()) if match else None
        found[name] = None if at is None else datetime.fromtimestamp(at / 1000, UTC)
    return found
