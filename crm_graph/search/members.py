"""Conditions of lists become statements that find the members of a list; each filter in them is one of the search's.

One of the modules that compose Cypher. What is asked of other nodes, such as associated records or revisions, is a
call of its own in front of the predicate, which has its variable: an EXISTS within a predicate is planned again
and again, nested ones for minutes. What a condition asks of a record's own values is asked before these calls, so that
few records come to them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import UndefinedAssociation
from crm_graph.graph.identifiers import quote
from crm_graph.graph.queries import Statement, guarded
from crm_graph.search.compiler import COMPUTED, Place, Predicate, compile_filter, stored_value
from crm_graph.search.conditions import (
    ALWAYS,
    AllOf,
    AnyOf,
    Associated,
    Changed,
    Compared,
    Condition,
    Ever,
    Member,
    Not,
    Part,
)
from crm_graph.search.criteria import Filter
from crm_graph.search.operators import Kind
from crm_graph.search.target import Target
from crm_graph.search.text import FOLD

Made = tuple[Statement, dict[str, Any]]
"""A statement and some of its parameters."""

_COMPARABLE: Mapping[Kind, str] = {
    Kind.TEXT: "{folded}",
    Kind.OPTION: "{folded}",
    Kind.DATE: "(duration.inDays(date('1970-01-01'), {stored}).days * 86400000)",
    Kind.DATETIME: "{stored}.epochMillis",
}
"""What two properties of a kind are compared by."""


def compile_members(
    object_type: ObjectType,
    condition: Condition | None,
    model: DataModel,
    *,
    by_time: bool = False,
    backward: bool = False,
    unsettled: bool = False,
    is_bounded: bool = False,
    limit_ms: int | None = None,
) -> Made:
    """The statement that gives `members`, a page of a list's, as [id, since when kept as a member, last change].

    Without a condition they are those that are kept, else those that fulfil it. They come in the order of their ids, or
    `by_time` of when they became members, which only those that are kept have; `unsettled` are the others. Further
    parameters: `segment`, `limit`, `after` (an id), by time `since` too, and where it `is_bounded` the last id, `upto`.
    Raises UnknownObjectType and
    UndefinedAssociation for what the model no longer has.
    """
    predicate = Predicate()
    more, direction = ("<", " DESC") if backward else (">", "")

    def kept(name: str, keys: Sequence[str], behind: str) -> list[str]:
        own, clauses = _clauses(object_type, condition, model, predicate)
        return [
            f"MATCH ()-[m:IN_SEGMENT]->() USING INDEX SEEK m:IN_SEGMENT({', '.join(keys)})",
            f"WHERE m.segment_id = $segment AND {behind}",
            "WITH m, startNode(m) AS r",
            f"WHERE {own}",
            *clauses,
            f"WITH m, r ORDER BY {', '.join(f'm.{key}{direction}' for key in keys)} LIMIT $limit",
            f"RETURN collect([m.record_id, m.since, r._changed_at]) AS {name}",
        ]

    if by_time:
        # Whoever came in one transaction has one time, and may be in thousands: the ids of those are sought too.
        keys = ("segment_id", "since", "record_id")
        lines = [
            _call((), kept("alike", keys, f"m.since = $since AND m.record_id {more} $after")),
            _call((), kept("others", keys, f"m.since {more} $since AND m.record_id IS NOT NULL")),
            "RETURN (alike + others)[..$limit] AS members",
        ]
    elif condition is None:
        lines = kept("members", ("segment_id", "record_id"), f"m.record_id {more} $after")
    else:
        own, clauses = _clauses(object_type, condition, model, predicate)
        joined = "MATCH (r)-[m:IN_SEGMENT]->() WHERE m.segment_id = $segment RETURN min(m.since) AS since"
        is_settled = ["CALL (r) {", f"  {joined}", "}"]
        lines = [
            f"MATCH (r:{quote(object_type.node_label)})",
            f"WHERE r._id {more} $after {'AND r._id <= $upto ' if is_bounded else ''}AND {own}",
            *clauses,
            *([*is_settled, "WITH r, since WHERE since IS NULL"] if unsettled else ()),
            f"WITH r ORDER BY r._id{direction} LIMIT $limit",
            *is_settled,
            f"WITH r, since ORDER BY r._id{direction}",
            "RETURN collect([r._id, since, r._changed_at]) AS members",
        ]
    return _asked("members", lines, ("members",), limit_ms), predicate.parameters


def compile_member_count(object_type: ObjectType, condition: Condition | None, model: DataModel, limit_ms: int) -> Made:
    """The statement that gives `number`, how many members a list has; without a condition it takes `segment`."""
    predicate = Predicate()
    own, clauses = _clauses(object_type, condition, model, predicate)
    if condition is None:
        lines = [
            "MATCH ()-[m:IN_SEGMENT]->() USING INDEX SEEK m:IN_SEGMENT(segment_id, record_id)",
            "WHERE m.segment_id = $segment AND m.record_id >= 0",
            "WITH startNode(m) AS r",
            f"WHERE {own}",
        ]
    else:
        lines = [f"MATCH (r:{quote(object_type.node_label)})", f"WHERE {own}", *clauses]
    return _asked("number", [*lines, "RETURN count(r) AS number"], ("number",), limit_ms), predicate.parameters


def compile_matches(object_type: ObjectType, conditions: Sequence[Condition], model: DataModel) -> Made:
    """The statement that gives `records` for `keys`: [id, last change, whether it is live, which conditions are true,
    kept memberships]. The conditions mean nothing for a record that is not live; a membership is
    [id of the segment, since, until].
    """
    predicate = Predicate()
    scope = _Scope(object_type, model, predicate)
    truths = ", ".join(f"coalesce({scope.text(each)}, false)" for each in conditions)
    lines = [
        "UNWIND $keys AS key",
        "MATCH (r:Record {_key: key})",
        "USING INDEX SEEK r:Record(_key)",
        *scope.clauses,
        f"WITH r, [{truths}] AS truths",
        "CALL (r) {",
        "  OPTIONAL MATCH (r)-[m:IN_SEGMENT|IN_SEGMENT_PAST]->()",
        "  RETURN collect(CASE WHEN m IS NOT NULL THEN [m.segment_id, m.since, m.until] END) AS memberships",
        "}",
        f"RETURN collect([r._id, r._changed_at, r:{quote(object_type.node_label)}, truths, memberships]) AS records",
    ]
    return _asked("matches", lines, ("records",), None), predicate.parameters


def _clauses(
    object_type: ObjectType, condition: Condition | None, model: DataModel, predicate: Predicate
) -> tuple[str, list[str]]:
    """What a live record `r` must fulfil by its own values, and the clauses behind it that see to the rest."""
    label = f"r:{quote(object_type.node_label)}"
    if condition is None:
        return label, []
    return _Scope(object_type, model, predicate).restricted(condition, label)


def _asked(name: str, lines: Sequence[str], columns: tuple[str, ...], limit_ms: int | None) -> Statement:
    # A call makes one row of what is found, as the guard wants it.
    body = "\n".join([_call((), lines), f"RETURN {', '.join(columns)}"])
    return Statement(f"search.{name}", "ask", guarded("ask", body, columns), columns, limit_ms)


def _call(variables: Sequence[str], lines: Iterable[str]) -> str:
    return "\n".join([f"CALL ({', '.join(variables)}) {{", *(f"  {line}" for line in lines), "}"])


def _own_part(condition: Condition) -> Condition:
    """What of a condition a record's own values decide: it is true wherever the condition is."""
    match condition:
        case AllOf(parts):
            return AllOf(tuple(found for found in map(_own_part, parts) if found != ALWAYS))
        case AnyOf(parts):
            found = tuple(map(_own_part, parts))
            return ALWAYS if ALWAYS in found else AnyOf(found)
        case Filter() if not condition.target.is_computed:
            return condition
        case Not(part) if _own_part(part) == part:
            return condition
        case _:
            return ALWAYS


