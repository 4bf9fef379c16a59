"""Imports as jobs: files taken in, done by a worker, followed and looked back at from anywhere."""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import IO, Any

from crm_graph.config import Places
from crm_graph.crm import Crm
from crm_graph.errors import Busy, InvalidInput, NotFound, Unavailable
from crm_graph.graph.queries import load
from crm_graph.jobs import job as job_store
from crm_graph.jobs.job import Held, Job, LeaseLost
from crm_graph.transfer import importer
from crm_graph.transfer.checking import Step
from crm_graph.transfer.mapping import ImportMapping
from crm_graph.transfer.reading import read_mapping
from crm_graph.transfer.report import ImportReport, RowError
from crm_graph.transfer.source import CSVSource
from crm_graph.unit import Actor, Unit

KIND = "import"

ERROR_FIELDS = tuple(item.name for item in fields(RowError))
"""What is told of a row that was left out."""

_FILE_NAME = re.compile(r"[^/\\\x00-\x1f]{1,200}\Z")
_PAGE = 1_000
_SWEEP_S = 600
"""How old a directory without a job must be: more than it takes to copy the files of a request."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One file that somebody sent."""

    name: str
    stream: IO[bytes]


def admit(crm: Crm) -> None:
    """Busy where as many imports wait as may; those that are being sent meanwhile may come to them."""
    most = crm.settings.limits.waiting_imports
    if len(job_store.unended(crm.graph, [KIND])) >= most:
        raise Busy(f"{most:,} imports wait to be done; try again when one of them has ended.")


def sweep(crm: Crm) -> None:
    """Remove the files of imports that are none: whoever took them in was killed before there was a job."""
    directory = _imports()
    if not directory.is_dir():
        return
    # Younger ones may be on their way to a job.
    before = time.time() - _SWEEP_S
    found = [path.name for path in directory.iterdir() if path.is_dir() and path.stat().st_mtime < before]
    kept = job_store.unended(crm.graph, [KIND]) if found else ()
    for name in found:
        if name not in kept:
            _remove(name)


def spool() -> IO[bytes]:
    """A file on the disk of the account that has no name and is gone when it is closed."""
    directory = _imports()
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=directory)


def start(crm: Crm, actor: Actor, mapping_text: str, uploads: Iterable[Upload], *, is_dry_run: bool = False) -> Job:
    """The new job, which a worker begins at once.

    Raises MappingRefused and SourceRefused before there is a job. The files stay in the data
    directory until the job has ended.
    """
    mapping = read_mapping(mapping_text)
    job_id = crm.clock.new_id()
    directory = _directory(job_id)
    _imports().mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.mkdir(mode=0o700)
    try:
        _take_in(directory, mapping, uploads)
        importer.check(crm, actor, mapping, CSVSource(directory))
        parameters = {
            "mapping": mapping_text,
            "name": mapping.name,
            "is_dry_run": is_dry_run,
            "actor": {"user_id": actor.user_id, "owner_id": actor.owner_id, "is_super_admin": actor.is_super_admin},
            "scopes": sorted(actor.scopes),
        }
        return job_store.add(crm.graph, KIND, parameters, job_id=job_id)
    except BaseException:
        _remove(job_id)
        raise


def work(crm: Crm, held: Held) -> bool:
    """Do the import of a job from its cursor on: what `jobs.worker` runs."""
    parameters = held.job.parameters
    actor = Actor(**parameters["actor"], scopes=frozenset(parameters["scopes"])).through("IMPORT", held.job.id)
    source = CSVSource(_directory(held.job.id))
    try:
        has_ended = importer.run(
            crm,
            actor,
            read_mapping(parameters["mapping"]),
            source,
            _JobFollower(crm, held),
            is_dry_run=parameters["is_dry_run"],
            cursor=held.job.cursor,
            is_patient=False,
            stopping=held.stopping,
            report=_kept_report(crm, held.job.id) if held.job.cursor else None,
        ).has_ended
    except (Unavailable, LeaseLost):
        raise  # the job goes on, here or elsewhere
    except Exception:
        _remove(held.job.id)
        raise
    if has_ended:
        _remove(held.job.id)
    return has_ended


