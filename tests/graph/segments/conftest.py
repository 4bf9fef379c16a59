"""The world of searches serves lists too: two object types that nobody else has."""

from __future__ import annotations

from tests.graph.search.conftest import module_world, search_graph, world

__all__ = ["module_world", "search_graph", "world"]
