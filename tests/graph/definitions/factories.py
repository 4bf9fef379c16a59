"""Definitions for tests; only what matters is given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm_graph.definitions.changes import object_types
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.unit import Unit


def text_property(name: str, **fields: Any) -> Property:
    """A custom text property, of contacts unless another group is named."""
    given = {"display_name": name, "type": "string", "field_type": "text", "group": "contactinformation", **fields}
    return Property(name=name, **given)


def define_type(
    unit: Unit, name: str, *, associated: Sequence[str] = (), wanted: Sequence[Property] = (), **given: Any
) -> ObjectType:
    """A custom object type with a title."""
    title = text_property("title", group="")
    return object_types.define(
        unit,
        name=name,
        display_name=name.capitalize(),
        display_name_plural=f"{name.capitalize()} all",
        wanted=[title, *wanted],
        associated=associated,
        **{"primary": ["title"], "required": ["title"], "searchable": ["title"], **given},
    ).object_type
