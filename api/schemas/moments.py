"""Times as the contract writes them."""

from __future__ import annotations

from datetime import UTC, datetime


def moment(milliseconds: int | None) -> str:
    """ISO 8601 in UTC, the fraction left out where it is nought; what is built in was made at 1970-01-01."""
    whole, rest = divmod(milliseconds or 0, 1000)
    text = datetime.fromtimestamp(whole, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{rest:03d}Z" if rest else f"{text}Z"
