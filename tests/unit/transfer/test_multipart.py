"""A form is sent in the length it announces, and read from disk while it is."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import pytest
from werkzeug.wrappers import Request

from crm_graph.transfer.multipart import MultipartForm, Part

MEGABYTE = 1024 * 1024


def test_a_server_reads_what_was_put_in(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_bytes(b"mail\r\nann@example.com\r\n")
    files = [
        Part("mapping", "people.toml", "application/toml", b"name"),
        Part("files", 'über "uns".csv', "text/csv", tmp_path / "people.csv"),
    ]
    form = MultipartForm({"dryRun": "true"}, files)
    body = b"".join(form)
    assert len(body) == len(form)
    environ = {"wsgi.input": io.BytesIO(body), "CONTENT_TYPE": form.content_type, "CONTENT_LENGTH": str(len(form))}
    with Request({**environ, "REQUEST_METHOD": "POST"}) as request:
        assert request.form["dryRun"] == "true"
        read = {name: (file.filename, file.read()) for name, file in request.files.items()}
    assert read == {
        "mapping": ("people.toml", b"name"),
        "files": ('über "uns".csv', b"mail\r\nann@example.com\r\n"),
    }


def test_a_large_file_is_never_in_memory(tmp_path: Path) -> None:
    with (tmp_path / "large.csv").open("wb") as file:
        file.truncate(64 * MEGABYTE)
    form = MultipartForm({}, [Part("files", "large.csv", "text/csv", tmp_path / "large.csv")])
    tracemalloc.start()
    try:
        assert sum(map(len, form)) == len(form)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 4 * MEGABYTE


def test_a_file_that_became_shorter_is_told(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"mail\n")
    form = MultipartForm({}, [Part("files", "people.csv", "text/csv", path)])
    path.write_bytes(b"")
    with pytest.raises(OSError, match="became shorter"):
        list(form)
