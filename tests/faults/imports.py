"""Imports that go into a running server, one after the other, through `crm-graph import`."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.served import TOKEN, Served

ROWS = 600

_MAPPING = """
name = "{name}"
[[files]]
path = "people.csv"
[[files.records]]
object_type = "company"
key = "company"
repeats = "skip"
[files.records.properties]
name = "company"
[[files.records]]
object_type = "contact"
key = "number"
[files.records.properties]
email = "email"
firstname = "number"
[[files.records.associations]]
object_type = "company"
key = "company"
"""


@dataclass
class Imports:
    """What was imported under which name; each file has ROWS people in ten companies."""

    served: Served
    directory: Path
    codes: dict[str, int] = field(default_factory=dict)
    """Exit codes by name."""
    said: list[str] = field(default_factory=list)

    def run(self) -> int:
        """Import a file that is new; the exit code."""
        name = secrets.token_hex(6)
        directory = self.directory / name
        directory.mkdir()
        lines = [f"{n},{name}-{n}@example.com,Company {name} {n % 10}" for n in range(ROWS)]
        (directory / "people.csv").write_text("\n".join(["number,email,company", *lines]) + "\n", "utf-8")
        mapping = directory / "mapping.toml"
        mapping.write_text(_MAPPING.format(name=name), "utf-8")
        arguments = ("import", str(mapping), "--from", str(directory), "--errors", str(directory / "errors.csv"))
        done = self.served.run(*arguments, CRM_GRAPH_URL=self.served.url, CRM_GRAPH_TOKEN=TOKEN)
        self.codes[name] = done.returncode
        self.said.append(done.stdout + done.stderr)
        return done.returncode

    def has_ended(self) -> bool:
        """Whether no job is left to do."""
        text = "MATCH (j:_Job) WHERE j.state IN ['waiting', 'running'] RETURN count(j) AS left"
        return bool(self.served.query(text)[0]["left"] == 0)

    def torn(self) -> list[str]:
        """Imports of which a part is there, or whose command said that all is there and it is not."""
        found = []
        for name, code in self.codes.items():
            [row] = self.served.query(
                "MATCH (k:_Claim)-[:CLAIMED_BY]->(c:Contact) WHERE k.key STARTS WITH $prefix "
                "RETURN count(c) AS people, "
                "count(CASE WHEN (c)-[:CONTACT_TO_COMPANY]->(:Company) THEN 1 END) AS at_work",
                prefix=f"0-1|_import|{name}|",
            )
            if row["people"] not in ((ROWS,) if code == 0 else (0, ROWS)) or row["people"] != row["at_work"]:
                found.append(f"{name}: {row} of {ROWS} people, exit code {code}")
        return found


@contextmanager
def importing(served: Served, directory: Path) -> Iterator[Imports]:
    """One import after the other until the end of the context; what is running then comes to its end."""
    imports, is_over = Imports(served, directory), threading.Event()

    def work() -> None:
        while not is_over.is_set():
            imports.run()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield imports
    finally:
        is_over.set()
        thread.join()