@dataclass(slots=True)
class _Scope:
    """A node that conditions are about, and the clauses that give the variables in their texts."""

    object_type: ObjectType
    model: DataModel
    predicate: Predicate
    node: str = "r"
    clauses: list[str] = field(default_factory=list)
    computed: dict[str, str] = field(default_factory=dict)
    """The variables of computed values, each of which is worked out once for the node, by key of the target."""

    def restricted(self, condition: Condition, first: str) -> tuple[str, list[str]]:
        """What the node's own values must fulfil, `first` included, and the clauses that see to the rest."""
        own = _own_part(condition)
        where = first if own == ALWAYS else f"{first} AND {self.text(own)}"
        if own == condition:
            return where, []
        text = self.text(condition)
        return where, [*self.clauses, f"WITH * WHERE {text}"]

    def text(self, condition: Condition) -> str:
        """The text that is true where the condition is."""
        match condition:
            case AllOf(parts):
                return f"({' AND '.join(map(self.text, parts))})" if parts else "true"
            case AnyOf(parts):
                return f"({' OR '.join(map(self.text, parts))})" if parts else "false"
            case Not(part):
                return f"NOT coalesce({self.text(part)}, false)"
            case Associated():
                return self._associated(condition)
            case Ever(found):
                return self._ever(found)
            case Changed():
                return self._changed(condition)
            case Compared():
                return self._compared(condition)
            case Member(segment_id):
                given = self.predicate.give(segment_id)
                return self._called(
                    [f"MATCH ({self.node})-[m:IN_SEGMENT]->() WHERE m.segment_id = {given}", "WITH m LIMIT 1"],
                    "count(m) > 0",
                )
            case _:
                return self._filter(condition)

    def _called(self, lines: Iterable[str], result: str) -> str:
        """The variable with the result of a call for the node, which has one row."""
        name = self.predicate.name()
        self.clauses += _call((self.node,), [*lines, f"RETURN {result} AS {name}"]).split("\n")
        return name

    def _filter(self, found: Filter) -> str:
        text = compile_filter(found, self.predicate, self.object_type, self.model, Place(self.node))
        computed = self._computed(found.target)
        return f"any({COMPUTED} IN [{computed}] WHERE {text})" if computed else f"({text})"

    def _computed(self, target: Target) -> str | None:
        if target.key in self.computed and target.is_computed:
            return self.computed[target.key]
        expression = self.predicate.computed(target, self.object_type, self.model, None, self.node)
        if expression is None:
            return None
        name = self.computed[target.key] = self.predicate.name()
        self.clauses.append(f"WITH *, {expression} AS {name}")
        return name

    def _associated(self, condition: Associated) -> str:
        far = self.model.object_type(condition.far)
        pair = self.model.pair(self.object_type, far)
        direction = pair.directions.get(condition.type_id)
        if direction is None or direction.near != self.object_type.name:
            raise UndefinedAssociation(
                f"Association type {condition.type_id} does not lead from {self.object_type.name} to {far.name}.",
                typeId=[str(condition.type_id)],
            )
        least, most = condition.least, condition.most
        if not pair.is_indexed:
            return "true" if least == 0 else "false"
        joined, other = self.predicate.name(), self.predicate.name()
        left, right = ("-", "->") if direction.is_forward else ("<-", "-")
        if direction.type.is_symmetric:
            left = right = "-"
        typed = f"{joined}.type_id = {self.predicate.give(direction.type.id)} AND {other}:{quote(far.node_label)}"
        inner = _Scope(far, self.model, self.predicate, other)
        where, clauses = inner.restricted(condition.part, typed)
        lines = [
            f"MATCH ({self.node}){left}[{joined}:{quote(pair.relationship_type)}]{right}({other})",
            f"WHERE {where}",
            *clauses,
        ]
        if (least, most) == (1, None):
            return self._called([*lines, f"WITH {other} LIMIT 1"], f"count({other}) > 0")
        number = f"{self.predicate.give(least)} <= count({other})"
        return self._called(
            lines, number if most is None else f"{number} AND count({other}) <= {self.predicate.give(most)}"
        )

    def _revisions(self, name: str | None, key: str = "version", bound: str = "> 0", of: str | None = None) -> str:
        """The revisions `v` of the node and of what it was before merges, or of the record key `of`; those that changed
        the property, if one is named."""
        keys = f"= {of}" if of else f"IN {self._written_as()}"
        changed = f" AND {name} IN v.changed AND NOT {name} IN coalesce(v.carried, [])" if name else ""
        return (
            f"MATCH (v:_Revision) USING INDEX SEEK v:_Revision(record_key, {key}) "
            f"WHERE v.record_key {keys} AND v.{key} {bound}{changed}"
        )

    def _written_as(self) -> str:
        return f"[{self.node}._key] + coalesce({self.node}._earlier_keys, [])"

    def _ever(self, found: Filter) -> str:
        now = self._filter(found)
        if found.target.is_always_set or found.target.is_computed:
            return now
        then = compile_filter(found, self.predicate, self.object_type, self.model, Place("v", "after_"))
        was = self._called([f"{self._revisions(None)} AND {then}", "WITH v LIMIT 1"], "count(v) > 0")
        return f"({now} OR {was})"

    def _changed(self, condition: Changed) -> str:
        bounds = [(">=", condition.since), ("<", condition.until)]
        given = [(sign, self.predicate.give(bound)) for sign, bound in bounds if bound is not None]
        if condition.is_last or condition.target.is_always_set:
            at = self._last_change(condition.target)
            return f"({' AND '.join(f'{at} {sign} {bound}' for sign, bound in given) or f'{at} IS NOT NULL'})"
        first = " ".join(given[0]) if given else ">= 0"
        more = "".join(f" AND v.at {sign} {bound}" for sign, bound in given[1:])
        name = self.predicate.give(condition.target.name)
        lines = [f"{self._revisions(name, 'at', first)}{more}", "WITH v LIMIT 1"]
        return self._called(lines, "count(v) > 0")

    def _last_change(self, target: Target) -> str:
        """When a property was last changed, in ms since 1970; null where it never was."""
        if target.is_always_set:
            return f"{self.node}.{quote('_updated_at' if target.key == '_updated_at' else '_created_at')}"
        latest = [
            self._revisions(self.predicate.give(target.name), of="written_as"),
            "WITH v ORDER BY v.record_key DESC, v.version DESC LIMIT 1",
            "RETURN v.at AS changed_at",
        ]
        lines = [f"UNWIND {self._written_as()} AS written_as", _call(("written_as",), latest)]
        return self._called(lines, "max(changed_at)")

    def _compared(self, condition: Compared) -> str:
        def side(target: Target, part: Part) -> str:
            if part is Part.CHANGED_AT:
                return self._last_change(target)
            stored = self._computed(target) or stored_value(target, Place(self.node))
            form = "{stored}" if target.is_always_set else _COMPARABLE.get(target.kind, "{stored}")
            return form.format(stored=stored, folded=FOLD.format(text=stored))

        one, other = side(condition.one, condition.one_part), side(condition.other, condition.other_part)
        if condition.default is not None:
            other = f"coalesce({other}, {self.predicate.give(condition.default)})"
        return f"({condition.comparison.format(one=one, other=other)})"
