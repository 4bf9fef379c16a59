"""What the rail of every page leads to, made from the data model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_graph.accounts import permissions, tokens
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import CATEGORIES, ObjectType
from crm_graph.unit import Actor


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the rail; `key` is typed to go there."""

    name: str
    path: str
    icon: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Places under a heading; `category` colours their icons."""

    name: str
    category: str
    places: Sequence[Place]


HOME = Place("Home", "/", "house", "g h")
SETUP = (
    Place("Data model", "/model", "network", "g m"),
    Place("API", "/docs", "file-text", "g a"),
)


def records(model: DataModel, actor: Actor) -> list[Group]:
    """The active object types whose records the actor may read, by category, in the order of the data model."""
    shown = [
        each
        for each in model.object_types.values()
        if each.active and not each.archived and tokens.permits(actor, permissions.of_records(each, "read"))
    ]
    by_category = {name: [place_of(each) for each in shown if each.category == name] for name in CATEGORIES}
    return [Group(name.capitalize(), name, places) for name, places in by_category.items() if places]


def place_of(object_type: ObjectType) -> Place:
    """Where the object type is shown. Its records have no list yet, so that is the data model."""
    return Place(object_type.display_name_plural, f"/model?focus={object_type.plural}", object_type.icon or "sparkles")


def current(model: DataModel, path: str, focus: str | None) -> str:
    """The path of the place that a page belongs to, from the page's own path and what it is focussed on."""
    first, *rest = path.strip("/").split("/")
    named = rest[0] if first == "records" and rest else focus if first == "model" else None
    object_type = model.find_object_type(named) if named else None
    return place_of(object_type).path if object_type is not None else f"/{first}"
