"""Times between the forms they have in Neo4j's driver, in Python and on the wire."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import neo4j.time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def to_milliseconds(moment: Any) -> int:
    """Milliseconds since 1970-01-01 UTC of a datetime, Python's or the driver's."""
    native: datetime = moment.to_native() if isinstance(moment, neo4j.time.DateTime) else moment
    return round(native.timestamp() * 1000)


@lru_cache(maxsize=10_000)  # what is shown together was often written together
def instant(milliseconds: int) -> str:
    """A moment as the wire has it: `2026-03-01T10:00:00.123Z`, the fraction left out where it is zero."""
    minutes, rest = divmod(milliseconds, 60_000)
    seconds, fraction = divmod(rest, 1_000)
    return f"{_minute(minutes)}:{seconds:02d}.{fraction:03d}Z" if fraction else f"{_minute(minutes)}:{seconds:02d}Z"


@lru_cache(maxsize=1_000)
def _minute(minutes: int) -> str:
    """A minute as the wire has it: `2026-03-01T10:00`."""
    return (_EPOCH + timedelta(minutes=minutes)).isoformat()[:16]  # strftime shortens years before 1000


def datetime_text(moment: Any) -> str:
    """A datetime as the wire has it, in UTC."""
    return instant(to_milliseconds(moment))


def date_text(day: Any) -> str:
    """A date as the wire has it: `2026-03-01`."""
    native: date = day.to_native() if isinstance(day, neo4j.time.Date) else day
    return native.isoformat()
