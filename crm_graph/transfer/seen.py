"""What an import has met so far, on disk, so that memory stays flat whatever the number of rows."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterable, Mapping
from types import TracebackType


class Seen:
    """Keys and bad lines of one run, in a temporary database that is gone with it; safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._database = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE keys (space, key, line, PRIMARY KEY (space, key)) WITHOUT ROWID")
        self._database.execute("CREATE TABLE bad (file, line, PRIMARY KEY (file, line)) WITHOUT ROWID")

    def __enter__(self) -> Seen:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def meet(self, space: str, keys: Iterable[tuple[str, int]]) -> dict[int, int]:
        """Lines whose key an earlier line has, each with that line; keys met now are remembered."""
        given = list(keys)
        repeated: dict[int, int] = {}
        first: dict[str, int] = {}
        with self._lock:
            before = self.lines_of(space, {key for key, _ in given})
            for key, line in given:
                earlier = before.get(key, first.get(key))
                if earlier is None:
                    first[key] = line
                elif earlier != line:
                    repeated[line] = earlier
            self._database.execute("BEGIN")
            self._database.executemany("INSERT INTO keys VALUES (?, ?, ?)", [(space, *item) for item in first.items()])
            self._database.execute("COMMIT")
        return repeated

    def lines_of(self, space: str, keys: Collection[str]) -> Mapping[str, int]:
        """The lines on which the keys were met, for those that were."""
        found: dict[str, int] = {}
        wanted = list(keys)
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            places = ",".join("?" * len(part))
            statement = f"SELECT key, line FROM keys WHERE space = ? AND key IN ({places})"
            with self._lock:
                found.update(self._database.execute(statement, [space, *part]))
        return found

    def good(self, space: str, file: str, keys: Collection[str]) -> set[str]:
        """Of the keys those that were met on a line of the file that is not bad."""
        lines = self.lines_of(space, keys)
        if not lines:
            return set()
        bad = self.spoiled(file, min(lines.values()), max(lines.values()))
        return {key for key, line in lines.items() if line not in bad}

    def spoil(self, lines: Iterable[tuple[str, int]]) -> None:
        """Remember lines that are bad (file, line), so that later passes over the file leave them out."""
        with self._lock:
            self._database.executemany("INSERT OR IGNORE INTO bad VALUES (?, ?)", lines)

    def spoiled(self, file: str, first: int, last: int) -> set[int]:
        """The bad lines of a file between two lines, both included."""
        statement = "SELECT line FROM bad WHERE file = ? AND line BETWEEN ? AND ?"
        with self._lock:
            return {line for (line,) in self._database.execute(statement, [file, first, last])}
