"""Whom filters of a list find, said once more in plain Python over plain records, without any code of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

Body = Mapping[str, Any]


@dataclass
class Thing:
    """A record: its values, those it had before, the records it is associated with, and the lists it was put into."""

    id: int
    values: dict[str, Any]
    earlier: list[dict[str, Any]] = field(default_factory=list)
    parts: list[Thing] = field(default_factory=list, repr=False)
    things: list[Thing] = field(default_factory=list, repr=False)
    lists: set[str] = field(default_factory=set)


def accepts(branch: Body, record: Thing) -> bool:
    """Whether a branch accepts the record."""
    found = [accepts(each, record) for each in branch.get("filterBranches", ())]
    if branch["filterBranchType"] == "ASSOCIATION":
        far = record.parts if branch["objectTypeId"] == "part" else record.things
        inner = {**branch, "filterBranchType": "AND"}
        matching = any(accepts(inner, each) for each in far)
        return matching == (branch["operator"] == "IN_LIST")
    found += [holds(each, record) for each in branch.get("filters", ())]
    return {
        "AND": all(found),
        "OR": any(found),
        "NOT_ALL": not all(found),
        "NOT_ANY": not any(found),
    }[branch["filterBranchType"]]


def holds(condition: Body, record: Thing) -> bool:
    """Whether one filter holds for the record."""
    if condition["filterType"] == "IN_LIST":
        return (condition["listId"] in record.lists) == (condition["operator"] == "IN_LIST")
    name, operation = condition["property"], condition["operation"]
    stored, operator = record.values.get(name), operation["operator"]
    if operation["operationType"] == "ALL_PROPERTY":
        return (stored is not None) == (operator == "IS_KNOWN")
    if "EVER" in operator:
        all_of_them = [stored, *(each.get(name) for each in record.earlier)]
        was = any(each is not None and once(operation, operator, each) for each in all_of_them)
        return was == operator.startswith("HAS_EVER")
    if stored is None:
        return bool(operation.get("includeObjectsWithNoValueSet"))
    return compares(operation, operator, stored)


def once(operation: Body, operator: str, stored: Any) -> bool:
    """Whether a value is one that the operator asks about, whether it ever or never was."""
    for asked, plain in (
        ("BEEN_EQUAL_TO", "IS_EQUAL_TO"),
        ("CONTAINED_ALL", "CONTAINS_ALL"),
        ("CONTAINED", "CONTAINS"),
        ("BEEN_ANY_OF", "IS_ANY_OF"),
        ("BEEN_EXACTLY", "IS_EXACTLY"),
    ):
        if operator.endswith(asked):
            return compares(operation, plain, stored)
    raise AssertionError(operator)


def compares(operation: Body, operator: str, stored: Any) -> bool:
    """Whether a value that there is fulfils the operation."""
    kind = operation["operationType"]
    if operator.startswith(("IS_NOT_", "DOES_NOT_", "IS_NONE_")):
        return not compares(operation, _POSITIVE[operator], stored)
    if kind in ("STRING", "MULTISTRING"):
        given = operation["values"] if kind == "MULTISTRING" else [operation["value"]]
        return any(text(operator, stored.casefold(), each.casefold()) for each in given)
    if kind == "ENUMERATION":
        had, wanted = set(stored if isinstance(stored, list) else [stored]), set(operation["values"])
        return {"IS_ANY_OF": bool(had & wanted), "IS_EXACTLY": had == wanted, "CONTAINS_ALL": wanted <= had}[operator]
    if kind in ("NUMBER", "NUMBER_RANGED") and operator == "IS_BETWEEN":
        return bool(operation["lowerBound"] <= stored <= operation["upperBound"])
    if kind in ("NUMBER", "BOOL"):
        given = operation["value"]
        return {
            "IS_EQUAL_TO": stored == given,
            "IS_GREATER_THAN": stored > given,
            "IS_GREATER_THAN_OR_EQUAL_TO": stored >= given,
            "IS_LESS_THAN": stored < given,
            "IS_LESS_THAN_OR_EQUAL_TO": stored <= given,
        }[operator]
    return in_time(operation, operator, stored)


_POSITIVE = {
    "IS_NOT_EQUAL_TO": "IS_EQUAL_TO",
    "DOES_NOT_CONTAIN": "CONTAINS",
    "IS_NONE_OF": "IS_ANY_OF",
    "IS_NOT_EXACTLY": "IS_EXACTLY",
    "DOES_NOT_CONTAIN_ALL": "CONTAINS_ALL",
    "IS_NOT_BETWEEN": "IS_BETWEEN",
}


def text(operator: str, stored: str, given: str) -> bool:
    """Whether a text fulfils an operator."""
    return {
        "IS_EQUAL_TO": stored == given,
        "CONTAINS": given in stored,
        "STARTS_WITH": stored.startswith(given),
        "ENDS_WITH": stored.endswith(given),
    }[operator]


def in_time(operation: Body, operator: str, stored: date | datetime) -> bool:
    """Whether a date or a time fulfils an operation; a date is its midnight in UTC."""
    at = stored if isinstance(stored, datetime) else datetime(stored.year, stored.month, stored.day, tzinfo=UTC)
    match operation["operationType"]:
        case "DATE":
            day = datetime(operation["year"], operation["month"], operation["day"], tzinfo=UTC)
            following = day + timedelta(days=1)
            return {
                "IS_EQUAL_TO": day <= at < following,
                "IS_BEFORE_DATE": at < day,
                "IS_AFTER_DATE": at >= following,
            }[operator]
        case "RANGED_DATE":
            return _of(operation["lowerBound"]) <= at <= _of(operation["upperBound"])
        case "TIME_POINT":
            point = operation["timePoint"]
            given = datetime(point["year"], point["month"], point["day"], point.get("hour", 0), tzinfo=UTC)
            return {"IS_BEFORE": at < given, "IS_AFTER": at > given}[operator]
    raise AssertionError(operation)


def _of(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)


def found(branch: Body, records: Iterable[Thing]) -> list[int]:
    """Ids of the records that the root accepts, in order."""
    return sorted(each.id for each in records if accepts(branch, each))
