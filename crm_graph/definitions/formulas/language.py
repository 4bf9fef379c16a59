"""What a formula says, as a tree; nothing is known here of properties or types."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

DEPTH = 50
"""Parts of a formula that may stand within each other."""

_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


class FormulaRefused(Exception):
    """A formula that means nothing: a sentence, and where it went wrong, in characters from 1."""

    def __init__(self, message: str, at: int) -> None:
        super().__init__(f"at character {at}: {message}")
        self.message = message
        self.at = at


class RollUpRefused(FormulaRefused):
    """A roll-up that cannot be made: the field of its definition, what that has, and the rule."""

    def __init__(self, field: str, value: Any, rule: str, at: int) -> None:
        super().__init__(f"{field} {value!r}: {rule}", at)
        self.field = field
        self.value = value
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Node:
    """One part of a formula.

    `kind` is number, text, truth, property, call (of a function or an operator, by its name in
    `value`), condition (parts: if, then, else) or nothing, which has no value.
    """

    kind: str
    value: Any
    at: int
    parts: tuple[Node, ...] = ()
    depth: int = 1


def parse(formula: str) -> Node:
    """The tree of the formula; FormulaRefused where it is none."""
    found = _parsed(formula)
    if isinstance(found, FormulaRefused):
        raise FormulaRefused(found.message, found.at)
    return found


@lru_cache(maxsize=4_096)
def _parsed(formula: str) -> Node | FormulaRefused:
    try:
        # The transformer works while the text is read, so that deep nesting ends at DEPTH and not in the stack.
        tree: Any = _parser().parse(formula)
    except UnexpectedInput as error:
        return FormulaRefused(*_reason(error, formula))
    except FormulaRefused as error:
        return error
    node: Node = tree
    return node


def _reason(error: UnexpectedInput, formula: str) -> tuple[str, int]:
    if isinstance(error, UnexpectedCharacters):
        at = error.pos_in_stream or 0
        what = "a text is not closed" if formula[at] in "'\"" else f"{formula[at]!r} is not expected here"
        return what, at + 1
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        return f"{str(error.token)[:40]!r} is not expected here", (error.token.start_pos or 0) + 1
    return "it ends too early", len(formula) + 1


def _node(kind: str, value: Any, at: int, *parts: Node) -> Node:
    depth = 1 + max((part.depth for part in parts), default=0)
    if depth > DEPTH:
        raise FormulaRefused(f"there are more than {DEPTH} parts within each other", at)
    return Node(kind, value, at, parts, depth)


def _at(token: Token) -> int:
    return (token.start_pos or 0) + 1


class _Tree(Transformer[Token, Node]):
    """Makes the nodes, from the inside to the outside."""

    def number(self, given: list[Token]) -> Node:
        number = float(given[0])
        if not math.isfinite(number):
            raise FormulaRefused("the number is too great", _at(given[0]))
        return _node("number", number, _at(given[0]))

    def text(self, given: list[Token]) -> Node:
        return _node("text", _ESCAPED.sub(r"\1", given[0][1:-1]), _at(given[0]))

    def truth(self, given: list[Token]) -> Node:
        return _node("truth", given[0].lower() == "true", _at(given[0]))

    def property(self, given: list[Token]) -> Node:
        return _node("property", str(given[0]), _at(given[0]))

    def call(self, given: list[Any]) -> Node:
        return _node("call", given[0].lower(), _at(given[0]), *(part for part in given[1:] if part is not None))

    def operation(self, given: list[Any]) -> Node:
        left, operator, right = given
        name = "=" if operator == "==" else operator.lower()
        return _node("call", name, _at(operator), left, right)

    def prefix(self, given: list[Any]) -> Node:
        return _node("call", f"{given[0].lower()} _", _at(given[0]), given[1])

    def condition(self, given: list[Any]) -> Node:
        token = given[0]
        asked, then, *rest = [each for each in given if isinstance(each, Node)]
        return _node("condition", None, _at(token), asked, then, *(rest or [_node("nothing", None, _at(token))]))

    def otherwise(self, given: list[Any]) -> Node:
        found: Node = next(each for each in given if isinstance(each, Node))
        return found

    def nothing(self, given: list[Token]) -> Node:
        return _node("nothing", None, _at(given[0]))


@cache
def _parser() -> Lark:
    grammar = files("crm_graph.definitions.formulas").joinpath("grammar.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", transformer=_Tree(), maybe_placeholders=True)
