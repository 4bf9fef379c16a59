"""An import run: pass by pass over the files, batch by batch into the graph.

Every batch looks its rows up before it writes, so that a run may be broken off at any moment
and begun anew: what is there already is left as it is. While one batch is written the next one
is prepared and looked up; where the one may have changed what the other found, it looks again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Protocol, TypeVar

from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from crm_graph.accounts import tokens
from crm_graph.crm import Crm
from crm_graph.definitions.data_model import DataModel
from crm_graph.errors import Conflict, CRMError, Invalid, NotFound, ReadTooLong, Unavailable, WriteTooLong
from crm_graph.graph.failures import ConstraintViolated
from crm_graph.transfer import checking, definitions, owners
from crm_graph.transfer.ahead import ahead
from crm_graph.transfer.batches import Batch, BatchReader, batches
from crm_graph.transfer.checking import Step
from crm_graph.transfer.lookup import Wanted
from crm_graph.transfer.mapping import ImportMapping
from crm_graph.transfer.report import ImportReport, RowError, StepReport
from crm_graph.transfer.rows import PreparedRow, Preparer
from crm_graph.transfer.seen import Seen
from crm_graph.transfer.sorting import SortedRows, Sorter
from crm_graph.transfer.source import CSVSource, Line
from crm_graph.transfer.writer import Outcome, rehearse, write
from crm_graph.unit import Actor, Unit

T = TypeVar("T")

STEP_STRIDE = 10**10
"""A cursor is the number of the step times this, plus the line behind which its next batch begins."""

_PATIENCE_S = 60
"""How long a run waits for a graph that is away before it ends."""

_REFUSALS = (Invalid, Conflict, NotFound, ConstraintViolated)
"""What one row of a batch can be refused with when it is written."""


class Follower(Protocol):
    """Who is told how an import gets on, and keeps its bad rows."""

    def plan(self, rows: int) -> None:
        """All passes together have so many rows."""
        ...

    def begin(self, step: Step, rows: int) -> None:
        """A pass over `rows` rows begins."""
        ...

    def commit(self, unit: Unit, cursor: int, rows: int, errors: Sequence[RowError]) -> None:
        """Inside the transaction of a batch: what must be kept with it or not at all."""
        ...

    def keep(self, report: ImportReport, rows: int, errors: Sequence[RowError]) -> None:
        """After a batch: what was done so far, its number of rows, and its bad ones, each told once."""
        ...

    def bad_lines(self) -> Iterable[tuple[str, int]]:
        """File and line of the bad rows that a run which is taken up here has kept before."""
        ...


def check(crm: Crm, actor: Actor, mapping: ImportMapping, source: CSVSource) -> tuple[ImportMapping, list[Step]]:
    """The definitions that are lacking, and the passes.

    Raises MappingRefused, SourceRefused and MissingScopes; nothing is written.
    """
    lacking, passes = crm.run(actor, lambda unit: _planned_steps(mapping, unit))
    for file in mapping.files:
        source.check(file)
    return lacking, passes


def run(
    crm: Crm,
    actor: Actor,
    mapping: ImportMapping,
    source: CSVSource,
    follower: Follower,
    *,
    is_dry_run: bool = False,
    cursor: int = 0,
    is_patient: bool = True,
    stopping: Callable[[], bool] = lambda: False,
    report: ImportReport | None = None,
) -> ImportReport:
    """What the import did, or with `is_dry_run` would do; `has_ended` is false where `stopping` became true before.

    Raises MappingRefused and SourceRefused before anything is written. `cursor` is where an
    earlier run of the same job ended, `report` what that one did.
    """
    attempt = patiently if is_patient else _at_once
    lacking, steps = attempt(lambda: check(crm, actor, mapping, source))
    rows = {file.path: source.count(file) for file in mapping.files}
    report = report or ImportReport(mapping=mapping.name, is_dry_run=is_dry_run)
    report.definitions += [f"property {item.definition.name} of {item.object_type}" for item in lacking.properties]
    report.definitions += [f"pipeline {item.definition.id} of {item.object_type}" for item in lacking.pipelines]
    if not is_dry_run:
        attempt(lambda: definitions.make(crm, actor, lacking))
    follower.plan(sum(rows[step.file.path] for step in steps))
    with Seen() as seen:
        seen.spoil(follower.bad_lines())
        this = _Run(crm, actor, mapping, source, follower, seen, report, is_dry_run, is_patient, stopping)
        for number, step in enumerate(steps):
            begin_at = cursor - number * STEP_STRIDE
            # A dry run that is taken up must know the keys of the passes before, as they are not in the graph.
            if begin_at >= STEP_STRIDE and not is_dry_run:
                continue
            follower.begin(step, rows[step.file.path])
            if not this.do(number, step, max(begin_at, 0)):
                return report
    report.has_ended = True
    return report


def patiently(work: Callable[[], T]) -> T:
    """What `work` returns; it is tried again for a while where the graph is away or busy."""
    retrying = Retrying(
        retry=retry_if_exception_type(Unavailable),
        wait=wait_exponential(multiplier=0.2, max=2),
        stop=stop_after_delay(_PATIENCE_S),
        reraise=True,
    )
    return retrying(work)


def _at_once(work: Callable[[], T]) -> T:
    return work()


def _planned_steps(mapping: ImportMapping, unit: Unit) -> tuple[ImportMapping, list[Step]]:
    lacking = checking.needed(mapping, unit.model)
    model = checking.with_definitions(unit.model, lacking)
    steps = checking.steps(mapping, model)
    tokens.require(unit.actor, checking.scopes(mapping, lacking, model))
    return lacking, steps


class _TooMuch(Exception):
    """More rows than a slow machine writes in the time of a write, however often it tries."""


@dataclass
class _Run:
    crm: Crm
    actor: Actor
    mapping: ImportMapping
    source: CSVSource
    follower: Follower
    seen: Seen
    report: ImportReport
    is_dry_run: bool
    is_patient: bool
    stopping: Callable[[], bool]
    spaces: dict[tuple[str, str], list[tuple[str, str]]] = field(default_factory=dict)
    """Where keys of earlier steps were remembered: object type and key space to name and file."""
    planned_owners: list[dict[str, str]] = field(default_factory=list)
    """Values of the owners that a dry run would have made."""

    def do(self, number: int, step: Step, begin_at: int) -> bool:
        """Whether the step was done to its end."""
        if step.record is None:
            self._do_owners(number, step, begin_at)
            return True
        model = self._model()
        object_type = model.object_type(step.record.object_type)
        report = self.report.step(step.file.path, object_type.name, step.title)
        preparer = Preparer(step, model, self._work(lambda unit: owners.known(unit, self.planned_owners)))
        sorter = Sorter(step, preparer, self._planned if self.is_dry_run else lambda wanted: ())
        size = self.crm.settings.limits.import_batch_rows
        reader = BatchReader(preparer, self.seen, str(number), begin_at=begin_at, size=size)
        prepared = reader.read(self.source.lines(step.file), partial(self._look, sorter))
        before = Outcome()
        with closing(ahead(prepared)) as upcoming:
            for batch in upcoming:
                if self.stopping():
                    return False
                outcome = self._do_batch(number, step, preparer, sorter, batch, before)
                self._count(report, step, outcome)
                self.follower.keep(self.report, batch.lines, outcome.errors)
                before = outcome
        self._remember(number, step)
        return True

    def _look(self, sorter: Sorter, rows: Sequence[PreparedRow]) -> SortedRows | None:
        """The rows sorted by what is there while the batch before them is written, where that can be enough."""
        if self.is_dry_run or not sorter.preparer.names_by_claim:
            return None
        try:
            return self.crm.run(self.actor, lambda unit: sorter.sort(unit, rows))
        except CRMError:
            return None  # The look that the batch takes in its turn meets the trouble too, and tells it.

    def _do_batch(
        self, number: int, step: Step, preparer: Preparer, sorter: Sorter, batch: Batch, before: Outcome
    ) -> Outcome:
        if self.is_dry_run:
            outcome = self._work(lambda unit: rehearse(sorter.sort(unit, batch.rows), batch.early))
            self._commit(number * STEP_STRIDE + batch.last_line, batch.lines, outcome.errors)
        else:
            found = batch.found if batch.found and batch.found.outlasts(before.changed) else None
            end = (batch.last_line, batch.lines)
            outcome = self._write(number, preparer, sorter, batch.rows, batch.early, end, found)
        outcome.errors.sort(key=lambda error: error.line)
        if not step.is_late:
            self.seen.spoil((error.file, error.line) for error in outcome.errors)
        return outcome

    def _write(
        self,
        number: int,
        preparer: Preparer,
        sorter: Sorter,
        rows: Sequence[PreparedRow],
        early: Outcome,
        end: tuple[int, int],
        found: SortedRows | None = None,
    ) -> Outcome:
        """The batch written, in halves where it takes too long or a row of it is refused, until that row is alone.

        `found` is how a look saw the rows that was taken ahead; what is tried again looks again.
        """
        last_line, count = end
        cursor = number * STEP_STRIDE + last_line
        looks = iter([] if found is None else [found])

        def commit(unit: Unit, outcome: Outcome) -> None:
            self.follower.commit(unit, cursor, count, outcome.errors)

        def attempt(unit: Unit) -> tuple[Outcome, list[PreparedRow]]:
            look = next(looks, None)
            try:
                if look is None or look.model is not unit.model:
                    look = sorter.sort(unit, rows)
                return write(unit, unit.model.object_type(preparer.record.object_type), look, early, commit)
            except (ReadTooLong, WriteTooLong) as error:
                if len(rows) < 2:
                    raise
                raise _TooMuch from error

        try:
            outcome, rest = self._work(attempt)
            if rest:
                # Errors that were met belong into the transaction that moves the cursor.
                met = Outcome(errors=outcome.errors)
                outcome.errors = []
                outcome.add(self._write(number, preparer, sorter, rest, met, end))
            return outcome
        except _TooMuch:
            pass
        except _REFUSALS as error:
            if found is not None:
                # It may be that only the batch before stood in the way.
                return self._write(number, preparer, sorter, rows, early, end)
            if not rows:
                raise
            if len(rows) == 1:
                refused = replace(early, errors=[*early.errors, preparer.refusal(rows[0].line, rows[0].key, error)])
                return self._write(number, preparer, sorter, [], refused, end)
        middle = len(rows) // 2
        outcome = self._write(number, preparer, sorter, rows[:middle], early, (rows[middle - 1].line, count))
        outcome.add(self._write(number, preparer, sorter, rows[middle:], Outcome(), (last_line, 0)))
        return outcome

    def _commit(self, cursor: int, rows: int, errors: Sequence[RowError]) -> None:
        self._work(lambda unit: unit.together(lambda both: self.follower.commit(both, cursor, rows, errors)))

    def _do_owners(self, number: int, step: Step, begin_at: int) -> None:
        report = self.report.step(step.file.path, "owner", step.title)
        for lines in batches(self.source.lines(step.file), self.crm.settings.limits.import_batch_rows):
            is_done = lines[-1].number <= begin_at
            if is_done and not self.is_dry_run:
                continue
            outcome = self._work(partial(self._write_owners, step=step, lines=lines))
            if is_done:
                continue
            self._commit(number * STEP_STRIDE + lines[-1].number, len(lines), outcome.errors)
            self._count(report, step, outcome)
            self.follower.keep(self.report, len(lines), outcome.errors)

    def _write_owners(self, unit: Unit, step: Step, lines: Sequence[Line]) -> Outcome:
        if not self.is_dry_run:
            return owners.write(unit, step.file, lines)
        outcome, made = owners.rehearse(unit, step.file, lines)
        self.planned_owners += made
        return outcome

    def _count(self, report: StepReport, step: Step, outcome: Outcome) -> None:
        if not step.is_late:
            report.created += outcome.created
            report.updated += outcome.updated
            report.unchanged += outcome.unchanged
            report.skipped += outcome.skipped
        report.associated += outcome.associated
        report.failed += len({error.line for error in outcome.errors})
        for error in outcome.errors:
            report.count_reason(error.code)

    def _remember(self, number: int, step: Step) -> None:
        if step.record is not None and self.is_dry_run and not step.is_late:
            object_type = self._model().object_type(step.record.object_type)
            key = step.record.key
            self.spaces.setdefault((object_type.name, key.property_name or "import"), []).append(
                (str(number), step.file.path)
            )

    def _planned(self, wanted: Iterable[Wanted]) -> Collection[Wanted]:
        """Of these records those that an earlier step would have made."""
        found: set[Wanted] = set()
        by_space: dict[tuple[str, str], list[Wanted]] = {}
        for each in wanted:
            by_space.setdefault((each.object_type, each.space), []).append(each)
        for space, some in by_space.items():
            for name, file in self.spaces.get(space, ()):
                good = self.seen.good(name, file, {each.text for each in some})
                found.update(each for each in some if each.text in good)
        return found

    def _model(self) -> DataModel:
        return self._work(lambda unit: unit.model)

    def _work(self, work: Callable[[Unit], T]) -> T:
        """What `work` returns; repeated while the graph is away. A dry run shows it the definitions to come."""

        attempt = patiently if self.is_patient else _at_once
        return attempt(lambda: self.crm.run(self.actor, lambda unit: work(self._seen_by(unit))))

    def _seen_by(self, unit: Unit) -> Unit:
        if not self.is_dry_run:
            return unit
        lacking = checking.needed(self.mapping, unit.model)
        model = checking.with_definitions(unit.model, lacking)
        return replace(unit, model=replace(model, owners=model.owners | {owners.PLANNED}))
