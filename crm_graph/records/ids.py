"""Record ids: taken from a counter node in blocks, so that no create waits for another.

Ids are unique within an object type and tell nothing of time.
"""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass

from crm_graph.errors import Unavailable
from crm_graph.graph.database import Graph
from crm_graph.graph.queries import load

BLOCK = 1_000
_REFILL_AT = BLOCK // 4


@dataclass
class _Block:
    next: int = 0
    end: int = 0
    spare: tuple[int, int] | None = None
    is_refilling: bool = False


class IdBlocks:
    """Ids of this process, by object type id; safe to share between threads."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._blocks: dict[str, _Block] = {}
        self._lock = threading.Lock()

    def take(self, object_type_id: str, count: int = 1) -> list[int]:
        """`count` ids that no other caller gets."""
        with self._lock:
            block = self._blocks.setdefault(object_type_id, _Block())
            taken = self._cut(block, count)
            while len(taken) < count:
                start, end = block.spare or self._reserve(object_type_id, count - len(taken))
                block.next, block.end, block.spare = start, end, None
                taken += self._cut(block, count - len(taken))
            if block.end - block.next < _REFILL_AT and block.spare is None and not block.is_refilling:
                block.is_refilling = True
                threading.Thread(target=self._refill, args=(object_type_id, block), daemon=True).start()
        return taken

    @staticmethod
    def _cut(block: _Block, count: int) -> list[int]:
        end = min(block.end, block.next + count)
        taken = list(range(block.next, end))
        block.next = end
        return taken

    def _reserve(self, object_type_id: str, at_least: int) -> tuple[int, int]:
        size = max(BLOCK, at_least)
        end: int = self._graph.plain(load("ids").reserve, object_type_id=object_type_id, count=size)["end"]
        return end - size, end

    def _refill(self, object_type_id: str, block: _Block) -> None:
        try:
            # Where the graph is away, whoever needs the ids asks for them and is told.
            with suppress(Unavailable):
                spare = self._reserve(object_type_id, BLOCK)
                with self._lock:
                    block.spare = spare
        finally:
            block.is_refilling = False
