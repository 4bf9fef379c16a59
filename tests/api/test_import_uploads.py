"""The files of an import have a limit of their own and go to disk; every other body keeps its limit."""

from __future__ import annotations

import io
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from api.app import close, create_app
from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.errors import InvalidInput
from crm_graph.jobs import job as job_store
from crm_graph.jobs.job import Held, Job
from crm_graph.transfer import jobs
from crm_graph.transfer.jobs import Upload
from crm_graph.transfer.multipart import MultipartForm, Part
from crm_graph.transfer.source import SourceRefused
from crm_graph.unit import Actor
from tests.api.client import Client
from tests.api.test_imports import MAPPING, PATH

BODY_BYTES = 500


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the account keeps its files; the system's temporary directory is of no use."""
    monkeypatch.setenv("CRM_GRAPH_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "there is none"))
    return tmp_path / "data"


@pytest.fixture
def form() -> MultipartForm:
    """An import that is longer than other requests may be."""
    mapping = MAPPING.format(name=f"people-{secrets.token_hex(5)}").encode()
    rows = b"mail,first\n" + b"ann@example.com,Ann\n" * 50
    files = [Part("mapping", "people.toml", "application/toml", mapping), Part("files", "people.csv", "", rows)]
    return MultipartForm({}, files)


@pytest.fixture
def limited(settings: Settings, crm: Crm, token: str) -> Iterator[Callable[..., Client]]:
    """Makes clients of applications with these limits."""
    made: list[Flask] = []

    def make(**limits: int) -> Client:
        own = replace(settings, limits=replace(settings.limits, body_bytes=BODY_BYTES, **limits))
        made.append(create_app(own, Crm(own)))
        return Client(made[-1], token)

    yield make
    for app in made:
        close(app)


def send(client: Client, form: MultipartForm, path: str = PATH) -> TestResponse:
    return client.call("POST", path, b"".join(form), content_type=form.content_type)


def test_an_import_may_be_as_long_as_its_limit(limited: Callable[..., Client], form: MultipartForm) -> None:
    assert len(form) > BODY_BYTES
    assert send(limited(import_bytes=len(form)), form).status_code == 201


def test_an_import_one_byte_longer_is_413(limited: Callable[..., Client], form: MultipartForm, data: Path) -> None:
    answer = send(limited(import_bytes=len(form) - 1), form)
    assert answer.status_code == 413
    assert answer.get_json()["category"] == "REQUEST_TOO_LARGE"
    assert not data.exists()


def test_other_bodies_keep_their_limit(limited: Callable[..., Client], form: MultipartForm) -> None:
    client = limited(import_bytes=len(form))
    for path in ("/crm/v3/objects/contacts", f"{PATH}/1/cancel"):
        assert send(client, form, path).status_code == 413


@pytest.mark.parametrize(("spare", "status"), [(1, 201), (-1, 413)])
def test_an_import_that_does_not_tell_its_length_is_read_up_to_the_limit(
    limited: Callable[..., Client], form: MultipartForm, spare: int, status: int
) -> None:
    client = limited(import_bytes=len(form) + spare)
    chunked = {"headers": {"Transfer-Encoding": "chunked"}, "environ_overrides": {"wsgi.input_terminated": True}}
    stream = io.BytesIO(b"".join(form))
    answer = client.call("POST", PATH, input_stream=stream, content_type=form.content_type, **chunked)
    assert answer.status_code == status


def test_files_are_on_the_disk_of_the_account_while_they_come(
    limited: Callable[..., Client], form: MultipartForm, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    devices = []

    def start(crm: Crm, actor: Actor, mapping_text: str, uploads: list[Upload], **_: bool) -> Job:
        devices.extend(os.fstat(upload.stream.fileno()).st_dev for upload in uploads)
        raise InvalidInput("seen")

    monkeypatch.setattr(jobs, "start", start)
    assert send(limited(), form).get_json()["message"] == "seen"
    assert devices == [(data / "imports").stat().st_dev]
    assert list((data / "imports").iterdir()) == []


def test_one_import_more_than_may_be_sent_at_once_is_503(limited: Callable[..., Client], form: MultipartForm) -> None:
    client = limited(import_uploads=1)
    assert send(client, form).status_code == 201
    uploads = client.app.extensions["import_uploads"]
    with uploads:
        answer = send(client, form)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert send(client, form).status_code == 201


def test_one_import_more_than_may_wait_is_503_before_it_is_read(
    limited: Callable[..., Client], form: MultipartForm, crm: Crm, data: Path
) -> None:
    client = limited(waiting_imports=len(job_store.unended(crm.graph, [jobs.KIND])) + 1)
    job_id = send(client, form).get_json()["id"]
    stream = io.BytesIO(b"".join(form))
    answer = client.call("POST", PATH, input_stream=stream, content_type=form.content_type)
    assert (answer.status_code, stream.tell()) == (503, 0)
    assert [path.name for path in (data / "imports").iterdir()] == [job_id]
    client.post(f"{PATH}/{job_id}/cancel")
    assert send(client, form).status_code == 201


@pytest.mark.parametrize(("parts", "status"), [(2, 201), (1, 413)])
def test_an_import_has_as_many_parts_as_it_may(
    limited: Callable[..., Client], form: MultipartForm, parts: int, status: int
) -> None:
    assert send(limited(import_parts=parts), form).status_code == status


def test_files_of_an_import_are_for_its_account_alone(
    limited: Callable[..., Client], form: MultipartForm, data: Path
) -> None:
    job_id = send(limited(), form).get_json()["id"]
    own = data / "imports" / job_id
    modes = [path.stat().st_mode & 0o777 for path in (own.parent, own, own / "people.csv")]
    assert modes == [0o700, 0o700, 0o600]


def test_files_that_came_to_no_job_are_removed_in_time(
    limited: Callable[..., Client], form: MultipartForm, crm: Crm, data: Path
) -> None:
    imports = data / "imports"
    job_id = send(limited(), form).get_json()["id"]
    for name in ("killed", "coming"):
        (imports / name).mkdir()
    for name in (job_id, "killed"):
        os.utime(imports / name, (0, 0))
    jobs.sweep(crm)
    assert {path.name for path in imports.iterdir()} == {job_id, "coming"}


@pytest.mark.parametrize(("missing", "status"), [(0, 201), (1, 400)])
def test_a_mapping_may_be_as_long_as_its_limit(
    limited: Callable[..., Client], form: MultipartForm, missing: int, status: int
) -> None:
    length = next(part.length for _, part, _ in form._parts if part.field == "mapping")
    answer = send(limited(import_mapping_bytes=length - missing), form)
    assert answer.status_code == status


@pytest.mark.parametrize("way", ["cancelled", "failed"])
def test_files_of_an_import_that_did_not_end_well_are_removed(
    limited: Callable[..., Client], form: MultipartForm, crm: Crm, data: Path, way: str
) -> None:
    client = limited()
    job_id = send(client, form).get_json()["id"]
    assert (data / "imports" / job_id / "people.csv").exists()
    if way == "cancelled":
        client.post(f"{PATH}/{job_id}/cancel")
    else:
        (data / "imports" / job_id / "people.csv").write_text("none of its columns\n", "utf-8")
        held = Held(crm.graph, job_store.find(crm.graph, job_id), "lease")
        with pytest.raises(SourceRefused):
            jobs.work(crm, held)
    assert list((data / "imports").iterdir()) == []
