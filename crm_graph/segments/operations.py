"""OPERATIONS: what a filter on a property may ask, one row for each type of operation, with its operators.

A row makes a condition of what the filter gives. What is asked of a value that is not there is
not true, unless the operation says `includeObjectsWithNoValueSet`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm_graph.clock import DAY_MS
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import InvalidInput
from crm_graph.search.conditions import AllOf, AnyOf, Changed, Compared, Condition, Ever, Not, Part
from crm_graph.search.criteria import Filter, make_filter
from crm_graph.search.operators import COMPARISONS, LIST_OPERATORS, OPERATORS, Kind
from crm_graph.search.target import Target, find_target
from crm_graph.search.text import fold
from crm_graph.segments import moments
from crm_graph.segments.body import Body, boolean_of, integer_of, list_of, malformed, object_of, one_of, text_of
from crm_graph.segments.moments import Point

_TIMES = (Kind.DATE, Kind.DATETIME)
_OPERATORS = {**OPERATORS, **LIST_OPERATORS}


@dataclass(slots=True)
class Reading:
    """What is read of one operation: its place, the property it is about, and what is found on the way."""

    body: Body
    at: str
    object_type: ObjectType
    target: Target
    present: datetime
    most_values: int
    is_timed: bool = False
    """Whether the condition is another one as time goes by."""
    names: list[str] = field(default_factory=list)
    """Properties that it uses beside the one it is about."""

    @property
    def operator(self) -> str:
        """The name of the operator."""
        return text_of(self.body, "operator", self.at)

    def filter(self, operator: str, *given: Any) -> Filter:
        """A filter of the search on the property; InvalidInput tells where the operands are wrong."""
        try:
            return make_filter(self.target, _OPERATORS[operator], given)
        except InvalidInput as error:
            raise malformed(self.at, error.message.rstrip(".")) from None

    def moment(self, point: Point) -> int:
        """What the property is compared with for a point in time, in ms since 1970."""
        self.is_timed = self.is_timed or point.is_moving
        return point.as_date if self.target.kind is Kind.DATE else point.milliseconds

    def other(self, name: str) -> Target:
        """Another property of the object type."""
        self.names.append(name)
        return find_target(self.object_type, name)

    def values(self) -> list[Any]:
        """The list of values, one at least."""
        found = list_of(self.body, "values", self.at)
        if not found:
            raise malformed(f"{self.at}.values", "one value at least is needed")
        if len(found) > self.most_values:
            raise malformed(f"{self.at}.values", f"there may be {self.most_values} values at most, not {len(found)}")
        return found

    def refuse_unless_time(self) -> None:
        """InvalidInput where the property is neither a date nor a time."""
        if self.target.kind not in _TIMES:
            raise malformed(self.at, f"{self.target.name} is neither a date nor a time")

    def refuse_computed(self, target: Target) -> None:
        """InvalidInput for a property that is never changed, since its value is not stored."""
        if target.is_computed:
            raise malformed(self.at, f"{target.name} is computed, and nothing is kept of when it changed")


Make = Callable[[Reading], Condition]


Operation = Mapping[str, Make]
"""One row: the operators that the type takes, each with what it makes."""


def read_operation(reading: Reading) -> Condition:
    """The condition of a property operation; InvalidInput names place and rule."""
    body, at = reading.body, reading.at
    body["operationType"] = text_of(body, "operationType", at, default=body.get("type", ""))
    given = body["operationType"]
    name = one_of({"operationType": ALIASES.get(given, given)}, "operationType", at, tuple(OPERATIONS))
    operators = OPERATIONS[name]
    condition = operators[one_of(body, "operator", at, tuple(operators))](reading)
    includes_none = body["includeObjectsWithNoValueSet"] = boolean_of(body, "includeObjectsWithNoValueSet", at)
    if includes_none and not reading.operator.startswith(_NOT_ABOUT_NOW):
        return AnyOf((condition, reading.filter("NOT_HAS_PROPERTY")))
    return condition


_NOT_ABOUT_NOW = ("IS_KNOWN", "IS_UNKNOWN", "IS_NOT_KNOWN", "IS_BLANK", "IS_NOT_BLANK", "HAS_EVER_", "HAS_NEVER_")
"""Operators that say themselves what they make of a property without a value."""
ALIASES = {"RANGED_NUMBER": "NUMBER_RANGED", "RANGED_TIME": "TIME_RANGED"}
"""Other names of operations."""


def _known(condition: Condition, reading: Reading) -> Condition:
    """The negation of a condition, for records that have a value."""
    return AllOf((reading.filter("HAS_PROPERTY"), Not(condition)))


def _value(operator: str) -> Make:
    return lambda reading: reading.filter(operator, _given(reading))


def _given(reading: Reading) -> Any:
    given = reading.body.get("value")
    if given is None:
        raise malformed(f"{reading.at}.value", "a value is needed")
    return given


def _any_value(operator: str) -> Make:
    return lambda reading: AnyOf(tuple(reading.filter(operator, each) for each in reading.values()))


def _values(operator: str) -> Make:
    def make(reading: Reading) -> Condition:
        found = reading.values()
        if operator == "HAS_ALL" and reading.target.kind is Kind.OPTION:
            return AllOf(tuple(reading.filter("EQ", each) for each in found))
        return reading.filter(operator, *found)

    return make


def _negated(make: Make) -> Make:
    return lambda reading: _known(make(reading), reading)


def _ever(make: Make) -> Make:
    def made(reading: Reading) -> Condition:
        return _once(make(reading))

    return made


def _once(condition: Condition) -> Condition:
    if isinstance(condition, Filter):
        return Ever(condition)
    if isinstance(condition, AnyOf):
        return AnyOf(tuple(map(_once, condition.parts)))
    if isinstance(condition, AllOf) and len(condition.parts) == 1:
        return _once(condition.parts[0])
    # Several values that one option can never have all at once.
    return AnyOf()


def _never(make: Make) -> Make:
    return lambda reading: Not(_once(make(reading)))


def _is_known(reading: Reading) -> Condition:
    return reading.filter("HAS_PROPERTY")


def _is_unknown(reading: Reading) -> Condition:
    return reading.filter("NOT_HAS_PROPERTY")


def _between(reading: Reading) -> Condition:
    low, high = reading.body.get("lowerBound"), reading.body.get("upperBound")
    if low is None or high is None:
        raise malformed(reading.at, "`lowerBound` and `upperBound` are needed")
    return reading.filter("BETWEEN", low, high)


def _between_times(reading: Reading) -> Condition:
    reading.refuse_unless_time()
    bounds = [moments.from_milliseconds(_milliseconds(reading, name)) for name in ("lowerBound", "upperBound")]
    return reading.filter("BETWEEN", *(str(point.milliseconds) for point in bounds))


def _milliseconds(reading: Reading, name: str) -> int:
    return integer_of(reading.body, name, reading.at, most=10**15)


def _day(operator: str) -> Make:
    """Compared with a day of the calendar, from its first to its last moment in UTC."""

    def make(reading: Reading) -> Condition:
        reading.refuse_unless_time()
        begin = _named_day(reading).milliseconds
        return _within(reading, operator, begin, begin + DAY_MS)

    return make


def _within(reading: Reading, operator: str, begin: int, end: int) -> Condition:
    match operator:
        case "before":
            return reading.filter("LT", str(begin))
        case "after":
            return reading.filter("GTE", str(end))
        case _:
            return AllOf((reading.filter("GTE", str(begin)), reading.filter("LT", str(end))))


def _named_day(reading: Reading) -> Point:
    body, at = reading.body, reading.at
    month = body.get("month")
    if isinstance(month, str) and month.upper() in moments.MONTHS:
        number = moments.MONTHS.index(month.upper()) + 1
    else:
        number = integer_of(body, "month", at, least=1, most=12)
    return moments.day_of(
        integer_of(body, "year", at, least=1, most=9_998), number, integer_of(body, "day", at, least=1, most=31), at
    )


def _timestamp(operator: str) -> Make:
    def make(reading: Reading) -> Condition:
        reading.refuse_unless_time()
        point = moments.from_milliseconds(_milliseconds(reading, "timestamp"))
        return reading.filter(operator, str(point.milliseconds))

    return make


def _days(reading: Reading) -> int:
    return integer_of(reading.body, "numberOfDays", reading.at, least=0, most=36_500)


def _rolling(operator: str, direction: int, *, from_now: bool) -> Make:
    """Compared with so many days before or after the present; with `from_now` only what lies in between."""

    def make(reading: Reading) -> Condition:
        reading.refuse_unless_time()
        days = {"days": direction * _days(reading)}
        bound = reading.moment(Point(moments.shifted(reading.present, days, reading.at), is_moving=True))
        present = reading.moment(Point(reading.present, is_moving=True))
        found: Condition = reading.filter(operator, str(bound))
        if not from_now:
            return found
        return AllOf((found, reading.filter("LTE" if direction < 0 else "GTE", str(present))))

    return make


def _updated_lately(reading: Reading) -> Condition:
    reading.refuse_computed(reading.target)
    reading.is_timed = True
    since = Point(moments.shifted(reading.present, {"days": -_days(reading)}, reading.at))
    return Changed(reading.target, since=since.milliseconds)


def _calendar(first: int, *, is_counted: bool = False, so_far: bool = False) -> Make:
    """Within units of the calendar, of which the first is so many after the present one."""

    def make(reading: Reading) -> Condition:
        reading.refuse_unless_time()
        body, at = reading.body, reading.at
        unit = one_of(body, "timeUnit", at, moments.UNITS)
        count = integer_of(body, "timeUnitCount", at, default=1, least=1, most=1_000) if is_counted else 1
        month = one_of(body, "fiscalYearStart", at, moments.MONTHS, default="JANUARY")
        first_month = moments.MONTHS.index(month) + 1 if boolean_of(body, "useFiscalYear", at) else 1
        begin, end = moments.unit_around(
            reading.present, unit, first_month, first=-count if first < 0 else first, count=count
        )
        low, high = (reading.moment(Point(each, is_moving=True)) for each in (begin, end))
        parts = [reading.filter("GTE", str(low)), reading.filter("LT", str(high))]
        if so_far:
            parts.append(reading.filter("LTE", str(reading.moment(Point(reading.present, is_moving=True)))))
        return AllOf(tuple(parts))

    return make


def _to_property(comparison: str, part: Part = Part.VALUE) -> Make:
    """Compared with another property of the record."""

    def make(reading: Reading) -> Condition:
        name = _own_name(text_of(reading.body, "comparisonPropertyName", reading.at))
        other = reading.other(name)
        default = reading.body.get("defaultComparisonValue")
        if part is Part.CHANGED_AT:
            reading.refuse_computed(reading.target)
            reading.refuse_computed(other)
            return Compared(reading.target, other, COMPARISONS[comparison], part, part, _default_time(reading, default))
        _refuse_unlike(reading, other)
        filled = _default_time(reading, default) if reading.target.kind in _TIMES else _default_text(default)
        return Compared(reading.target, other, COMPARISONS[comparison], default=filled)

    return make


def _own_name(name: str) -> str:
    """A property's name without the object type that may stand before it."""
    return re.sub(r"\A(?:\d+-\d+)[/.]", "", name)


