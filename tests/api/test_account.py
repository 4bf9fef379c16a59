"""The account, its use, and how much of its limits is used."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
from flask import Flask

from crm_graph.accounts.usage_writer import write_down
from crm_graph.crm import Crm
from tests.api.client import Client
from tests.factories import Make, unique
from tests.rules.asking import Account

USAGE = "/account-info/v3/api-usage/daily/private-apps"
LIMITS = "/crm/v3/limits"


@pytest.fixture
def account(client: Client, token: str) -> Account:
    return Account(client, token)


def used(client: Client) -> int:
    """How many requests there were today."""
    [found] = client.get(USAGE).get_json()["results"]
    assert found["fetchStatus"] == "SUCCESS"
    return int(found["currentUsage"])


def of(body: Any, object_type_id: str) -> Any:
    """What is said of an object type."""
    [found] = [each for each in body if each["objectTypeId"] == object_type_id]
    return found


def test_requests_of_today_are_counted(client: Client) -> None:
    before, more = used(client), secrets.randbelow(20)
    for _ in range(more):
        client.get("/account-info/v3/details")
    assert used(client) == before + more + 1


def test_what_another_process_counted_is_there_once_it_was_written_down(client: Client, crm: Crm) -> None:
    other = Crm(crm.settings)
    before, more = used(client), secrets.randbelow(1000)
    other.requests.add(crm.clock.read() // 86_400_000, more)
    write_down(other)
    other.close()
    assert used(client) == before + more + 1


def test_the_account_is_the_same_to_older_clients(client: Client) -> None:
    new, old = client.get("/account-info/v3/details").get_json(), client.get("/integrations/v1/me").get_json()
    assert (old["portalId"], old["currency"]) == (new["portalId"], new["companyCurrency"])


def test_older_clients_get_owners_and_outcomes_of_calls(client: Client, make: Make) -> None:
    owner = client.get("/crm/v3/owners").get_json()["results"][0]
    older = client.get("/owners/v2/owners", email=owner["email"]).get_json()
    assert (owner["id"], owner["userId"]) in [(str(each["ownerId"]), each["activeUserId"]) for each in older]
    assert {each["email"] for each in older} == {owner["email"]}
    outcome = client.get("/calling/v1/dispositions").get_json()[0]
    call = make.record("call", hs_timestamp="2026-03-01T10:00:00Z", hs_call_disposition=outcome["id"])
    assert call.properties["hs_call_disposition"] == outcome["id"]


def test_a_report_of_use_goes_to_a_user_who_is_there(client: Client) -> None:
    owner = client.get("/crm/v3/owners").get_json()["results"][0]
    path = "/crm/v4/associations/usage/high-usage-report"
    report = client.post(f"{path}/{owner['userId']}").get_json()
    assert (report["userId"], report["userEmail"]) == (owner["userId"], owner["email"])
    assert client.post(f"{path}/{10**9}").status_code == 404
    assert client.post(f"{path}/x").status_code == 404


def test_records_are_counted(client: Client, make: Make) -> None:
    custom = make.object_type()

    def counted() -> tuple[int, int]:
        body = client.get(f"{LIMITS}/records").get_json()
        built_in = of(body["hubspotDefinedObjectTypes"], "0-2")["usage"]
        return built_in, of(body["customObjectTypes"]["byObjectType"], custom.id)["usage"]

    before, more = counted(), secrets.randbelow(5)
    for _ in range(more):
        make.company()
        make.record(custom.name)
    assert counted() == (before[0] + more, before[1] + more)


def test_definitions_are_counted(client: Client, account: Account) -> None:
    def counted() -> list[int]:
        properties = client.get(f"{LIMITS}/custom-properties").get_json()
        pipelines = client.get(f"{LIMITS}/pipelines").get_json()
        types = client.get(f"{LIMITS}/custom-object-types").get_json()
        calculated = client.get(f"{LIMITS}/calculated-properties").get_json()
        assert types["limit"] == 200
        return [
            of(properties["byObjectType"], "0-2")["usage"],
            properties["overallUsage"],
            of(pipelines["hubspotDefinedObjectTypes"], "0-3")["usage"],
            types["usage"],
            of(calculated["byObjectType"], "0-2")["usage"],
        ]

    before = counted()
    account.property()
    account.pipeline()
    account.schema()
    after = counted()
    assert [now - then for then, now in zip(before, after, strict=True)] == [1, after[1] - before[1], 1, 1, 0]
    assert after[1] > before[1]


def test_labels_between_two_types_are_counted(client: Client, account: Account) -> None:
    type_id = account.label()
    query = {"fromObjectTypeId": "0-1", "toObjectTypeId": "companies"}
    [found] = client.get(f"{LIMITS}/associations/labels", **query).get_json()["results"]
    labels = client.get("/crm/v4/associations/contacts/companies/labels").get_json()["results"]
    own = next(each["label"] for each in labels if each["typeId"] == type_id)
    assert own in found["allLabels"]
    assert (found["limit"], found["usage"]) == (50, len(found["allLabels"]))
    assert (found["fromObjectType"]["objectTypeId"], found["toObjectType"]["objectTypeId"]) == ("0-1", "0-2")
    assert client.get(f"{LIMITS}/associations/labels", fromObjectTypeId="widgets").status_code == 400


def test_an_object_type_without_a_name_is_refused(client: Client) -> None:
    answer = client.get(f"{LIMITS}/associations/labels", toObjectTypeId="")
    assert answer.status_code == 400
    assert "object type" in answer.get_json()["message"]


def test_records_at_and_near_a_limit_are_named(client: Client, make: Make) -> None:
    near_type, far_type = make.object_type(), make.object_type()
    pair = {"fromObjectTypeId": near_type.id, "toObjectTypeId": far_type.id, "name": unique()}
    client.post(f"/crm/v3/schemas/{near_type.name}/associations", pair)
    path = f"/crm/v4/associations/{near_type.id}/{far_type.id}"
    name = unique()
    label = client.post(f"{path}/labels", {"name": name, "label": name}).get_json()["results"][0]["typeId"]
    limit = {"inputs": [{"category": "USER_DEFINED", "typeId": label, "maxToObjectIds": 5}]}
    limits = f"/crm/associations/v4/definitions/configurations/{near_type.id}/{far_type.id}"
    assert client.post(f"{limits}/batch/create", limit).status_code == 201
    full, nearly, calm = (make.record(near_type.name) for _ in range(3))
    for record, number in ((full, 5), (nearly, 4), (calm, 3)):
        for _ in range(number):
            make.labelled(record, make.record(far_type.name), label)

    found = client.get(f"{LIMITS}/associations/records/{near_type.id}/{far_type.id}").get_json()

    assert (found["limit"], found["totalRecordsAtLimit"], found["totalRecordsNearLimit"]) == (5, 1, 1)
    assert found["atLimitFromRecordSamples"] == [{"label": name, "objectId": full.id}]
    assert found["nearLimitFromRecordSamples"] == [{"label": name, "objectId": nearly.id, "usage": 4, "percentage": 80}]
    from_all = client.get(f"{LIMITS}/associations/records/from").get_json()["results"]
    assert of(from_all, near_type.id)["hasRecordsAtLimit"] is True
    to = client.get(f"{LIMITS}/associations/records/{near_type.id}/to").get_json()["results"]
    assert [(each["objectTypeId"], each["hasRecordsNearLimit"]) for each in to] == [(far_type.id, True)]


def test_no_request_counts_before_it_was_let_in(app: Flask, client: Client) -> None:
    before = used(client)
    client.get("/health")
    assert used(client) == before + 1
