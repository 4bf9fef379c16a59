"""Criteria and a DataModel become one statement: the exact total and the ids of one page, whose properties follow.

One of the two modules that compose Cypher. Identifiers come from the DataModel and are quoted,
values are parameters, and criteria of one shape have one text, so that its plan is found again.

The statement has, in this order: the ids that each association filter permits, by a hinted
seek; the total, from the count store where nothing is filtered; the page, in the order of an
index where nothing is filtered. Where values that are not stored are filtered by, the records found are gathered once,
as nodes with what they are sorted by, then counted and paged: no value is worked out for the total and again for the
page, nor one for each filter that is about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from crm_graph.definitions import expressions
from crm_graph.definitions.association import AssociationPair
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.remembered import remembered
from crm_graph.graph.identifiers import quote
from crm_graph.graph.queries import Statement, guarded
from crm_graph.search.criteria import Criteria, Filter, Group, Sort
from crm_graph.search.cursor import Position
from crm_graph.search.operators import Kind, Operands
from crm_graph.search.target import Target
from crm_graph.search.text import FOLD, fold, full_text_query

FOLDED_LENGTH = 1_000
"""Characters that the folded value of an indexed string has, and that count in a sort.

A filter with a value as long is compared with the stored value itself.
"""

COMPUTED = "computed"
"""The variable of a value that is not stored, wherever it is compared."""

SORTED_BY = "key"
"""The variable of what a gathered record is sorted by."""

_COLUMNS = ("total", "records")

Ends = tuple[str, str | None, str | None]
"""A relationship type and the node labels of its start and its end, None for any."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement that gives `total` and `records`, and its parameters.

    Not `is_whole`: the records without a value of the sort property, which come last, are left
    out, because the index that gives the others in order does not have them.
    """

    statement: Statement
    parameters: dict[str, Any]
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where values are compared: the name of a node, and what the keys of a record's values begin with there."""

    node: str = "r"
    prefix: str = ""

    def key(self, name: str) -> str:
        """The value under a key."""
        return f"{self.node}.{quote(self.prefix + name)}"


_RECORD = Place()


@dataclass(slots=True)
class Predicate:
    """What a record `r` must fulfil, and the clauses in front of it whose variables it uses."""

    text: str = ""
    clauses: list[str] = field(default_factory=list)
    variables: list[str] = field(default_factory=list)
    parameters: dict[str, Any] = field(default_factory=dict)
    named: int = 0
    """How many variables beside `r` have a name."""
    has_computed: bool = False
    """Whether it is about values that are not stored."""
    before: str = ""
    """What is fulfilled by stored values alone wherever `text` is: values of `shared` are computed only there."""
    shared: dict[str, str] = field(default_factory=dict)
    """Expressions of computed values that several filters, or a filter and the sort, are about, by variable."""

    def name(self) -> str:
        """A name for one more variable."""
        self.named += 1
        return f"n{self.named}"

    def give(self, value: Any) -> str:
        """The parameter under which the value is handed over."""
        name = f"v{len(self.parameters)}"
        self.parameters[name] = value
        return f"${name}"

    def computed(
        self, target: Target, object_type: ObjectType, model: DataModel, counted: int | None, node: str = "r"
    ) -> str | None:
        """What gives the target's value of a node where that is not stored."""
        if not target.is_computed:
            return None
        return expressions.expression_of(model, object_type, target.key, self.give, counted=counted, record=node)


def compile_search(
    criteria: Criteria,
    object_type: ObjectType,
    model: DataModel,
    names: Sequence[str] | None,
    *,
    limit_ms: int | None = None,
    counted: int | None = None,
    whole: bool = False,
) -> Compiled:
    """The statement of one page of a search, with one record more where there is a next page.

    A record is the list of its values of `names`, or a map of all where that is None; in a search
    by position it is a list of the value it is sorted by and that. It may take `limit_ms`. `whole` asks for
    records without a value of the sort property too, where an index would be used. Raises UnknownObjectType and
    UndefinedAssociation for an association filter.
    """
    sort, shared, after = criteria.sort, _shared(criteria), criteria.after
    predicate = compile_groups(criteria.groups, object_type, model, counted=counted, shared=shared)
    computed = shared.get(sort.target.key) or predicate.computed(sort.target, object_type, model, counted)
    parameters: dict[str, Any] = {**predicate.parameters, "limit": criteria.limit + 1}
    if criteria.query:
        parameters["words"] = full_text_query(criteria.query, object_type.id)
    if names is not None:
        parameters["names"] = list(names)
    is_behind = isinstance(after, Position) and after.id is not None
    if not isinstance(after, Position):
        parameters["skip"] = after
    elif is_behind:
        parameters |= {"position": after.value, "position_id": after.id}
    by_index = not (criteria.query or predicate.text) and _is_in_index_order(criteria, whole=whole)
    shape = _Shape(
        text=predicate.text,
        before=predicate.before,
        clauses=tuple(predicate.clauses),
        variables=tuple(predicate.variables),
        shared=tuple(predicate.shared.items()),
        has_computed=predicate.has_computed,
        has_query=bool(criteria.query),
        sort=sort,
        sorted_by=computed,
        by_index=by_index,
        is_whole_record=names is None,
        is_by_position=isinstance(after, Position),
        is_behind=is_behind,
        is_behind_values=is_behind and isinstance(after, Position) and after.value is None,
        limit_ms=limit_ms,
    )
    return Compiled(_statement(object_type, shape), parameters, is_whole=sort.target.is_always_set or not by_index)


