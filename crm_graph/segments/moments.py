"""Points in time as filters of lists name them: a date, or something counted from now.

A point is a time in a zone. A property that is a date is compared with the day that it falls on there.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from crm_graph.clock import months_later
from crm_graph.segments.body import (
    Body,
    integer_of,
    malformed,
    object_of,
    one_of,
    text_of,
)

T = TypeVar("T")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_LAST_YEAR = 9_999

MONTHS = (
    "JANUARY",
    "FEBRUARY",
    "MARCH",
    "APRIL",
    "MAY",
    "JUNE",
    "JULY",
    "AUGUST",
    "SEPTEMBER",
    "OCTOBER",
    "NOVEMBER",
    "DECEMBER",
)
WEEKDAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
UNITS = ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")


@dataclass(frozen=True, slots=True)
class Point:
    """A moment in the zone in which it was meant; `is_moving` where it is counted from now."""

    at: datetime
    is_moving: bool = False

    @property
    def milliseconds(self) -> int:
        """Milliseconds since 1970, UTC."""
        return (self.at - _EPOCH) // _MILLISECOND

    @property
    def as_date(self) -> int:
        """The same for what its calendar shows, taken as UTC: what a date is compared with."""
        return (self.at.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND


def from_milliseconds(milliseconds: int) -> Point:
    """The moment so long after 1970, UTC."""
    return Point(_in_range(lambda: _EPOCH + timedelta(milliseconds=milliseconds), "timestamp"))


def now(milliseconds: int) -> datetime:
    """The time of evaluation, given in ms since 1970."""
    return _EPOCH + timedelta(milliseconds=milliseconds)


def read_point(given: Any, at: str, present: datetime) -> Point:
    """The point that a `DATE` or `INDEXED` time point names; InvalidInput names the field."""
    body = object_of(given, at)
    zone = _zone(body, at)
    if one_of(body, "timeType", at, ("DATE", "INDEXED")) == "DATE":
        day = _day(body, at)
        return Point(_in_range(lambda: _at_clock(datetime(day.year, day.month, day.day, tzinfo=zone), body, at), at))
    reference_at = f"{at}.indexReference"
    reference = object_of(body.get("indexReference"), reference_at)
    local = present.astimezone(zone)
    kind = one_of(reference, "referenceType", reference_at, tuple(_REFERENCES))
    begun = _REFERENCES[kind](local, reference, reference_at)
    moved = _in_range(lambda: shifted(begun, body.get("offset"), f"{at}.offset"), at)
    return Point(moved if kind == "NOW" else _at_clock(moved, reference, reference_at), is_moving=True)


def shifted(begun: datetime, given: Any, at: str) -> datetime:
    """The time moved by an offset of years, quarters, months, weeks, days and less, any of them negative."""
    if given is None:
        return begun
    body = object_of(given, at)
    amounts = {name: integer_of(body, name, at, default=0, most=10_000_000_000_000) for name in _OFFSETS}
    months = amounts["years"] * 12 + amounts["quarters"] * 3 + amounts["months"]
    moved = months_later(begun, months) if months else begun
    days = timedelta(days=amounts["days"], weeks=amounts["weeks"])
    less = timedelta(
        hours=amounts["hours"],
        minutes=amounts["minutes"],
        seconds=amounts["seconds"],
        milliseconds=amounts["milliseconds"],
    )
    moved += days  # in local time: a day may have 23 hours
    return (moved.astimezone(UTC) + less).astimezone(begun.tzinfo) if less else moved


_OFFSETS = ("years", "quarters", "months", "weeks", "days", "hours", "minutes", "seconds", "milliseconds")


def day_of(year: int, month: int, day: int, at: str) -> Point:
    """Midnight in UTC of a day."""
    try:
        return Point(datetime(year, month, day, tzinfo=UTC))
    except (ValueError, OverflowError):
        raise malformed(at, f"{year}-{month}-{day} is no day") from None


def unit_around(present: datetime, unit: str, first_month: int, *, first: int, count: int) -> tuple[datetime, datetime]:
    """Begin and end of `count` units of the calendar, from the one on that is `first` after the present one.

    A year begins with `first_month`, and quarters are counted from there.
    """
    midnight = present.replace(hour=0, minute=0, second=0, microsecond=0)
    if unit in ("DAY", "WEEK"):
        size = timedelta(days=7 if unit == "WEEK" else 1)
        begin = midnight - timedelta(days=midnight.weekday()) if unit == "WEEK" else midnight
        return _in_range(lambda: (begin + first * size, begin + (first + count) * size), unit)
    months = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}[unit]
    begin = months_later(midnight.replace(day=1), -((midnight.month - first_month) % months))
    return _in_range(lambda: (months_later(begin, first * months), months_later(begin, (first + count) * months)), unit)


def _now(local: datetime, body: Body, at: str) -> datetime:
    return local


def _today(local: datetime, body: Body, at: str) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


def _week(local: datetime, body: Body, at: str) -> datetime:
    wanted = WEEKDAYS.index(one_of(body, "dayOfWeek", at, WEEKDAYS, default="MONDAY"))
    return _today(local, body, at) + timedelta(days=wanted - local.weekday())


def _month(local: datetime, body: Body, at: str) -> datetime:
    return _on_day(_today(local, body, at).replace(day=1), body, at)


def _quarter(local: datetime, body: Body, at: str) -> datetime:
    first = _today(local, body, at).replace(day=1, month=(local.month - 1) // 3 * 3 + 1)
    return _on_day(months_later(first, integer_of(body, "month", at, default=1, least=1, most=12) - 1), body, at)


def _year(local: datetime, body: Body, at: str) -> datetime:
    month = integer_of(body, "month", at, default=1, least=1, most=12)
    return _on_day(_today(local, body, at).replace(day=1, month=month), body, at)


_REFERENCES: Mapping[str, Callable[[datetime, Body, str], datetime]] = {
    "NOW": _now,
    "TODAY": _today,
    "WEEK": _week,
    "MONTH": _month,
    "QUARTER": _quarter,
    "FISCAL_QUARTER": _quarter,
    "YEAR": _year,
    "FISCAL_YEAR": _year,
}
"""What a point may be counted from; this account's fiscal year is that of the calendar."""


def _on_day(first: datetime, body: Body, at: str) -> datetime:
    day = integer_of(body, "day", at, default=1, least=1, most=31)
    return first.replace(day=min(day, calendar.monthrange(first.year, first.month)[1]))


def _at_clock(day: datetime, body: Body, at: str) -> datetime:
    parts = {name: integer_of(body, name, at, default=0, most=most) for name, most in _CLOCK}
    return day.replace(
        hour=parts["hour"],
        minute=parts["minute"],
        second=parts["second"],
        microsecond=parts["millisecond"] * 1_000,
    )


_CLOCK = (("hour", 23), ("minute", 59), ("second", 59), ("millisecond", 999))


def _day(body: Body, at: str) -> date:
    parts = [integer_of(body, name, at, least=1, most=_LAST_YEAR) for name in ("year", "month", "day")]
    try:
        return date(*parts)
    except ValueError:
        raise malformed(at, f"{'-'.join(map(str, parts))} is no day") from None


def _zone(body: Body, at: str) -> ZoneInfo:
    name = text_of(body, "zoneId", at, default="UTC")
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise malformed(f"{at}.zoneId", f"{name[:100]!r} is no time zone") from None


def _in_range(work: Callable[[], T], at: str) -> T:
    try:
        return work()
    except (ValueError, OverflowError):
        raise malformed(at, "the time is beyond the calendar") from None
