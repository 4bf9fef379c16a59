"""Requests that are remembered, and types that scenarios are played with.

A scenario writes random values through some endpoints and finds them again, in their answers and
through others, so that none of them can answer a constant. Which endpoints it called with success is
seen by what it asked, not by what it says of itself; that it notices a constant is seen by answering one.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from api import aliases, contract
from crm_graph.definitions import catalogue
from crm_graph.definitions.object_type import ObjectType
from tests.api.client import Client
from tests.factories import unique

MODEL = catalogue.load()


class Watched(Client):
    """A client that remembers what routes answered with success, and may have one of them answer a constant."""

    seen: dict[str, bytes]
    """The last body of each endpoint that answered with success."""
    is_doubted: bool
    """Whether a scenario is played again with every endpoint in turn answering what it answered before."""
    constant: str | None

    @classmethod
    def of(cls, client: Client, token: str, *, is_doubted: bool = False) -> Watched:
        """The same application, watched."""
        made = cls(client.app, token)
        made.seen, made.is_doubted, made.constant = {}, is_doubted, None
        return made

    def answering(self, shape: str) -> Watched:
        """The same application, one of whose endpoints does what it is asked and answers what it answered last."""
        made = copy(self)
        made.constant = shape
        return made

    def at(self, app: Flask) -> Watched:
        """Another application, watched alike."""
        made = copy(self)
        made.app, made._client = app, app.test_client()
        return made

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        """The answer to a request."""
        answer = super().call(method, path, body, **options)
        if answer.status_code < 300:
            urls = self.app.url_map.bind("localhost")
            rule, _ = urls.match(aliases.canonical(path.partition("?")[0])[0], method, return_rule=True)
            shape = contract.shape_of(method, rule.rule)
            if shape == self.constant:
                answer.set_data(self.seen[shape])
            elif self.constant is None:
                self.seen[shape] = answer.data
        return answer

    def done(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """The body of the answer to a request that must succeed."""
        answer = self.call(method, path, body, **options)
        assert answer.status_code < 300, f"{method} {path}: {answer.text}"
        return answer.get_json() if answer.data else None


@dataclass(frozen=True)
class Kind:
    """An object type as a scenario needs it: its path, a text of its own (empty: none), what a record needs beside."""

    path: str
    text: str
    required: Mapping[str, str] = field(default_factory=dict)
    unique: str = ""
    group: str = ""

    @property
    def objects(self) -> str:
        """Where its records are."""
        return f"/crm/v3/objects/{self.path}"

    def values(self) -> dict[str, str]:
        """Values of a new record, with a random text."""
        return {**self.required, self.text: unique("alive ")}


def built_in(object_type: ObjectType) -> Kind:
    """A kind for a built-in type."""
    names = [group[0] for group in object_type.required]
    staged = {object_type.pipeline_property, object_type.stage_property}
    texts = [
        each.name
        for each in object_type.live_properties.values()
        if each.type == "string" and not (each.read_only or each.unique or each.claims_as or each.options)
    ]
    return Kind(
        path=object_type.plural,
        text=next((name for name in (*names, *texts) if name in texts), ""),
        required={name: _value(object_type, name) for name in names if name not in staged},
        unique="email" if object_type.name == "contact" else "",
        group=next(iter(object_type.groups)),
    )


def _value(object_type: ObjectType, name: str) -> str:
    found = object_type.properties[name]
    if found.options:
        return secrets.choice(found.options).value
    fixed = {"datetime": "2026-03-01T10:00:00Z", "date": "2026-03-01", "number": "7", "bool": "true"}
    return fixed.get(found.type, "USD" if found.options_from == "currencies" else unique("value "))


def custom(client: Watched) -> Kind:
    """A new custom type with a unique property, which may be associated with contacts and companies."""
    name = unique("alive_")
    given = {
        "name": name,
        "labels": {"singular": name, "plural": f"{name}s"},
        "properties": [
            {"name": "model", "label": "Model"},
            {"name": "serial", "label": "Serial", "type": "string", "fieldType": "text", "hasUniqueValue": True},
        ],
        "associatedObjects": ["CONTACT", "COMPANY"],
    }
    made = client.done("POST", "/crm/v3/schemas", given)
    return Kind(path=made["objectTypeId"], text="model", unique="serial", group=f"{name}_information")


BUILT_IN = {
    name: built_in(found) for name, found in MODEL.object_types.items() if found.permits("create") and found.active
}

CUSTOM = "custom"
"""Stands for a custom type."""
OBJECTS = "/crm/v3/objects/{type}"

NOTHING = (b"", b"{}")
"""Bodies that have nothing to say."""
SHOWN: set[str] = set()
"""Endpoints of which a scenario says that it shows them alive."""


def alive(*lines: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Say which endpoints a scenario shows alive, `GET /crm/v3/owners`; it fails where it did not call each of them.

    Where the client is doubted, it fails too if it does not notice that one of them answers a constant.
    """
    wanted = {contract.shape_of(*line.split(" ")): line for line in lines}
    SHOWN.update(wanted)

    def decorate(scenario: Callable[..., None]) -> Callable[..., None]:
        @wraps(scenario)
        def play(watched: Watched, *arguments: Any, **named: Any) -> None:
            scenario(watched, *arguments, **named)
            silent = [line for shape, line in wanted.items() if shape not in watched.seen]
            assert not silent, f"never called with success: {', '.join(silent)}"
            if watched.is_doubted:
                telling = {shape: line for shape, line in wanted.items() if watched.seen[shape] not in NOTHING}
                again = [
                    line
                    for shape, line in telling.items()
                    if _passes(scenario, watched.answering(shape), *arguments, **named)
                ]
                assert not again, f"not noticed to be a constant: {', '.join(again)}"

        return play

    return decorate


def _passes(scenario: Callable[..., None], *arguments: Any, **named: Any) -> bool:
    try:
        scenario(*arguments, **named)
    except Exception:  # whatever a wrong answer leads to
        return False
    return True


def of(*names: str) -> pytest.MarkDecorator:
    """Play a scenario with each of these types."""
    return pytest.mark.parametrize("kind", names, indirect=True)


def create(client: Watched, kind: Kind, **more: str) -> dict[str, Any]:
    """A new record."""
    body: dict[str, Any] = client.done("POST", kind.objects, {"properties": {**kind.values(), **more}})
    return body


def texts(kind: Kind, answer: Any) -> dict[str, str]:
    """The text of each record in an answer, by id."""
    return {each["id"]: each["properties"][kind.text] for each in answer["results"]}