class _Shape(NamedTuple):
    """What the text of a search depends on, beside its object type: searches of one shape have one statement.

    A tuple, since each search makes one and looks its statement up by it.
    """

    text: str
    before: str
    clauses: tuple[str, ...]
    variables: tuple[str, ...]
    shared: tuple[tuple[str, str], ...]
    """These five and the next are what a Predicate has."""
    has_computed: bool
    has_query: bool
    sort: Sort
    sorted_by: str | None
    """What gives the value that is sorted by, where that is computed."""
    by_index: bool
    """Whether records come in the order of an index."""
    is_whole_record: bool
    is_by_position: bool
    is_behind: bool
    """Whether the page begins behind a record."""
    is_behind_values: bool
    """Whether that record has no value of what is sorted by."""
    limit_ms: int | None


@remembered
def _statement(object_type: ObjectType, shape: _Shape) -> Statement:
    sort, computed = shape.sort, shape.sorted_by
    clauses = list(shape.clauses)
    if shape.has_query:
        clauses.insert(0, "CALL db.index.fulltext.awaitEventuallyConsistentIndexRefresh()")
    key = _sort_key(sort.target)
    valued = [f"WITH r, {computed} AS {COMPUTED}", f"WITH r, {key} AS {SORTED_BY}"] if computed else []
    key = SORTED_BY if computed else key
    record = "properties(r)" if shape.is_whole_record else "[name IN $names | r[name]]"
    if shape.is_by_position:
        record = f"[{_presented(sort.target, key)}, {record}]"
        window = "LIMIT $limit"
    else:
        window = "SKIP $skip LIMIT $limit"
    found = _found(object_type, shape)
    has_value = shape.by_index or sort.target.is_always_set
    is_narrowed = bool(shape.has_query or shape.text)
    has_where = not computed and (shape.by_index or is_narrowed) and not shape.has_computed
    page = [
        *_behind(shape, key, has_where=has_where, has_value=has_value),
        f"WITH r{f', {SORTED_BY}' if computed else ''} ORDER BY {_order(sort, key, has_value=has_value)} {window}",
        f"RETURN collect({record}) AS records",
    ]
    if shape.has_computed:
        kept, each = (f"[r, {SORTED_BY}]", f"each[0] AS r, each[1] AS {SORTED_BY}") if computed else ("r", "each AS r")
        clauses += [
            _call(shape.variables, [*found, *valued, f"RETURN collect({kept}) AS found"]),
            "WITH found, size(found) AS total",
            _call(["found"], ["UNWIND found AS each", f"WITH {each}", *page]),
        ]
    else:
        paged = _in_index_order(object_type, sort) if shape.by_index else found
        clauses += [
            _call(shape.variables, [*found, "RETURN count(r) AS total"]),
            _call(shape.variables, [*paged, *valued, *page]),
        ]
    clauses.append(f"RETURN {', '.join(_COLUMNS)}")
    text = guarded("ask", "\n".join(clauses), _COLUMNS)
    return Statement(f"search.{object_type.name}", "ask", text, _COLUMNS, shape.limit_ms)


def compile_totals(object_types: Sequence[ObjectType]) -> Statement:
    """The statement that gives `totals`, the number of live records of each object type, from the count store.

    A node label that is a parameter would be counted node by node, so the text has them all.
    """
    counts = (f"COUNT {{ (:{quote(each.node_label)}) }}" for each in object_types)
    body = f"RETURN [{', '.join(counts)}] AS totals"
    return Statement("search.totals", "ask", guarded("ask", body, ("totals",)), ("totals",))


