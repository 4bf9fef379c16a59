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
