"""Loads `cypher/*.cypher`: named statements with their parameters, columns and the guard of `_State` in front.

A statement begins with a header that names its door, parameters and columns:

    // change archive(key, at) -> found, version
    // What it does, for people.
    OPTIONAL MATCH (r:Record {_key: $key}) …
    RETURN r IS NOT NULL AS found, r._version AS version

`ask` is wrapped in a read of `_State`, `change` begins with a match of the two versions that
the caller knew, `plain` is left as it is (start-up, feed, jobs). `{{name}}` marks an
identifier, put in by `Query.on`; `{{>name}}` stands for what `cypher/parts/<name>.cypher` says,
for statements that must not differ in it; what stands between the lines `{{each}}` and `{{end}}` is
repeated by `Query.on_each`, joined by UNION ALL. Every statement returns exactly one row. What a header
declares and what the text uses must agree, else loading fails with file and line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.resources import files
from typing import Literal, cast

from crm_graph.graph.identifiers import quote

Door = Literal["ask", "change", "plain"]

_HEADER = re.compile(r"^// (ask|change|plain) (\w+)\(([^)]*)\)(?: -> (.+))?$")
_PARAMETER = re.compile(r"\$([A-Za-z_]\w*)")
_PLACE = re.compile(r"\{\{(\w+)\}\}")
_PART = re.compile(r"\{\{>(\w+)\}\}")
_EACH = re.compile(r"^ *\{\{each\}\}\n(.*?)^ *\{\{end\}\}$", re.MULTILINE | re.DOTALL)
_MARKS = ("each", "end")

GUARD_PARAMETERS = frozenset({"model_version", "access_version"})
_CHANGE_GUARD = (
    "MATCH (the_state:_State {name: 'state', model_version: $model_version, access_version: $access_version})\n"
)


class QueryFault(Exception):
    """A query file that cannot be loaded; the message begins with file:line."""


@dataclass(frozen=True)
class Statement:
    """Cypher text that is ready to run; `name` is `file.query` and stands in logs and counts.

    `limit_ms` is the longest a read may take where that is less than for other reads; beyond, QueryTooExpensive.
    """

    name: str
    door: Door
    text: str
    columns: tuple[str, ...]
    limit_ms: int | None = None


@dataclass(frozen=True)
class Query:
    """A named query as its file has it."""

    name: str
    door: Door
    parameters: frozenset[str]
    columns: tuple[str, ...]
    body: str
    description: str
    places: tuple[str, ...]
    _made: dict[tuple[str, ...], Statement] = field(default_factory=dict, compare=False, repr=False)
    _made_each: dict[tuple[tuple[str, ...], ...], Statement] = field(default_factory=dict, compare=False, repr=False)

    def on(self, **identifiers: str) -> Statement:
        """The statement with each `{{place}}` filled by a quoted identifier; KeyError where one is missing."""
        key = tuple(identifiers[place] for place in self.places)
        statement = self._made.get(key)
        if statement is None:
            quoted = {place: quote(identifiers[place]) for place in self.places}
            body = _PLACE.sub(lambda match: quoted[match[1]], self.body)
            statement = Statement(self.name, self.door, guarded(self.door, body, self.columns), self.columns)
            self._made[key] = statement
        return statement

    def on_each(self, filled: Sequence[Mapping[str, str]]) -> Statement:
        """The statement whose repeated part stands there once for each, its places filled; at least one is needed."""
        key = tuple(tuple(identifiers[place] for place in self.places) for identifiers in filled)
        statement = self._made_each.get(key)
        if statement is None:
            repeated = cast(re.Match[str], _EACH.search(self.body))
            parts = [_PLACE.sub(lambda match, one=one: quote(one[match[1]]), repeated[1]) for one in filled]
            body = self.body[: repeated.start()] + "UNION ALL\n".join(parts).rstrip("\n") + self.body[repeated.end() :]
            statement = Statement(self.name, self.door, guarded(self.door, body, self.columns), self.columns)
            self._made_each[key] = statement
        return statement

    @cached_property
    def is_repeated(self) -> bool:
        """Whether the query has a part that stands there once for each of several."""
        return _EACH.search(self.body) is not None

    @cached_property
    def statement(self) -> Statement:
        """The statement of a query without places."""
        return self.on()


def guarded(door: Door, body: str, columns: tuple[str, ...]) -> str:
    """The body with the guard of its door; also for text that the search compiler composed."""
    if door == "change":
        return _CHANGE_GUARD + body
    if door == "ask":
        returned = ", ".join(["the_state.model_version AS model_version", "the_state.access_version AS access_version"])
        return (
            f"MATCH (the_state:_State {{name: 'state'}})\nCALL () {{\n{body}\n}}\n"
            f"RETURN {', '.join([returned, *columns])}"
        )
    return body


class QueryFile(Mapping[str, Query]):
    """The queries of one file, by name and as attributes."""

    def __init__(self, subject: str, queries: dict[str, Query]) -> None:
        self._subject = subject
        self._queries = queries

    def __getattr__(self, name: str) -> Query:
        try:
            return self._queries[name]
        except KeyError:
            raise AttributeError(f"cypher/{self._subject}.cypher has no query {name!r}") from None

    def __getitem__(self, name: str) -> Query:
        return self._queries[name]

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self._queries)

    def __len__(self) -> int:
        return len(self._queries)


@cache
def load(subject: str) -> QueryFile:
    """The queries of `cypher/<subject>.cypher`; QueryFault where header and text disagree."""
    text = files("cypher").joinpath(f"{subject}.cypher").read_text("utf-8")
    return QueryFile(subject, dict(_parse(subject, text)))


def subjects() -> list[str]:
    """Names of all query files, in alphabetical order."""
    return sorted(
        item.name.removesuffix(".cypher") for item in files("cypher").iterdir() if item.name.endswith(".cypher")
    )


def _parse(subject: str, text: str):  # type: ignore[no-untyped-def]
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if _HEADER.match(line)]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        query = _read(subject, start + 1, lines[start:end])
        yield query.name.partition(".")[2], query


@cache
def _part(name: str) -> str:
    return _code(files("cypher").joinpath("parts", f"{name}.cypher").read_text("utf-8").splitlines())


def _code(lines: Sequence[str]) -> str:
    return "\n".join(text for text in lines if text.strip() and not text.lstrip().startswith("//"))


def _read(subject: str, line: int, lines: list[str]) -> Query:
    header = cast(re.Match[str], _HEADER.match(lines[0]))
    door, name, declared, columns = header.groups()
    comments = [text for text in lines[1:] if text.startswith("//")]
    body = _PART.sub(lambda match: _part(match[1]), _code(lines[1:]))
    parameters = frozenset(part.strip() for part in declared.split(",") if part.strip())
    used = frozenset(_PARAMETER.findall(body)) - GUARD_PARAMETERS
    if used != parameters:
        wrong = ", ".join(sorted(used ^ parameters))
        raise QueryFault(f"cypher/{subject}.cypher:{line}: {name} declares and uses different parameters: {wrong}")
    return Query(
        name=f"{subject}.{name}",
        door=cast(Door, door),
        parameters=parameters,
        columns=tuple(part.strip() for part in (columns or "").split(",") if part.strip()),
        body=body,
        description="\n".join(text.removeprefix("//").strip() for text in comments),
        places=tuple(name for name in dict.fromkeys(_PLACE.findall(body)) if name not in _MARKS),
    )
