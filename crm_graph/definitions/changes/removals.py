"""Nothing is removed that records are in, those included that are being written: decision 0009."""

from __future__ import annotations

from collections.abc import Callable

from crm_graph.definitions.changes.publication import schema_of
from crm_graph.unit import Unit


def close_first(
    unit: Unit,
    *,
    is_closed: bool,
    refuse_used: Callable[[Unit], None],
    close: Callable[[Unit], None],
    reopen: Callable[[Unit], None],
) -> None:
    """Return when no record is in what is to go and none can come; what `refuse_used` raises where there is one.

    A look says nothing of a record that is being written. So what is to go is closed, which only those notice who
    bring a record into it; the writes end that do not know of it; then a look counts. Work that is begun anew finds
    it closed and goes on from there, and so does the next who asks for the removal, where this one came to no end.
    It is opened again where the work fails.
    """
    if is_closed:
        unit.undo(reopen)
        schema_of(unit).settle()
    refuse_used(unit)
    if not is_closed:
        unit.undo(reopen)  # before it is closed: it may be although the answer is lost
        close(unit)
        schema_of(unit).begin_anew()
