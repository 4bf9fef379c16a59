"""Arithmetic of times that the standard library lacks."""

from __future__ import annotations

import calendar
from datetime import datetime

DAY_MS = 24 * 60 * 60 * 1000
"""Milliseconds of a day in UTC."""


def months_later(moment: datetime, months: int) -> datetime:
    """The same day so many months later, the last one of the month where it has fewer days.

    Raises ValueError or OverflowError beyond the years that there are.
    """
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))
