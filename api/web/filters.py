"""How numbers and moments are written in pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from markupsafe import Markup, escape

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def number(value: int) -> str:
    """With commas between thousands: `1,234`."""
    return f"{value:,}"


def moment(milliseconds: int | None) -> Markup:
    """A point in time, in UTC until the page's script writes it in the reader's own zone; empty for None.

    What no calendar has, such as a year of five digits, stays a number.
    """
    if milliseconds is None:
        return Markup("")
    try:
        at = _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return escape(milliseconds)
    return Markup('<time datetime="{}">{}</time>').format(
        at.isoformat(timespec="seconds").replace("+00:00", "Z"), f"{at:%d %b %Y, %H:%M} UTC".lstrip("0")
    )
