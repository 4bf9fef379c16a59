"""Every operation of the client that calls an endpoint which the contract must have is called by a scenario."""

from __future__ import annotations

from tests.clients.python import test_account, test_associations, test_definitions, test_lists, test_records
from tests.clients.python.calling import SHOWN
from tests.clients.python.operations import installed, needed

SCENARIOS = (test_account, test_associations, test_definitions, test_lists, test_records)
"""What says at its import which operations it calls."""


def test_the_text_of_the_client_is_read_to_its_end() -> None:
    # Counted by hand in what hubspot-api-client 12.0.0 unpacks to.
    assert (len(installed()), len({(each.method, each.path) for each in installed()})) == (644, 644)


def test_every_operation_that_is_needed_is_called() -> None:
    assert sorted(needed().keys() - SHOWN) == []


def test_no_scenario_calls_what_is_not_needed() -> None:
    assert sorted(SHOWN - needed().keys()) == []
