"""Crm: graph, data model and access of one account, wired in one visible place.

Every edge (a request, a command, an import batch, a job) goes through `Crm.run`. Features are
plain functions whose first argument is the unit of work that `run` made.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from crm_graph.accounts import tokens
from crm_graph.accounts.usage import RequestCounter
from crm_graph.behaviours import BEHAVIOURS
from crm_graph.clock import Clock
from crm_graph.config import Settings
from crm_graph.definitions import store
from crm_graph.definitions.data_model import DataModel
from crm_graph.errors import (
    Busy,
    Conflict,
    CRMError,
    ForeignDatabase,
    Invalid,
    MissingScopes,
    NotFound,
    OperationRefused,
    PairNotIndexed,
    RecordsRemain,
    StaleModel,
    Unauthenticated,
)
from crm_graph.graph import migrations
from crm_graph.graph.database import Graph, Guard
from crm_graph.graph.queries import load
from crm_graph.records.ids import IdBlocks
from crm_graph.unit import Actor, Undoing, Unit

T = TypeVar("T")

_ATTEMPTS = 8
"""How often work is begun when definitions move under it; once more than two changes in a row would need."""

_LOG_RETENTION = "db.tx_log.rotation.retention_policy"

_MAY_BE_STALE = (Conflict, Invalid, MissingScopes, NotFound, OperationRefused, Unauthenticated)
"""Refusals that rest on definitions or access as they were last read; nothing was written."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Definitions and access as this process last read them."""

    model: DataModel
    guard: Guard


class Crm:
    """One account in one database; safe to share between threads."""

    def __init__(self, settings: Settings, *, graph: Graph | None = None, clock: Clock | None = None) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.graph = graph or Graph(settings, self.clock)
        self.ids = IdBlocks(self.graph)
        self.tokens = tokens.TokenCache(self.graph)
        self.requests = RequestCounter()
        self._known: _Known | None = None
        self._reading = threading.Lock()

    def prepare(self, *, adopt: bool = False) -> str | None:
        """Bring the database to this version and give the first token, where this call has made one.

        ForeignDatabase where it holds nodes of others and no account of ours, unless they are adopted.
        """
        if not adopt and self.graph.plain(load("definitions").is_foreign)["is_foreign"]:
            raise ForeignDatabase(
                "The database holds data that is not of crm-graph. Give an empty one, or say --adopt to use it all the "
                "same: what is there stays, and crm-graph adds its own beside it."
            )
        migrations.run(self.graph)
        store.prepare(self.graph, self.settings)
        return tokens.prepare_account(self.graph, self.settings, self.clock)

    def close(self) -> None:
        """Close the connections to the graph."""
        self.graph.close()

    @property
    def model(self) -> DataModel:
        """The data model as last read; a unit of work has the one that its statements are checked against."""
        return self._current(None).model

    def run(self, who: str | Actor, work: Callable[[Unit], T], *, scopes: Iterable[str] = ()) -> T:
        """What `work` returns; it is begun anew when definitions or access moved under it.

        `who` is a token, or an actor that the caller has made sure of. Raises Unauthenticated,
        MissingScopes, and whatever `work` raises.
        """
        undoing: Undoing = []
        try:
            return self._repeated(who, work, tuple(scopes), undoing)
        except Exception:
            for actor, undo in undoing:
                with suppress(CRMError):
                    self.run(actor, undo)
            raise

    def _repeated(self, who: str | Actor, work: Callable[[Unit], T], required: tuple[str, ...], undoing: Undoing) -> T:
        transaction_id = self.clock.new_id()
        known: _Known | None = None
        made: set[str] = set()
        attempts = 0
        while attempts < _ATTEMPTS:
            known = self._current(known)
            try:
                actor = self.tokens.actor(who, known.guard.access_version) if isinstance(who, str) else who
                tokens.require(actor, required)
                return work(self._unit(known, actor, transaction_id, undoing))
            except StaleModel:
                attempts += 1
            except PairNotIndexed as missing:
                # The first association of a pair; work that makes several of them meets one after the other.
                attempts += any(pair.relationship_type in made for pair in missing.pairs)
                store.ensure_pairs(self.graph, missing.pairs)
                made.update(pair.relationship_type for pair in missing.pairs)
            except RecordsRemain:
                raise  # found by a look at the records themselves, which may have moved the definitions
            except _MAY_BE_STALE:
                # It may come from definitions that another process has changed meanwhile.
                if Guard(**self.graph.plain(load("definitions").versions)) == known.guard:
                    raise
                attempts += 1
        raise Busy("The data model changed while this was being done; try again.")

    def _unit(self, known: _Known, actor: Actor, transaction_id: str, undoing: Undoing) -> Unit:
        return Unit(
            graph=self.graph.statements(known.guard, transaction_id),
            model=known.model,
            actor=actor,
            clock=self.clock,
            ids=self.ids,
            behaviours=BEHAVIOURS,
            limits=self.settings.limits,
            transaction_id=transaction_id,
            schema=self.graph,
            undoing=undoing,
        )

    def log_retention(self) -> str:
        """For how long, or up to which size, the server keeps its transaction logs, as its setting has it."""
        found: dict[str, str] = dict(self.graph.plain(load("server").settings, names=[_LOG_RETENTION])["settings"])
        return found.get(_LOG_RETENTION, "unknown")

    def forget(self) -> None:
        """Read definitions and access again at the next unit of work."""
        self._known = None

    def _current(self, stale: _Known | None) -> _Known:
        known = self._known
        if known is not None and known is not stale:
            return known
        with self._reading:
            known = self._known
            if known is None or known is stale:
                model, access_version = store.load(self.graph, self.settings, previous=known.model if known else None)
                known = self._known = _Known(model, Guard(model.version, access_version))
            return known
