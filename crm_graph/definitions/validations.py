"""RULES: the rules that new values of a property can be held to, one row for each rule type of the contract.

A rule checks what is written from then on; stored values stay as they are until they are written again. Where the
contract says no more than a name, what its arguments are was chosen here (docs/values.md). Patterns are matched by RE2,
whose time is linear in the text, since they come from users.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

import re2

from crm_graph.clock import months_later
from crm_graph.definitions.property import Property
from crm_graph.definitions.property_types import STRING_LENGTH, ValueRefused, parser_of

PATTERN_LENGTH = 500
"""Characters of a pattern."""
ARGUMENTS_MAX = 100
"""Arguments of one rule."""
_PATTERN_BYTES = 1 << 20

_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]+")
_DOMAIN = re.compile(r"(?=.{1,253}$)(?!-)[^\W_](?:[\w-]*)(?:\.[^\W_][\w-]*)*\.[^\W\d_]{2,63}", re.ASCII)
_PHONE = re.compile(r"\+[1-9]\d{6,14}")
_PHONE_FILL = re.compile(r"[\s().-]")
_PERIOD = re.compile(
    r"P(?=.)(?:(?P<years>\d{1,3})Y)?(?:(?P<months>\d{1,4})M)?(?:(?P<weeks>\d{1,4})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=.)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,6})M)?(?:(?P<seconds>\d{1,6})S)?)?",
    re.ASCII,
)
_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_CHARACTERS: Mapping[str, Callable[[str], bool]] = {
    "ALPHANUMERIC": str.isalnum,
    "ALPHA_ONLY": str.isalpha,
    "NUMERIC_ONLY": str.isdecimal,
}

TEXT, NUMBER, DATE, DATETIME = ("string", "phone_number"), ("number",), ("date",), ("datetime",)

Test = Callable[[Any, datetime], bool]
"""Whether a value keeps the rule at a moment."""
Make = Callable[[Sequence[str]], Test]
"""From the arguments to the test; ValueError says what arguments are needed."""
Normalise = Callable[[Any, Sequence[str]], Any]


@dataclass(frozen=True, slots=True)
class RuleType:
    """One row: the types of property that it is for, its test, what it asks, and what may be mended before."""

    types: tuple[str, ...]
    make: Make
    asks: str
    """For people, with a place for the arguments."""
    normalise: Normalise = lambda value, arguments: value.strip() if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it is kept of a property."""

    type: str
    arguments: tuple[str, ...] = ()
    normalises: bool = False

    def written(self) -> str:
        """The rule as text, which `read` reads."""
        return json.dumps([self.type, self.arguments, self.normalises], ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> Rule:
        """The rule that was written."""
        type_name, arguments, normalises = json.loads(text)
        return cls(type_name, tuple(arguments), normalises)


def rules_of(found: Property) -> tuple[Rule, ...]:
    """The rules of a property, in the order of their types."""
    return tuple(sorted(map(Rule.read, found.validations), key=lambda rule: rule.type))


class Validator:
    """Checks new values of one property by all of its rules."""

    def __init__(self, found: Property) -> None:
        self._rules = rules_of(found)

    @cached_property
    def _tests(self) -> list[tuple[Rule, Test]]:
        return [(rule, RULES[rule.type].make(rule.arguments)) for rule in self._rules if rule.type in RULES]

    def normalised(self, value: Any) -> Any:
        """The value as it would be stored."""
        for rule in self._rules:
            if rule.normalises and rule.type in RULES:
                value = RULES[rule.type].normalise(value, rule.arguments)
        return value

    def checked(self, value: Any, at: int) -> Any:
        """The value to store, None where nothing of it remains; ValueRefused by the first rule that it breaks.

        at: milliseconds since 1970, UTC.
        """
        value = self.normalised(value)
        if value == "":
            return None
        now = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=at)
        for rule, keeps in self._tests:
            if not keeps(value, now):
                asks = RULES[rule.type].asks.format(", ".join(rule.arguments))
                code = "INVALID_EMAIL" if rule.type == "EMAIL" else rule.type
                raise ValueRefused(code, f"{str(value)[:200]} was not valid: it {asks}.")
        return value


def _none(arguments: Sequence[str]) -> None:
    if arguments:
        raise ValueError("it takes no argument")


def _one(arguments: Sequence[str]) -> str:
    if len(arguments) != 1:
        raise ValueError("it takes one argument")
    return arguments[0]


def _whole(arguments: Sequence[str], most: int) -> int:
    text = _one(arguments)
    if not (text.isascii() and text.isdigit() and len(text) < 9 and int(text) <= most):
        raise ValueError(f"it takes one whole number from 0 to {most:,}")
    return int(text)


