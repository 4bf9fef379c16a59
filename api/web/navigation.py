"""What the rail of every page leads to, made from the data model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import CATEGORIES, ObjectType


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
    places: tuple[Place, ...]
    category: str = ""


HOME = Place("Home", "/", "house", "g h")
SETUP = (
    Place("Data model", "/model", "network", "g m"),
    Place("API", "/docs", "file-text", "g a"),
)


def records(model: DataModel) -> list[Group]:
    """Every active object type under its first category, in the order of categories and of the data model."""
    shown = [each for each in model.object_types.values() if each.active and not each.archived]
    return [
        Group(name.capitalize(), tuple(map(_place, found)), name)
        for name in categories(shown)
        if (found := [each for each in shown if category(each) == name])
    ]


def category(object_type: ObjectType) -> str:
    """The one that an object type is shown under where it may stand once only."""
    return object_type.categories[0] if object_type.categories else "other"


def categories(object_types: Iterable[ObjectType]) -> list[str]:
    """Categories in the order in which they are shown, those that we do not know last."""
    return list(dict.fromkeys((*CATEGORIES, *map(category, object_types))))


def _place(object_type: ObjectType) -> Place:
    # Records have no list of their own yet; what the account knows of the type is in the data model.
    path = f"/model?focus={object_type.plural}"
    return Place(object_type.display_name_plural, path, object_type.icon)
