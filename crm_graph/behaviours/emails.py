"""E-mails: deleting one is for good, as in the contract; the record stays for the history of its associations."""

from __future__ import annotations

from collections.abc import Sequence

from crm_graph.definitions.object_type import ObjectType
from crm_graph.records.hooks import Behaviour, Change
from crm_graph.unit import Unit


def _nothing(unit: Unit, object_type: ObjectType, changes: Sequence[Change]) -> None:
    """Writing an e-mail has no rule of its own."""


PERMANENT_DELETE = Behaviour(before=_nothing, refuses_restore=True)
