"""Times as the driver has them, in Python and on the wire."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import neo4j.time
import pytest

from crm_graph.graph.convert import date_text, datetime_text, instant, to_milliseconds

MOMENT = datetime(2026, 3, 1, 10, 0, 0, 123_000, UTC)
MILLISECONDS = 1_772_359_200_123


@pytest.mark.parametrize("moment", [MOMENT, neo4j.time.DateTime.from_native(MOMENT)])
def test_a_moment_is_the_same_in_milliseconds_from_python_and_from_the_driver(moment: object) -> None:
    assert to_milliseconds(moment) == MILLISECONDS


def test_a_moment_of_another_zone_is_shown_in_utc() -> None:
    east = MOMENT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert datetime_text(neo4j.time.DateTime.from_native(east)) == "2026-03-01T10:00:00.123Z"


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (1_772_359_200_000, "2026-03-01T10:00:00Z"),
        (1_772_359_200_007, "2026-03-01T10:00:00.007Z"),
        (-62_135_596_800_000, "0001-01-01T00:00:00Z"),
        (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_an_instant_has_a_fraction_only_where_there_is_one(milliseconds: int, text: str) -> None:
    assert instant(milliseconds) == text


@pytest.mark.parametrize("day", [date(987, 1, 2), neo4j.time.Date(987, 1, 2)])
def test_a_date_has_four_digits_of_year(day: object) -> None:
    assert date_text(day) == "0987-01-02"
