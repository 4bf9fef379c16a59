"""Types of a formula and its Cypher, found in one walk over its tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from crm_graph.definitions.formulas.functions import DIGITS, DIGITS_MAX, FUNCTIONS, NUMBER, SAME, TEXT, TRUTH, Function
from crm_graph.definitions.formulas.language import FormulaRefused, Node

LENGTH = 20_000
"""Characters of Cypher that one formula becomes, with all formulas that it is about."""

_NAMES = {NUMBER: "a number", TEXT: "a text", TRUTH: "true or false", "list": "a list", "datetime": "a time"}


@dataclass(frozen=True, slots=True)
class Expression:
    """Cypher that gives a value of a type; type None fits everywhere, as it gives no value."""

    text: str
    type: str | None
    may_be_infinite: bool = False
    is_float: bool = False
    """Whether people see it with the digits of `precise`."""

    @property
    def settled(self) -> str:
        """The text of a value that is finite where it is a number."""
        if self.may_be_infinite:
            return f"head([each IN [{self.text}] WHERE each - each = 0.0])"
        return self.text

    @property
    def result(self) -> str:
        """The text of the value that people see: an empty text is none."""
        if self.type == TEXT:
            return f"nullIf({self.text}, '')"
        return precise(self.settled) if self.is_float else self.settled


class Scope(Protocol):
    """What a formula is about."""

    def operand(self, name: str, at: int) -> Expression:
        """The value of a property, numbers as floats; FormulaRefused where a formula cannot use it."""

    def give(self, value: Any) -> str:
        """The parameter under which a value is handed over."""


def precise(text: str) -> str:
    """The text of a float with 15 significant digits, so that 0.1 + 0.2 is 0.3; from 9.9e14 on it is as it is."""
    return (
        f"head([each IN [{text}] | CASE WHEN each <> 0.0 AND abs(each) < 9.9e14 "
        "THEN round(each, 14 - toInteger(floor(log10(abs(each)))), 'HALF_UP') ELSE each END])"
    )


def compiled(node: Node, scope: Scope) -> Expression:
    """The expression of a tree; FormulaRefused where types do not fit or a name means nothing."""
    found = _compiled(node, scope)
    if len(found.text) > LENGTH:
        raise FormulaRefused("with the formulas that it is about it is too long", node.at)
    return found


def _compiled(node: Node, scope: Scope) -> Expression:
    if node.kind == "property":
        return scope.operand(node.value, node.at)
    if node.kind == "call":
        return _called(node, [compiled(part, scope) for part in node.parts], scope)
    if node.kind == "condition":
        return _condition(node, *(compiled(part, scope) for part in node.parts))
    if node.kind == "nothing":
        return Expression("null", None)
    return Expression(scope.give(node.value), {"number": NUMBER, "text": TEXT, "truth": TRUTH}[node.kind])


def _condition(node: Node, asked: Expression, then: Expression, otherwise: Expression) -> Expression:
    if asked.type not in (TRUTH, None):
        raise FormulaRefused(f"a condition is true or false, not {_named(asked.type)}", node.parts[0].at)
    if None not in (then.type, otherwise.type) and then.type != otherwise.type:
        raise FormulaRefused(
            f"this is {_named(otherwise.type)} and the other case {_named(then.type)}", node.parts[2].at
        )
    return Expression(
        f"CASE WHEN {asked.text} THEN {then.text} ELSE {otherwise.text} END",
        otherwise.type if then.type is None else then.type,
        then.may_be_infinite or otherwise.may_be_infinite,
    )


def _called(node: Node, operands: Sequence[Expression], scope: Scope) -> Expression:
    rows = FUNCTIONS.get(node.value)
    if rows is None:
        called = sorted(name for name in FUNCTIONS if name[0].isalpha() and name not in ("and", "or", "not _"))
        raise FormulaRefused(f"there is no function {node.value}; there are {', '.join(called)}", node.at)
    counted = [row for row in rows if row.takes_count(len(operands))]
    if not counted:
        raise FormulaRefused(f"{node.value} does not take {len(operands)} values", node.at)
    fitting = [row for row in counted if _misfit(row, node, operands) is None]
    if not fitting:
        raise FormulaRefused(*(_misfit(counted[0], node, operands) or ("", node.at)))
    row = fitting[0]
    texts = [
        _digits(part, scope) if DIGITS in row.takes_at(n) else operand.text if row.is_arithmetic else operand.settled
        for n, (part, operand) in enumerate(zip(node.parts, operands, strict=True))
    ]
    gives = next((each.type for each in operands if each.type), None) if row.gives == SAME else row.gives
    text = row.text.replace("{all}", ", ".join(texts)) if row.is_repeated else row.text.format(*texts)
    return Expression(text, gives, row.is_arithmetic)


def _misfit(row: Function, node: Node, operands: Sequence[Expression]) -> tuple[str, int] | None:
    """Why the operands are none for the row, and where; None where they are."""
    first: str | None = None
    for n, (part, operand) in enumerate(zip(node.parts, operands, strict=True)):
        permitted = row.takes_at(n)
        if DIGITS in permitted:
            if not _is_digits(part):
                return f"digits are a whole number from 0 to {DIGITS_MAX}, written out", part.at
            continue
        if operand.type is None:
            continue
        if operand.type not in permitted:
            wanted = " or ".join(_named(each) for each in permitted)
            return f"{node.value.removesuffix(' _')} takes {wanted}, and this is {_named(operand.type)}", part.at
        if len(permitted) > 1 and first not in (None, operand.type):
            return f"{_named(first)} and {_named(operand.type)} do not go together", part.at
        first = operand.type
    return None


def _is_digits(part: Node) -> bool:
    return part.kind == "number" and part.value.is_integer() and 0 <= part.value <= DIGITS_MAX


def _digits(part: Node, scope: Scope) -> str:
    return scope.give(int(part.value))


def _named(type_name: str | None) -> str:
    return _NAMES.get(type_name or "", f"a {type_name}")
