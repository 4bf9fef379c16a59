"""The official Node client writes as well as reads: a smaller set of operations than the Python client's, as it is
generated from the same descriptions. It differs in that it refuses a success whose status is not the described one."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from tests.clients.environments import run_node
from tests.factories import unique

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def word() -> str:
    """Stands in everything that is written."""
    return unique("node")


@pytest.fixture(scope="module")
def answers(served: str, token: str, word: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the client made of the answers, by operation."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path_factory.mktemp("node")),
        "HUBSPOT_URL": served,
        "HUBSPOT_TOKEN": token,
        "WORD": word,
    }
    return json.loads(run_node("node", "operations.mjs", environment=environment))


def test_a_contact_is_made_changed_read_and_found(answers: Any, word: str) -> None:
    assert answers["contact"]["properties"] | {"lastname": word, "phone": None} == answers["contact"]["properties"]
    assert answers["byEmail"]["id"] == answers["contact"]["id"] == answers["id"]
    assert answers["conflict"] == {"code": 409, "category": "CONFLICT"}
    assert [row["properties"]["email"] for row in answers["search"]["results"]] == [f"{word}@example.com"]
    assert answers["search"]["total"] == 1


def test_batches_make_change_read_and_archive_records(answers: Any, word: str) -> None:
    assert answers["batchCreate"] == "COMPLETE"
    assert [row["properties"]["city"] for row in answers["batchUpdate"]["results"]] == [word]
    read = {row["id"]: row["properties"]["city"] for row in answers["batchRead"]["results"]}
    assert read == {answers["one"]: word, answers["two"]: None}
    assert answers["merged"]["id"] not in read
    assert answers["merged"]["properties"]["city"] == word
    assert answers["archived"] == {"code": 404}


def test_an_upsert_says_what_is_new(answers: Any) -> None:
    assert {row["id"] == answers["id"]: row["_new"] for row in answers["upsert"]["results"]} == {
        True: False,
        False: True,
    }


def test_an_association_has_its_labels_until_it_ends(answers: Any, word: str) -> None:
    (associated,) = answers["associated"]["results"]
    assert str(associated["toObjectId"]) == answers["company"]
    assert {each["label"] for each in associated["associationTypes"]} == {"Primary", None, f"Label {word}"}
    assert answers["parted"]["results"] == []


def test_definitions_are_made_and_changed(answers: Any, word: str) -> None:
    assert (answers["property"]["name"], answers["property"]["label"]) == (word, "New")
    assert (answers["schema"]["name"], answers["schema"]["requiredProperties"]) == (word, ["note"])
    assert answers["custom"]["properties"]["note"] == word
    assert [each["label"] for each in answers["pipeline"]["stages"]] == ["Open", "Won"]


def test_a_list_has_its_member_and_the_account_its_owner(answers: Any) -> None:
    assert [each["recordId"] for each in answers["members"]["results"]] == [answers["id"]]
    assert answers["owners"]["results"]
