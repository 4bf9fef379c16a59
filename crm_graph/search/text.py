"""Words: how text is folded, cut into tokens, and asked of the full-text index.

A token is a run of letters, marks, digits and underscores, so `nick@example.com` has three.
Patterns are regular expressions whose time is linear in the text they are matched against.
"""

from __future__ import annotations

import re
import unicodedata

FOLD = "toLower(toUpper(toLower({text})))"
"""Cypher that makes case disappear; the detour over capitals is what makes `ẞ`, `ß` and `ss` equal."""

_TOKEN = r"[\p{L}\p{M}\p{N}_]"
_NO_TOKEN = r"[^\p{L}\p{M}\p{N}_]"

_PHONE_NUMBER = re.compile(r"(?<![\w.'+-])([+(]?[0-9][0-9 \u00a0()./-]{3,40}[0-9])(?![\w'])")
_NOT_OF_NUMBER = re.compile(r"\(0\)|[^0-9]")
_FEWEST_DIGITS = 5
"""Fewer, such as those of `1 2 3`, begin too many numbers."""


def fold(text: str) -> str:
    """What FOLD makes of the text."""
    return text.lower().upper().lower()


def tokens(text: str) -> list[str]:
    """The tokens of a text, in order, in the case they have."""
    return "".join(char if _is_token(char) else " " for char in text).split()


def token_patterns(wanted: str) -> list[dict[str, str]]:
    """What a folded text must fulfil to have every wanted word, as maps: `part` it contains, `pattern` it matches.

    A word with `*` is matched against each token and against the whole text; any other is cut into
    tokens. Empty when nothing is left to look for.
    """
    found = []
    for word in fold(wanted).split():
        if "*" in word:
            pieces = word.split("*")
            if any(pieces):
                in_token = f"(?:.*{_NO_TOKEN})?{_glob(pieces, _TOKEN)}(?:{_NO_TOKEN}.*)?"
                pattern = f"(?s)(?:{_glob(pieces, '.')}|{in_token})"
                found.append({"part": max(pieces, key=len), "pattern": pattern})
        else:
            found += [
                {"part": token, "pattern": f"(?s)(?:.*{_NO_TOKEN})?{_quoted(token)}(?:{_NO_TOKEN}.*)?"}
                for token in tokens(word)
            ]
    return found


def full_text_query(query: str, object_type_id: str) -> str:
    """A Lucene query for records of one object type whose searchable values have all words, or words that begin so.

    What is written as a telephone number in it is found as one word too: however its digits are separated, here or in
    the value. Only letters, digits and the marks `_ . '` of the query reach it, so that it has no syntax of its own.
    """
    if not query_words(query):
        return "_kind:none"
    clauses = [f'_kind:"{object_type_id}"']
    for n, part in enumerate(_PHONE_NUMBER.split(query)):
        clauses += _number_clauses(part) if n % 2 else _word_clauses(part)
    return " AND ".join(dict.fromkeys(clauses))


def query_words(query: str) -> list[str]:
    """The different words of a query, as the full-text index cuts them."""
    # It keeps `example.com` and `o'neil` as one word each, and cuts at every other mark.
    runs = "".join(char if _is_token(char) or char in ".'" else " " for char in query.lower()).split()
    return list(dict.fromkeys(word for run in runs if (word := run.strip(".'"))))


def _word_clauses(text: str) -> list[str]:
    return [f'_text:("{word}" OR {word}*)' for word in query_words(text)]


def _number_clauses(text: str) -> list[str]:
    words = _word_clauses(text)
    number = _NOT_OF_NUMBER.sub("", text).removeprefix("00")
    as_one = _word_clauses(number)
    if len(number) < _FEWEST_DIGITS or words == as_one:
        return words
    return [f"(({' AND '.join(words)}) OR {as_one[0]})"]


def _is_token(char: str) -> bool:
    return char == "_" or unicodedata.category(char)[0] in "LMN"


def _glob(pieces: list[str], char: str) -> str:
    # The first place where a middle piece fits is as good as any, so it is never given up (atomic groups).
    first, *middle, last = pieces
    steps = "".join(f"(?>{char}*?{_quoted(piece)})" for piece in middle if piece)
    return f"{_quoted(first)}{steps}{char}*{_quoted(last)}"


def _quoted(text: str) -> str:
    r"""The text as a literal of Java's regular expressions, where `\E` would end a quotation."""
    return "".join(char if char.isalnum() else f"\\x{{{ord(char):x}}}" for char in text)
