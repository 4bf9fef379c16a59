"""Times as the contract writes them."""

from __future__ import annotations

from crm_graph.graph.convert import instant


def moment(milliseconds: int | None) -> str:
    """ISO 8601 in UTC, the fraction left out where it is nought; what is built in was made at 1970-01-01."""
    return instant(milliseconds or 0)
