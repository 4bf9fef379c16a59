"""Every endpoint that the contract needs answers with what was written, for built-in and custom object types."""

from __future__ import annotations

from api import contract
from tests.api.living import test_account, test_associations, test_definitions, test_lists, test_records
from tests.api.living.alive import SHOWN

SCENARIOS = (test_account, test_associations, test_definitions, test_lists, test_records)
"""What says at its import which endpoints it shows."""


def test_every_endpoint_that_is_needed_is_shown_alive() -> None:
    needed = {each.shape: each.name for area, each in contract.load().endpoints() if area.must}
    assert [name for shape, name in needed.items() if shape not in SHOWN] == []
