"""The value types: one row for each, with how a value is read from the wire and shown on it.

`parser_of` and `presenter_of` make one function per property, so that a record is checked and
shown without a look at definitions. Rules that need the account (owners, stages) are in
`records/values.py` and `behaviours/`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from crm_graph.definitions.currencies import CODES
from crm_graph.definitions.property import Option, Property
from crm_graph.graph.convert import date_text, datetime_text

Parser = Callable[[Any], Any]
Presenter = Callable[[Any], str]

STRING_LENGTH = 65_536
"""Characters of a string value, the contract's limit."""
_GREATEST_INTEGER = 2**53
_SURE_LENGTH = 16
"""Characters of a decimal fraction, its point among them, that a float always keeps."""
_NUMBER_LENGTH = 400
"""Characters of a number: the greatest float has 309 digits."""
_FIRST_MS, _LAST_MS = -62_135_596_800_000, 253_402_300_799_999
"""The years 1 to 9999."""


class ValueRefused(ValueError):
    """A value that its property does not take: the contract's code and a sentence for people."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Append:
    """Options to be added to the stored ones: a list that begins with `;` on the wire."""

    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueType:
    """One row of the table: `operators` are names of the search operators that its values take."""

    name: str
    parser: Callable[[Property], Parser]
    present: Presenter
    operators: frozenset[str]


_PRESENCE = frozenset({"HAS_PROPERTY", "NOT_HAS_PROPERTY"})
_EQUALITY = _PRESENCE | {"EQ", "NEQ", "IN", "NOT_IN"}
_ORDER = _EQUALITY | {"LT", "LTE", "GT", "GTE", "BETWEEN"}
_WORDS = _ORDER | {"CONTAINS_TOKEN", "NOT_CONTAINS_TOKEN"}


def value_type(found: Property) -> ValueType:
    """The row that a property's values follow."""
    if found.is_multiple:
        return TABLE["multiple"]
    return TABLE.get(found.type, TABLE["string"])


def parser_of(found: Property) -> Parser:
    """A function from what a caller gave to the value to store, None for `""` and null; it raises ValueRefused."""
    return value_type(found).parser(found)


def presenter_of(found: Property) -> Presenter:
    """A function from a stored value to the string on the wire."""
    return value_type(found).present


def _text(raw: Any) -> str:
    """The string that a caller meant; JSON numbers and booleans are taken as they are written."""
    if isinstance(raw, str):
        text = raw
    elif isinstance(raw, bool):
        text = "true" if raw else "false"
    elif isinstance(raw, int | float):
        text = present_number(raw)
    else:
        raise ValueRefused("INVALID_VALUE", f"{json.dumps(raw, default=str)[:200]} is not a string, number or boolean.")
    if len(text) > STRING_LENGTH:
        raise ValueRefused("VALUE_TOO_LONG", f"The value has {len(text)} characters; at most {STRING_LENGTH} fit.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValueRefused("INVALID_VALUE", "The value has half of a surrogate pair, which is no text.") from None
    return text


def _string(found: Property) -> Parser:
    def parse(raw: Any) -> str | None:
        if raw is None or raw == "":
            return None
        if type(raw) is str and len(raw) <= STRING_LENGTH and raw.isascii():
            return raw
        return _text(raw)

    return parse


def _number(found: Property) -> Parser:
    def refuse(raw: Any) -> ValueRefused:
        return ValueRefused("INVALID_NUMBER", f"{str(raw)[:200]} was not a valid number.")

    def parse(raw: Any) -> int | float | None:
        if raw is None or raw == "":
            return None
        if type(raw) is int:
            number: int | float = raw
        elif type(raw) is float:
            number = raw
        elif isinstance(raw, str):
            number = _read_number(raw.strip(), refuse)
        else:
            raise refuse(raw)
        if isinstance(number, float):
            if not math.isfinite(number):
                raise refuse(raw)
            return int(number) if number.is_integer() and abs(number) <= _GREATEST_INTEGER else number
        if abs(number) > _GREATEST_INTEGER:
            return _exact_float(Decimal(number), lambda: refuse(raw))
        return number

    return parse


def _read_number(text: str, refuse: Callable[[Any], ValueRefused]) -> int | float:
    """The number that the text writes, where it survives the way through a float; underscores are no digits."""
    if not text.isascii() or "_" in text or len(text) > _NUMBER_LENGTH:
        raise refuse(text)
    try:
        return int(text)
    except ValueError:
        pass
    try:
        if len(text) <= _SURE_LENGTH and text[-1].isdigit() and "e" not in text and "E" not in text:
            return float(text)
        written = Decimal(text)
    except (ValueError, IndexError, InvalidOperation):
        raise refuse(text) from None
    return _exact_float(written, lambda: refuse(text))


def _exact_float(written: Decimal, refusal: Callable[[], ValueRefused]) -> float:
    """The float that is shown as the number written, and not as its neighbour; NaN and infinities are none."""
    try:
        number = float(written)
    except (OverflowError, ValueError):
        raise refusal() from None
    if not math.isfinite(number) or Decimal(repr(number)) != written:
        raise refusal()
    return number


def _bool(found: Property) -> Parser:
    values = {"true": True, "false": False}

    def parse(raw: Any) -> bool | None:
        if raw is None or raw == "":
            return None
        if isinstance(raw, bool):
            return raw
        value = values.get(raw.strip().lower()) if isinstance(raw, str) else None
        if value is None:
            raise ValueRefused("INVALID_BOOLEAN", f"{str(raw)[:200]} was not a valid boolean: true or false.")
        return value

    return parse


def _milliseconds(raw: Any) -> int | None:
    if isinstance(raw, bool):
        return None
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, int):
        return raw
    text = raw.strip() if isinstance(raw, str) else ""
    sign = text.startswith("-")
    return int(text) if text[sign:].isdigit() and text.isascii() and len(text) < 17 and len(text) > 4 else None