def find(crm: Crm, job_id: str) -> Job:
    """The import with that id; NotFound where no import has it."""
    found = job_store.find(crm.graph, job_id)
    if found.kind != KIND:
        raise NotFound(f"Import {job_id} does not exist.")
    return found


def cancel(crm: Crm, job_id: str) -> None:
    """Let an import end before its next batch; what it wrote stays. NotFound where there is none."""
    job_store.cancel(crm.graph, find(crm, job_id).id)
    if find(crm, job_id).has_ended:
        _remove(job_id)


def report_of(crm: Crm, job_id: str) -> Mapping[str, Any] | None:
    """What an import did so far: definitions, and for each pass its counts and reasons; None before its first batch."""
    text = crm.graph.plain(load("transfer").report, job_id=job_id)["report"]
    return None if text is None else json.loads(text)


def errors_of(crm: Crm, job_id: str, *, after: int = -1, limit: int = 100) -> list[Mapping[str, Any]]:
    """Rows that an import left out, in the order in which it met them; `position` is where the next page begins."""
    found: list[Mapping[str, Any]] = crm.graph.plain(load("transfer").errors, job_id=job_id, after=after, limit=limit)[
        "errors"
    ]
    return found


class _JobFollower:
    """Keeps what an import does on its job."""

    def __init__(self, crm: Crm, held: Held) -> None:
        self._crm = crm
        self._held = held
        self._total = held.job.total

    def begin(self, step: Step, rows: int) -> None:
        """Nothing: a job counts all rows of all passes together."""

    def plan(self, rows: int) -> None:
        """How many rows all passes have together."""
        self._total = rows

    def commit(self, unit: Unit, cursor: int, rows: int, errors: Sequence[RowError]) -> None:
        """Move the cursor and keep the bad rows, in the transaction of the batch."""
        failed = self._held.advance(unit, cursor=cursor, done=rows, failed=len(errors), total=self._total)
        if errors:
            first = failed - len(errors)
            kept = [
                {**asdict(error), "position": first + n, "folded": _folded(error)} for n, error in enumerate(errors)
            ]
            unit.graph.change(load("transfer").keep_errors, job_id=self._held.job.id, errors=kept)

    def keep(self, report: ImportReport, rows: int, errors: Sequence[RowError]) -> None:
        """Keep the counts; those of the last batch may be missing where a worker is killed before it comes here."""
        text = json.dumps(asdict(report))
        self._crm.graph.plain(load("transfer").keep_report, job_id=self._held.job.id, report=text)

    def bad_lines(self) -> Iterator[tuple[str, int]]:
        """File and line of the rows that the job left out so far."""
        after = -1
        while page := errors_of(self._crm, self._held.job.id, after=after, limit=_PAGE):
            yield from ((error["file"], error["line"]) for error in page)
            after = page[-1]["position"]


def _kept_report(crm: Crm, job_id: str) -> ImportReport | None:
    kept = report_of(crm, job_id)
    return None if kept is None else ImportReport.from_dict(kept)


def _folded(error: RowError) -> str:
    """By what a row is found again where it names a person; an index takes texts of 32,766 bytes."""
    return f"{error.value} {error.reason}".casefold()[:8_000]


def _imports() -> Path:
    return Places.from_environment().data / "imports"


def _directory(job_id: str) -> Path:
    return _imports() / job_id


def _remove(job_id: str) -> None:
    shutil.rmtree(_directory(job_id), ignore_errors=True)


def _take_in(directory: Path, mapping: ImportMapping, uploads: Iterable[Upload]) -> None:
    wanted = {file.path for file in mapping.files}
    for upload in uploads:
        if not _FILE_NAME.match(upload.name) or upload.name not in wanted:
            named = ", ".join(sorted(wanted))
            raise InvalidInput(f"{upload.name!r} is no file of the mapping, which names {named}.")
        upload.stream.seek(0)
        with open(directory / upload.name, "wb", opener=_private) as stream:
            shutil.copyfileobj(upload.stream, stream)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
