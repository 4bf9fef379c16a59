"""What a search must find, said once more in plain Python over plain records, without any code of the search."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

KINDS = {
    "name": "text",
    "note": "text",
    "amount": "number",
    "weight": "number",
    "is_open": "boolean",
    "due": "date",
    "seen": "datetime",
    "color": "option",
    "tags": "options",
    "hs_object_id": "number",
    "createdate": "datetime",
}


def matches(record: Mapping[str, Any], groups: Sequence[Sequence[Mapping[str, Any]]]) -> bool:
    """Whether any group has only filters that hold; without groups every record matches."""
    return not groups or any(all(holds(record, each) for each in group) for group in groups)


def holds(record: Mapping[str, Any], condition: Mapping[str, Any]) -> bool:
    """Whether one filter of a search body holds for the record."""
    name, operator = condition["propertyName"], condition["operator"]
    kind, stored = KINDS[name], record.get(name)
    if operator == "HAS_PROPERTY":
        return stored is not None
    if operator == "NOT_HAS_PROPERTY":
        return stored is None
    if stored is None:
        return False
    if operator.endswith("CONTAINS_TOKEN"):
        texts = stored if kind == "options" else [stored]
        has_words = any(has_all_words(text, condition["value"]) for text in texts)
        return has_words != operator.startswith("NOT")
    given = [read(kind, raw) for raw in condition.get("values", [condition.get("value")])]
    if kind == "options":
        options = condition["value"].split(";") if operator in ("EQ", "NEQ") else condition["values"]
        return {
            "EQ": all(option in stored for option in options),
            "NEQ": not all(option in stored for option in options),
            "IN": any(option in stored for option in options),
            "NOT_IN": not any(option in stored for option in options),
        }[operator]
    if kind == "text":
        stored = stored.casefold()
    match operator:
        case "EQ" | "IN":
            return stored in given
        case "NEQ" | "NOT_IN":
            return stored not in given
        case "LT":
            return stored < given[0]
        case "LTE":
            return stored <= given[0]
        case "GT":
            return stored > given[0]
        case "GTE":
            return stored >= given[0]
        case "BETWEEN":
            return given[0] <= stored <= read(kind, condition["highValue"])
    raise AssertionError(operator)


def read(kind: str, raw: Any) -> Any:
    """A value of the wire as records have it."""
    text = str(raw)
    match kind:
        case "text":
            return text.casefold()
        case "number":
            return float(text)
        case "boolean":
            return text == "true"
        case "date":
            return date.fromisoformat(text)
        case "datetime":
            if text.isdigit():
                return datetime.fromtimestamp(int(text) / 1000, UTC)
            return datetime.fromisoformat(text)
    return text


def has_all_words(text: str, wanted: str) -> bool:
    """Whether each word is a token of the text, or with `*` fits a token or the whole text."""
    text, wanted = text.casefold(), wanted.casefold()
    tokens = re.findall(r"\w+", text)
    for word in wanted.split():
        if "*" in word:
            pattern = re.compile(".*".join(re.escape(piece) for piece in word.split("*")), re.DOTALL)
            if not any(pattern.fullmatch(candidate) for candidate in [text, *tokens]):
                return False
        elif not all(token in tokens for token in re.findall(r"\w+", word)):
            return False
    return True
