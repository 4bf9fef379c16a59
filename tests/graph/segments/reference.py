"""Whom filters of a list find, said once more in plain Python over plain records, without any code of ours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

Body = Mapping[str, Any]


@dataclass
class Thing:
    """A record: its values, those it had before, the records it is associated with, and the lists it was put into.

    What it had before stands for a write each, in order, with its time; a write changed every property that it names.
    """

    id: int
    values: dict[str, Any]
    earlier: list[dict[str, Any]] = field(default_factory=list)
    written: list[datetime] = field(default_factory=list)
    parts: list[Thing] = field(default_factory=list, repr=False)
    things: list[Thing] = field(default_factory=list, repr=False)
    lists: set[str] = field(default_factory=set)

    def changed_at(self, name: str) -> datetime | None:
        """When a property was last changed; None where it never was."""
        times = [at for at, values in zip(self.written, self.earlier, strict=True) if name in values]
        return times[-1] if times else None


PRESENT = datetime(2026, 1, 4, 5, tzinfo=UTC)
"""When filters are asked."""


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
    of_times = by_times(operation, record, name)
    if of_times is not None:
        return of_times or (stored is None and bool(operation.get("includeObjectsWithNoValueSet")))
    if stored is None:
        return bool(operation.get("includeObjectsWithNoValueSet"))
    return compares(operation, operator, stored)


def by_times(operation: Body, record: Thing, name: str) -> bool | None:
    """Whether an operation holds that looks at more than the value, at another property or at changes; else None."""
    kind, operator = operation["operationType"], operation["operator"]
    parser, point = operation.get("propertyParser"), operation.get("timePoint", {})
    if kind == "ROLLING_PROPERTY_UPDATED":
        since = PRESENT - timedelta(days=operation["numberOfDays"])
        times = [at for at, values in zip(record.written, record.earlier, strict=True) if name in values]
        return any(at >= since for at in times) == (operator == "UPDATED_IN_LAST_X_DAYS")
    if kind.startswith("COMPARATIVE_"):
        return compares_two(operation, record, name)
    if point.get("timeType") == "PROPERTY_REFERENCED":
        one, two = seen(record, name, parser), seen(record, point["property"], point["referenceType"])
        return one is not None and two is not None and in_order(operation, operator, one, two)
    if parser != "UPDATED_AT":
        return None
    at = record.changed_at(name)
    if kind == "TIME_POINT":
        return at is not None and in_order(operation, operator, at, date_point(point))
    within = at is not None and (
        date_point(operation["lowerBoundTimePoint"]) <= at <= date_point(operation["upperBoundTimePoint"])
    )
    return within if operator == "IS_BETWEEN" else record.values.get(name) is not None and not within


def compares_two(operation: Body, record: Thing, name: str) -> bool:
    """Whether a property and another one of the record, or what stands for that one, fulfil the operation."""
    other, default = operation["comparisonPropertyName"], operation.get("defaultComparisonValue")
    operator = operation["operator"]
    if operation["operationType"] == "COMPARATIVE_STRING":
        one, two = record.values.get(name), record.values.get(other, default)
        if one is None or two is None:
            return False
        one, two = one.casefold(), two.casefold()
        return not text(_POSITIVE[operator], one, two) if operator in _POSITIVE else text(operator, one, two)
    part = "UPDATED_AT" if operation["operationType"] == "COMPARATIVE_PROPERTY_UPDATED" else "VALUE"
    first, second = seen(record, name, part), seen(record, other, part)
    if second is None and default is not None:
        second = _of(default)
    return first is not None and second is not None and in_order(operation, operator, first, second)


def in_order(operation: Body, operator: str, one: datetime, two: datetime) -> bool:
    """Whether two times stand to each other as the operator says."""
    if one == two:
        return operator == "IS_EQUAL_TO" or operation.get("endpointBehavior") == "INCLUSIVE"
    return {"IS_EQUAL_TO": False, "IS_BEFORE": one < two, "IS_AFTER": one > two}[operator]


def seen(record: Thing, name: str, part: str | None) -> datetime | None:
    """The time that a property has, or when it was last changed."""
    if part == "UPDATED_AT":
        return record.changed_at(name)
    stored = record.values.get(name)
    return None if stored is None else moment(stored)


def moment(stored: date | datetime) -> datetime:
    """A time as it is, a date as its midnight in UTC."""
    return stored if isinstance(stored, datetime) else datetime(stored.year, stored.month, stored.day, tzinfo=UTC)


def date_point(point: Body) -> datetime:
    """The time that a point names."""
    return datetime(point["year"], point["month"], point["day"], point.get("hour", 0), tzinfo=UTC)


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
    at = moment(stored)
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
            return in_order(operation, operator, at, date_point(operation["timePoint"]))
        case "TIME_RANGED":
            low, high = (date_point(operation[f"{each}BoundTimePoint"]) for each in ("lower", "upper"))
            return low <= at <= high
        case "ROLLING_DATE_RANGE":
            days = timedelta(days=operation["numberOfDays"])
            return {
                "IS_LESS_THAN_X_DAYS_AGO": PRESENT - days <= at <= PRESENT,
                "IS_MORE_THAN_X_DAYS_AGO": at < PRESENT - days,
                "IS_LESS_THAN_X_DAYS_FROM_NOW": PRESENT <= at <= PRESENT + days,
                "IS_MORE_THAN_X_DAYS_FROM_NOW": at > PRESENT + days,
            }[operator]
    raise AssertionError(operation)


def _of(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1_000, UTC)


def found(branch: Body, records: Iterable[Thing]) -> list[int]:
    """Ids of the records that the root accepts, in order."""
    return sorted(each.id for each in records if accepts(branch, each))