def _default_text(given: Any) -> str | None:
    return None if given in (None, "") else fold(str(given))


def _default_time(reading: Reading, given: Any) -> int | None:
    if given in (None, ""):
        return None
    return integer_of({"defaultComparisonValue": given}, "defaultComparisonValue", reading.at, most=10**15)


def _refuse_unlike(reading: Reading, other: Target) -> None:
    alike = {Kind.OPTION: Kind.TEXT, Kind.DATE: Kind.DATETIME}
    one, two = (alike.get(each.kind, each.kind) for each in (reading.target, other))
    if one is not two or one is Kind.OPTIONS:
        raise malformed(reading.at, f"{reading.target.name} and {other.name} cannot be compared")


def _time_point(comparison: str, inclusive: str) -> Make:
    """Before or after a point in time; the point itself where the endpoint is inclusive."""

    def make(reading: Reading) -> Condition:
        is_inclusive = _is_inclusive(reading, "endpointBehavior", default="EXCLUSIVE")
        operator = inclusive if is_inclusive else comparison
        return _to_point(reading, operator, "timePoint")

    return make


def _equal_to_point(reading: Reading) -> Condition:
    return _to_point(reading, "EQ", "timePoint")


def _between_points(reading: Reading) -> Condition:
    low = "GTE" if _is_inclusive(reading, "lowerBoundEndpointBehavior", default="INCLUSIVE") else "GT"
    high = "LTE" if _is_inclusive(reading, "upperBoundEndpointBehavior", default="INCLUSIVE") else "LT"
    return AllOf((_to_point(reading, low, "lowerBoundTimePoint"), _to_point(reading, high, "upperBoundTimePoint")))