def _from_milliseconds(milliseconds: int) -> datetime | None:
    if not _FIRST_MS <= milliseconds <= _LAST_MS:
        return None
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)


def read_moment(raw: Any) -> datetime | None:
    """The moment of epoch milliseconds or ISO 8601 text (UTC where it names no zone), to the millisecond; else None."""
    milliseconds = _milliseconds(raw)
    if milliseconds is not None:
        return _from_milliseconds(milliseconds)
    if not isinstance(raw, str):
        return None
    try:
        moment = datetime.fromisoformat(raw.strip())
    except ValueError:
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        return None
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def _datetime(found: Property) -> Parser:
    def parse(raw: Any) -> datetime | None:
        if raw is None or raw == "":
            return None
        moment = read_moment(raw)
        if moment is None:
            raise ValueRefused(
                "INVALID_DATE", f"{str(raw)[:200]} was not a valid date: ISO 8601 or milliseconds since 1970."
            )
        return moment

    return parse


def _date(found: Property) -> Parser:
    def parse(raw: Any) -> date | None:
        if raw is None or raw == "":
            return None
        if isinstance(raw, str) and len(raw) == 10:
            try:
                return date.fromisoformat(raw)
            except ValueError:
                pass
        moment = read_moment(raw)
        if moment is None:
            raise ValueRefused("INVALID_DATE", f"{str(raw)[:200]} was not a valid date: YYYY-MM-DD.")
        if moment.time().replace(tzinfo=None) != datetime.min.time():
            raise ValueRefused("INVALID_DATE", f"{str(raw)[:200]} was not a valid date: it is not at midnight UTC.")
        return moment.date()

    return parse


def no_option(value: str, options: Sequence[Option]) -> str:
    """What is said of a value that is none of the options, in the contract's words; a hundred of them are named."""
    listed = ", ".join(f'label: "{option.display_name}" value: "{option.value}"' for option in options[:100])
    return f"{value[:200]} was not one of the allowed options: [{listed}]"


def _permitted(found: Property) -> Callable[[str], str]:
    options = found.option_values

    def check(value: str) -> str:
        if options and value not in options:
            raise ValueRefused("INVALID_OPTION", no_option(value, found.options))
        if found.options_from == "currencies" and value not in CODES:
            raise ValueRefused("INVALID_OPTION", f"{value[:200]} was not one of the allowed options: ISO 4217 codes")
        return value

    return check


def _enumeration(found: Property) -> Parser:
    check = _permitted(found)

    def parse(raw: Any) -> str | None:
        if raw is None or raw == "":
            return None
        return check(_text(raw))

    return parse


def _multiple(found: Property) -> Parser:
    check = _permitted(found)

    def parse(raw: Any) -> list[str] | Append | None:
        if raw is None or raw == "":
            return None
        text = _text(raw)
        values = list(dict.fromkeys(check(part) for part in (item.strip() for item in text.split(";")) if part))
        if text.startswith(";"):
            return Append(tuple(values))
        return values or None

    return parse


def present_number(number: int | float) -> str:
    """A number as the wire has it: no trailing zeros, no exponent below 10^21."""
    if isinstance(number, int):
        return str(number)
    text = repr(number)
    if number.is_integer() and abs(number) < 1e21:
        return str(int(number)) if abs(number) <= _GREATEST_INTEGER else format(Decimal(text), ".0f")
    return format(Decimal(text), "f") if "e-" in text and abs(number) > 1e-7 else text


def _present_text(value: Any) -> str:
    return value if type(value) is str else str(value)


def _present_bool(value: Any) -> str:
    return "true" if value else "false"


def _present_multiple(value: Any) -> str:
    return ";".join(value)


TABLE: dict[str, ValueType] = {
    row.name: row
    for row in (
        ValueType(name="string", parser=_string, present=_present_text, operators=_WORDS),
        ValueType(name="phone_number", parser=_string, present=_present_text, operators=_WORDS),
        ValueType(name="json", parser=_string, present=_present_text, operators=_PRESENCE),
        ValueType(name="object_coordinates", parser=_string, present=_present_text, operators=_EQUALITY),
        ValueType(name="number", parser=_number, present=present_number, operators=_ORDER),
        ValueType(name="bool", parser=_bool, present=_present_bool, operators=_EQUALITY),
        ValueType(name="date", parser=_date, present=date_text, operators=_ORDER),
        ValueType(name="datetime", parser=_datetime, present=datetime_text, operators=_ORDER),
        ValueType(name="enumeration", parser=_enumeration, present=_present_text, operators=_WORDS),
        ValueType(name="multiple", parser=_multiple, present=_present_multiple, operators=_EQUALITY | _WORDS),
    )
}
"""By name: the contract's types, and `multiple` for enumerations of which several options may be chosen."""
