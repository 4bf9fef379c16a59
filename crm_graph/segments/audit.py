"""What is remembered of changes of segments and of their folders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from crm_graph.unit import Unit


def audit_of(unit: Unit, action: str, subject: str, at: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """The node of a change: what was done, at a time in ms since 1970, to what, such as `segment:7`."""
    return {
        "at": at,
        "action": action,
        "subject": subject,
        "actor": unit.actor.name,
        "user_id": unit.actor.user_id,
        "transaction_id": unit.transaction_id,
        "values": json.dumps(values, ensure_ascii=False),
    }
