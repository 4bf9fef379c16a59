"""Random formulas with what they mean, as a plain evaluator in Python has it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal
from functools import cache
from typing import Any, NamedTuple

from hypothesis import strategies as st

Record = Mapping[str, Any]
Evaluate = Callable[[Record], Any]

NUMBERS: tuple[Any, ...] = (-3, 0, 1, 0.5, 2.675, -2.5, 1000, 4_000_000_000, 9_007_199_254_740_991, 1e308)
TEXTS = ("Ada", "ada lovelace", "straße", "O'Brien", 'say "no"', "a\\b", "{0} $v0", " ", "æ")
DATES = (date(1969, 12, 31), date(2024, 2, 29), date(2026, 3, 1))
TIMES = (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, 10, 0, 0, 123_000, tzinfo=UTC))
OPTIONS = ("Red", "red", "two words")

PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "number": ("amount", "weight"),
    "string": ("name", "note"),
    "bool": ("is_open",),
    "date": ("due",),
    "datetime": ("seen",),
}
VALUES: Mapping[str, tuple[Any, ...]] = {
    "amount": NUMBERS,
    "weight": NUMBERS,
    "name": TEXTS,
    "note": TEXTS,
    "is_open": (True, False),
    "due": DATES,
    "seen": TIMES,
}


class Formula(NamedTuple):
    """Text, and what it gives for a record; a number may be infinite where arithmetic goes on with it."""

    text: str
    evaluate: Evaluate

    def __repr__(self) -> str:
        return repr(self.text)

    def settled(self, record: Record) -> Any:
        """The value where it is one: a number that is not finite is none."""
        value = self.evaluate(record)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        return None if is_number and not math.isfinite(value) else value

    def result(self, record: Record) -> Any:
        """What people see: no empty text either, and 15 digits of a number."""
        value = self.settled(record)
        if isinstance(value, float):
            return to_15_digits(value)
        return None if value == "" else value


def to_15_digits(value: float) -> float:
    """The number as people see it."""
    if value == 0 or abs(value) >= 9.9e14:
        return value
    exact = Decimal(repr(value))
    return float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - 14), ROUND_HALF_UP, Context(prec=400)))


def formulas(type_name: str) -> st.SearchStrategy[Formula]:
    """Formulas that give values of the type, three levels deep at most."""
    return _of(type_name, 3)


@cache
def _of(type_name: str, depth: int) -> st.SearchStrategy[Formula]:
    plain = [st.sampled_from(PROPERTIES[type_name]).map(_property), *_LITERALS.get(type_name, ())]
    if depth == 0:
        return st.one_of(plain)
    return st.one_of(*plain, *_COMPOSED[type_name](depth - 1), _conditional(type_name, depth - 1))


def _property(name: str) -> Formula:
    def value(record: Record) -> Any:
        found = record.get(name)
        return float(found) if isinstance(found, int) and not isinstance(found, bool) else found

    return Formula(name, value)


def _literal_text(text: str) -> Formula:
    quote = "'" if len(text) % 2 else '"'
    escaped = text.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return Formula(f"{quote}{escaped}{quote}", lambda record: text)


_LITERALS: Mapping[str, tuple[st.SearchStrategy[Formula], ...]] = {
    "number": (st.sampled_from((0.0, 1.0, 2.5, 100.0, 1e300)).map(lambda n: Formula(repr(n), lambda record: n)),),
    "string": (st.sampled_from(TEXTS).map(_literal_text),),
    "bool": (st.booleans().map(lambda b: Formula("TRUE" if b else "false", lambda record: b)),),
}


def _lifted(text: str, work: Callable[..., Any], *parts: Formula, settles: bool = True) -> Formula:
    """A formula without a value where one of its parts has none."""

    def evaluate(record: Record) -> Any:
        values = [part.settled(record) if settles else part.evaluate(record) for part in parts]
        return None if None in values else work(*values)

    return Formula(text.format(*(part.text for part in parts)), evaluate)


def _divided(left: Formula, right: Formula) -> Formula:
    def evaluate(record: Record) -> Any:
        dividend, divisor = left.evaluate(record), right.settled(record)
        return None if None in (dividend, divisor) or divisor == 0 else dividend / divisor

    return Formula(f"({left.text} / {right.text})", evaluate)


_ROUNDINGS = {"round_nearest": ROUND_HALF_UP, "round_up": ROUND_CEILING, "round_down": ROUND_FLOOR}


def _rounded(name: str, part: Formula, digits: int | None) -> Formula:
    def work(value: float) -> float:
        unit = Decimal(1).scaleb(-(digits or 0))
        return float(Decimal(repr(value)).quantize(unit, _ROUNDINGS[name], Context(prec=400)))

    return _lifted(f"{name}({{0}})" if digits is None else f"{name}({{0}}, {digits})", work, part)


def _extreme(name: str, parts: list[Formula]) -> Formula:
    def evaluate(record: Record) -> Any:
        values = [value for part in parts if (value := part.settled(record)) is not None]
        return (max if name == "max" else min)(values) if values else None

    return Formula(f"{name}({', '.join(part.text for part in parts)})", evaluate)


def _concatenated(parts: list[Formula]) -> Formula:
    def evaluate(record: Record) -> Any:
        values = [value for part in parts if (value := part.settled(record)) is not None]
        return "".join(values) if values else None

    return Formula(f"concatenate({', '.join(part.text for part in parts)})", evaluate)


def _conditional(type_name: str, depth: int) -> st.SearchStrategy[Formula]:
    def make(asked: Formula, then: Formula, otherwise: Formula | None) -> Formula:
        tail = f" else {otherwise.text} endif" if otherwise else " endif"

        def evaluate(record: Record) -> Any:
            chosen = then if asked.settled(record) is True else otherwise
            return chosen.evaluate(record) if chosen else None

        return Formula(f"(if {asked.text} then {then.text}{tail})", evaluate)

    part = _of(type_name, depth)
    return st.builds(make, _of("bool", depth), part, st.one_of(st.none(), part))


def _numbers(depth: int) -> list[st.SearchStrategy[Formula]]:
    part = _of("number", depth)
    plain = [
        st.builds(lambda a, b, t=text, w=work: _lifted(t, w, a, b, settles=False), part, part)
        for text, work in (
            ("({0} + {1})", lambda a, b: a + b),
            ("({0} - {1})", lambda a, b: a - b),
            ("({0} * {1})", lambda a, b: a * b),
        )
    ]
    return [
        *plain,
        st.builds(_divided, part, part),
        part.map(lambda a: _lifted("-{0}", lambda v: -v, a, settles=False)),
        part.map(lambda a: _lifted("abs({0})", abs, a)),
        st.builds(_rounded, st.sampled_from(sorted(_ROUNDINGS)), part, st.sampled_from([None, 0, 2])),
        st.builds(_extreme, st.sampled_from(["max", "min"]), st.lists(part, min_size=1, max_size=3)),
        st.builds(lambda a, b: _lifted("({0} - {1})", _milliseconds, a, b), _of("datetime", 0), _of("datetime", 0)),
        st.builds(lambda a, b: _lifted("({0} - {1})", _milliseconds, a, b), _of("date", 0), _of("date", 0)),
    ]


def _milliseconds(later: Any, earlier: Any) -> float:
    return (later - earlier).total_seconds() * 1_000


def _texts(depth: int) -> list[st.SearchStrategy[Formula]]:
    part = _of("string", depth)
    return [
        part.map(lambda a: _lifted("upper({0})", str.upper, a)),
        part.map(lambda a: _lifted("lower({0})", str.lower, a)),
        st.lists(part, min_size=1, max_size=3).map(_concatenated),
    ]


_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a == b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _compared(depth: int) -> st.SearchStrategy[Formula]:
    def pair(type_name: str) -> st.SearchStrategy[Formula]:
        is_ordered = type_name in ("number", "date", "datetime")
        operators = [name for name in _COMPARISONS if is_ordered or name in ("=", "==", "!=")]
        part = _of(type_name, depth)
        return st.builds(
            lambda name, a, b: _lifted(f"({{0}} {name} {{1}})", _COMPARISONS[name], a, b),
            st.sampled_from(operators),
            part,
            part,
        )

    return st.one_of([pair(type_name) for type_name in PROPERTIES])


def _both(left: Formula, right: Formula) -> Formula:
    def evaluate(record: Record) -> Any:
        values = [left.settled(record), right.settled(record)]
        return False if False in values else None if None in values else True

    return Formula(f"({left.text} and {right.text})", evaluate)


def _either(left: Formula, right: Formula) -> Formula:
    def evaluate(record: Record) -> Any:
        values = [left.settled(record), right.settled(record)]
        return True if True in values else None if None in values else False

    return Formula(f"({left.text} or {right.text})", evaluate)


def _truths(depth: int) -> list[st.SearchStrategy[Formula]]:
    part, text = _of("bool", depth), _of("string", depth)
    of_texts = [
        st.builds(lambda a, b, n=name, w=work: _lifted(f"{n}({{0}}, {{1}})", w, a, b), text, text)
        for name, work in (
            ("contains", lambda a, b: b in a),
            ("begins_with", str.startswith),
            ("ends_with", str.endswith),
        )
    ]
    any_type = st.one_of([_of(type_name, depth) for type_name in PROPERTIES])
    return [
        *of_texts,
        _compared(depth),
        st.builds(_both, part, part),
        st.builds(_either, part, part),
        part.map(lambda a: _lifted("(not {0})", lambda v: not v, a)),
        any_type.map(lambda a: Formula(f"is_present({a.text})", lambda record: a.settled(record) is not None)),
        st.sampled_from(OPTIONS).map(
            lambda option: Formula(
                f"contains(tags, '{option}')",
                lambda record: option in record["tags"] if record.get("tags") is not None else None,
            )
        ),
    ]


_COMPOSED: Mapping[str, Callable[[int], list[st.SearchStrategy[Formula]]]] = {
    "number": _numbers,
    "string": _texts,
    "bool": _truths,
    "date": lambda depth: [
        st.builds(_extreme, st.sampled_from(["max", "min"]), st.lists(_of("date", depth), min_size=1, max_size=2))
    ],
    "datetime": lambda depth: [
        st.builds(_extreme, st.sampled_from(["max", "min"]), st.lists(_of("datetime", depth), min_size=1, max_size=2))
    ],
}
