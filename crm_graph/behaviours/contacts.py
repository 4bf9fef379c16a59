"""Contacts: the e-mail address is who they are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import Fault
from crm_graph.records.hooks import Behaviour, Change
from crm_graph.unit import Unit

_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+|[^@\s]+@localhost")
_SINGLE, _SEVERAL = "email", "hs_additional_emails"


def _fold(unit: Unit, object_type: ObjectType, changes: Sequence[Change]) -> None:
    for change in changes:
        if change.values.get(_SINGLE):
            change.values[_SINGLE] = _folded(change, _SINGLE, change.values[_SINGLE])
        if change.values.get(_SEVERAL):
            folded = [_folded(change, _SEVERAL, address) for address in change.values[_SEVERAL]]
            change.values[_SEVERAL] = list(dict.fromkeys(folded))


def _folded(change: Change, name: str, address: str) -> str:
    folded = address.strip().lower()
    if not _ADDRESS.fullmatch(folded):
        change.faults.append(Fault("INVALID_EMAIL", name, f"Email address {address} is invalid", address[:200]))
    return folded


EMAIL = Behaviour(before=_fold, upserts_whole=(_SINGLE,))
