"""The scopes that a token may have, and what each permits.

Every object type has a scope to read and one to write its records, and the same for its
definitions; custom object types share theirs. They are named as the contract names them, and
the contract's older scopes stand for some of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType

SUPER_ADMIN = "super_admin"
"""Named in a refusal where only a super admin may act; no token is given it as a scope."""

FIXED: Mapping[str, str] = {
    "oauth": "Sign in",
    "crm.schemas.custom.read": "Read custom object types",
    "crm.schemas.custom.write": "Define custom object types",
    "crm.objects.custom.read": "Read records of custom object types",
    "crm.objects.custom.write": "Write records of custom object types",
    "crm.objects.owners.read": "Read owners",
    "crm.lists.read": "Read lists",
    "crm.lists.write": "Change lists",
    "crm.import": "Import files",
    "crm.export": "Export records",
    "crm.feed.read": "Read the feed of changes",
}
"""Scopes that stand for themselves, each with what it permits."""

_OWN_NOUNS: Mapping[str, str] = {"commerce_payments": "commercepayments", "goal_targets": "goals"}
"""Object types that scopes call by another name than paths do."""

_OF_CONTACTS = ("calls", "communications", "meetings", "notes", "postal_mail", "tasks")


def _both(noun: str) -> tuple[str, ...]:
    return f"crm.objects.{noun}.read", f"crm.objects.{noun}.write"


STANDS_FOR: Mapping[str, tuple[str, ...]] = {
    "tickets": _both("tickets"),
    "e-commerce": (*_both("products"), *_both("line_items")),
    "sales-email-read": ("crm.objects.emails.read",),
    "crm.objects.contacts.read": tuple(f"crm.objects.{noun}.read" for noun in _OF_CONTACTS),
    "crm.objects.contacts.write": tuple(f"crm.objects.{noun}.write" for noun in (*_OF_CONTACTS, "emails")),
}
"""Scopes that permit more than they name: older ones, and activities, which go with contacts."""

_BY_OBJECT = re.compile(r"crm\.(objects|schemas)\.[a-z][a-z0-9_-]*(\.(highly_)?sensitive)?\.(read|write)(\.v2)?\Z")
_UNUSED = frozenset({"automation", "content", "files", "forms", "media_bridge.read", "timeline"})
"""Scopes of the hosted product for what is not here; taken so that an app's whole list can be given."""


def is_scope(scope: str) -> bool:
    """Whether a token may be given the scope."""
    return scope in FIXED or scope in STANDS_FOR or scope in _UNUSED or bool(_BY_OBJECT.match(scope))


def granted(scopes: Iterable[str]) -> frozenset[str]:
    """The scopes with those that they stand for."""
    given = tuple(scopes)
    return frozenset(given).union(*(STANDS_FOR.get(scope, ()) for scope in given))


def of_records(object_type: ObjectType, access: str) -> str:
    """The scope that reading or writing records of the object type needs; `access` is `read` or `write`."""
    return f"crm.objects.{_noun(object_type)}.{access}"


def of_schema(object_type: ObjectType | None, access: str) -> str:
    """The scope that reading or changing definitions of the object type needs; None means object types as such."""
    return f"crm.schemas.{'custom' if object_type is None else _noun(object_type)}.{access}"


def every(model: DataModel) -> list[str]:
    """Every scope that permits something in this account, in order."""
    kinds = ("objects", "schemas")
    nouns = {_noun(object_type) for object_type in model.object_types.values()}
    of_types = {f"crm.{kind}.{noun}.{access}" for kind in kinds for noun in nouns for access in ("read", "write")}
    return sorted(of_types | set(FIXED))


def _noun(object_type: ObjectType) -> str:
    if not object_type.built_in:
        return "custom"
    return _OWN_NOUNS.get(object_type.plural, object_type.plural)