def _parsed(arguments: Sequence[str], type_name: str, needed: str) -> Any:
    text = _one(arguments)
    try:
        value = parser_of(Property(name="", display_name="", type=type_name, field_type=""))(text)
    except ValueRefused as error:
        raise ValueError(error.message.rstrip(".")) from None
    if value is None:
        raise ValueError(f"it takes {needed}")
    return value


def _length(compare: Callable[[int, int], bool]) -> Make:
    def make(arguments: Sequence[str]) -> Test:
        bound = _whole(arguments, STRING_LENGTH)
        return lambda value, now: compare(len(value), bound)

    return make


def _bound(type_name: str, needed: str, compare: Callable[[Any, Any], bool]) -> Make:
    def make(arguments: Sequence[str]) -> Test:
        bound = _parsed(arguments, type_name, needed)
        return lambda value, now: compare(value, bound)

    return make


def _decimals(arguments: Sequence[str]) -> Test:
    digits = _whole(arguments, 15)
    return lambda value, now: _exponent(value) >= -digits


def _exponent(value: float) -> int:
    exponent = Decimal(repr(value)).normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


def _rounded(value: float, arguments: Sequence[str]) -> float | int:
    digits = _whole(arguments, 15)
    rounded = Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP, Context(prec=400))
    return int(rounded) if rounded == rounded.to_integral_value() and isinstance(value, int) else float(rounded)


def _characters(arguments: Sequence[str]) -> Test:
    kind = _CHARACTERS.get(_one(arguments))
    if kind is None:
        raise ValueError(f"it takes one of {', '.join(_CHARACTERS)}")
    return lambda value, now: kind(value)


def _special(arguments: Sequence[str]) -> Test:
    if any(len(each) != 1 for each in arguments):
        raise ValueError(
            "each argument is one character that is not permitted; without any, all but letters and digits"
        )
    forbidden = frozenset(arguments)
    if forbidden:
        return lambda value, now: forbidden.isdisjoint(value)
    return lambda value, now: all(each.isalnum() or each.isspace() for each in value)


def _white_space(arguments: Sequence[str]) -> Test:
    _none(arguments)
    return lambda value, now: not any(map(str.isspace, value))


def _pattern(arguments: Sequence[str]) -> Test:
    text = _one(arguments)
    if len(text) > PATTERN_LENGTH:
        raise ValueError(f"a pattern has at most {PATTERN_LENGTH} characters")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _PATTERN_BYTES
    try:
        pattern = re2.compile(text, options)
    except re2.error as error:
        reason = error.args[0].decode("utf-8", "replace") if isinstance(error.args[0], bytes) else error
        raise ValueError(f"it is no pattern of RE2: {reason}") from None
    return lambda value, now: pattern.fullmatch(value) is not None


def _whether(keeps: Callable[[str], bool]) -> Make:
    def make(arguments: Sequence[str]) -> Test:
        _none(arguments)
        return lambda value, now: keeps(value)

    return make


def _is_email(value: str) -> bool:
    return _EMAIL.fullmatch(value) is not None


def _is_domain(value: str) -> bool:
    return _DOMAIN.fullmatch(value) is not None


def _is_phone(value: str) -> bool:
    return _PHONE.fullmatch(_PHONE_FILL.sub("", value)) is not None


def _host(value: str) -> str | None:
    """The host of a web address; None where it is none."""
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        return None
    is_web = parts.scheme in ("http", "https") and not any(map(str.isspace, value))
    return host.lower() if is_web and host and (_is_domain(host) or host == "localhost") else None


def _email_domain(value: str) -> str | None:
    return value.rpartition("@")[2].lower() if _is_email(value) else None


def _domains(of: Callable[[str], str | None], *, permitted: bool) -> Make:
    """A rule on where an address leads: to one of the domains or what is below it, or to none of them."""

    def make(arguments: Sequence[str]) -> Test:
        wanted = [each.lower().removeprefix("@") for each in arguments]
        if not wanted or not all(map(_is_domain, wanted)):
            raise ValueError("it takes domains, such as example.com")

        def keeps(value: str, now: datetime) -> bool:
            host = of(value)
            within = host is not None and any(host == each or host.endswith(f".{each}") for each in wanted)
            return within if permitted else host is not None and not within

        return keeps

    return make


def _days(arguments: Sequence[str]) -> Test:
    wanted = {each.upper() for each in arguments}
    if not wanted or not wanted <= set(_DAYS):
        raise ValueError(f"it takes some of {', '.join(_DAYS)}")
    return lambda value, now: _DAYS[value.weekday()] in wanted