def compile_counts(node_labels: Sequence[str], ends: Sequence[Ends]) -> Statement:
    """The statement that gives `nodes` and `relationships`, a count for each label and for each of `ends`, in order.

    Each comes from the count store and costs time of planning, so no more are asked for than there can be.
    """
    nodes = (f"COUNT {{ (:{quote(label)}) }}" for label in node_labels)
    relationships = (
        f"COUNT {{ ({_labelled(start)})-[:{quote(name)}]->({_labelled(end)}) }}" for name, start, end in ends
    )
    columns = ("nodes", "relationships")
    body = f"RETURN [{', '.join(nodes)}] AS nodes, [{', '.join(relationships)}] AS relationships"
    return Statement("search.counts", "ask", guarded("ask", body, columns), columns)


def compile_groups(
    groups: Sequence[Group],
    object_type: ObjectType,
    model: DataModel,
    *,
    counted: int | None = None,
    shared: Mapping[str, str] = MappingProxyType({}),
) -> Predicate:
    """The predicate that a record of the object type fulfils when any of the groups matches; empty without groups.

    counted: how many associations a roll-up looks at, as Limits have it where nothing is said. shared: the variables
    of computed values that are not to be computed in each filter, by the key of their target.
    """
    predicate = Predicate()

    def condition(each: Filter) -> str:
        text, target = compile_filter(each, predicate, object_type, model), each.target
        if not target.is_computed:
            return text
        predicate.has_computed = True
        variable = shared.get(target.key)
        if variable is None or variable not in predicate.shared:
            computed = predicate.computed(target, object_type, model, counted) or "null"
            if variable is None:
                return f"any({COMPUTED} IN [{computed}] WHERE {text})"
            predicate.shared[variable] = computed
        return f"any({COMPUTED} IN [{variable}] WHERE {text})"

    matches = [[(each.target.is_computed, condition(each)) for each in filters] for filters in groups]
    stored = [[text for is_computed, text in match if not is_computed] for match in matches]
    predicate.text = _either([[text for _, text in match] for match in matches])
    predicate.before = _either(stored) if all(stored) else ""
    return predicate


def _either(matches: Sequence[Sequence[str]]) -> str:
    return " OR ".join(f"({' AND '.join(match)})" for match in matches)


def _shared(criteria: Criteria) -> dict[str, str]:
    """A variable for each computed value that filters and the sort are about more than once, by key of the target."""
    targets = [*(each.target for filters in criteria.groups for each in filters), criteria.sort.target]
    computed = [each.key for each in targets if each.is_computed]
    if len(computed) < 2:
        return {}
    return {key: f"c{n}" for n, key in enumerate(key for key, count in Counter(computed).items() if count > 1)}


def _labelled(node_label: str | None) -> str:
    return "" if node_label is None else f":{quote(node_label)}"


def _found(object_type: ObjectType, shape: _Shape) -> list[str]:
    label, shared = quote(object_type.node_label), shape.shared
    first = shape.before if shared else shape.text
    if shape.has_query:
        where = f"r:{label} AND ({first})" if first else f"r:{label}"
        found = ["CALL db.index.fulltext.queryNodes('record_text', $words) YIELD node AS r", f"WITH r WHERE {where}"]
    else:
        found = [f"MATCH (r:{label})", *([f"WHERE ({first})"] if first else ())]
    if shared:
        values = "".join(f", {text} AS {variable}" for variable, text in shared)
        found += [f"WITH r{values}", f"WHERE {shape.text}"]
    return found


def _is_in_index_order(criteria: Criteria, *, whole: bool) -> bool:
    target, after = criteria.sort.target, criteria.after
    if target.is_always_set:
        return True
    is_behind_values = isinstance(after, Position) and after.id is not None and after.value is None
    return target.is_indexed and target.kind is not Kind.OPTIONS and not whole and not is_behind_values


def _in_index_order(object_type: ObjectType, sort: Sort) -> list[str]:
    # The hint is for plans that are made while there are few records, and kept.
    label, key = quote(object_type.node_label), _sort_key(sort.target)
    hint = f"USING INDEX r:{label}({key.removeprefix('r.')})"
    return [f"MATCH (r:{label})", hint, f"WHERE {key} IS NOT NULL"]


def _behind(shape: _Shape, key: str, *, has_where: bool, has_value: bool) -> Iterator[str]:
    sort = shape.sort
    if not shape.is_behind:
        return
    compared = "<" if sort.is_descending else ">"
    if sort.target.key == "_id":
        behind = f"{key} {compared} $position_id"
    elif has_value:
        behind = f"{key} {compared}= $position AND ({key} {compared} $position OR r._id > $position_id)"
    elif shape.is_behind_values:
        behind = f"{key} IS NULL AND r._id > $position_id"
    else:
        behind = f"({key} {compared} $position OR {key} = $position AND r._id > $position_id OR {key} IS NULL)"
    yield f"{'AND' if has_where else 'WHERE'} {behind}"


