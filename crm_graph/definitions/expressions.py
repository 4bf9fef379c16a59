"""The Cypher of values that are not stored: formulas, roll-ups, and what the table of built-in rules names.

One of the modules that compose Cypher. Every value is one expression over a record `r`, so that it can be returned,
compared and sorted by alike, and is made in the statement that asks for it. Identifiers come from the DataModel and
are quoted, values are parameters.

What looks at other nodes — a roll-up, a rule, a time of a stage — is worked out once for each record, however often
formulas name it: it is bound to a variable around the formula.

A seek of associations names no end node (docs/decisions/0007-seeks-bind-no-end-node.md). No more associations are
looked at than `counted`: a value that would need more of them is null, never wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from crm_graph.config import Limits
from crm_graph.definitions import stage_times
from crm_graph.definitions.association import AssociationPair, Direction
from crm_graph.definitions.computed import Rule, rules
from crm_graph.definitions.currencies import ACCOUNT_CURRENCY
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.formulas import Expression, FormulaRefused, RollUpRefused, compiled, parse, precise
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import ROLL_UPS, Property
from crm_graph.graph.identifiers import quote
from crm_graph.graph.queries import Statement, guarded

_ENTRIES = "n IN range(0, size(stays) - 1) WHERE stays[n][1]"
_LENGTH = (
    "CASE WHEN n > 0 THEN stays[n - 1][0] WHEN timestamp() > stays[n][0] THEN timestamp() ELSE stays[n][0] END "
    "- stays[n][0]"
)
_OF_STAYS = {
    stage_times.ENTERED: f"head([{_ENTRIES} | datetime({{epochMillis: stays[n][0]}})])",
    stage_times.EXITED: f"head([{_ENTRIES} | CASE WHEN n > 0 THEN datetime({{epochMillis: stays[n - 1][0]}}) END])",
    stage_times.LATEST: f"head([{_ENTRIES} | {_LENGTH}])",
    stage_times.CUMULATIVE: f"reduce(sum = null, length IN [{_ENTRIES} | {_LENGTH}] | coalesce(sum, 0) + length)",
}
"""What is made of `stays`, newest first: when the stage changed, and whether it became the one that is meant."""

Give = Callable[[Any], str]
"""From a value to the parameter under which it is handed over."""

RECORD = "r"
"""The variable of the record whose values are computed."""
_FAR = "far"

_SYSTEM = {
    "hs_object_id": ("number", "{record}._id"),
    "createdate": ("datetime", "datetime({{epochMillis: {record}._created_at}})"),
    "hs_createdate": ("datetime", "datetime({{epochMillis: {record}._created_at}})"),
    "lastmodifieddate": ("datetime", "datetime({{epochMillis: {record}._updated_at}})"),
    "hs_lastmodifieddate": ("datetime", "datetime({{epochMillis: {record}._updated_at}})"),
}
_TYPES = {"number": "number", "bool": "bool", "date": "date", "datetime": "datetime"}

_ROLLED_UP = {
    "count": "count({value})",
    "sum": "sum(toFloat({value}))",
    "average": "CASE WHEN count({value}) = 0 THEN null ELSE sum(toFloat({value})) / count({value}) END",
    "min": "min({value})",
    "max": "max({value})",
}
_TAKES = {
    "sum": ("number",),
    "average": ("number",),
    "min": ("number", "date", "datetime"),
    "max": ("number", "date", "datetime"),
}
"""Types of the values of which something is made; a count takes any."""
_VALUE, _CURRENCY = "value", "currency"
"""Variables of what is worked out once for each associated record."""
_OF_NONE = {"count": "0", "sum": "0.0"}
"""What is made of no associated record at all; the others have no value then."""


def names_of(object_type: ObjectType) -> tuple[str, ...]:
    """Names of the live properties whose values are not stored."""
    by_rule = rules().get(object_type.name, {})
    return tuple(name for name, found in object_type.live_properties.items() if found.is_computed or name in by_rule)


def is_computed(object_type: ObjectType, name: str) -> bool:
    """Whether values of the live property are not stored."""
    found = object_type.live_properties.get(name)
    return found is not None and (found.is_computed or name in rules().get(object_type.name, {}))


def expression_of(
    model: DataModel,
    object_type: ObjectType,
    name: str,
    give: Give,
    *,
    counted: int | None = None,
    record: str = RECORD,
) -> str:
    """Cypher that gives the value of a computed property of a record; `null` where what it is about is gone.

    counted: how many associations are looked at, as Limits have it where nothing is said. record: its variable.
    """
    scope = _scope(model, object_type, give, counted, record)
    return _bound(_result(scope, name), scope.once)


def compile_values(
    model: DataModel, object_type: ObjectType, names: Sequence[str], give: Give, *, counted: int | None = None
) -> Statement:
    """The statement that gives `rows`: id and values of the computed properties for each record that `keys` name."""
    scope = _scope(model, object_type, give, counted, RECORD)
    results = ", ".join([_result(scope, name) for name in names])
    once = "".join(f", {found.text} AS {found.variable}" for found in scope.once.values())
    body = (
        f"UNWIND $keys AS key\nMATCH ({RECORD}:Record {{_key: key}})\nUSING INDEX SEEK {RECORD}:Record(_key)\n"
        f"WITH {RECORD}{once}\n"
        f"RETURN collect([{RECORD}._id, [{results}]]) AS rows"
    )
    return Statement("computed.values", "ask", guarded("ask", body, ("rows",)), ("rows",))


def check(model: DataModel, object_type: ObjectType, found: Property, *, most: int | None = None) -> None:
    """FormulaRefused unless the computed property gives values of its type, all that it is about is there, and ends.

    most: how many values of other nodes it may come to, as Limits have it where nothing is said.
    """
    scope = _Scope(
        model, object_type, lambda value: "$given", 1, most=Limits().formula_lookups if most is None else most
    )
    given = scope.value(found.name, 1).type
    wanted = _TYPES.get(found.type, "string")
    if given not in (wanted, None):
        if found.roll_up is not None:
            made = " of ".join(filter(None, (found.roll_up, found.roll_up_property)))
            raise RollUpRefused("type", found.type, f"{made} of {found.roll_up_object_type} gives a {given}", 1)
        raise FormulaRefused(f"it gives a {given}, and the property has the type {found.type}", 1)


@dataclass(frozen=True, slots=True)
class _Once:
    """A value that is worked out once for each record: the variable that has it, as an expression, and its text."""

    expression: Expression
    text: str

    @property
    def variable(self) -> str:
        """The name of the variable."""
        return self.expression.text


def _bound(text: str, once: Mapping[str, _Once]) -> str:
    """The text, within which the variables have their values."""
    for found in reversed(list(once.values())):
        text = found.text if text == found.variable else f"head([{found.variable} IN [{found.text}] | {text}])"
    return text


@dataclass(frozen=True, slots=True)
class _Scope:
    """The record whose properties are meant, and the computed ones on the way to here."""

    model: DataModel
    object_type: ObjectType
    give: Give
    counted: int
    record: str = RECORD
    path: tuple[str, ...] = ()
    is_far: bool = False
    """Whether the record is one that is associated: its own associated records do not count."""
    most: int | None = None
    """How many values may be in `once`; None for any number."""
    once: dict[str, _Once] = field(default_factory=dict)
    """What is worked out once for the record, by the name of the property."""

    def operand(self, name: str, at: int) -> Expression:
        """The value as formulas take it: numbers as floats, so that none overflows."""
        found = self.value(self.object_type.property_name(name), at)
        return replace(found, text=f"toFloatOrNull({found.text})") if found.type == "number" else found

    def value(self, name: str, at: int) -> Expression:
        """The value as it is; FormulaRefused for a property that there is not, or that leads back to itself."""
        if name in _SYSTEM and name in self.object_type.live_properties:
            type_name, text = _SYSTEM[name]
            return Expression(text.format(record=self.record), type_name)
        if timed := stage_times.find(self.object_type, name):
            return self._once(name, at, lambda: Expression(self._timed(timed), _type_of(timed.definition)))
        found = self.object_type.live_properties.get(name)
        if found is None:
            archived = "is archived" if name in self.object_type.properties else "does not exist"
            raise FormulaRefused(f"the property {name} of {self.object_type.name} {archived}", at)
        rule = rules().get(self.object_type.name, {}).get(name)
        if self.is_far and (rule is not None or found.roll_up is not None):
            raise FormulaRefused(f"{name} is made of associated records itself, and nothing is rolled up twice", at)
        if rule is not None:
            return self._once(name, at, lambda: Expression(self._ruled(rule), _type_of(found)))
        if found.roll_up is not None:
            return self._once(name, at, lambda: self._rolled_up(found, at))
        if found.formula is not None:
            return self._formula(found, at)
        return Expression(f"{self.record}.{quote(name)}", _type_of(found))

    def _once(self, name: str, at: int, make: Callable[[], Expression]) -> Expression:
        if name not in self.once:
            if self.most is not None and len(self.once) >= self.most:
                what = "roll-ups and other values that are looked up, each counted once"
                raise FormulaRefused(f"it comes to more than {self.most} {what}", at)
            made = make()
            self.once[name] = _Once(replace(made, text=f"{self.record}_{len(self.once)}"), made.text)
        return self.once[name].expression

    def _formula(self, found: Property, at: int) -> Expression:
        if found.name in self.path:
            raise FormulaRefused(f"it leads back to itself: {' → '.join((*self.path, found.name))}", at)
        inner = replace(self, path=(*self.path, found.name))
        try:
            made = compiled(parse(found.formula or ""), inner)
            return replace(made, is_float=made.type == "number")
        except FormulaRefused as refused:
            # Within another formula only the place where that one names it is a place for people.
            raise FormulaRefused(refused.message, at) if self.path else refused from None

    def _timed(self, found: stage_times.StageTime) -> str:
        """A time of a stage, by the revisions that brought the record, or what it was before merges, there or away."""
        after, changed = quote(f"after_{found.stage_property}"), self.give(found.stage_property)
        stays = (
            "COLLECT { MATCH (v:_Revision) USING INDEX SEEK v:_Revision(record_key, version) "
            f"WHERE v.record_key IN [{self.record}._key] + coalesce({self.record}._earlier_keys, []) AND v.version > 0 "
            f"AND {changed} IN v.changed AND NOT {changed} IN coalesce(v.carried, []) "
            f"RETURN [v.at, coalesce(v.{after} IN {self.give(list(found.stages))}, false)] ORDER BY v.at DESC }}"
        )
        return f"head([stays IN [{stays}] | {_OF_STAYS[found.what]}])"

    def _ruled(self, rule: Rule) -> str:
        far = self.model.object_types.get(rule.far)
        pair = None if far is None else self.model.find_pair(self.object_type, far)
        if far is None or pair is None or not pair.is_indexed:
            return {"number": "0", "any": "false"}.get(rule.kind, "null")
        if rule.kind == "primary":
            return self._primary(far, pair, rule.reads)
        direction = _named(pair, self.object_type, rule.type_name)
        counted = {
            "number": self._bounded(f"count({_FAR})"),
            "any": f"count({_FAR}) > 0",
            "record": f"min({_FAR}._id)",
        }
        return "null" if direction is None else self._over(far, pair, direction, counted[rule.kind])

    def _rolled_up(self, found: Property, at: int) -> Expression:
        if found.roll_up not in ROLL_UPS:
            raise _wrong("function", found.roll_up, f"is none of {', '.join(ROLL_UPS)}", at)
        far = self.model.find_object_type(found.roll_up_object_type or "")
        if far is None:
            raise _wrong("objectType", found.roll_up_object_type, "there is no such object type", at)
        pair = self.model.find_pair(self.object_type, far)
        if pair is None:
            rule = f"no association is defined between {self.object_type.name} and {far.name}"
            raise _wrong("objectType", found.roll_up_object_type, rule, at)
        direction = _direction(pair, self.object_type, found.roll_up_type_id)
        if direction is None:
            ids = ", ".join(map(str, sorted(each.type_id for each in pair.seen_from(self.object_type.name))))
            rule = f"is no association type from {self.object_type.name} to {far.name}; there are {ids}"
            raise _wrong("associationTypeId", found.roll_up_type_id, rule, at)
        over = replace(self, object_type=far, record=_FAR, path=(), is_far=True, once={})
        value, given = self._what(found, over, at)
        made, values = _ROLLED_UP[found.roll_up].format(value=_VALUE), {_VALUE: value}
        if not pair.is_indexed:
            return Expression(_OF_NONE.get(found.roll_up, "null"), given)
        if found.roll_up != "count" and (currency := over.currency(found.roll_up_property or "")):
            values[_CURRENCY] = currency
            of_values = f"CASE WHEN {_VALUE} IS NOT NULL THEN {_CURRENCY} END"
            made = f"CASE WHEN count(DISTINCT {of_values}) > 1 THEN null ELSE {made} END"
        text = self._over(far, pair, direction, self._bounded(made), values)
        if found.roll_up in ("sum", "average"):
            return Expression(precise(text), given, may_be_infinite=True)
        return Expression(text, given)

    def currency(self, name: str) -> str | None:
        """The text of the currency that an amount is in; None for what names no property with its currency."""
        found = self.object_type.live_properties.get(self.object_type.property_name(name))
        code = None if found is None else self.object_type.live_properties.get(found.currency_property or "")
        if code is None or code.is_multiple or is_computed(self.object_type, code.name):
            return None
        return f"coalesce({self.record}.{quote(code.name)}, {self.give(ACCOUNT_CURRENCY)})"

    def _what(self, found: Property, over: _Scope, at: int) -> tuple[str, str | None]:
        """What is made something of in each associated record, and the type of what is made."""
        value, given = _FAR, "number"
        name, takes = found.roll_up_property, _TAKES.get(found.roll_up or "")
        if name is not None:
            try:
                named = over.value(over.object_type.property_name(name), at)
            except FormulaRefused as refused:
                raise _wrong("property", name, refused.message, at) from None
            value, given = named.result, named.type or "number"
        if takes is None:
            given = "number"
        elif name is None:
            raise _wrong("property", None, f"{found.roll_up} needs one", at)
        elif given not in takes:
            what = {"bool": "true or false", "list": "a list", "string": "a text"}.get(given, f"a {given}")
            rule = f"{name} of {over.object_type.name} is {what}, and {found.roll_up} takes a {' or '.join(takes)}"
            raise _wrong("property", name, rule, at)
        if found.roll_up_condition is not None:
            try:
                condition = compiled(parse(found.roll_up_condition), over)
            except FormulaRefused as refused:
                raise _wrong("condition", found.roll_up_condition, f"{refused}", at) from None
            if condition.type not in ("bool", None):
                rule = f"it is a {condition.type}, and a condition is true or false"
                raise _wrong("condition", found.roll_up_condition, rule, at)
            value = f"CASE WHEN {condition.text} THEN {value} END"
        return _bound(value, over.once), given

    def _bounded(self, made: str) -> str:
        return f"CASE WHEN count({_FAR}) > {self.give(self.counted)} THEN null ELSE {made} END"

    def _over(
        self,
        far: ObjectType,
        pair: AssociationPair,
        direction: Direction,
        made: str,
        values: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """What is made of the live associated records, one more of them at most than are counted.

        values: what is worked out once for each of them, by the variable that has it.
        """
        seeks = list(self._seeks(far, pair, direction, self.give(direction.type.id)))
        if len(seeks) == 1:
            [(seek, end)] = seeks
            found = f"{seek} WITH {end} AS {_FAR}"
        else:
            parts = " UNION ALL ".join(f"{seek} RETURN {end} AS {_FAR}" for seek, end in seeks)
            found = f"CALL ({self.record}) {{ {parts} }} WITH {_FAR}"
        given = "".join(f", {text} AS {variable}" for variable, text in values.items())
        worked_out = f"WITH {_FAR}{given} " if given else ""
        return f"head(COLLECT {{ {found} LIMIT {self.give(self.counted + 1)} {worked_out}RETURN {made} }})"

    def _seeks(
        self, far: ObjectType, pair: AssociationPair, direction: Direction, type_id: str
    ) -> Iterator[tuple[str, str]]:
        """How the associations are sought, and which end of each is the associated record."""
        relationship, label = quote(pair.relationship_type), quote(far.node_label)
        is_ordered = pair.is_ordered(direction.type)
        if direction.is_forward or is_ordered:
            yield (
                f"MATCH ()-[x:{relationship}]->() USING INDEX SEEK x:{relationship}(from_id, to_id, type_id) "
                f"WHERE x.from_id = {self.record}._id AND x.to_id >= 0 AND x.type_id = {type_id} "
                f"AND endNode(x):{label}",
                "endNode(x)",
            )
        if not direction.is_forward or is_ordered:
            yield (
                f"MATCH ()-[x:{relationship}]->() USING INDEX SEEK x:{relationship}(to_id, from_id) "
                f"WHERE x.to_id = {self.record}._id AND x.from_id >= 0 AND x.type_id = {type_id} "
                f"AND startNode(x):{label}",
                "startNode(x)",
            )

    def _primary(self, far: ObjectType, pair: AssociationPair, reads: str | None) -> str:
        primary = next((found for found in pair.types if found.is_primary and not found.archived), None)
        if primary is None or pair.source != self.object_type.name:
            return "null"
        relationship, label = quote(pair.relationship_type), quote(far.node_label)
        given = "x.to_id" if reads is None else f"endNode(x).{quote(reads)}"
        key = f"{self.record}._key + {self.give(f'|{primary.id}')}"
        return (
            f"head(COLLECT {{ MATCH ()-[x:{relationship}]->() USING INDEX SEEK x:{relationship}(one_of) "
            f"WHERE x.one_of = {key} AND endNode(x):{label} RETURN {given} }})"
        )


def _scope(model: DataModel, object_type: ObjectType, give: Give, counted: int | None, record: str) -> _Scope:
    return _Scope(model, object_type, give, Limits().counted_associations if counted is None else counted, record)


def _result(scope: _Scope, name: str) -> str:
    """The text of what people see of the property; what only a refused one needs is not worked out."""
    before = len(scope.once)
    try:
        return scope.value(name, 1).result
    except FormulaRefused:
        for each in list(scope.once)[before:]:
            del scope.once[each]
        return "null"


def _wrong(member: str, value: Any, rule: str, at: int) -> RollUpRefused:
    """The refusal for a member of what a property rolls up."""
    return RollUpRefused(f"crmGraphRollUp.{member}", value, rule, at)


def _type_of(found: Property) -> str:
    return "list" if found.is_multiple else _TYPES.get(found.type, "string")


def _named(pair: AssociationPair, near: ObjectType, name: str | None) -> Direction | None:
    """The direction that v3 calls so, the unlabelled one without a name."""
    if name is None:
        return _direction(pair, near, None)
    return next((each for each in pair.seen_from(near.name) if each.name == name), None)


def _direction(pair: AssociationPair, near: ObjectType, type_id: int | None) -> Direction | None:
    """The direction with that type id as the near record sees it, the unlabelled one without an id."""
    if type_id is None:
        return pair.default.forward if near.name == pair.source else pair.default.backward
    return next((each for each in pair.seen_from(near.name) if each.type_id == type_id), None)
