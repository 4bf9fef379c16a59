"""The door `define`: constraints and indexes, made once by however many processes want them at the same time."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import groupby
from typing import NamedTuple

from neo4j import exceptions as driver_errors

from crm_graph.errors import Busy
from crm_graph.graph.failures import translated
from crm_graph.graph.identifiers import quote
from crm_graph.graph.sessions import Sessions
from crm_graph.graph.tries import Tries, wait_until

_ALREADY_THERE = re.compile(r"\.Schema\..*AlreadyExists$")
_BATCH = 100
_SCHEMA_S = 300.0
_COMPLETING_S = 2.0
"""How long another process may take from the index of a constraint to the constraint, of which there is nothing yet."""


class Index(NamedTuple):
    """An index as it stands; `is_owned` where it is that of a constraint."""

    name: str
    state: str
    is_owned: bool


class SchemaCommands:
    """Runs schema commands, a hundred of them in a transaction; nothing else is in it, as Neo4j wants it."""

    def __init__(self, sessions: Sessions, tries: Tries, indexes: Callable[[list[str]], list[Index]]) -> None:
        """`indexes` gives those of some names that there are; what asks for them is no statement that is observed."""
        self._sessions = sessions
        self._tries = tries
        self._indexes = indexes
        self._defining = threading.Lock()

    def run(self, commands: list[str]) -> None:
        """Run the commands, one thread of this process at a time.

        They say IF NOT EXISTS; what another process made between that look and the deed is taken as made. Returns when
        the indexes can be used: a hint on one that is still being filled is an error.
        """
        with self._defining:
            for is_command, group in groupby(commands, lambda text: text.startswith(("CREATE ", "DROP "))):
                texts = list(group)
                size = _BATCH if is_command else 1
                for start in range(0, len(texts), size):
                    self._define(texts[start : start + size])
                if made := [_name(text) for text in texts if text.startswith("CREATE ")]:
                    self._await_indexes(made)

    def _define(self, texts: list[str]) -> None:
        try:
            self._tries.repeat(lambda: self._commit(texts))
        except driver_errors.ClientError as error:
            if not _ALREADY_THERE.search(error.code or ""):
                raise
            if len(texts) > 1:
                for text in texts:
                    self._define([text])
            elif texts[0].split()[1] == "CONSTRAINT":
                self._complete(texts[0])

    def _commit(self, texts: list[str]) -> None:
        with translated(writes=True):
            transaction = self._sessions.session().begin_transaction(timeout=_SCHEMA_S)
            for text in texts:
                transaction.run(text).consume()
            transaction.commit()

    def _complete(self, text: str) -> None:
        """Make a constraint whose index is there.

        Neo4j makes the index first, and leaves it behind where the constraint is given up because of a deadlock:
        unfilled, of no constraint, and in the way of every later try. Who is still at it has a moment to finish.
        """
        name = _name(text)
        wait_until(lambda: all(index.is_owned for index in self._indexes([name])), _COMPLETING_S)
        left_behind = [index.state for index in self._indexes([name]) if not index.is_owned]
        if "ONLINE" in left_behind:
            raise RuntimeError(f"There is an index {name} of another kind; drop it, and start again.")
        if left_behind:
            with suppress(driver_errors.DatabaseError, driver_errors.ClientError):  # it was completed after all
                self._tries.repeat(lambda: self._commit([f"DROP INDEX {quote(name)} IF EXISTS"]))
            self._define([text])

    def _await_indexes(self, names: list[str]) -> None:
        # The procedure db.awaitIndexes keeps a lock on every label and type while it waits. Whoever makes a constraint
        # meanwhile waits for that lock, and the procedure for the index of the constraint, both to their last second.
        def are_online() -> bool:
            indexes = self._indexes(names)
            failed = [index.name for index in indexes if index.state == "FAILED"]
            if failed:
                raise RuntimeError(f"Neo4j could not fill {', '.join(failed)}; SHOW INDEXES has the reason.")
            return all(index.state == "ONLINE" for index in indexes)

        if not wait_until(are_online, _SCHEMA_S):
            raise Busy("The indexes are not ready yet; try again.")


def _name(command: str) -> str:
    """The name of the constraint or index that the command makes: what stands before IF NOT EXISTS."""
    return command.partition(" IF NOT EXISTS")[0].split()[-1].strip("`")
