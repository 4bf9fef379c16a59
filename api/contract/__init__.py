"""The contract as a table: which endpoints it has, and why some of them have no route here.

`endpoints.toml` is read by whoever answers a path without a route, by the page
`docs/compatibility.md` and by tests, which hold it against the routes.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from api.aliases import canonical
from crm_graph.errors import CRMError

_PLACE = re.compile(r"\{\w+\}")
_CLIENTS = "clients"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method and path of the contract; `in_clients` where an official client calls it."""

    method: str
    path: str
    in_clients: bool

    @property
    def name(self) -> str:
        """How tests and pages call it: `GET /crm/v3/owners`."""
        return f"{self.method} {self.path}"

    @property
    def shape(self) -> str:
        """Method and canonical path without the names of what is between slashes, by which it is a route or none."""
        return shape_of(self.method, canonical(self.path)[0])


@dataclass(frozen=True, slots=True)
class Area:
    """Endpoints about one thing; `why_not` is said where one of them has no route."""

    title: str
    must: bool
    why_not: str
    endpoints: tuple[Endpoint, ...]


@dataclass(frozen=True, slots=True)
class Beyond:
    """Paths that begin alike and are left out as a whole."""

    prefix: str
    title: str
    why_not: str


@dataclass(frozen=True, slots=True)
class Contract:
    """Everything that the table has."""

    areas: tuple[Area, ...]
    beyond: tuple[Beyond, ...]

    def left_out(self) -> list[tuple[str, str]]:
        """Title and reason of everything that is not served, each once."""
        areas = [(each.title, each.why_not) for each in self.areas if each.why_not]
        return list(dict.fromkeys([*areas, *((each.title, each.why_not) for each in self.beyond)]))

    def endpoints(self) -> Iterator[tuple[Area, Endpoint]]:
        """Every endpoint with its area."""
        for area in self.areas:
            for endpoint in area.endpoints:
                yield area, endpoint


class NotServed(CRMError):
    """An endpoint of the contract that has no route here."""

    def __init__(self, title: str, why_not: str, documentation: str) -> None:
        super().__init__(f"crm-graph does not serve this ({title}): {why_not}.")
        self.documentation = documentation


class NoEndpoint(CRMError):
    """A path that neither the contract nor crm-graph has."""

    def __init__(self, method: str, path: str, documentation: str) -> None:
        super().__init__(f"There is no endpoint {method} {path[:200]}; {documentation} has those that there are.")
        self.documentation = documentation


@cache
def load() -> Contract:
    """The table; ValueError for a line that is none."""
    table = tomllib.loads(files("api.contract").joinpath("endpoints.toml").read_text("utf-8"))
    areas = tuple(
        Area(
            title=row["title"],
            must=row["must"],
            why_not=row.get("why_not", ""),
            endpoints=tuple(map(_endpoint, row["endpoints"])),
        )
        for row in table["area"]
    )
    return Contract(areas=areas, beyond=tuple(Beyond(**row) for row in table["beyond"]))


def shape_of(method: str, path: str) -> str:
    """Method and path with every `{name}` or `<name>` as one sign."""
    return f"{method} {re.sub(r'<[^>]*>', '{}', _PLACE.sub('{}', path))}"


def left_out(method: str, path: str) -> tuple[str, str] | None:
    """Title and reason of what the contract has at a canonical path; None where it has nothing there."""
    for area, pattern in _patterns().get(method, ()):
        if area.why_not and pattern.fullmatch(path):
            return area.title, area.why_not
    found = next((each for each in load().beyond if path.startswith(each.prefix)), None)
    return None if found is None else (found.title, found.why_not)


@cache
def _patterns() -> dict[str, list[tuple[Area, re.Pattern[str]]]]:
    found: dict[str, list[tuple[Area, re.Pattern[str]]]] = {}
    for area, endpoint in load().endpoints():
        parts = _PLACE.split(canonical(endpoint.path)[0])
        pattern = re.compile("[^/]+".join(map(re.escape, parts)))
        found.setdefault(endpoint.method, []).append((area, pattern))
    return found


def _endpoint(line: str) -> Endpoint:
    method, path, *marks = line.split(" ")
    if marks not in ([], [_CLIENTS]):
        raise ValueError(f"{line!r} is no endpoint.")
    return Endpoint(method, path, in_clients=bool(marks))