def _duration(sign: int, *, whole_days: bool) -> Make:
    """A rule on the distance from now: at least that far in the future (sign 1), or in the past (-1)."""

    def make(arguments: Sequence[str]) -> Test:
        match = _PERIOD.fullmatch(_one(arguments))
        if match is None:
            raise ValueError("it takes an ISO 8601 period, such as P7D or P1Y6M")
        parts = {name: int(number or 0) for name, number in match.groupdict().items()}
        if whole_days and any(parts[name] for name in ("hours", "minutes", "seconds")):
            raise ValueError("a period of a date is of whole days")
        months = parts.pop("years") * 12 + parts.pop("months")
        length = timedelta(**parts)

        def keeps(value: Any, now: datetime) -> bool:
            try:
                bound: Any = months_later(now, sign * months) + sign * length
            except (OverflowError, ValueError):
                return False  # beyond the years that there are
            bound = bound.date() if whole_days else bound
            return bool(value >= bound) if sign > 0 else bool(value <= bound)

        return keeps

    return make


def _lowered(value: str, arguments: Sequence[str]) -> str:
    return value.strip().lower()


def _as_url(value: str, arguments: Sequence[str]) -> str:
    value = value.strip()
    return value if "://" in value or not value else f"https://{value}"


def _as_phone(value: str, arguments: Sequence[str]) -> str:
    digits = _PHONE_FILL.sub("", value)
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def _without_space(value: str, arguments: Sequence[str]) -> str:
    return "".join(value.split())


_AT_LEAST: Callable[[Any, Any], bool] = lambda value, bound: bool(value >= bound)  # noqa: E731
_AT_MOST: Callable[[Any, Any], bool] = lambda value, bound: bool(value <= bound)  # noqa: E731

RULES: Mapping[str, RuleType] = {
    "MIN_LENGTH": RuleType(TEXT, _length(_AT_LEAST), "must have at least {} characters"),
    "MAX_LENGTH": RuleType(TEXT, _length(_AT_MOST), "must have at most {} characters"),
    "ALPHANUMERIC": RuleType(TEXT, _characters, "must be {}"),
    "SPECIAL_CHARACTERS": RuleType(TEXT, _special, "must not have special characters {}"),
    "WHITESPACE": RuleType(TEXT, _white_space, "must not have white space", _without_space),
    "REGEX": RuleType(TEXT, _pattern, "must match {}"),
    "FORMAT": RuleType(TEXT, _pattern, "must match {}"),
    "EMAIL": RuleType(TEXT, _whether(_is_email), "must be an e-mail address", _lowered),
    "EMAIL_ALLOWED_DOMAINS": RuleType(
        TEXT, _domains(_email_domain, permitted=True), "must be an e-mail address at {}", _lowered
    ),
    "EMAIL_BLOCKED_DOMAINS": RuleType(
        TEXT, _domains(_email_domain, permitted=False), "must be an e-mail address, and not at {}", _lowered
    ),
    "DOMAIN": RuleType(TEXT, _whether(_is_domain), "must be a domain, such as example.com", _lowered),
    "URL": RuleType(TEXT, _whether(lambda value: _host(value) is not None), "must be a web address", _as_url),
    "URL_ALLOWED_DOMAINS": RuleType(TEXT, _domains(_host, permitted=True), "must be a web address of {}", _as_url),
    "URL_BLOCKED_DOMAINS": RuleType(
        TEXT, _domains(_host, permitted=False), "must be a web address, and not one of {}", _as_url
    ),
    "PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE": RuleType(
        TEXT, _whether(_is_phone), "must be a telephone number with + and the country's code", _as_phone
    ),
    "MIN_NUMBER": RuleType(NUMBER, _bound("number", "one number", _AT_LEAST), "must be at least {}"),
    "MAX_NUMBER": RuleType(NUMBER, _bound("number", "one number", _AT_MOST), "must be at most {}"),
    "DECIMAL": RuleType(NUMBER, _decimals, "must have at most {} digits behind the point", _rounded),
    "START_DATE": RuleType(DATE, _bound("date", "one date", _AT_LEAST), "must not be before {}"),
    "END_DATE": RuleType(DATE, _bound("date", "one date", _AT_MOST), "must not be after {}"),
    "START_DATETIME": RuleType(DATETIME, _bound("datetime", "one time", _AT_LEAST), "must not be before {}"),
    "END_DATETIME": RuleType(DATETIME, _bound("datetime", "one time", _AT_MOST), "must not be after {}"),
    "AFTER_DURATION": RuleType(DATE, _duration(1, whole_days=True), "must be at least {} after today"),
    "BEFORE_DURATION": RuleType(DATE, _duration(-1, whole_days=True), "must be at least {} before today"),
    "AFTER_DATETIME_DURATION": RuleType(DATETIME, _duration(1, whole_days=False), "must be at least {} after now"),
    "BEFORE_DATETIME_DURATION": RuleType(DATETIME, _duration(-1, whole_days=False), "must be at least {} before now"),
    "DAYS_OF_WEEK": RuleType((*DATE, *DATETIME), _days, "must be on {}"),
}
"""By the contract's name of the rule type."""
