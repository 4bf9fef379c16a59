"""Words, tokens and the queries of the full-text index."""

from __future__ import annotations

import pytest

from crm_graph.search.text import fold, full_text_query, token_patterns, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nick@example.com", ["nick", "example", "com"]),
        ("+46 (0)70-123", ["46", "0", "70", "123"]),
        ("first_name  O'Neil", ["first_name", "O", "Neil"]),
        ("Łódź हिन्दी", ["Łódź", "हिन्दी"]),
        ("!?*", []),
    ],
)
def test_tokens_are_runs_of_letters_and_digits(text: str, expected: list[str]) -> None:
    assert tokens(text) == expected


@pytest.mark.parametrize("texts", [("STRASSE", "straße", "STRAẞE"), ("ΟΔΟΣ", "οδος"), ("Ǆ", "ǅ", "ǆ"), ("ﬁ", "FI")])
def test_folding_makes_case_disappear(texts: tuple[str, ...]) -> None:
    assert len({fold(text) for text in texts}) == 1


def test_each_word_becomes_a_pattern_with_its_longest_part() -> None:
    assert [word["part"] for word in token_patterns("Nick@Example.com *b*cde x*")] == [
        "nick",
        "example",
        "com",
        "cde",
        "x",
    ]


def test_marks_in_a_pattern_stand_for_themselves() -> None:
    (word,) = token_patterns("*.(a|b)\\E+*")
    assert r"\x{2e}\x{28}a\x{7c}b\x{29}\x{5c}e\x{2b}" in word["pattern"]


def test_a_query_asks_for_all_words_and_their_beginnings() -> None:
    assert full_text_query('Nick "O\'Neil" a@b.com', "0-1") == (
        '_kind:"0-1" AND _text:("nick" OR nick*) AND _text:("o\'neil" OR o\'neil*) '
        'AND _text:("a" OR a*) AND _text:("b.com" OR b.com*)'
    )


def test_a_query_without_words_finds_nothing() -> None:
    assert full_text_query("?! *", "0-1") == "_kind:none"


@pytest.mark.parametrize("number", ["22 33 44", "(22) 33-44", "22/33-44"])
def test_a_telephone_number_is_asked_for_as_one_word_too(number: str) -> None:
    words = '_text:("22" OR 22*) AND _text:("33" OR 33*) AND _text:("44" OR 44*)'
    assert full_text_query(f"Nick {number} Halden", "0-1") == (
        f'_kind:"0-1" AND _text:("nick" OR nick*) AND (({words}) OR _text:("223344" OR 223344*)) '
        'AND _text:("halden" OR halden*)'
    )


@pytest.mark.parametrize(
    ("number", "word"),
    [("0047 223", "47223"), ("+47 (0)22 33", "472233"), ("22.33.44", "223344"), ("0047223344", "47223344")],
)
def test_a_telephone_number_is_one_word_without_what_is_dialled_in_one_country_alone(number: str, word: str) -> None:
    assert full_text_query(number, "0-1").endswith(f' OR _text:("{word}" OR {word}*))')


@pytest.mark.parametrize("query", ["1 2 3 4", "22334455", "+4722334455", "a22 33 44b", "room_12 x34567"])
def test_other_digits_are_words_alone(query: str) -> None:
    assert ") OR _text:" not in full_text_query(query, "0-1")
