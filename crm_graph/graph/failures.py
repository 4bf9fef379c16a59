"""What the driver raises, as errors of ours; those after which a statement may be tried again stay in this package."""

from __future__ import annotations

from contextlib import AbstractContextManager
from types import TracebackType

from neo4j import exceptions as driver_errors

from crm_graph.errors import CRMError, OutcomeUnknown, ReadTooLong, WriteTooLong

UNKNOWN = "The connection to the graph was lost while the write was made; read the record to see whether it was."


class ConstraintViolated(CRMError):
    """A unique constraint refused a write; the whole transaction was rolled back.

    `node_label`, `property_name` and `value` are read from Neo4j's message, `''` where it has none.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.node_label = self.property_name = self.value = ""
        if "label `" in message or "type `" in message:
            marker = "label `" if "label `" in message else "type `"
            self.node_label = message.partition(marker)[2].partition("`")[0]
            self.property_name = message.partition("propert")[2].partition("`")[2].partition("`")[0]
        if " = '" in message:
            self.value = message.partition(" = '")[2].rpartition("'")[0]


class ProcedureRefused(CRMError):
    """The server does not have a procedure, or does not let its user call it."""


class Lost(Exception):
    """The connection failed before the statement can have had an effect."""


class Refused(Lost):
    """There was no connection: the graph is away, and has no plans when it comes back."""


class Gone(Exception):
    """What the statement had found was removed before it came to it; nothing was written."""


PASSING = (driver_errors.TransientError, Lost, Gone)
"""After these a statement is tried again."""

TOO_LONG = (ReadTooLong, WriteTooLong)
"""After these a statement may have no plan."""


class _Translated:
    """A context in which driver errors become ours; transient ones pass, since the doors try them again.

    It keeps nothing, so one of a kind serves everybody: every statement goes through it.
    """

    def __init__(self, *, writes: bool) -> None:
        self._writes = writes

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None and (ours := _translation(error, writes=self._writes)):
            try:
                raise ours from error
            finally:
                del ours  # its traceback has this frame: together they would keep all frames below until a collection


_READS, _WRITES = _Translated(writes=False), _Translated(writes=True)


def translated(*, writes: bool) -> AbstractContextManager[None]:
    """The context for a statement that reads, or for one that writes."""
    return _WRITES if writes else _READS


def _translation(error: BaseException, *, writes: bool) -> Exception | None:
    """The error of ours that says the same; None for what passes as it is."""
    if isinstance(error, driver_errors.ConstraintError):
        return ConstraintViolated(error.message or "")
    if isinstance(
        error, driver_errors.ServiceUnavailable | driver_errors.SessionExpired | driver_errors.IncompleteCommit
    ):
        if not _may_have_run(error):
            return Refused(str(error))
        return OutcomeUnknown(UNKNOWN) if writes else Lost(str(error))
    if isinstance(error, driver_errors.ConnectionAcquisitionTimeoutError | driver_errors.ConnectionPoolError):
        return Lost(str(error))
    if isinstance(error, driver_errors.TransientError):
        return None
    if isinstance(error, driver_errors.ClientError):
        return _of_client_error(error, error.code or "", writes=writes)
    if isinstance(error, driver_errors.DatabaseError) and "DatabaseUnavailable" in (error.code or ""):
        return Refused(str(error))
    return None


def _of_client_error(error: driver_errors.ClientError, code: str, *, writes: bool) -> Exception | None:
    if "LockClientStopped" in code and not writes:
        return Lost(str(error))
    # A transaction that is ended while it waits for a lock, by its time limit or by a server that stops.
    if ("TransactionTimedOut" in code or "LockClientStopped" in code) and writes:
        return WriteTooLong("The write took longer than it may; nothing was written. Try again, or write less at once.")
    if "TransactionTimedOut" in code:
        return ReadTooLong("The graph did not come to an end in the time allowed; ask for less at once.")
    if code.endswith(".ProcedureNotFound") or (code.endswith(".Forbidden") and "procedure" in (error.message or "")):
        return ProcedureRefused(error.message or "")
    return Gone(str(error)) if code.endswith(".EntityNotFound") else None


def _may_have_run(error: BaseException) -> bool:
    """Whether a statement can have reached the server: a refused connection never carried one."""
    return "Couldn't connect" not in str(error) and "Failed to establish" not in str(error)
