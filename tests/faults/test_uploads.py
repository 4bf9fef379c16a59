"""Large files go through a web process to the disk, and are never in its memory."""

from __future__ import annotations

from pathlib import Path

import psutil
import pytest
import requests

from crm_graph.transfer.multipart import MultipartForm, Part
from crm_graph.transfer.remote import PATH
from tests.api.test_imports import MAPPING
from tests.faults.served import TOKEN, Served

pytestmark = pytest.mark.slow

MEGABYTE = 1024 * 1024


def test_files_of_200_mb_take_no_memory_and_leave_nothing(served: Served, tmp_path: Path) -> None:
    with (tmp_path / "people.csv").open("wb") as file:
        file.write(b"mail,first\n")
        file.truncate(200 * MEGABYTE)
    mapping = MAPPING.format(name="people").replace("firstname", "no such property").encode()
    files = [
        Part("mapping", "people.toml", "application/toml", mapping),
        Part("files", "people.csv", "text/csv", tmp_path / "people.csv"),
    ]
    form = MultipartForm({}, files)
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": form.content_type}
    before = {process: most_bytes(process) for process in served.web_workers}

    answer = requests.post(served.url + PATH, data=form, headers=headers, timeout=120)

    assert answer.status_code == 400, answer.text
    assert len(before) == 2
    assert all(most_bytes(process) - most < 32 * MEGABYTE for process, most in before.items())
    assert list((served.data / "imports").iterdir()) == []


def most_bytes(process: psutil.Process) -> int:
    """The most memory that the process has had at any time, as Linux counts it."""
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
