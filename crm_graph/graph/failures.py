"""What the driver raises, as errors of ours; those after which a statement may be tried again stay in this package."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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


@contextmanager
def translated(*, writes: bool) -> Iterator[None]:
    """Driver errors as ours; transient ones pass, since the doors try them again."""
    try:
        yield
    except driver_errors.ConstraintError as error:
        raise ConstraintViolated(error.message or "") from error
    except (driver_errors.ServiceUnavailable, driver_errors.SessionExpired, driver_errors.IncompleteCommit) as error:
        if not _may_have_run(error):
            raise Refused(str(error)) from error
        if not writes:
            raise Lost(str(error)) from error
        raise OutcomeUnknown(UNKNOWN) from error
    except (driver_errors.ConnectionAcquisitionTimeoutError, driver_errors.ConnectionPoolError) as error:
        raise Lost(str(error)) from error
    except driver_errors.TransientError:
        raise
    except driver_errors.ClientError as error:
        code = error.code or ""
        if "LockClientStopped" in code and not writes:
            raise Lost(str(error)) from error
        # A transaction that is ended while it waits for a lock, by its time limit or by a server that stops.
        if ("TransactionTimedOut" in code or "LockClientStopped" in code) and writes:
            raise WriteTooLong(
                "The write took longer than it may; nothing was written. Try again, or write less at once."
            ) from error
        if "TransactionTimedOut" in code:
            raise ReadTooLong("The graph did not come to an end in the time allowed; ask for less at once.") from error
        if code.endswith(".ProcedureNotFound") or (
            code.endswith(".Forbidden") and "procedure" in (error.message or "")
        ):
            raise ProcedureRefused(error.message or "") from error
        if code.endswith(".EntityNotFound"):
            raise Gone(str(error)) from error
        raise
    except driver_errors.DatabaseError as error:
        if "DatabaseUnavailable" in (error.code or ""):
            raise Refused(str(error)) from error
        raise


def _may_have_run(error: Exception) -> bool:
    """Whether a statement can have reached the server: a refused connection never carried one."""
    return "Couldn't connect" not in str(error) and "Failed to establish" not in str(error)