def _is_inclusive(reading: Reading, name: str, default: str) -> bool:
    return one_of(reading.body, name, reading.at, ("INCLUSIVE", "EXCLUSIVE"), default=default) == "INCLUSIVE"


def _to_point(reading: Reading, operator: str, name: str) -> Condition:
    body, at = object_of(reading.body.get(name), f"{reading.at}.{name}"), f"{reading.at}.{name}"
    part = _PARSERS[one_of(reading.body, "propertyParser", reading.at, tuple(_PARSERS), default="VALUE")]
    if part is Part.VALUE:
        reading.refuse_unless_time()
    if body.get("timeType") == "PROPERTY_REFERENCED":
        return _to_referenced(reading, operator, body, at, part)
    point = moments.read_point(body, at, reading.present)
    if part is Part.VALUE:
        return reading.filter(operator, str(reading.moment(point)))
    reading.refuse_computed(reading.target)
    reading.is_timed = reading.is_timed or point.is_moving
    return _changed(reading, operator, point.milliseconds)


def _changed(reading: Reading, operator: str, at: int) -> Condition:
    bounds: Mapping[str, tuple[int | None, int | None]] = {
        "LT": (None, at),
        "LTE": (None, at + 1),
        "GT": (at + 1, None),
        "GTE": (at, None),
        "EQ": (at, at + 1),
    }
    since, until = bounds[operator]
    return Changed(reading.target, since, until, is_last=True)


