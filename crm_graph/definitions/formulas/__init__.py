"""The language of computed properties: `parse` makes a tree of a formula, `expression` types it and makes it Cypher."""

from crm_graph.definitions.formulas.expression import Expression, Scope, compiled, precise
from crm_graph.definitions.formulas.language import FormulaRefused, Node, RollUpRefused, parse

__all__ = ["Expression", "FormulaRefused", "Node", "RollUpRefused", "Scope", "compiled", "parse", "precise"]
