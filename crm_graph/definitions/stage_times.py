"""When records entered and left the stages of their pipelines, which follows from their revisions.

`hs_date_entered_{stage id}` is the last time at which a record came into the stage, `hs_date_exited_…`
the time at which it left it after that, none while it is there; `hs_v2_…` are the same. How long it was there, in
milliseconds, is `hs_v2_latest_time_in_…` for the last stay and `hs_v2_cumulative_time_in_…`, or `hs_time_in_…`, for all
of them; a stay goes on until now. They are there for every stage of the object type, and given where they are asked
for by name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property

ENTERED, EXITED, LATEST, CUMULATIVE = "entered", "exited", "latest", "cumulative"

_NAME = re.compile(r"hs_(?:(?:v2_)?date_(entered|exited)|(?:v2_)?(latest|cumulative)_time_in|(?:v2_)?time_in)_(.+)")


@dataclass(frozen=True, slots=True)
class StageTime:
    """A date or a length of time: `what` of these stages, whose ids differ in case alone."""

    what: str
    stages: tuple[str, ...]
    stage_property: str
    definition: Property
    """As what it is read and compared."""


def find(object_type: ObjectType, name: str) -> StageTime | None:
    """What the name stands for; None where it is about no stage of the object type."""
    if object_type.stage_property is None or not name.startswith("hs_"):
        return None
    match = _NAME.fullmatch(name)
    if match is None:
        return None
    ids = {stage.id for pipeline in object_type.pipelines for stage in pipeline.stages}
    stages = tuple(sorted(each for each in ids if each.lower() == match[3].lower()))
    if not stages:
        return None
    what = match[1] or match[2] or CUMULATIVE
    type_name, field_type = ("datetime", "date") if what in (ENTERED, EXITED) else ("number", "number")
    definition = Property(name=name, display_name=name, type=type_name, field_type=field_type)
    return StageTime(what, stages, object_type.stage_property, definition)