_PARSERS = {
    "VALUE": Part.VALUE,
    "VALUE_WITH_ZONE_SAME_LOCAL_CONVERSION": Part.VALUE,
    "UPDATED_AT": Part.CHANGED_AT,
}
"""What of a property is looked at; anniversaries are no part of this."""


def _to_referenced(reading: Reading, operator: str, body: Body, at: str, part: Part) -> Condition:
    other = reading.other(_own_name(text_of(body, "property", at)))
    other_part = _PARSERS[one_of(body, "referenceType", at, tuple(_PARSERS), default="VALUE")]
    if other_part is Part.VALUE and other.kind not in _TIMES:
        raise malformed(f"{at}.property", f"{other.name} is neither a date nor a time")
    for target, seen in ((reading.target, part), (other, other_part)):
        if seen is Part.CHANGED_AT:
            reading.refuse_computed(target)
    return Compared(reading.target, other, COMPARISONS[operator], part, other_part)


_EQUAL = {"IS_EQUAL_TO": _value("EQ"), "IS_NOT_EQUAL_TO": _value("NEQ")}
_EVER_EQUAL = {"HAS_EVER_BEEN_EQUAL_TO": _ever(_value("EQ")), "HAS_NEVER_BEEN_EQUAL_TO": _never(_value("EQ"))}
_CALENDAR = {
    "IN_THIS_TIME_UNIT": _calendar(0),
    "IN_THIS_TIME_UNIT_SO_FAR": _calendar(0, so_far=True),
    "IN_LAST_TIME_UNIT": _calendar(-1, is_counted=True),
    "IN_NEXT_TIME_UNIT": _calendar(1, is_counted=True),
}

