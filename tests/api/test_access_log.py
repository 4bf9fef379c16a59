"""The access log: a line for every request, without a value."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from api.access_log import RotatedFile
from api.app import create_app
from crm_graph.config import Settings
from crm_graph.crm import Crm
from tests.api.client import Client

SECRET = "nick.halden@example.com"


@pytest.fixture
def logged(settings: Settings, crm: Crm, tmp_path: Path) -> Iterator[tuple[Flask, Path]]:
    """An application that logs, and its file."""
    path = tmp_path / "logs" / "access.jsonl"
    app = create_app(settings, crm, access_log=path)
    yield app, path
    app.extensions["monitor"].stop()


def test_line_says_what_was_asked_and_how_it_ended(logged: tuple[Flask, Path], token: str) -> None:
    app, path = logged
    answer = Client(app, token).get("/crm/v3/objects/contacts", limit="1", properties="email")
    line = json.loads(path.read_text())
    assert line["id"] == answer.headers["X-HubSpot-Correlation-Id"]
    assert line["route"] == "/crm/v3/objects/<object_type>"
    assert line["parameters"] == ["limit", "properties"]
    assert (line["method"], line["status"], line["user"]) == ("GET", 200, "user:1")
    assert line["ms"] > 0


def test_log_has_no_values_and_no_tokens(logged: tuple[Flask, Path], token: str) -> None:
    app, path = logged
    client = Client(app, token)
    client.get(f"/crm/v3/objects/contacts/{SECRET}", idProperty="email", properties=SECRET)
    client.get(f"/nowhere/{SECRET}")
    client.post("/crm/v3/objects/contacts", {"properties": {"nosuch": SECRET}})
    client.call("GET", f"/crm/v3/objects/contacts?{token}")
    text = path.read_text()
    assert len(text.splitlines()) == 4
    assert SECRET not in text
    assert "halden" not in text
    assert token not in text


def test_file_that_is_too_long_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "access.jsonl"
    first, second = (RotatedFile(path, most=20, kept=2) for _ in range(2))
    for number in range(12):
        (first if number % 2 else second).write(f"line {number:02}\n".encode())
    first.close()
    second.close()
    kept = "".join((tmp_path / name).read_text() for name in ("access.jsonl.2", "access.jsonl.1", "access.jsonl"))
    assert sorted(path.name for path in tmp_path.glob("access.jsonl*")) == [
        "access.jsonl",
        "access.jsonl.1",
        "access.jsonl.2",
        "access.jsonl.lock",
    ]
    assert kept.splitlines() == [f"line {number:02}" for number in range(12)][-len(kept.splitlines()) :]
