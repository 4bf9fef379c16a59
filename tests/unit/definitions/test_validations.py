"""Rules that values are held to: values that keep and that break each, and the arguments that it takes."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from typing import Any

import pytest

from crm_graph.definitions.property import Property
from crm_graph.definitions.property_types import ValueRefused
from crm_graph.definitions.validations import RULES, Rule, Validator

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1_000)

KEPT_AND_BROKEN: dict[str, list[tuple[tuple[str, ...], list[Any], list[Any]]]] = {
    "MIN_LENGTH": [(("3",), ["abc", "straße"], ["ab"])],
    "MAX_LENGTH": [(("3",), ["abc", "a"], ["abcd"])],
    "ALPHANUMERIC": [
        (("ALPHANUMERIC",), ["abc1", "Łódź"], ["a b", "a-b"]),
        (("ALPHA_ONLY",), ["abc"], ["abc1"]),
        (("NUMERIC_ONLY",), ["0123"], ["12a", "1.5"]),
    ],
    "SPECIAL_CHARACTERS": [((), ["two words 7"], ["a-b", "50%"]), (("%", "#"), ["a-b"], ["50%", "#1"])],
    "WHITESPACE": [((), ["a-b"], ["a b", "a\tb", " a"])],
    "REGEX": [((r"[A-Z]{2}\d+",), ["AB1"], ["AB", "xAB1", "AB1x"])],
    "FORMAT": [((r"\d{3}-\d{2}",), ["123-45"], ["123-456"])],
    "EMAIL": [((), ["a@b.se"], ["a@b", "a b@c.se", "@b.se"])],
    "EMAIL_ALLOWED_DOMAINS": [(("b.se", "@c.se"), ["a@b.se", "a@X.C.se"], ["a@ab.se", "nobody", "a@b.se.x.de"])],
    "EMAIL_BLOCKED_DOMAINS": [(("b.se",), ["a@c.se", "a@ab.se"], ["a@b.se", "a@x.b.se", "nobody"])],
    "DOMAIN": [((), ["example.com", "a-b.example.co"], ["example", "https://example.com", "-a.com", "a..com"])],
    "URL": [
        ((), ["https://example.com/a?b=c", "http://a.example.com:8080"], ["example.com", "ftp://a.com", "https://"])
    ],
    "URL_ALLOWED_DOMAINS": [
        (("b.se",), ["https://b.se/", "http://x.b.se"], ["https://b.se@evil.com/", "https://ab.se", "b.se"])
    ],
    "URL_BLOCKED_DOMAINS": [(("b.se",), ["https://c.se"], ["https://b.se", "https://x.B.se", "b.se"])],
    "PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE": [
        ((), ["+46701234567", "+46 (70) 123-45.67"], ["0701234567", "+0701234567", "+4670x", "+123"])
    ],
    "MIN_NUMBER": [(("1.5",), [1.5, 2], [1.4, -2])],
    "MAX_NUMBER": [(("-1",), [-1, -1.5], [0])],
    "DECIMAL": [(("2",), [1, 1.25, 1e300, 100, -0.5], [1.255, 1e-9])],
    "START_DATE": [(("2026-03-01",), [date(2026, 3, 1)], [date(2026, 2, 28)])],
    "END_DATE": [(("2026-03-01",), [date(2026, 3, 1)], [date(2026, 3, 2)])],
    "START_DATETIME": [(("2026-03-01T10:00:00Z",), [datetime(2026, 3, 1, 10, tzinfo=UTC)], [NOW])],
    "END_DATETIME": [(("1772359200000",), [NOW], [datetime(2026, 3, 1, 10, 1, tzinfo=UTC)])],
    "AFTER_DURATION": [
        (("P7D",), [date(2026, 2, 7)], [date(2026, 2, 6)]),
        (("P1M",), [date(2026, 2, 28)], [date(2026, 2, 27)]),
        (("P1Y1W",), [date(2027, 2, 7)], [date(2027, 2, 6)]),
    ],
    "BEFORE_DURATION": [
        (("P18Y",), [date(2008, 1, 31)], [date(2008, 2, 1)]),
        (("P0D",), [date(2026, 1, 31)], [date(2026, 2, 1)]),
        (("P999Y",), [date(1027, 1, 31)], [date(1027, 2, 1)]),
    ],
    "AFTER_DATETIME_DURATION": [
        (("PT1H30M",), [datetime(2026, 1, 31, 13, 30, tzinfo=UTC)], [datetime(2026, 1, 31, 13, 29, tzinfo=UTC)])
    ],
    "BEFORE_DATETIME_DURATION": [
        (("P1DT1S",), [datetime(2026, 1, 30, 11, 59, 59, tzinfo=UTC)], [datetime(2026, 1, 30, 12, tzinfo=UTC)])
    ],
    "DAYS_OF_WEEK": [(("SATURDAY", "sunday"), [date(2026, 1, 31), NOW], [date(2026, 2, 2)])],
}

NO_ARGUMENTS = ("WHITESPACE", "EMAIL", "DOMAIN", "URL", "PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE")

NORMALISED: list[tuple[str, tuple[str, ...], Any, Any]] = [
    ("MAX_LENGTH", ("3",), "  abc ", "abc"),
    ("WHITESPACE", (), " a b\tc ", "abc"),
    ("EMAIL", (), " A@B.se ", "a@b.se"),
    ("EMAIL_ALLOWED_DOMAINS", ("b.se",), "A@B.SE", "a@b.se"),
    ("DOMAIN", (), " Example.COM", "example.com"),
    ("URL", (), " example.com/a ", "https://example.com/a"),
    ("URL_ALLOWED_DOMAINS", ("b.se",), "b.se", "https://b.se"),
    ("PHONE_NUMBER_WITH_EXPLICIT_COUNTRY_CODE", (), "00 46 (70) 123-45.67", "+46701234567"),
    ("DECIMAL", ("1",), 2.25, 2.3),
    ("DECIMAL", ("0",), 7, 7),
    ("MIN_LENGTH", ("0",), "   ", None),
]


def validator(rule_type: str, arguments: tuple[str, ...], *, normalises: bool = False) -> Validator:
    rule = Rule(rule_type, arguments, normalises)
    return Validator(
        Property(name="x", display_name="x", type="string", field_type="text", validations=(rule.written(),))
    )


def test_every_rule_type_has_values_that_keep_and_break_it() -> None:
    assert KEPT_AND_BROKEN.keys() == RULES.keys()


@pytest.mark.parametrize("rule_type", sorted(RULES))
def test_values_keep_or_break_a_rule(rule_type: str) -> None:
    for arguments, kept, broken in KEPT_AND_BROKEN[rule_type]:
        checks = validator(rule_type, arguments)
        assert [checks.checked(value, NOW_MS) for value in kept] == kept
        for value in broken:
            with pytest.raises(ValueRefused) as refused:
                checks.checked(value, NOW_MS)
            assert refused.value.code == ("INVALID_EMAIL" if rule_type == "EMAIL" else rule_type)


@pytest.mark.parametrize("rule_type", sorted(RULES))
def test_arguments_that_mean_nothing_are_refused(rule_type: str) -> None:
    wrong: list[list[str]] = [["nonsense ("], ["1", "2"]]
    if rule_type in NO_ARGUMENTS:
        wrong.append(["1"])
    elif rule_type != "SPECIAL_CHARACTERS":
        wrong.append([])
    if rule_type == "SPECIAL_CHARACTERS":
        wrong.remove(["1", "2"])
    for arguments in wrong:
        with pytest.raises(ValueError, match=r"it |a pattern|a period|each argument|was not a valid"):
            RULES[rule_type].make(arguments)


@pytest.mark.parametrize(("rule_type", "arguments", "value", "stored"), NORMALISED)
def test_what_may_be_mended_is_mended_before_it_is_checked(
    rule_type: str, arguments: tuple[str, ...], value: Any, stored: Any
) -> None:
    found = validator(rule_type, arguments, normalises=True).checked(value, NOW_MS)
    assert (found, type(found)) == (stored, type(stored))


def test_a_pattern_takes_time_in_proportion_to_the_text() -> None:
    checks = validator("REGEX", ("(a+)+b",))
    began = time.monotonic()
    with pytest.raises(ValueRefused):
        checks.checked("a" * 60_000, NOW_MS)
    assert time.monotonic() - began < 5
