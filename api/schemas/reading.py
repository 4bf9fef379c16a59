"""Reads bodies that have many things of one kind: plain functions, as a schema takes ten times as long for each.

Each is given the place of what it reads, `inputs.3.to.`, and names it in its InvalidInput.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema

from crm_graph.definitions.association import CATEGORIES
from crm_graph.errors import InvalidInput

Body = Mapping[str, Any]

_TYPE_ID_MAX = 2**53


class BodyReader:
    """A function that reads a body, with the schema that describes what it reads."""

    def __init__(self, read: Callable[[Any], Any], schema: type[Schema]) -> None:
        self._read = read
        self.schema = schema

    def __call__(self, given: Any) -> Any:
        """What the view gets."""
        return self._read(given)


def inputs_of(given: Any, read: Callable[[Body, str], Any]) -> list[Any]:
    """What `read` makes of each of the body's inputs."""
    body = object_of(given, "")
    if "inputs" not in body:
        raise wrong("inputs", "Missing data for required field.")
    found = []
    for n, item in enumerate(list_of(body, "inputs", "")):
        at = f"inputs.{n}."
        found.append(read(object_of(item, at), at))
    return found


def ids_of(given: Any) -> list[str]:
    """The ids of the body's inputs, written as texts or as numbers."""
    body = object_of(given, "")
    try:
        ids = [item["id"] for item in body["inputs"]]
    except (KeyError, TypeError):
        ids = []
    # What is not as it nearly always is, is looked at one by one.
    if all(ids) and set(map(type, ids)) == {str}:
        return ids
    return inputs_of(body, lambda item, at: id_of(item, "id", at))


def object_of(given: Any, at: str) -> Body:
    """A JSON object."""
    if type(given) is not dict:
        raise wrong(at.rstrip("."), "Not a JSON object.")
    return given


def list_of(body: Body, name: str, at: str) -> list[Any]:
    """A list, empty where it was left out."""
    given = body.get(name)
    if given is None:
        return []
    if type(given) is not list:
        raise wrong(at + name, "Not a valid list.")
    return given


def text_of(body: Body, name: str, at: str) -> str | None:
    """A text, None where it was left out."""
    given = body.get(name)
    if given is not None and type(given) is not str:
        raise wrong(at + name, "Not a valid string.")
    return given


def id_of(body: Body, name: str, at: str) -> str:
    """An id, written as text or as a number."""
    given = body.get(name)
    if type(given) is int:
        return str(given)
    if type(given) is not str or not given:
        raise wrong(at + name, "Missing data for required field." if given is None else "Not a valid id.")
    return given


def end_of(body: Body, name: str, at: str) -> str:
    """The id in `{"id": …}`."""
    return id_of(object_of(body.get(name), f"{at}{name}."), "id", f"{at}{name}.")


def types_of(given: list[Any], at: str) -> tuple[tuple[str, int], ...]:
    """Categories and ids of association types, one at least."""
    if not given:
        raise wrong(at.rstrip("."), "At least one association type is needed.")
    return tuple(_type(item, f"{at}{n}.") for n, item in enumerate(given))


def wrong(place: str, reason: str) -> InvalidInput:
    """The error for something in a body."""
    message = f"Invalid input JSON on line 1, column 1: {f'{place}: ' if place else ''}{reason}"
    return InvalidInput(message).found_at((place, reason))


def _type(given: Any, at: str) -> tuple[str, int]:
    body = object_of(given, at)
    category, type_id = body.get("associationCategory"), body.get("associationTypeId")
    if category not in CATEGORIES:
        raise wrong(f"{at}associationCategory", f"Must be one of: {', '.join(CATEGORIES)}.")
    if isinstance(type_id, str) and type_id.isascii() and type_id.isdigit() and len(type_id) < 16:
        type_id = int(type_id)
    if type(type_id) is not int or abs(type_id) > _TYPE_ID_MAX:
        raise wrong(f"{at}associationTypeId", "Not a valid integer.")
    return category, type_id
