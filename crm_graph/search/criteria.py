"""Criteria: what a search asks, as values, and how the body of a search is read.

Everything a caller sent has been checked against the object type when Criteria exist: names
are those of its properties, values are native. Only the object type that an association
filter names is looked up later, when the criteria are compiled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_graph.config import Limits
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import InvalidInput, TooMany
from crm_graph.records.record import Native, Selection
from crm_graph.search import cursor, values
from crm_graph.search.cursor import Position
from crm_graph.search.operators import OPERATORS, Kind, Operands, Operator
from crm_graph.search.target import Target, find_target
from crm_graph.search.text import query_words, token_patterns

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_DEFAULT_LIMIT = 10
_ROUNDED_UP = {"LT": (True,), "LTE": (False,), "GT": (False,), "GTE": (True,), "BETWEEN": (True, False)}
"""Whether each operand that is compared with a date, when it is a time within a day, stands for the day after."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition. `values` has what each operand became, `given` what it was on the wire."""

    target: Target
    operator: Operator
    values: tuple[Any, ...] = ()
    given: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The condition for people: `amount is at least 100`."""
        low, high = (self.given[0], self.given[-1]) if self.operator.operands is Operands.TWO else (self.given, "")
        shown = low if isinstance(low, str) else ", ".join(low)
        return self.operator.sentence.format(property=self.target.name, value=shown, high=high)


Group = tuple[Filter, ...]
"""Filters that must all hold."""


@dataclass(frozen=True, slots=True)
class Sort:
    """The order of records: by a property, those without a value last either way, ties by id."""

    target: Target
    is_descending: bool = False

    @property
    def name(self) -> str:
        """The order as one word: `-createdate`."""
        return f"-{self.target.name}" if self.is_descending else self.target.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Criteria:
    """What a search asks. Records that match any of the groups are found, all records where there is none."""

    groups: tuple[Group, ...] = ()
    query: str = ""
    sort: Sort
    selection: Selection = field(default_factory=Selection)
    limit: int = _DEFAULT_LIMIT
    after: int | Position = 0

    @property
    def associated(self) -> list[str]:
        """The object types whose records filters name, as the caller wrote them."""
        targets = [each.target for filters in self.groups for each in filters]
        return list(dict.fromkeys(target.key for target in targets if target.kind is Kind.RECORDS))


def parse(body: Any, object_type: ObjectType, limits: Limits) -> Criteria:
    """The criteria in the body of a search; InvalidInput names filter, value and rule, TooMany the limit."""
    if not isinstance(body, Mapping):
        raise _malformed("the body of a search is an object.")
    _check_length(body, limits)
    sort = _sort(body.get("sorts"), object_type)
    after = cursor.read(body.get("after"), sort.name, sort.target.kind)
    limit = _limit(body.get("limit"), limits)
    if isinstance(after, int) and after + limit > limits.search_window:
        raise TooMany(
            f"`after` + `limit` may be at most {limits.search_window}. "
            f'To page without end, begin with "after": "{cursor.START}" and go on with what each page gives.',
            after=[str(after)],
            limit=[str(limit)],
        )
    return Criteria(
        groups=_groups(body, object_type, limits),
        query=_query(body.get("query"), limits),
        sort=sort,
        selection=_selection(object_type, body.get("properties")),
        limit=limit,
        after=after,
    )


def parse_groups(groups: Sequence[Any], object_type: ObjectType, limits: Limits) -> tuple[Group, ...]:
    """Filter groups as a search body has them; groups without filters ask nothing and are left out."""
    if len(groups) > limits.search_groups:
        raise TooMany(f"too many filterGroups (count: {len(groups)}, max allowed: {limits.search_groups})")
    found = []
    for group in groups:
        if not isinstance(group, Mapping):
            raise _malformed("each of `filterGroups` is an object with `filters`.")
        filters = _list(group.get("filters"), "filters")
        if len(filters) > limits.search_group_filters:
            raise TooMany(
                f"too many filters in a filterGroup (count: {len(filters)}, max allowed: {limits.search_group_filters})"
            )
        found.append(filters)
    total = sum(map(len, found))
    if total > limits.search_filters:
        raise TooMany(f"too many filters (count: {total}, max allowed: {limits.search_filters})")
    return tuple(tuple(_filter(each, object_type, limits) for each in filters) for filters in found if filters)


def make_filter(target: Target, operator: Operator, given: Sequence[Any]) -> Filter:
    """The filter with these operands, each read as one of a search is; InvalidInput for what cannot be."""
    _refuse_other_kinds(target, operator)
    read = tuple(_operand(raw, n, target, operator) for n, raw in enumerate(given))
    return Filter(target, operator, read, tuple(map(str, given)))


def _refuse_other_kinds(target: Target, operator: Operator) -> None:
    if target.kind not in operator.fragments:
        raise _refused(target, operator, f"{operator.name} cannot be used on {target.kind} values")


def _check_length(body: Mapping[str, Any], limits: Limits) -> None:
    # Clients name hundreds of properties, and a cursor is ours: neither makes a search dear.
    asked = {key: value for key, value in body.items() if key not in ("properties", "after")}
    length = len(_JSON.encode(asked))
    if length > limits.search_body_length:
        raise TooMany(f"The body of a search may have at most {limits.search_body_length} characters, not {length}.")


def _groups(body: Mapping[str, Any], object_type: ObjectType, limits: Limits) -> tuple[Group, ...]:
    groups = _list(body.get("filterGroups"), "filterGroups")
    filters = _list(body.get("filters"), "filters")
    return parse_groups([*groups, {"filters": filters}] if filters else groups, object_type, limits)


def _filter(given: Any, object_type: ObjectType, limits: Limits) -> Filter:
    if not isinstance(given, Mapping):
        raise _malformed("a filter is an object with `propertyName` and `operator`.")
    name, operator_name = given.get("propertyName"), given.get("operator")
    if not isinstance(name, str) or not name:
        raise _malformed("a filter needs a `propertyName`.")
    operator = OPERATORS.get(operator_name) if isinstance(operator_name, str) else None
    if operator is None:
        raise _malformed(
            f"the operator of the filter on {name} must be one of {', '.join(OPERATORS)}.",
            propertyName=[name],
            operator=[str(operator_name)[:200]],
        )
    target = find_target(object_type, name)
    _refuse_other_kinds(target, operator)
    return make_filter(target, operator, _operands(given, target, operator, limits))


def _operands(given: Mapping[str, Any], target: Target, operator: Operator, limits: Limits) -> list[Any]:
    if operator.operands is Operands.MANY:
        operands = given.get("values")
        if not isinstance(operands, list) or not operands:
            raise _refused(target, operator, "`values` must be a list of at least one value")
        if len(operands) > limits.search_values:
            raise _refused(target, operator, f"`values` may have at most {limits.search_values} values", TooMany)
        return operands
    for key in operator.operands.value:
        if given.get(key) is None:
            raise _refused(target, operator, f"`{key}` is missing")
    return [given[key] for key in operator.operands.value]


def _operand(raw: Any, number: int, target: Target, operator: Operator) -> Native:
    try:
        if operator.takes_words:
            words = token_patterns(values.text(raw))
            if not words:
                raise ValueError("it has no letter or digit to look for")
            return words
        if target.kind is Kind.DATE and operator.name in _ROUNDED_UP:
            return values.day(raw, target.read, up=_ROUNDED_UP[operator.name][number])
        if target.kind is Kind.OPTIONS and operator.operands is Operands.MANY:
            return values.text(raw)
        return target.read(raw)
    except ValueError as error:
        raise _refused(target, operator, f"the value {str(raw)[:200]!r} was not valid: {error}", value=raw) from None


def _refused(
    target: Target, operator: Operator, rule: str, error: type[InvalidInput] = InvalidInput, value: Any = None
) -> InvalidInput:
    context = {"propertyName": [target.name], "operator": [operator.name]}
    if value is not None:
        context["value"] = [str(value)[:200]]
    return error(f"The filter {target.name} {operator.name} was not valid: {rule}.", **context)


def _sort(given: Any, object_type: ObjectType) -> Sort:
    sorts = _list(given, "sorts")
    if not sorts:
        return Sort(find_target(object_type, object_type.created_property))
    if len(sorts) > 1:
        raise TooMany(f"too many sorts (count: {len(sorts)}, max allowed: 1)")
    name, is_descending = _direction(sorts[0])
    target = find_target(object_type, name)
    if target.kind is Kind.RECORDS:
        raise InvalidInput(f"Records cannot be sorted by {name}", propertyName=[name])
    return Sort(target, is_descending)


def _direction(given: Any) -> tuple[str, bool]:
    if isinstance(given, str) and given:
        return given.removeprefix("-"), given.startswith("-")
    if isinstance(given, Mapping) and isinstance(given.get("propertyName"), str):
        direction = given.get("direction") or "ASCENDING"
        if direction in ("ASCENDING", "DESCENDING"):
            return given["propertyName"], direction == "DESCENDING"
        raise _malformed("the direction of a sort is ASCENDING or DESCENDING.")
    raise _malformed("a sort is a property's name or an object with `propertyName`.")


def _limit(given: Any, limits: Limits) -> int:
    if given is None:
        return _DEFAULT_LIMIT
    if isinstance(given, str) and given.isascii() and given.isdigit() and len(given) < 10:
        given = int(given)
    if not isinstance(given, int) or isinstance(given, bool) or given < 0:
        raise _malformed("`limit` is a whole number.", limit=[str(given)[:200]])
    if given > limits.search_page_size:
        raise TooMany(f"`limit` may be at most {limits.search_page_size}, not {given}.", limit=[str(given)])
    return given


def _query(given: Any, limits: Limits) -> str:
    if given is None:
        return ""
    if not isinstance(given, str):
        raise _malformed("`query` is a string.")
    if len(given) > limits.search_body_length:
        raise TooMany(f"`query` may have at most {limits.search_body_length} characters, not {len(given)}.")
    if (count := len(query_words(given))) > limits.search_query_words:
        raise TooMany(f"`query` may have at most {limits.search_query_words} different words, not {count}.")
    return given.strip()


def _selection(object_type: ObjectType, given: Any) -> Selection:
    names = _list(given, "properties")
    if not {str}.issuperset(map(type, names)):
        raise _malformed("`properties` is a list of names.")
    return Selection(properties=tuple(dict.fromkeys(map(object_type.property_name, names))) or None)


def _malformed(reason: str, **context: list[str]) -> InvalidInput:
    return InvalidInput(f"Invalid input JSON on line 1, column 1: {reason}", **context)


def _list(given: Any, key: str) -> list[Any]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise _malformed(f"`{key}` is a list.")
    return given
