"""Names that object types give to relationships."""

from __future__ import annotations


def relationship_type(source: str, target: str) -> str:
    """The relationship type of two object types: `CONTACT_TO_COMPANY`."""
    return f"{source}_to_{target}".upper()
