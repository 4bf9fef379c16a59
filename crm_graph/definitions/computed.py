"""Which properties follow from associations, read from `builtin/computed.toml`; `records/computed.py` makes them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

KINDS = ("number", "any", "record", "primary")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one property follows from the associations with object type `far`; the table says what each kind is."""

    kind: str
    far: str
    type_name: str | None = None
    reads: str | None = None


@cache
def rules() -> Mapping[str, Mapping[str, Rule]]:
    """Rules by name of the object type and of the property."""
    text = files("crm_graph.definitions").joinpath("builtin/computed.toml").read_text("utf-8")
    return {
        object_type: {name: _rule(row) for name, row in rows.items()}
        for object_type, rows in tomllib.loads(text).items()
    }


def _rule(row: Mapping[str, str]) -> Rule:
    [kind] = row.keys() & set(KINDS)
    return Rule(kind=kind, far=row[kind], type_name=row.get("type"), reads=row.get("reads"))
