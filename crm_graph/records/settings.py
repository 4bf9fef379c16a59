"""What a super admin sets for an object type: its display names, whether it is active, which properties are indexed."""

from __future__ import annotations

from collections.abc import Mapping

from crm_graph.definitions.changes import object_types
from crm_graph.definitions.changes.checks import require_super_admin
from crm_graph.definitions.object_type import ObjectType
from crm_graph.records import indexing
from crm_graph.unit import Unit


def change(
    unit: Unit,
    object_type: ObjectType,
    *,
    one: str | None = None,
    many: str | None = None,
    active: bool | None = None,
    indexed: Mapping[str, bool] | None = None,
) -> ObjectType:
    """The object type with what is given. Several versions of the model may come of it, each of them whole.

    Raises MissingScopes for anyone but a super admin, DefinitionNotFound for an unknown property.
    """
    require_super_admin(unit)
    # What was published before is not published again when the work is begun anew after it.
    configured = object_types.configure(unit, object_type, one=one, many=many, active=active)
    return indexing.set_indexed(unit, configured, indexed) if indexed else configured
