"""The one place where a name becomes Cypher text."""

from __future__ import annotations

import re

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}\Z")


def quote(identifier: str) -> str:
    """The identifier in back quotes; ValueError for anything but letters, digits and underscores."""
    if not _IDENTIFIER.match(identifier):
        raise ValueError(f"not an identifier: {identifier!r}")
    return f"`{identifier}`"