def _order(sort: Sort, key: str, *, has_value: bool) -> str:
    direction = " DESC" if sort.is_descending else ""
    if sort.target.key == "_id":
        return f"{key}{direction}"
    if has_value:
        return f"{key}{direction}, r._id"
    return f"{key} IS NULL, {key}{direction}, r._id"


def _sort_key(target: Target) -> str:
    if target.is_folded:
        return _indexed_text(target)
    if target.kind is Kind.TEXT:
        return f"left({_folded(target)}, {FOLDED_LENGTH})"
    return f"{stored_value(target)}[0]" if target.kind is Kind.OPTIONS else stored_value(target)


def _presented(target: Target, key: str) -> str:
    is_temporal = target.kind in (Kind.DATE, Kind.DATETIME) and not target.is_always_set
    return f"toString({key})" if is_temporal else key


def compile_filter(
    condition: Filter, predicate: Predicate, object_type: ObjectType, model: DataModel, at: Place = _RECORD
) -> str:
    """The text of one filter; `COMPUTED` stands in it for a value that is not stored."""
    target, operator = condition.target, condition.operator
    fragment = operator.fragments[target.kind]
    many = operator.operands is Operands.MANY
    if target.kind is Kind.RECORDS:
        ids = _associated(condition, predicate, object_type, model)
        return fragment.format(stored="r._id", given=ids) if ids else "false"
    operands = list(condition.values)
    if operator.takes_words:
        texts = f"[each IN {stored_value(target, at)} | {FOLD.format(text='each')}]"
        folded = texts if target.kind is Kind.OPTIONS else f"[{_folded(target, at)}]"
        return fragment.format(folded=folded, given=predicate.give(operands[0]))
    stored = stored_value(target, at)
    if target.kind is Kind.TEXT:
        operands = [fold(operand) for operand in operands]
        if (
            target.is_folded
            and not at.prefix
            and not operator.needs_whole
            and all(len(operand) < FOLDED_LENGTH for operand in operands)
        ):
            operands = [operand.casefold() for operand in condition.values]
            stored = _indexed_text(target, at)
        elif operands:
            stored = _folded(target, at)
    given = [predicate.give(operand) for operand in ([operands] if many else operands)]
    return fragment.format(stored=stored, given=given[0] if given else "", high=given[-1] if given else "")


def _associated(condition: Filter, predicate: Predicate, object_type: ObjectType, model: DataModel) -> str | None:
    """The variable with the ids of records that are associated with those of the filter; None where none can be."""
    far = model.object_type(condition.target.key)
    pair = model.pair(object_type, far)
    if not pair.is_indexed:
        return None
    given = predicate.give(list(condition.values))
    variable = f"ids{len(predicate.variables)}"
    seeks = " UNION ".join(_seeks(pair, object_type, far, given))
    predicate.clauses.append(f"CALL () {{ CALL () {{ {seeks} }} RETURN collect(DISTINCT id) AS {variable} }}")
    predicate.variables.append(variable)
    return variable


def _seeks(pair: AssociationPair, near: ObjectType, far: ObjectType, given: str) -> Iterator[str]:
    relationship, label = quote(pair.relationship_type), quote(far.node_label)
    if pair.source == near.name:
        yield (
            f"MATCH ()-[x:{relationship}]->() USING INDEX SEEK x:{relationship}(to_id, from_id) "
            f"WHERE x.to_id IN {given} AND x.from_id IS NOT NULL AND endNode(x):{label} RETURN x.from_id AS id"
        )
    if pair.target == near.name:
        yield (
            f"MATCH ()-[x:{relationship}]->() USING INDEX SEEK x:{relationship}(from_id, to_id, type_id) "
            f"WHERE x.from_id IN {given} AND x.to_id IS NOT NULL AND x.type_id IS NOT NULL AND startNode(x):{label} "
            "RETURN x.to_id AS id"
        )


def stored_value(target: Target, at: Place = _RECORD) -> str:
    """Where the value is that is compared."""
    return COMPUTED if target.is_computed else at.key(target.key)


def _indexed_text(target: Target, at: Place = _RECORD) -> str:
    return at.key(f"_f_{target.key}")


def _folded(target: Target, at: Place = _RECORD) -> str:
    return FOLD.format(text=stored_value(target, at))


def _call(variables: Sequence[str], lines: Sequence[str]) -> str:
    return "\n".join([f"CALL ({', '.join(variables)}) {{", *(f"  {line}" for line in lines), "}"])
