"""Points in time as filters name them, worked out on a calendar by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from crm_graph.errors import InvalidInput
from crm_graph.segments import moments

THURSDAY = datetime(2026, 3, 26, 14, 30, tzinfo=UTC)


def indexed(zone: str = "UTC", offset: Any = None, **reference: Any) -> Any:
    """A point that is counted from now."""
    return {"timeType": "INDEXED", "zoneId": zone, "indexReference": reference, "offset": offset}


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        (indexed(referenceType="NOW"), "2026-03-26T14:30:00+00:00"),
        (indexed(referenceType="NOW", offset={"hours": -15}), "2026-03-25T23:30:00+00:00"),
        (indexed(referenceType="TODAY"), "2026-03-26T00:00:00+00:00"),
        (
            indexed(referenceType="TODAY", hour=23, minute=59, second=59, millisecond=999),
            "2026-03-26T23:59:59.999000+00:00",
        ),
        (indexed(referenceType="WEEK", dayOfWeek="MONDAY"), "2026-03-23T00:00:00+00:00"),
        (indexed(referenceType="MONTH", day=31, offset={"months": -1}), "2026-02-28T00:00:00+00:00"),
        (indexed(referenceType="QUARTER", month=2, day=15), "2026-02-15T00:00:00+00:00"),
        (indexed(referenceType="YEAR", month=12, day=24, offset={"years": -1}), "2025-12-24T00:00:00+00:00"),
        # In Berlin the clocks go forward on the 29th: three days later it is midnight all the same.
        (indexed("Europe/Berlin", {"days": 4}, referenceType="TODAY"), "2026-03-30T00:00:00+02:00"),
        (indexed("Pacific/Auckland", referenceType="TODAY"), "2026-03-27T00:00:00+13:00"),
    ],
)
def test_a_point_is_counted_from_now(point: Any, expected: str) -> None:
    assert moments.read_point(point, "timePoint", THURSDAY).at.isoformat() == expected


def test_a_date_in_a_zone_is_that_day_for_dates_and_its_midnight_there_for_times() -> None:
    given = {"timeType": "DATE", "zoneId": "Europe/Berlin", "year": 2026, "month": 7, "day": 1}
    point = moments.read_point(given, "timePoint", THURSDAY)
    assert datetime.fromtimestamp(point.milliseconds / 1_000, UTC) == datetime(2026, 6, 30, 22, tzinfo=UTC)
    assert datetime.fromtimestamp(point.as_date / 1_000, UTC) == datetime(2026, 7, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("unit", "first_month", "first", "count", "begin", "end"),
    [
        ("DAY", 1, -1, 1, "2026-03-25", "2026-03-26"),
        ("WEEK", 1, 0, 1, "2026-03-23", "2026-03-30"),
        ("MONTH", 1, 1, 1, "2026-04-01", "2026-05-01"),
        ("QUARTER", 1, -1, 1, "2025-10-01", "2026-01-01"),
        ("QUARTER", 2, 0, 1, "2026-02-01", "2026-05-01"),
        ("YEAR", 1, 0, 1, "2026-01-01", "2027-01-01"),
        ("YEAR", 7, 0, 1, "2025-07-01", "2026-07-01"),
        ("YEAR", 7, -2, 2, "2023-07-01", "2025-07-01"),
    ],
)
def test_units_of_the_calendar_lie_around_the_present(
    unit: str, first_month: int, first: int, count: int, begin: str, end: str
) -> None:
    found = moments.unit_around(THURSDAY, unit, first_month, first=first, count=count)
    assert [each.date().isoformat() for each in found] == [begin, end]


@pytest.mark.parametrize(
    "point",
    [
        {"timeType": "DATE", "year": 2026, "month": 2, "day": 30},
        {"timeType": "DATE", "year": 10**9, "month": 1, "day": 1},
        {"timeType": "DATE", "year": 2026, "month": 1, "day": 1, "zoneId": "../etc/passwd"},
        {"timeType": "DATE", "year": 2026, "month": 1, "day": 1, "zoneId": "Mars/Olympus"},
        {"timeType": "NEVER"},
        indexed(referenceType="NOW", offset={"years": 9_000}),
        indexed(referenceType="NOW", offset={"days": 10**13}),
        indexed(referenceType="NOW", offset={"months": -(10**6)}),
        indexed(referenceType="SOMETIME"),
        [],
    ],
)
def test_a_point_beyond_the_calendar_is_refused(point: Any) -> None:
    with pytest.raises(InvalidInput, match="timePoint"):
        moments.read_point(point, "timePoint", THURSDAY)
