"""Whom a segment has, read from the graph page by page: by its filters, or as it was filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crm_graph.errors import QueryTooExpensive
from crm_graph.graph.queries import load
from crm_graph.search.conditions import Condition
from crm_graph.search.members import compile_members
from crm_graph.segments.filters import condition_of
from crm_graph.segments.segment import Segment
from crm_graph.unit import Unit

_BEFORE_ALL = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """A record in a segment, since a time in ms since 1970.

    Where it is not `is_settled`, the follower of the feed has not come to it yet, and the time is that of the last
    change of the record or of the filters, which is when it may have become a member.
    """

    record_id: int
    since: int
    is_settled: bool = True


class Source:
    """Reads members of a segment.

    `known` are the segments that its filters depend on; what they count from the present, they count from `now`, in ms
    since 1970. InvalidInput where they use what is no longer there.
    """

    def __init__(
        self,
        unit: Unit,
        segment: Segment,
        known: Mapping[int, Segment],
        *,
        condition: Condition | None = None,
        now: int | None = None,
    ) -> None:
        self.unit = unit
        self.segment = segment
        self.object_type = unit.model.object_type(segment.object_type)
        if condition is None:
            filters = condition_of(segment, unit.model, known, unit.clock.read() if now is None else now, unit.limits)
            condition = filters.condition if filters else None
        self.condition = condition

    def read(self, limit: int, *, after: int, backward: bool = False, **how: Any) -> list[Joined]:
        """Members behind an id, or before it; QueryTooExpensive when the time of a search is used up."""
        since = how.pop("since", None)
        statement, parameters = compile_members(
            self.object_type,
            self.condition,
            self.unit.model,
            backward=backward,
            limit_ms=self.unit.limits.search_ms,
            **how,
        )
        if since is not None:
            parameters["since"] = since
        given = {**parameters, "segment": self.segment.id, "after": after, "limit": limit}
        try:
            rows = self.unit.graph.ask(statement, **given)["members"]
        except QueryTooExpensive:
            raise QueryTooExpensive(
                f"Finding members of list {self.segment.id} took longer than {self.unit.limits.search_ms} ms. Narrow "
                "its filters by a property that is indexed."
            ) from None
        return [self._member(*row) for row in rows]

    def few(self, limit: int) -> list[int] | None:
        """The ids of all members; None where they are more than the limit, or take longer to find than a search may."""
        try:
            found = self.read(limit + 1, after=_BEFORE_ALL)
        except QueryTooExpensive:
            return None
        return [each.record_id for each in found] if len(found) <= limit else None

    def part(self, after: int, size: int) -> tuple[list[int], int | None]:
        """Ids of some members behind an id, and the id behind which the next ones are; None at the end.

        So many records are looked at, whether they are members or not: a part takes no longer where few are found.
        """
        statement, parameters = compile_members(
            self.object_type, self.condition, self.unit.model, is_bounded=self.condition is not None
        )
        given = {**parameters, "segment": self.segment.id, "after": after, "limit": size}
        upto: int | None = None
        if self.condition is not None:
            records = load("segments").window.on(node_label=self.object_type.node_label)
            upto = self.unit.graph.ask(records, after=after, limit=size)["upto"]
            if upto is None:
                return [], None
            given["upto"] = upto
        found = [row[0] for row in self.unit.graph.ask(statement, **given)["members"]]
        if self.condition is None and len(found) == size:
            upto = found[-1]
        return found, upto

    def _member(self, record_id: int, since: int | None, changed_at: int) -> Joined:
        if since is not None:
            return Joined(record_id=record_id, since=since)
        guessed = max(changed_at, self.segment.filters_updated_at)
        return Joined(record_id=record_id, since=guessed, is_settled=False)
