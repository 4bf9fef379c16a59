"""The scopes that a token may have, and what each permits."""

from __future__ import annotations

import re
from collections.abc import Mapping

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
"""Scopes that stand for themselves."""

_BY_OBJECT = re.compile(r"crm\.(objects|schemas)\.[a-z][a-z0-9_]*\.(read|write)\Z")
_LEGACY = frozenset({"tickets", "e-commerce", "sales-email-read", "automation", "content", "forms", "files"})
"""Scopes of the hosted product that name no object type; accepted so that an app's list of scopes can be given."""


def is_scope(scope: str) -> bool:
    """Whether a token may be given the scope."""
    return scope in FIXED or scope in _LEGACY or bool(_BY_OBJECT.match(scope))


def of_records(object_type: ObjectType, access: str) -> str:
    """The scope that reading or writing records of the object type needs; `access` is `read` or `write`."""
    return f"crm.objects.{object_type.plural if object_type.built_in else 'custom'}.{access}"


def of_schema(object_type: ObjectType | None, access: str) -> str:
    """The scope that reading or changing definitions of the object type needs; None means object types as such."""
    name = object_type.plural if object_type is not None and object_type.built_in else "custom"
    return f"crm.schemas.{name}.{access}"
