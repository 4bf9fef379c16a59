"""Conditions: what may be asked of a record beyond a search's groups, as a tree whose leaves are the search's filters.

Lists ask so. A condition is true or it is not: one about a value that a record does not have is
not true, and the negation of what is not true is true.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from crm_graph.search.criteria import Filter
from crm_graph.search.target import Target


@dataclass(frozen=True, slots=True)
class AllOf:
    """True where every part is; also without parts."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """True where one of the parts is; never without parts."""

    parts: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """True where the part is not."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Associated:
    """True where live records of which the part is true are associated under one type, from `least` to `most` of them.

    `far` is the name of their object type, `type_id` the id by which the near record names the type.
    """

    far: str
    type_id: int
    part: Condition
    least: int = 1
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Ever:
    """True where a value that the filter's property has now, or had after one of the record's writes, fulfils it."""

    filter: Filter


@dataclass(frozen=True, slots=True)
class Changed:
    """True where the property was changed from `since` on and before `until`, both ms since 1970, None for no bound.

    With `is_last` the last change of the property is meant, else any.
    """

    target: Target
    since: int | None = None
    until: int | None = None
    is_last: bool = False


class Part(StrEnum):
    """What of a property is compared with another one."""

    VALUE = "value"
    CHANGED_AT = "changed_at"
    """When the property was last changed."""


@dataclass(frozen=True, slots=True)
class Compared:
    """True where what two properties have fulfils the comparison: a fragment with places `{one}` and `{other}`.

    Times and dates are compared as ms since 1970, a date as its midnight in UTC; texts without case.
    `default` stands for the other where it has no value.
    """

    one: Target
    other: Target
    comparison: str
    one_part: Part = Part.VALUE
    other_part: Part = Part.VALUE
    default: int | str | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """True for the records that are kept as members of a segment."""

    segment_id: int


Condition = Filter | AllOf | AnyOf | Not | Associated | Ever | Changed | Compared | Member

ALWAYS = AllOf()
NEVER = AnyOf()