OPERATIONS: Mapping[str, Operation] = {
    "ALL_PROPERTY": {
        "IS_KNOWN": _is_known,
        "IS_UNKNOWN": _is_unknown,
        "IS_NOT_KNOWN": _is_unknown,
        "IS_NOT_BLANK": _is_known,
        "IS_BLANK": _is_unknown,
    },
    "STRING": {
        **_EQUAL,
        "CONTAINS": _value("CONTAINS"),
        "DOES_NOT_CONTAIN": _negated(_value("CONTAINS")),
        "STARTS_WITH": _value("STARTS_WITH"),
        "ENDS_WITH": _value("ENDS_WITH"),
        **_EVER_EQUAL,
        "HAS_EVER_CONTAINED": _ever(_value("CONTAINS")),
        "HAS_NEVER_CONTAINED": _never(_value("CONTAINS")),
    },
    "MULTISTRING": {
        "IS_EQUAL_TO": _any_value("EQ"),
        "IS_NOT_EQUAL_TO": _negated(_any_value("EQ")),
        "CONTAINS": _any_value("CONTAINS"),
        "DOES_NOT_CONTAIN": _negated(_any_value("CONTAINS")),
        "STARTS_WITH": _any_value("STARTS_WITH"),
        "ENDS_WITH": _any_value("ENDS_WITH"),
        "HAS_EVER_BEEN_EQUAL_TO": _ever(_any_value("EQ")),
        "HAS_NEVER_BEEN_EQUAL_TO": _never(_any_value("EQ")),
        "HAS_EVER_CONTAINED": _ever(_any_value("CONTAINS")),
        "HAS_NEVER_CONTAINED": _never(_any_value("CONTAINS")),
    },
    "NUMBER": {
        **_EQUAL,
        "IS_GREATER_THAN": _value("GT"),
        "IS_GREATER_THAN_OR_EQUAL_TO": _value("GTE"),
        "IS_LESS_THAN": _value("LT"),
        "IS_LESS_THAN_OR_EQUAL_TO": _value("LTE"),
        "IS_BETWEEN": _between,
        "IS_NOT_BETWEEN": _negated(_between),
        **_EVER_EQUAL,
    },
    "NUMBER_RANGED": {"IS_BETWEEN": _between, "IS_NOT_BETWEEN": _negated(_between)},
    "BOOL": {**_EQUAL, **_EVER_EQUAL},
    "ENUMERATION": {
        "IS_ANY_OF": _values("IN"),
        "IS_NONE_OF": _negated(_values("IN")),
        "IS_EXACTLY": _values("EXACTLY"),
        "IS_NOT_EXACTLY": _negated(_values("EXACTLY")),
        "CONTAINS_ALL": _values("HAS_ALL"),
        "DOES_NOT_CONTAIN_ALL": _negated(_values("HAS_ALL")),
        "HAS_EVER_BEEN_ANY_OF": _ever(_values("IN")),
        "HAS_NEVER_BEEN_ANY_OF": _never(_values("IN")),
        "HAS_EVER_BEEN_EXACTLY": _ever(_values("EXACTLY")),
        "HAS_NEVER_BEEN_EXACTLY": _never(_values("EXACTLY")),
        "HAS_EVER_CONTAINED_ALL": _ever(_values("HAS_ALL")),
        "HAS_NEVER_CONTAINED_ALL": _never(_values("HAS_ALL")),
    },
    "DATE": {
        "IS_EQUAL_TO": _day("on"),
        "IS_NOT_EQUAL_TO": _negated(_day("on")),
        "IS_BEFORE_DATE": _day("before"),
        "IS_BEFORE": _day("before"),
        "IS_AFTER_DATE": _day("after"),
        "IS_AFTER": _day("after"),
    },
    "DATETIME": {
        "IS_EQUAL_TO": _timestamp("EQ"),
        "IS_NOT_EQUAL_TO": _negated(_timestamp("EQ")),
        "IS_BEFORE_DATE": _timestamp("LT"),
        "IS_BEFORE": _timestamp("LT"),
        "IS_AFTER_DATE": _timestamp("GT"),
        "IS_AFTER": _timestamp("GT"),
    },
    "RANGED_DATE": {"IS_BETWEEN": _between_times, "IS_NOT_BETWEEN": _negated(_between_times)},
    "ROLLING_DATE_RANGE": {
        "IS_LESS_THAN_X_DAYS_AGO": _rolling("GTE", -1, from_now=True),
        "IS_MORE_THAN_X_DAYS_AGO": _rolling("LT", -1, from_now=False),
        "IS_LESS_THAN_X_DAYS_FROM_NOW": _rolling("LTE", 1, from_now=True),
        "IS_MORE_THAN_X_DAYS_FROM_NOW": _rolling("GT", 1, from_now=False),
    },
    "ROLLING_PROPERTY_UPDATED": {
        "UPDATED_IN_LAST_X_DAYS": _updated_lately,
        "NOT_UPDATED_IN_LAST_X_DAYS": lambda reading: Not(_updated_lately(reading)),
    },
    "CALENDAR_DATE": _CALENDAR,
    "COMPARATIVE_DATE": {
        "IS_BEFORE": _to_property("LT"),
        "IS_AFTER": _to_property("GT"),
        "IS_EQUAL_TO": _to_property("EQ"),
    },
    "COMPARATIVE_PROPERTY_UPDATED": {
        "IS_BEFORE": _to_property("LT", Part.CHANGED_AT),
        "IS_AFTER": _to_property("GT", Part.CHANGED_AT),
    },
    "COMPARATIVE_STRING": {
        "IS_EQUAL_TO": _to_property("EQ"),
        "IS_NOT_EQUAL_TO": _to_property("NEQ"),
        "CONTAINS": _to_property("CONTAINS"),
        "DOES_NOT_CONTAIN": _to_property("NOT_CONTAINS"),
        "STARTS_WITH": _to_property("STARTS_WITH"),
        "ENDS_WITH": _to_property("ENDS_WITH"),
    },
    "TIME_POINT": {
        "IS_EQUAL_TO": _equal_to_point,
        "IS_BEFORE": _time_point("LT", "LTE"),
        "IS_AFTER": _time_point("GT", "GTE"),
    },
    "TIME_RANGED": {"IS_BETWEEN": _between_points, "IS_NOT_BETWEEN": _negated(_between_points)},
}
