"""What a definition must look like. Each refusal names the field as the contract does, the value and the rule."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from crm_graph.errors import InvalidInput, MissingScopes, TooMany
from crm_graph.unit import Unit

PROPERTY_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}\Z")
OBJECT_TYPE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}\Z")
ASSOCIATION_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}\Z")
IDENTIFIER = re.compile(r"[A-Za-z0-9_.\-]{1,100}\Z")
IDENTIFIER_RULE = "must be up to 100 letters, digits, dots, hyphens and underscores"
TEXT_LENGTH = 3_000
"""Characters of a display name, a description or a formula."""


def refused(field: str, value: Any, rule: str) -> InvalidInput:
    """The error for one field of a definition."""
    return InvalidInput(f"{field} {value!r}: {rule}.", field=[field], value=[str(value)], rule=[rule])


def check_name(field: str, value: str, pattern: re.Pattern[str], rule: str) -> None:
    """InvalidInput unless the name has the form."""
    if not pattern.match(value):
        raise refused(field, value, rule)


def check_property_name(name: str) -> None:
    """InvalidInput for what cannot name a property or a group."""
    check_name("name", name, PROPERTY_NAME, "must be lower-case letters, digits and underscores, a letter first")


def check_text(field: str, value: str, *, required: bool = False) -> None:
    """InvalidInput for a text that is empty though it is needed, or too long to be shown."""
    if required and not value.strip():
        raise refused(field, value, "must not be empty")
    if len(value) > TEXT_LENGTH:
        raise refused(field, f"{value[:40]}…", f"has more than {TEXT_LENGTH:,} characters")


def check_known(field: str, names: Iterable[str], known: Iterable[str], what: str) -> None:
    """InvalidInput naming the first name that is not known."""
    permitted = set(known)
    for name in names:
        if name not in permitted:
            raise refused(field, name, f"is no {what}")


def check_distinct(field: str, values: Iterable[str]) -> None:
    """InvalidInput naming the first value that stands there twice."""
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise refused(field, value, "is given twice")
        seen.add(value)


def check_count(field: str, count: int, most: int) -> None:
    """TooMany past a limit."""
    if count > most:
        raise TooMany(
            f"{field}: {count:,} are more than {most:,}.", field=[field], value=[str(count)], rule=[str(most)]
        )


def require_super_admin(unit: Unit) -> None:
    """MissingScopes for anyone else."""
    if not unit.actor.is_super_admin:
        raise MissingScopes(["super_admin"])
