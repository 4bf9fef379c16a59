"""What a definition must look like. Each refusal names the field as the contract does, the value and the rule."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from crm_graph.errors import InvalidInput, MissingScopes, TooMany
from crm_graph.unit import Unit

PROPERTY_NAME = re.compile(r"[a-z][a-z0-9_]{0,99}\Z")
OBJECT_TYPE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}\Z")
ASSOCIATION_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}\Z")
IDENTIFIER = re.compile(r"[A-Za-z0-9_.\-]{1,100}\Z")
IDENTIFIER_RULE = "must be up to 100 letters, digits, dots, hyphens and underscores"
TEXT_LENGTH = 3_000
"""Characters of a display name, a description or a formula."""


TOLD = 100
"""Refusals that are told at once."""

T = TypeVar("T")


def refused(field: str, value: Any, rule: str) -> InvalidInput:
    """The error for one field of a definition."""
    message = f"{field} {value!r}: {rule}."
    return InvalidInput(message, field=[field], value=[str(value)], rule=[rule]).found_at((field, message))


class Findings:
    """Gathers refusals, so that whoever defines something is told at once of all that is wrong with it."""

    def __init__(self) -> None:
        self._errors: list[InvalidInput] = []

    def add(self, error: InvalidInput, within: str = "") -> None:
        """Keep a refusal; `within` is where what it is about stands in the body, such as `stages.2`."""
        if within:
            listed = f"{within.partition('.')[0]}."
            error.places = tuple((f"{within}.{at.removeprefix(listed)}", message) for at, message in error.places)
        self._errors.append(error)

    def look(self, check: Callable[..., T], *given: Any, within: str = "", **options: Any) -> T | None:
        """What the check returns; None where it refuses, which is kept."""
        try:
            return check(*given, **options)
        except InvalidInput as error:
            self.add(error, within)
            return None

    def refuse(self) -> None:
        """InvalidInput with everything that was found; the error itself where it is one."""
        if len(self._errors) == 1:
            raise self._errors[0]
        if self._errors:
            told = self._errors[:TOLD]
            context = {
                name: [text for error in told for text in error.context.get(name, [])]
                for name in ("field", "value", "rule")
            }
            places = [place for error in told for place in error.places][:TOLD]
            raise InvalidInput(" ".join(error.message for error in told), **context).found_at(*places)


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
    """InvalidInput naming every name that is not known."""
    permitted, found = set(known), Findings()
    for name in names:
        if name not in permitted:
            found.add(refused(field, name, f"is no {what}"))
    found.refuse()


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
        message = f"{field}: {count:,} are more than {most:,}."
        error = TooMany(message, field=[field], value=[str(count)], rule=[str(most)])
        raise error.found_at((field, message))


def require_super_admin(unit: Unit) -> None:
    """MissingScopes for anyone else."""
    if not unit.actor.is_super_admin:
        raise MissingScopes(["super_admin"])
