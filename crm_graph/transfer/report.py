"""What an import did or would do, counted, and where its bad rows are kept."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any

REASONS_MAX = 50
"""Different reasons that a report counts one by one."""

ERROR_COLUMNS = ("file", "line", "object_type", "column", "value", "reason")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowError:
    """Why a row, or one association of it, was left out. `column` and `value` are '' where the whole line is wrong."""

    file: str
    line: int
    object_type: str
    reason: str
    column: str = ""
    value: str = ""
    code: str = ""
    """What kind of reason it is, the same for every row with it."""


@dataclass(slots=True, kw_only=True)
class StepReport:
    """One pass over a file: what became of its rows, and how often each reason kept one out."""

    file: str
    object_type: str
    title: str
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    """Rows left out on purpose: no key, a key met before where the mapping permits it."""
    failed: int = 0
    associated: int = 0
    """Records that were associated with others."""
    reasons: dict[str, int] = field(default_factory=dict)

    def count_reason(self, reason: str) -> None:
        """Count a reason; those beyond REASONS_MAX together."""
        known = reason in self.reasons or len(self.reasons) < REASONS_MAX
        counted = reason if known else "other reasons"
        self.reasons[counted] = self.reasons.get(counted, 0) + 1


@dataclass(slots=True, kw_only=True)
class ImportReport:
    """All passes of an import, in order."""

    mapping: str
    is_dry_run: bool
    steps: list[StepReport] = field(default_factory=list)
    definitions: list[str] = field(default_factory=list)
    """Properties and pipelines that were made for it."""
    has_ended: bool = False
    """Whether nothing was left to do."""

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> ImportReport:
        """The report that `dataclasses.asdict` made the mapping of."""
        steps = [StepReport(**step) for step in kept["steps"]]
        return cls(**{**kept, "steps": steps, "has_ended": False})

    def step(self, file: str, object_type: str, title: str) -> StepReport:
        """The report of one pass, which is added where it is not there yet."""
        for step in self.steps:
            if (step.file, step.title) == (file, title):
                return step
        self.steps.append(StepReport(file=file, object_type=object_type, title=title))
        return self.steps[-1]

    @property
    def failed(self) -> int:
        """Rows kept as errors."""
        return sum(step.failed for step in self.steps)

    @property
    def changed(self) -> int:
        """Records that were made or changed, and definitions."""
        return sum(step.created + step.updated for step in self.steps) + len(self.definitions)


class ErrorsFile(AbstractContextManager["ErrorsFile"]):
    """Bad rows as a CSV file, which is made with the first of them; an older one is removed."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._stream: IO[str] | None = None
        path.unlink(missing_ok=True)

    def keep(self, errors: Iterable[RowError]) -> None:
        """Append the errors."""
        for error in errors:
            if self._stream is None:
                self._stream = self.path.open("w", encoding="utf-8", newline="")
                csv.writer(self._stream).writerow(ERROR_COLUMNS)
            csv.writer(self._stream).writerow([_safe(str(getattr(error, name))) for name in ERROR_COLUMNS])
            self.count += 1
        if self._stream is not None:
            self._stream.flush()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._stream is not None:
            self._stream.close()


def _safe(text: str) -> str:
    """The text without halves of characters, which bytes of another encoding leave behind."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")
