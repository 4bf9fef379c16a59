"""Imports over HTTP: what the command line sends, a worker does, and the answers tell."""

from __future__ import annotations

import io
import secrets
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from werkzeug.datastructures import FileStorage

from crm_graph.cli import commands
from crm_graph.crm import Crm
from crm_graph.transfer import remote
from crm_graph.transfer.reading import read_mapping
from crm_graph.transfer.remote import RemoteImports, RemoteRefused
from tests.api.client import Client
from tests.working import working

MAPPING = """
name = "{name}"
[[files]]
path = "people.csv"
[[files.records]]
object_type = "contact"
key = {{ column = "mail", property = "email" }}
[files.records.properties]
firstname = "first"
"""
PATH = "/crm/graph/v1/imports"


@pytest.fixture
def name() -> str:
    """A name that nothing has yet."""
    return f"people-{secrets.token_hex(5)}"


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> Path:
    """A directory with a mapping and its file, of which one of three rows is bad."""
    monkeypatch.setenv("CRM_GRAPH_DATA", str(tmp_path / "data"))
    rows = [f"ann@{name}.example,Ann", "no address,Ben", f"cora@{name}.example,Cora"]
    (tmp_path / "people.csv").write_text("mail,first\n" + "\n".join(rows) + "\n", "utf-8")
    (tmp_path / "people.toml").write_text(MAPPING.format(name=name), "utf-8")
    return tmp_path


@pytest.fixture
def worker(crm: Crm) -> Iterator[None]:
    """Somebody who does imports."""
    with working(crm):
        yield


def sent(client: Client, directory: Path, **others: str) -> dict[str, object]:
    files = [FileStorage(io.BytesIO((directory / "people.csv").read_bytes()), "people.csv", "files")]
    mapping = FileStorage(io.BytesIO((directory / "people.toml").read_bytes()), "people.toml", "mapping")
    answer = client.call("POST", PATH, data={"mapping": mapping, "files": files, **others})
    return {**(answer.get_json() or {}), "status_code": answer.status_code}


