"""When records entered and left the stages of their pipelines, read from their revisions when somebody asks for it.

`hs_date_entered_{stage id}` is the last time at which a record came into the stage, `hs_date_exited_…`
the time at which it left it after that, none while it is there; `hs_v2_…` are the same. How long it was there, in
milliseconds, is `hs_v2_latest_time_in_…` for the last stay and `hs_v2_cumulative_time_in_…`, or `hs_time_in_…`, for all
of them; a stay goes on until now. They are there for every stage of the object type and given where they are asked
for by name.

Nothing is searched by them: a record's revisions would have to be read for every record that is looked at, which costs
more the longer records live.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from crm_graph.definitions.object_type import ObjectType
from crm_graph.records import revisions
from crm_graph.records.record import Native, PropertyVersion
from crm_graph.unit import Unit

_NAME = re.compile(r"hs_(?:(?:v2_)?date_(entered|exited)|(?:v2_)?(latest_time|cumulative_time|time)_in)_(.+)")


def names_of(object_type: ObjectType, names: Collection[str]) -> tuple[str, ...]:
    """Those of the names that are dates or times of a stage of the object type."""
    if object_type.stage_property is None:
        return ()
    asked = [(name, match[3]) for name in names if name.startswith("hs_") and (match := _NAME.fullmatch(name))]
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
    now = unit.clock.read()
    return {record_id: _dates(histories.get(record_id, {}).get(stage_property, ()), names, now) for record_id in ids}


@dataclass(slots=True)
class _Stays:
    """When a record was in one stage, in ms since 1970: the last stay, and how long all were together."""

    entered_at: int
    exited_at: int | None
    latest_ms: int
    cumulative_ms: int = 0


def _dates(versions: Sequence[PropertyVersion], names: Collection[str], now: int) -> dict[str, Native]:
    """versions: of the stage, newest first."""
    found: dict[str, _Stays] = {}
    left_at: int | None = None
    for version in versions:
        stage_id, length = str(version.value).lower(), max(0, (now if left_at is None else left_at) - version.at)
        if version.value is not None:
            stays = found.setdefault(stage_id, _Stays(version.at, left_at, length))
            stays.cumulative_ms += length
        left_at = version.at
    return {name: _value(match, found) for name in names if (match := _NAME.fullmatch(name))}


def _value(match: re.Match[str], found: Mapping[str, _Stays]) -> Native:
    stays = found.get(match[3].lower())
    if stays is None:
        return None
    if match[2]:
        return stays.latest_ms if match[2] == "latest_time" else stays.cumulative_ms
    at = stays.entered_at if match[1] == "entered" else stays.exited_at
    return None if at is None else datetime.fromtimestamp(at / 1000, UTC)
