"""A unit of work: what an edge opened, handed as first argument to every function of the domain below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from crm_graph.clock import Clock
from crm_graph.config import Limits
from crm_graph.definitions.data_model import DataModel
from crm_graph.graph.database import Schema, Statements

if TYPE_CHECKING:
    from crm_graph.records.hooks import Behaviour
    from crm_graph.records.ids import IdBlocks

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who does something, through what: kept on every revision.

    `source` is one of the contract's source types (API, INTEGRATION, IMPORT, CRM_UI, MERGE_OBJECTS …),
    `source_id` names the app, job or user within it. `scopes` permit; a super admin needs none.
    """

    user_id: int
    owner_id: str = ""
    source: str = "INTEGRATION"
    source_id: str = ""
    scopes: frozenset[str] = frozenset()
    expires_at: int | None = None
    """When the token ends that was used (ms since 1970, UTC); None for one that does not."""
    is_super_admin: bool = False

    @property
    def name(self) -> str:
        """The actor as revisions store it: `user:1`."""
        return f"user:{self.user_id}"

    def through(self, source: str, source_id: str) -> Actor:
        """The same person acting through another source."""
        return replace(self, source=source, source_id=source_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One unit of work with everything it may use; never kept beyond it."""

    graph: Statements
    model: DataModel
    actor: Actor
    clock: Clock
    ids: IdBlocks
    behaviours: Mapping[str, Behaviour] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    transaction_id: str = ""
    schema: Schema | None = None
    """The doors that changes of definitions need; None where an edge has no business with them."""
    undoing: Undoing = field(default_factory=list)
    """What `undo` was given; `Crm.run` does it."""

    def together(self, work: Callable[[Unit], T]) -> T:
        """What `work` returns when its statements are one transaction; it may be called more than once."""
        return self.graph.together(lambda statements: work(replace(self, graph=statements)))

    def undo(self, work: Callable[[Unit], None]) -> None:
        """Have `work` done for the same actor if this one fails in the end, also where the token no longer permits it.

        It gets a unit of its own. It is not done where the process ends before or the graph does not answer.
        """
        self.undoing.append((self.actor, work))


Undoing = list[tuple[Actor, Callable[[Unit], None]]]
"""Work that is done if other work fails in the end, each with who does it."""
