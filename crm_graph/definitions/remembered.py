"""What follows from an object type and a choice of names, worked out once and kept with the object type."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar, TypeVarTuple, Unpack

from crm_graph.definitions.object_type import ObjectType

T = TypeVar("T")
C = TypeVarTuple("C")

CHOICES = 100
"""How many answers of a function are kept with an object type: a client asks for the same few, over and over."""


def remembered(function: Callable[[ObjectType, Unpack[C]], T]) -> Callable[[ObjectType, Unpack[C]], T]:
    """Keep what the function gives for an object type and further arguments, which are hashable.

    It must follow from these alone. It is gone with the object type, which is another after any change of its
    definition, and nobody changes what was given.
    """
    place = f"{function.__module__}.{function.__qualname__}"

    @wraps(function)
    def wrapper(object_type: ObjectType, *choice: *C) -> T:
        # As cached_property does it: beside the fields, which are frozen.
        kept: dict[str, Any] = object_type.__dict__
        known: Callable[..., T] | None = kept.get(place)
        if known is None:
            known = kept[place] = lru_cache(CHOICES)(lambda *choice: function(object_type, *choice))
        return known(*choice)

    return wrapper
