"""What the installed official client can call, read from its own text, and what of it the contract needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import hubspot

from api import aliases, contract

_METHODS_AND_CALLS = re.compile(r'def (\w+)_with_http_info\(|\.call_api\(\s*"([^"]+)",\s*"([A-Z]+)"')
"""Each generated method of an API begins with the one and ends with the other."""


@dataclass(frozen=True)
class Operation:
    """One method of the client: `crm.contacts` `basic_api.create` makes `POST /crm/v3/objects/contacts`."""

    package: str
    name: str
    method: str
    path: str

    @property
    def full_name(self) -> str:
        """Where it is below the client."""
        return f"{self.package}.{self.name}"

    @property
    def canonical(self) -> str:
        """The path that the application sees."""
        return aliases.canonical(self.path)[0]


@cache
def installed() -> tuple[Operation, ...]:
    """Every operation of the installed client."""
    (directory,) = map(Path, hubspot.__path__)
    return tuple(each for file in sorted(directory.rglob("api/*_api.py")) for each in _in_file(directory, file))


@cache
def needed() -> dict[str, Operation]:
    """Those that call an endpoint which the contract must have, by their full name."""
    patterns = [_pattern(each) for area, each in contract.load().endpoints() if area.must]
    return {
        each.full_name: each
        for each in installed()
        if any(method == each.method and pattern.fullmatch(each.canonical) for method, pattern in patterns)
    }


def packages_with(name: str) -> tuple[str, ...]:
    """The packages that have a needed operation of this name, such as `basic_api.merge`, at records of one type."""
    return tuple(
        each.package
        for each in needed().values()
        if each.name == name and re.match(r"/crm/v3/objects/\w+(/|$)", each.canonical)
    )


def _in_file(directory: Path, file: Path) -> Iterator[Operation]:
    package = ".".join(file.parent.parent.relative_to(directory).parts)
    found = _METHODS_AND_CALLS.findall(file.read_text("utf-8"))
    for (name, _, _), (_, path, method) in zip(found[::2], found[1::2], strict=True):
        yield Operation(package, f"{file.stem}.{name}", method, path)


def _pattern(endpoint: contract.Endpoint) -> tuple[str, re.Pattern[str]]:
    """The method, and what a path of the client looks like that names an object type or leaves it open."""
    parts = re.split(r"\{\w+\}", aliases.canonical(endpoint.path)[0])
    return endpoint.method, re.compile("[^/]+".join(map(re.escape, parts)))
