"""Values on their way in and out, worked out by hand; what survives is then tried with values nobody chose."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_graph.definitions.property import Option, Property
from crm_graph.definitions.property_types import STRING_LENGTH, Append, ValueRefused, parser_of, presenter_of

COLOURS = (Option(value="red", display_name="Red"), Option(value="blue", display_name="Blue"))


def make_property(value_type: str, field_type: str = "text", **fields: Any) -> Property:
    return Property(name="it", display_name="It", type=value_type, field_type=field_type, **fields)


STRING = make_property("string")
NUMBER = make_property("number", "number")
BOOLEAN = make_property("bool", "booleancheckbox")
DATE = make_property("date", "date")
DATETIME = make_property("datetime", "date")
CHOICE = make_property("enumeration", "select", options=COLOURS)
CHOICES = make_property("enumeration", "checkbox", options=COLOURS)
CURRENCY = make_property("enumeration", "select", options_from="currencies")


def stored(found: Property, raw: Any) -> Any:
    return parser_of(found)(raw)


def refusal(found: Property, raw: Any) -> ValueRefused:
    with pytest.raises(ValueRefused) as caught:
        parser_of(found)(raw)
    return caught.value


@pytest.mark.parametrize("found", [STRING, NUMBER, BOOLEAN, DATE, DATETIME, CHOICE, CHOICES, CURRENCY])
@pytest.mark.parametrize("raw", [None, ""])
def test_nothing_clears_a_value(found: Property, raw: Any) -> None:
    assert stored(found, raw) is None


@pytest.mark.parametrize(
    ("found", "raw", "native", "wire"),
    [
        (STRING, " as it is ", " as it is ", " as it is "),
        (STRING, 1.5, "1.5", "1.5"),
        (STRING, True, "true", "true"),
        (NUMBER, "1.5", 1.5, "1.5"),
        (NUMBER, "100.0", 100, "100"),
        (NUMBER, 100.0, 100, "100"),
        (NUMBER, "1e5", 100_000, "100000"),
        (NUMBER, "-0", 0, "0"),
        (NUMBER, 2**53, 2**53, "9007199254740992"),
        (NUMBER, "9007199254740994", 9007199254740994.0, "9007199254740994"),
        (NUMBER, "0.000012345", 0.000012345, "0.000012345"),
        (BOOLEAN, True, True, "true"),
        (BOOLEAN, "false", False, "false"),
        (DATE, "2026-03-01", date(2026, 3, 1), "2026-03-01"),
        (DATE, 1_772_323_200_000, date(2026, 3, 1), "2026-03-01"),
        (
            DATETIME,
            "2026-03-01T10:00:00.123Z",
            datetime(2026, 3, 1, 10, 0, 0, 123_000, UTC),
            "2026-03-01T10:00:00.123Z",
        ),
        (DATETIME, "2026-03-01T12:00:00+02:00", datetime(2026, 3, 1, 10, tzinfo=UTC), "2026-03-01T10:00:00Z"),
        (DATETIME, 1_772_359_200_000, datetime(2026, 3, 1, 10, tzinfo=UTC), "2026-03-01T10:00:00Z"),
        (CHOICE, "red", "red", "red"),
        (CHOICES, "red;blue;red", ["red", "blue"], "red;blue"),
        (CURRENCY, "EUR", "EUR", "EUR"),
    ],
)
def test_a_value_is_stored_natively_and_shown_as_the_contract_has_it(
    found: Property, raw: Any, native: Any, wire: str
) -> None:
    value = stored(found, raw)
    assert value == native
    assert type(value) is type(native)
    assert presenter_of(found)(value) == wire


@pytest.mark.parametrize(
    ("found", "raw", "code"),
    [
        (NUMBER, "ten", "INVALID_NUMBER"),
        (NUMBER, "1_0", "INVALID_NUMBER"),
        (NUMBER, "nan", "INVALID_NUMBER"),
        (NUMBER, float("inf"), "INVALID_NUMBER"),
        (NUMBER, True, "INVALID_NUMBER"),
        (NUMBER, 2**53 + 1, "INVALID_NUMBER"),
        (NUMBER, "9007199254740993.0", "INVALID_NUMBER"),
        (NUMBER, "1.0000000000000003", "INVALID_NUMBER"),
        (NUMBER, "1e-400", "INVALID_NUMBER"),
        (NUMBER, "1e999999999999999999999", "INVALID_NUMBER"),
        (DATE, "2026-02-30", "INVALID_DATE"),
        (DATE, 1_772_323_200_001, "INVALID_DATE"),
        (DATETIME, "soon", "INVALID_DATE"),
        (DATETIME, 10**17, "INVALID_DATE"),
        (CHOICE, "Red", "INVALID_OPTION"),
        (CHOICES, "red;green", "INVALID_OPTION"),
        (CURRENCY, "EURO", "INVALID_OPTION"),
    ],
)
def test_a_value_that_would_not_be_kept_as_given_is_refused(found: Property, raw: Any, code: str) -> None:
    assert refusal(found, raw).code == code


@pytest.mark.parametrize("raw", ["\ud800", "x" * (STRING_LENGTH + 1), {"a": 1}, ["a"]])
def test_what_is_no_text_or_too_long_is_refused(raw: Any) -> None:
    assert refusal(STRING, raw).message


def test_the_longest_string_fits() -> None:
    assert stored(STRING, "ü" * STRING_LENGTH) == "ü" * STRING_LENGTH


def test_a_leading_semicolon_appends() -> None:
    assert stored(CHOICES, ";blue") == Append(("blue",))


def test_a_refused_option_names_those_permitted() -> None:
    assert 'label: "Red"' in refusal(CHOICE, "green").message


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_float_comes_back_as_it_was_shown(number: float) -> None:
    assert stored(NUMBER, presenter_of(NUMBER)(number)) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, places=12))
def test_an_accepted_number_is_exactly_the_one_written(number: Decimal) -> None:
    try:
        value = stored(NUMBER, str(number))
    except ValueRefused:
        return
    assert Decimal(repr(value)) == number


@given(st.datetimes(timezones=st.just(UTC)))
def test_every_moment_comes_back_to_the_millisecond(moment: datetime) -> None:
    kept = stored(DATETIME, moment.isoformat())
    assert kept == moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    assert stored(DATETIME, presenter_of(DATETIME)(kept)) == kept


@given(st.text(min_size=1))
def test_every_text_comes_back(text: str) -> None:
    assert presenter_of(STRING)(stored(STRING, text)) == text
