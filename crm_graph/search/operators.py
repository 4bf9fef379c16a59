"""OPERATORS: one row for each, with the kinds of value it takes, its Cypher and a sentence for people.

A fragment's places are `{stored}`, what the record has, in the form in which it is compared;
`{given}` and `{high}`, what the filter gives, always parameters; and `{folded}`, the stored
text or texts with their case taken away. A fragment is null, so never true, where a record has
no value, unless it asks for just that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum


class Kind(StrEnum):
    """What is compared: each value type of a property falls under one."""

    TEXT = "text"
    """Compared without regard to case."""
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    DATETIME = "datetime"
    OPTION = "option"
    """One of a list, compared exactly."""
    OPTIONS = "options"
    """Several of a list, stored as a list of strings."""
    RECORDS = "records"
    """The records associated with one, given by their ids."""


class Operands(Enum):
    """Under which keys of a filter its values are."""

    NONE = ()
    ONE = ("value",)
    TWO = ("value", "highValue")
    MANY = ("values",)


@dataclass(frozen=True, slots=True)
class Operator:
    """One row of the table."""

    name: str
    operands: Operands
    fragments: Mapping[Kind, str]
    sentence: str
    """With places for the property's display name and the values."""
    takes_words: bool = False
    """Whether the value is words to be found rather than a value of the property."""
    needs_whole: bool = False
    """Whether the first characters of a text, which an index has, are not enough."""
    uses_index: bool = True
    """Whether an index on the property can serve it."""


COMPARISONS: Mapping[str, str] = {
    "EQ": "{one} = {other}",
    "NEQ": "{one} <> {other}",
    "LT": "{one} < {other}",
    "LTE": "{one} <= {other}",
    "GT": "{one} > {other}",
    "GTE": "{one} >= {other}",
    "CONTAINS": "{one} CONTAINS {other}",
    "NOT_CONTAINS": "NOT {one} CONTAINS {other}",
    "STARTS_WITH": "{one} STARTS WITH {other}",
    "ENDS_WITH": "{one} ENDS WITH {other}",
}
"""How two properties of a record are compared."""

_SINGLE = (Kind.TEXT, Kind.NUMBER, Kind.BOOLEAN, Kind.DATE, Kind.DATETIME, Kind.OPTION)
_ORDERED = (Kind.TEXT, Kind.NUMBER, Kind.DATE, Kind.DATETIME)
_STORED = (*_SINGLE, Kind.OPTIONS)

_HAS_ALL = "all(option IN {given} WHERE option IN {stored})"
_HAS_ANY = "any(option IN {stored} WHERE option IN {given})"
# `part` is looked for first, since a regular expression costs a hundred times as much.
_HAS_WORDS = "any(text IN {folded} WHERE all(word IN {given} WHERE text CONTAINS word.part AND text =~ word.pattern))"
_WORDY = (Kind.TEXT, Kind.OPTION, Kind.OPTIONS)


def _alike(fragment: str, kinds: tuple[Kind, ...]) -> dict[Kind, str]:
    return dict.fromkeys(kinds, fragment)


OPERATORS: Mapping[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator(
            "EQ",
            Operands.ONE,
            {**_alike("{stored} = {given}", _SINGLE), Kind.OPTIONS: _HAS_ALL, Kind.RECORDS: "{stored} IN {given}"},
            "{property} is {value}",
        ),
        Operator(
            "NEQ",
            Operands.ONE,
            {**_alike("{stored} <> {given}", _SINGLE), Kind.OPTIONS: f"NOT {_HAS_ALL}"},
            "{property} is something other than {value}",
            uses_index=False,
        ),
        Operator("LT", Operands.ONE, _alike("{stored} < {given}", _ORDERED), "{property} is less than {value}"),
        Operator("LTE", Operands.ONE, _alike("{stored} <= {given}", _ORDERED), "{property} is at most {value}"),
        Operator("GT", Operands.ONE, _alike("{stored} > {given}", _ORDERED), "{property} is greater than {value}"),
        Operator("GTE", Operands.ONE, _alike("{stored} >= {given}", _ORDERED), "{property} is at least {value}"),
        Operator(
            "BETWEEN",
            Operands.TWO,
            _alike("{given} <= {stored} <= {high}", _ORDERED),
            "{property} is between {value} and {high}, both included",
        ),
        Operator(
            "IN",
            Operands.MANY,
            {**_alike("{stored} IN {given}", (*_SINGLE, Kind.RECORDS)), Kind.OPTIONS: _HAS_ANY},
            "{property} is one of {value}",
        ),
        Operator(
            "NOT_IN",
            Operands.MANY,
            {**_alike("NOT {stored} IN {given}", _SINGLE), Kind.OPTIONS: f"NOT {_HAS_ANY}"},
            "{property} is something other than {value}",
            uses_index=False,
        ),
        Operator("HAS_PROPERTY", Operands.NONE, _alike("{stored} IS NOT NULL", _STORED), "{property} is known"),
        Operator(
            "NOT_HAS_PROPERTY",
            Operands.NONE,
            _alike("{stored} IS NULL", _STORED),
            "{property} is unknown",
            uses_index=False,
        ),
        Operator(
            "CONTAINS_TOKEN",
            Operands.ONE,
            _alike(_HAS_WORDS, _WORDY),
            "{property} has the words {value}",
            takes_words=True,
            uses_index=False,
        ),
        Operator(
            "NOT_CONTAINS_TOKEN",
            Operands.ONE,
            _alike(f"NOT {_HAS_WORDS}", _WORDY),
            "{property} is known and lacks one of the words {value}",
            takes_words=True,
            uses_index=False,
        ),
    )
}

_TEXTS = (Kind.TEXT, Kind.OPTION)

LIST_OPERATORS: Mapping[str, Operator] = {
    operator.name: operator
    for operator in (
        Operator(
            "CONTAINS",
            Operands.ONE,
            _alike("{stored} CONTAINS {given}", _TEXTS),
            "{property} contains {value}",
            needs_whole=True,
        ),
        Operator(
            "STARTS_WITH",
            Operands.ONE,
            _alike("{stored} STARTS WITH {given}", _TEXTS),
            "{property} begins with {value}",
        ),
        Operator(
            "ENDS_WITH",
            Operands.ONE,
            _alike("{stored} ENDS WITH {given}", _TEXTS),
            "{property} ends with {value}",
            needs_whole=True,
        ),
        Operator(
            "EXACTLY",
            Operands.MANY,
            {
                Kind.OPTION: "[{stored}] = {given}",
                Kind.OPTIONS: f"({_HAS_ALL} AND all(option IN {{stored}} WHERE option IN {{given}}))",
            },
            "{property} is exactly {value}",
        ),
        Operator("HAS_ALL", Operands.MANY, {Kind.OPTIONS: _HAS_ALL}, "{property} has all of {value}"),
    )
}
"""Operators that lists have beside those of a search, which takes none of them."""
