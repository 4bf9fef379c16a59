"""The demo account: what it shows, that it is the same at every start, and what its first lines on the screen do."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults.caller import Caller
from tests.faults.served import START_S, Served, within

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

LOADED_S = 300
"""The longest that the first start may take, and all that it writes, on a machine with other things to do."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo account, started for the first time."""
    served = Served(tmp_path_factory.mktemp("demo") / "data")
    try:
        begun(served)
        yield served
        print(served.said)
    finally:
        served.remove()


def begun(served: Served, *options: str) -> None:
    """Start the demo and wait until it has said where it is, and is."""
    popen = served.begin("demo", *options)
    is_up = within(LOADED_S, lambda: popen.poll() is not None or (curl_lines(served) and served.is_healthy))
    assert is_up, served.said
    assert popen.poll() is None, served.said
    # Each worker reads the data model before its first answer.
    with served.two_workers(token(served)) as callers:
        for caller in callers:
            assert within(START_S, lambda caller=caller: caller.get("/crm/v3/owners").status == 200), served.said  # type: ignore[misc]


def ended(served: Served) -> None:
    """Stop it; what it said is forgotten."""
    served.end()
    served.log.unlink()


def curl_lines(served: Served) -> list[str]:
    """The commands that it printed."""
    joined = served.said.replace("\\\n", " ")
    return re.findall(r"^  (curl .+)$", joined, re.MULTILINE)


def pasted(command: str) -> Any:
    """What a shell makes of the command: the JSON of its answer."""
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def token(served: Served) -> str:
    """The token that it printed."""
    return re.findall(r"^  token: +(\S+)$", served.said, re.MULTILINE)[0]


def found(caller: Caller, object_type: str, name: str, value: str, *properties: str) -> dict[str, Any]:
    """The only record with that value."""
    filters = [{"propertyName": name, "operator": "EQ", "value": value}]
    answer = caller.post(f"/crm/v3/objects/{object_type}/search", {"filters": filters, "properties": properties})
    assert answer.status == 200, answer
    [record] = answer.body["results"]
    return dict(record)


def associated(caller: Caller, object_type: str, record_id: str, far: str) -> dict[str, set[str | None]]:
    """Labels by id of the associated records."""
    answer = caller.get(f"/crm/v4/objects/{object_type}/{record_id}/associations/{far}")
    assert answer.status == 200, answer
    results = answer.body["results"]
    return {str(each["toObjectId"]): {kind["label"] for kind in each["associationTypes"]} for each in results}


def test_its_three_lines_work_when_they_are_pasted(demo: Served) -> None:
    people, deals, ada = curl_lines(demo)
    assert len(pasted(people)["results"]) == 3
    assert all(each["properties"]["email"] for each in pasted(people)["results"])
    assert any("associations" in each for each in pasted(deals)["results"])
    assert pasted(ada)["properties"]["email"] == "ada@example.com"
    assert pasted(ada)["category"] == "CONFLICT"


def test_nick_halden_is_an_informant_of_the_bureau(demo: Served) -> None:
    with Caller(demo.port, token(demo)) as caller:
        nick = found(caller, "contacts", "lastname", "Halden", "firstname")
        bureau = found(caller, "companies", "name", "F.B.I.")
        assert nick["properties"]["firstname"] == "Nick"
        assert "Informant" in associated(caller, "contacts", nick["id"], "companies")[bureau["id"]]


def test_a_roast_batch_is_associated_with_all_that_it_may_be(demo: Served) -> None:
    with Caller(demo.port, token(demo)) as caller:
        schema = caller.get("/crm/v3/schemas/roast_batch").body
        batch = found(caller, "roast_batch", "green_lot_number", "ETH-2026-0411", "roast_date", "quality_score")
        ticket = found(caller, "tickets", "subject", "Lot ETH-2026-0411 tastes sour")
        far = {
            name: associated(caller, "roast_batch", batch["id"], name)
            for name in ("contacts", "deals", "tickets", "conversations")
        }
        conversations = associated(caller, "tickets", ticket["id"], "conversations")
    labels = {each["label"] for each in schema["properties"]}
    assert schema["labels"] == {"singular": "Roast Batch", "plural": "Roast Batches"}
    assert {"Roast date", "Green lot #", "Quality score"} <= labels
    assert (batch["properties"]["roast_date"], batch["properties"]["quality_score"]) == ("2026-04-14", "86.5")
    assert all(far.values()), far
    assert conversations.keys() == far["conversations"].keys()


def test_there_is_something_of_everything(demo: Served) -> None:
    with Caller(demo.port, token(demo)) as caller:
        totals = {
            name: caller.post(f"/crm/v3/objects/{name}/search", {"limit": 0}).body["total"]
            for name in ("contacts", "companies", "deals", "orders", "tickets", "calls", "emails", "meetings", "notes")
        }
    assert totals["contacts"] > 200
    assert all(number > 10 for number in totals.values()), totals


def test_a_second_start_has_what_was_written_and_the_same_token(demo: Served) -> None:
    with Caller(demo.port, token(demo)) as caller:
        record_id = caller.create("contacts", firstname="Kept")
        contacts = caller.post("/crm/v3/objects/contacts/search", {"limit": 0}).body["total"]
    secret = token(demo)
    ended(demo)

    begun(demo)

    with Caller(demo.port, secret) as caller:
        assert caller.get(f"/crm/v3/objects/contacts/{record_id}").body["properties"]["firstname"] == "Kept"
        assert caller.post("/crm/v3/objects/contacts/search", {"limit": 0}).body["total"] == contacts
    assert token(demo) == secret


def test_a_reset_begins_afresh_with_the_same_account(demo: Served) -> None:
    with Caller(demo.port, token(demo)) as caller:
        caller.create("contacts", firstname="Gone")
    ended(demo)

    begun(demo, "--reset")

    with Caller(demo.port, token(demo)) as caller:
        gone = {"filters": [{"propertyName": "firstname", "operator": "IN", "values": ["Gone", "Kept"]}]}
        assert caller.post("/crm/v3/objects/contacts/search", gone).body["total"] == 0
        assert found(caller, "contacts", "lastname", "Halden")
