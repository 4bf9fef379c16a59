"""An import as a job: taken up where another worker fell silent, with its bad rows and counts kept in the graph."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from crm_graph.accounts.permissions import SUPER_ADMIN
from crm_graph.crm import Crm
from crm_graph.errors import InvalidInput, MissingScopes
from crm_graph.jobs import job as job_store
from crm_graph.jobs.job import DONE, Held, Job, LeaseLost
from crm_graph.transfer import jobs
from crm_graph.transfer.jobs import Upload
from crm_graph.transfer.reading import MappingRefused
from crm_graph.unit import Actor
from tests.graph.transfer.conftest import Sample
from tests.graph.transfer.test_import import PEOPLE
from tests.lost import lose_commits

DEAL, LINE_ITEM = "0-3", "0-8"
OWNER = Actor(user_id=1, owner_id="1", is_super_admin=True)


@pytest.fixture(autouse=True)
def _data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_GRAPH_DATA", str(tmp_path / "data"))


def started(sample: Sample, *, is_dry_run: bool = False, actor: Actor = OWNER) -> Job:
    uploads = [Upload(path.name, io.BytesIO(path.read_bytes())) for path in sorted(sample.directory.glob("*.csv"))]
    return jobs.start(sample.crm, actor, sample.mapping, uploads, is_dry_run=is_dry_run)


def held(crm: Crm, job: Job, stopping: Callable[[], bool] = lambda: False) -> Held:
    """The job in the hands of a worker of this test, whatever other jobs wait."""
    crm.graph.driver.execute_query(
        "MATCH (j:_Job {id: $id}) SET j.state = 'running', j.lease = $id, j.lease_until = 9000000000000", id=job.id
    )
    return Held(crm.graph, job_store.find(crm.graph, job.id), job.id, stopping)


def after(batches: int) -> Callable[[], bool]:
    """Becomes true when it was asked so many times."""
    asked = iter(range(batches))
    return lambda: next(asked, None) is None


def test_a_job_imports_what_was_sent(sample: Sample) -> None:
    job = started(sample)
    work = held(sample.crm, job)
    assert jobs.work(sample.crm, work)
    work.end(DONE)
    report = jobs.report_of(sample.crm, job.id)
    assert report is not None
    assert [step["created"] for step in report["steps"]] == [3, 3, 6, 10, 9, 0]
    assert sample.count(DEAL) == 10


def test_bad_rows_are_kept_with_the_job(sample: Sample) -> None:
    job = started(sample)
    jobs.work(sample.crm, held(sample.crm, job))
    errors = jobs.errors_of(sample.crm, job.id)
    assert [(error["file"], error["line"], error["column"]) for error in errors] == [
        ("sales_pipeline.csv", 8, "engage_date"),
        ("sales_pipeline.csv", 10, "opportunity_id"),
        ("sales_pipeline.csv", 9, "product"),
    ]
    assert job_store.find(sample.crm.graph, job.id).failed == 3


def test_bad_rows_whose_answer_was_lost_are_kept_once(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = (sample.directory / "sales_pipeline.csv").read_text("utf-8").splitlines()
    sample.write("sales_pipeline.csv", f"{lines[0]}\n{lines[7]}\n")
    job = started(sample)
    lost = lose_commits(monkeypatch, "[:LEFT_OUT]")

    assert jobs.work(sample.crm, held(sample.crm, job))

    assert lost
    assert [error["line"] for error in jobs.errors_of(sample.crm, job.id)] == [2]
    assert job_store.find(sample.crm.graph, job.id).failed == 1


def test_rows_that_are_refused_in_one_batch_are_kept_in_different_places(small: Sample) -> None:
    small.mapping = PEOPLE.format(name=small.name) + 'hs_additional_emails = "other"\n'
    rows = [f"{name}@{small.name}.example,{name},x@{small.name}.example" for name in ("ann", "ben", "cora")]
    small.write("people.csv", "\n".join(["mail,first,other", *rows, ""]))
    job = started(small)

    jobs.work(small.crm, held(small.crm, job))

    assert [error["position"] for error in jobs.errors_of(small.crm, job.id)] == [0, 1]


@pytest.mark.parametrize("batches", range(1, 10))
def test_a_job_that_was_left_is_taken_up_behind_its_last_batch(sample: Sample, batches: int) -> None:
    job = started(sample)
    assert not jobs.work(sample.crm, held(sample.crm, job, after(batches)))
    assert jobs.work(sample.crm, held(sample.crm, job))
    report = jobs.report_of(sample.crm, job.id)
    assert report is not None
    assert [step["created"] for step in report["steps"]] == [3, 3, 6, 10, 9, 0]
    assert [step["unchanged"] for step in report["steps"]] == [0, 0, 0, 0, 0, 0]
    assert len(jobs.errors_of(sample.crm, job.id)) == 3


@pytest.mark.parametrize("batches", [1, 3, 5, 7])
def test_a_dry_run_that_was_left_ends_with_the_same_counts(sample: Sample, batches: int) -> None:
    job = started(sample, is_dry_run=True)
    assert not jobs.work(sample.crm, held(sample.crm, job, after(batches)))
    assert jobs.work(sample.crm, held(sample.crm, job))
    report = jobs.report_of(sample.crm, job.id)
    assert report is not None
    assert [step["created"] for step in report["steps"]] == [3, 3, 6, 10, 9, 0]
    assert len(jobs.errors_of(sample.crm, job.id)) == 3
    assert sample.count(DEAL) == 0


def test_a_worker_that_lost_its_lease_writes_nothing(sample: Sample) -> None:
    job = started(sample)
    work = held(sample.crm, job)
    sample.crm.graph.driver.execute_query("MATCH (j:_Job {id: $id}) SET j.lease = 'another'", id=job.id)
    with pytest.raises(LeaseLost):
        jobs.work(sample.crm, work)
    assert sample.count(DEAL) == 0


def test_revisions_name_the_job(sample: Sample) -> None:
    job = started(sample)
    jobs.work(sample.crm, held(sample.crm, job))
    query = "MATCH (v:_Revision {record_key: r._key, version: 1}) RETURN DISTINCT v.source AS source, v.source_id AS id"
    assert sample.ask(query, kind=LINE_ITEM) == [{"source": "IMPORT", "id": job.id}]


def test_files_are_gone_when_the_job_has_ended(sample: Sample, tmp_path: Path) -> None:
    jobs.work(sample.crm, held(sample.crm, started(sample)))
    assert list((tmp_path / "data" / "imports").iterdir()) == []


def test_a_file_that_the_mapping_does_not_name_is_refused(sample: Sample) -> None:
    with pytest.raises(InvalidInput, match=r"'\.\./deals\.csv' is no file of the mapping"):
        jobs.start(sample.crm, OWNER, sample.mapping, [Upload("../deals.csv", io.BytesIO())])


def test_a_mapping_with_faults_makes_no_job(sample: Sample, tmp_path: Path) -> None:
    with pytest.raises(MappingRefused):
        jobs.start(sample.crm, OWNER, sample.mapping.replace('"deal"', '"dale"'), [])
    assert not (tmp_path / "data" / "imports").exists() or not list((tmp_path / "data" / "imports").iterdir())


def test_whoever_imports_must_be_permitted_to_write_the_records(sample: Sample) -> None:
    with pytest.raises(MissingScopes) as refused:
        started(sample, actor=Actor(user_id=2, scopes=frozenset({"crm.import", "crm.objects.deals.write"})))
    assert {"crm.objects.companies.write", SUPER_ADMIN} <= set(refused.value.scopes)
    assert "crm.objects.deals.write" not in refused.value.scopes