@pytest.mark.usefixtures("worker")
def test_the_command_line_sends_files_and_follows_the_job(
    served: str, token: str, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_GRAPH_URL", served)
    monkeypatch.setenv("CRM_GRAPH_TOKEN", token)
    errors = directory / "errors.csv"
    arguments = ["import", str(directory / "people.toml"), "--from", str(directory), "--errors", str(errors)]
    result = CliRunner().invoke(commands, arguments)
    assert result.exit_code == 3, result.output
    assert errors.read_text("utf-8").splitlines() == [
        "file,line,object_type,column,value,reason",
        "people.csv,3,contact,mail,no address,Email address no address is invalid",
    ]


@pytest.mark.usefixtures("worker")
def test_a_dry_run_writes_nothing(served: str, token: str, directory: Path, name: str, crm: Crm) -> None:
    environment = {"CRM_GRAPH_URL": served, "CRM_GRAPH_TOKEN": token}
    arguments = ["import", str(directory / "people.toml"), "--from", str(directory), "--dry-run"]
    result = CliRunner(env=environment).invoke(commands, [*arguments, "--errors", str(directory / "errors.csv")])
    assert result.exit_code == 3, result.output
    found, _, _ = crm.graph.driver.execute_query(
        "MATCH (c:Contact {email: $mail}) RETURN count(c) AS n", mail=f"ann@{name}.example"
    )
    assert found[0]["n"] == 0


def test_a_wrong_token_is_told_before_any_file_is_sent(
    served: str, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests.Session, "post", lambda *_, **__: pytest.fail("a file was sent"))
    text = (directory / "people.toml").read_text("utf-8")
    with pytest.raises(RemoteRefused, match="401"):
        RemoteImports(served, "pat-of-nobody").start(text, read_mapping(text), directory, is_dry_run=True)


def test_files_are_sent_again_where_the_connection_broke(
    served: str, token: str, directory: Path, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, failures = requests.Session.post, iter([requests.ConnectionError("reset by a server that is busy")])

    def breaking(session: requests.Session, *arguments: Any, **others: Any) -> requests.Response:
        for failure in failures:
            raise failure
        return post(session, *arguments, **others)

    monkeypatch.setattr(requests.Session, "post", breaking)
    text = (directory / "people.toml").read_text("utf-8")
    job_id = RemoteImports(served, token).start(text, read_mapping(text), directory, is_dry_run=True)
    assert client.post(f"{PATH}/{job_id}/cancel").status_code == 204


def test_an_import_that_the_server_never_takes_is_given_up(
    served: str, token: str, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(*_: Any, **__: Any) -> requests.Response:
        raise requests.ConnectionError("reset")

    monkeypatch.setattr(requests.Session, "post", breaking)
    monkeypatch.setattr(remote, "_PATIENCE_S", 0)
    text = (directory / "people.toml").read_text("utf-8")
    with pytest.raises(RemoteRefused, match="does not answer"):
        RemoteImports(served, token).start(text, read_mapping(text), directory, is_dry_run=True)


def _import(directory: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What `crm-graph import` says where it cannot run."""
    monkeypatch.setattr(remote, "_FIRST_PATIENCE_S", 0)
    arguments = ["import", str(directory / "people.toml"), "--from", str(directory)]
    errors = ["--errors", str(directory / "errors.csv")]
    result = CliRunner(env={"CRM_GRAPH_URL": url}).invoke(commands, [*arguments, *errors])
    assert isinstance(result.exception, RemoteRefused)
    return result.exception.message


def test_a_url_at_which_nothing_answers_is_named_with_how_to_start_a_server(
    directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert _import(directory, f"http://127.0.0.1:{port}/", monkeypatch) == (
        f"Nothing answers at http://127.0.0.1:{port}, which CRM_GRAPH_URL names: Connection refused. Start the server "
        "there (`crm-graph serve` or `crm-graph demo`, with --port where it is not 8080), or unset CRM_GRAPH_URL to "
        "import into the account of --data."
    )


@pytest.mark.parametrize("url", ["127.0.0.1:8080", "localhost", "http://", "ftp://localhost"])
def test_a_url_that_is_none_is_told_at_once(directory: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    told = _import(directory, url, monkeypatch)
    assert told.startswith("CRM_GRAPH_URL is '")
    assert told.endswith("which is no URL of a server, such as http://127.0.0.1:8080.")


def test_a_new_import_waits_for_a_worker_and_can_be_cancelled(client: Client, directory: Path) -> None:
    job = sent(client, directory)
    assert (job["status_code"], job["state"], job["rowsDone"]) == (201, "waiting", 0)
    assert client.post(f"{PATH}/{job['id']}/cancel").status_code == 204
    assert client.get(f"{PATH}/{job['id']}").get_json()["state"] == "cancelled"


@pytest.mark.usefixtures("worker")
def test_rows_left_out_for_an_address_go_with_the_person(client: Client, directory: Path, name: str) -> None:
    with (directory / "people.csv").open("a", encoding="utf-8") as file:
        file.write(f"Ann@{name}.example,Anna\nAnn <ann@{name}.example>,Ann\n")
    path = f"{PATH}/{sent(client, directory)['id']}"
    deadline = time.monotonic() + 60
    while (state := client.get(path).get_json()["state"]) in ("waiting", "running") and time.monotonic() < deadline:
        time.sleep(0.05)
    assert state == "done"

    def wrong() -> list[str]:
        return [each["value"] for each in client.get(f"{path}/errors").get_json()["results"]]

    assert sorted(wrong()) == [f"Ann <ann@{name}.example>", f"Ann@{name}.example", "no address"]
    person = {"objectId": f"ann@{name}.example", "idProperty": "email"}
    assert client.post("/crm/v3/objects/contacts/gdpr-delete", person).status_code == 204
    assert wrong() == ["no address"]


def test_a_mapping_that_does_not_fit_is_refused_with_every_fault(client: Client, directory: Path) -> None:
    text = (directory / "people.toml").read_text("utf-8").replace("firstname", "firstnam")
    (directory / "people.toml").write_text(text, "utf-8")
    answer = sent(client, directory)
    assert answer["status_code"] == 400
    assert "did you mean 'firstname'?" in str(answer["message"])


def test_an_import_without_mapping_is_refused(client: Client) -> None:
    answer = client.call("POST", PATH, data={"dryRun": "true"})
    assert answer.status_code == 400
    assert "`mapping` is missing" in answer.get_json()["message"]


def test_an_unknown_import_is_404(client: Client) -> None:
    assert client.get(f"{PATH}/unknown").status_code == 404
    assert client.get(f"{PATH}/unknown/errors").status_code == 404
