"""FUNCTIONS: one row for each operator and function of formulas, with what it takes, what it gives and its Cypher.

A number is finite or not there: what leaves the range of a float has no value, like a division by zero. Texts in
Cypher name their operands `{0}`, `{1}`, or all of them by `{all}`. None needs an operand twice, so that a formula
within a formula does not double with each level.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crm_graph.clock import DAY_MS

NUMBER, TEXT, TRUTH, DATE, DATETIME, LIST = "number", "string", "bool", "date", "datetime", "list"
DIGITS = "digits"
"""A whole number from 0 to 15 that is written out."""
SAME = "same"
"""The type of the operands."""

DIGITS_MAX = 15

_ORDERED = (NUMBER, DATE, DATETIME)
_SINGLE = (*_ORDERED, TEXT, TRUTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One row. Operands that may have several types must all have the same one, unless it takes any."""

    takes: tuple[tuple[str, ...], ...]
    gives: str
    text: str
    meaning: str
    is_repeated: bool = False
    """Whether the last operand may be given as often as one likes."""
    is_arithmetic: bool = False
    """Whether it takes infinite numbers too, and may give one."""

    def takes_count(self, count: int) -> bool:
        """Whether it can have that many operands."""
        return count >= len(self.takes) if self.is_repeated else count == len(self.takes)

    def takes_at(self, index: int) -> tuple[str, ...]:
        """The types that the operand of that place may have."""
        return self.takes[min(index, len(self.takes) - 1)]


def _arithmetic(text: str, meaning: str) -> Function:
    operands = ((NUMBER,),) * text.count("{")
    return Function(takes=operands, gives=NUMBER, text=text, meaning=meaning, is_arithmetic=True)


def _comparison(operator: str, types: tuple[str, ...], meaning: str) -> Function:
    return Function(takes=(types, types), gives=TRUTH, text=f"({{0}} {operator} {{1}})", meaning=meaning)


def _rounding(mode: str, meaning: str) -> tuple[Function, ...]:
    return (
        Function(takes=((NUMBER,),), gives=NUMBER, text=f"round({{0}}, 0, '{mode}')", meaning=meaning),
        Function(takes=((NUMBER,), (DIGITS,)), gives=NUMBER, text=f"round({{0}}, {{1}}, '{mode}')", meaning=meaning),
    )


def _extreme(compared: str, meaning: str) -> Function:
    text = (
        "reduce(found = null, each IN [{all}] | CASE WHEN found IS NULL OR each "
        f"{compared} found THEN each ELSE found END)"
    )
    return Function(takes=(_ORDERED,), gives=SAME, text=text, meaning=meaning, is_repeated=True)


def _of_texts(text: str, gives: str, count: int, meaning: str) -> Function:
    return Function(takes=((TEXT,),) * count, gives=gives, text=text, meaning=meaning)


_DAY_MS = f"{float(DAY_MS)}"
_STARTS = _of_texts("({0} STARTS WITH {1})", TRUTH, 2, "whether a text begins so")

FUNCTIONS: Mapping[str, tuple[Function, ...]] = {
    "+": (_arithmetic("({0} + {1})", "sum"),),
    "-": (
        _arithmetic("({0} - {1})", "difference"),
        Function(
            takes=((DATETIME,), (DATETIME,)),
            gives=NUMBER,
            text="toFloat(({0}).epochMillis - ({1}).epochMillis)",
            meaning="milliseconds between two times",
        ),
        Function(
            takes=((DATE,), (DATE,)),
            gives=NUMBER,
            text=f"(duration.inDays({{1}}, {{0}}).days * {_DAY_MS})",
            meaning="milliseconds between two dates",
        ),
    ),
    "*": (_arithmetic("({0} * {1})", "product"),),
    "/": (
        _arithmetic(
            "head([each IN [[{0}, {1}]] WHERE each[1] <> 0.0 AND each[1] - each[1] = 0.0 | each[0] / each[1]])",
            "quotient; no value where it is divided by zero",
        ),
    ),
    "- _": (_arithmetic("(-{0})", "the number with the other sign"),),
    "+ _": (_arithmetic("{0}", "the number"),),
    "=": (_comparison("=", _SINGLE, "the same, in the same case"),),
    "!=": (_comparison("<>", _SINGLE, "not the same"),),
    "<": (_comparison("<", _ORDERED, "less, or earlier"),),
    "<=": (_comparison("<=", _ORDERED, "at most"),),
    ">": (_comparison(">", _ORDERED, "greater, or later"),),
    ">=": (_comparison(">=", _ORDERED, "at least"),),
    "and": (Function(takes=((TRUTH,), (TRUTH,)), gives=TRUTH, text="({0} AND {1})", meaning="both"),),
    "or": (Function(takes=((TRUTH,), (TRUTH,)), gives=TRUTH, text="({0} OR {1})", meaning="one at least"),),
    "not _": (Function(takes=((TRUTH,),), gives=TRUTH, text="(NOT {0})", meaning="the opposite"),),
    "upper": (_of_texts("toUpper({0})", TEXT, 1, "the text in capitals"),),
    "lower": (_of_texts("toLower({0})", TEXT, 1, "the text in small letters"),),
    "concatenate": (
        Function(
            takes=((TEXT,),),
            gives=TEXT,
            text="left(reduce(found = null, each IN [{all}] | CASE WHEN found IS NULL THEN each WHEN each IS NULL "
            "THEN found ELSE found + each END), 65536)",
            meaning="the texts that there are, one behind the other; at most 65,536 characters",
            is_repeated=True,
        ),
    ),
    "contains": (
        _of_texts("({0} CONTAINS {1})", TRUTH, 2, "whether a text has another in it, or a list an option"),
        Function(takes=((LIST,), (TEXT,)), gives=TRUTH, text="({1} IN {0})", meaning="whether a list has an option"),
    ),
    "begins_with": (_STARTS,),
    "starts_with": (_STARTS,),
    "ends_with": (_of_texts("({0} ENDS WITH {1})", TRUTH, 2, "whether a text ends so"),),
    "is_present": (
        Function(takes=((*_SINGLE, LIST),), gives=TRUTH, text="({0} IS NOT NULL)", meaning="whether there is a value"),
    ),
    "max": (_extreme(">", "the greatest or latest of those that there are"),),
    "min": (_extreme("<", "the least or earliest of those that there are"),),
    "abs": (Function(takes=((NUMBER,),), gives=NUMBER, text="abs({0})", meaning="the number without its sign"),),
    "round_nearest": _rounding("HALF_UP", "rounded, halves away from zero; to digits behind the point if given"),
    "round_up": _rounding("CEILING", "the next greater number with so many digits"),
    "round_down": _rounding("FLOOR", "the next smaller number with so many digits"),
    "string": (_of_texts("{0}", TEXT, 1, "the text itself"),),
    "bool": (Function(takes=((TRUTH,),), gives=TRUTH, text="{0}", meaning="the truth value itself"),),
}
"""By name: functions as they are called, operators as they are written, those before one operand with ` _`."""
