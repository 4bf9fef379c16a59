"""How numbers and moments are written in pages."""

from __future__ import annotations

from datetime import UTC, datetime

from markupsafe import Markup


def number(value: int) -> str:
    """With commas between thousands: `1,234`."""
    return f"{value:,}"


def moment(milliseconds: int | None) -> Markup:
    """A point in time, in UTC until the page's script writes it in the reader's own zone; empty for None."""
    if milliseconds is None:
        return Markup("")
    at = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return Markup('<time datetime="{}">{}</time>').format(
        at.isoformat(timespec="seconds").replace("+00:00", "Z"), f"{at:%d %b %Y, %H:%M} UTC".lstrip("0")
    )
