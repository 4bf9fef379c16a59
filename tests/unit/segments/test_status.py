"""What a list says of whether its members are all written."""

from __future__ import annotations

from typing import Any

import pytest

from api.schemas.lists import shown
from crm_graph.segments.segment import Segment


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({}, "COMPLETE"),
        ({"job": "a"}, "PROCESSING"),
        ({"has_failed": True}, "FAILED"),
        ({"job": "a", "has_failed": True}, "PROCESSING"),
    ],
)
def test_a_list_is_complete_where_no_job_writes_its_members(given: dict[str, Any], status: str) -> None:
    segment = Segment(
        id=1, name="one", object_type="contact", object_type_id="0-1", processing_type="SNAPSHOT", **given
    )
    assert shown(segment)["processingStatus"] == status
