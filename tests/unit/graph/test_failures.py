"""What the driver raises becomes what the domain can tell apart."""

from __future__ import annotations

import pytest
from neo4j.exceptions import ClientError, Neo4jError

from api.errors import row_of
from crm_graph.errors import ReadTooLong
from crm_graph.graph.failures import ProcedureRefused, translated


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
