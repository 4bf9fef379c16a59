"""What the driver raises becomes what the domain can tell apart."""

from __future__ import annotations

import gc
import weakref
from contextlib import suppress
from typing import Any

import pytest
from neo4j.exceptions import (
    ClientError,
    ConnectionAcquisitionTimeoutError,
    IncompleteCommit,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
)

from api.errors import row_of
from crm_graph.errors import OutcomeUnknown, ReadTooLong, WriteTooLong
from crm_graph.graph.failures import ConstraintViolated, Gone, Lost, ProcedureRefused, Refused, translated


def told(code: str) -> Neo4jError:
    """What the driver makes of a code that the server sent."""
    return Neo4jError._hydrate_neo4j(code=f"Neo.{code}", message="said so")


REFUSED = ServiceUnavailable("Couldn't connect to 127.0.0.1:7687")
BROKEN = SessionExpired("Failed to read from defunct connection")
STOPPED, TIMED_OUT = "ClientError.Transaction.LockClientStopped", "ClientError.Transaction.TransactionTimedOut"


@pytest.mark.parametrize(
    ("error", "writes", "expected"),
    [
        (told("ClientError.Schema.ConstraintValidationFailed"), True, ConstraintViolated),
        (REFUSED, True, Refused),
        (REFUSED, False, Refused),
        (BROKEN, True, OutcomeUnknown),
        (BROKEN, False, Lost),
        (IncompleteCommit("gone"), True, OutcomeUnknown),
        (ConnectionAcquisitionTimeoutError("none is free"), True, Lost),
        (told(STOPPED), True, WriteTooLong),
        (told(STOPPED), False, Lost),
        (told(TIMED_OUT), True, WriteTooLong),
        (told(TIMED_OUT), False, ReadTooLong),
        (told("ClientError.Statement.EntityNotFound"), True, Gone),
        (told("TransientError.General.DatabaseUnavailable"), True, None),
        (told("DatabaseError.General.DatabaseUnavailable"), True, Refused),
        (told("DatabaseError.General.UnknownError"), True, None),
        (told("TransientError.Transaction.DeadlockDetected"), True, None),
        (told("ClientError.Statement.SyntaxError"), True, None),
        (KeyError("a fault of ours"), True, None),
        (KeyboardInterrupt(), True, None),
    ],
    ids=lambda value: getattr(value, "code", None) or getattr(value, "__name__", None) or type(value).__name__,
)
def test_what_the_driver_raises_is_translated_or_passes(
    error: BaseException, writes: bool, expected: type[Exception] | None
) -> None:
    with pytest.raises(BaseException) as raised, translated(writes=writes):  # noqa: PT011 - some are no Exception
        raise error
    if expected is None:
        assert raised.value is error
    else:
        assert type(raised.value) is expected
        assert raised.value.__cause__ is error


def test_what_a_failing_write_held_is_free_at_once() -> None:
    class Batch:
        """Something large."""

    def write() -> None:
        batch = Batch()
        held.append(weakref.ref(batch))
        with translated(writes=True):
            raise ServiceUnavailable("Couldn't connect to 127.0.0.1:7687")

    held: list[weakref.ref[Any]] = []
    gc.disable()
    try:
        with suppress(Refused):
            write()
        assert held[0]() is None
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("code", "message", "expected"),
    [
        (
            "Neo.ClientError.Security.Forbidden",
            "Executing admin procedure 'db.stats.retrieve' permission has not been granted for user 'reader'.",
            ProcedureRefused,
        ),
        (
            "Neo.ClientError.Procedure.ProcedureNotFound",
            "There is no procedure with the name `db.stats.retrieve` registered for this database instance.",
            ProcedureRefused,
        ),
        ("Neo.ClientError.Security.Forbidden", "Create node with labels 'Contact' is not allowed.", ClientError),
    ],
)
def test_a_procedure_that_may_not_be_called_is_told_from_other_refusals(
    code: str, message: str, expected: type[Exception]
) -> None:
    error = Neo4jError._hydrate_neo4j(code=code, message=message)
    with pytest.raises(expected), translated(writes=False):
        raise error


def test_a_read_that_runs_out_of_time_is_no_fault_of_the_request() -> None:
    error = Neo4jError._hydrate_neo4j(code="Neo.ClientError.Transaction.TransactionTimedOut", message="timed out")
    with pytest.raises(ReadTooLong) as raised, translated(writes=False):
        raise error
    assert row_of(type(raised.value)) == (503, "SERVICE_UNAVAILABLE")
