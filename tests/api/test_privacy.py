"""A person's data deleted for good, and what named the person blocked."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

import pytest

from crm_graph.crm import Crm
from crm_graph.records import archive, claims
from tests.api.client import Client
from tests.factories import Make, email, unique

CONTACTS = "/crm/v3/objects/contacts"


def deleted(client: Client, object_type: str = "contacts", **body: Any) -> Any:
    """The answer to a deletion that must succeed."""
    answer = client.post(f"/crm/v3/objects/{object_type}/gdpr-delete", body)
    assert (answer.status_code, answer.data) == (204, b""), answer.text
    return answer


def left(crm: Crm, *texts: str) -> list[dict[str, Any]]:
    """Every node and relationship in which one of the texts stands."""
    rows, _, _ = crm.graph.driver.execute_query(
        "CALL () { MATCH (n) RETURN properties(n) AS found UNION ALL MATCH ()-[x]->() RETURN properties(x) AS found } "
        "WITH found WHERE any(key IN keys(found) WHERE any(text IN $texts "
        "WHERE toStringOrNull(found[key]) CONTAINS text "
        "OR any(item IN CASE WHEN valueType(found[key]) STARTS WITH 'LIST' THEN found[key] ELSE [] END "
        "WHERE toStringOrNull(item) CONTAINS text))) "
        "RETURN found",
        texts=list(texts),
    )
    return [row["found"] for row in rows]


def person(client: Client, **more: str) -> tuple[str, list[str]]:
    """A contact with a history, its id and every text that names it."""
    texts = [email(), email(), unique("Ada "), unique("Byron "), email()]
    given = {"email": texts[0], "hs_additional_emails": texts[4], "firstname": texts[2], **more}
    record_id = client.post(CONTACTS, {"properties": given}).get_json()["id"]
    client.patch(f"{CONTACTS}/{record_id}", {"properties": {"email": texts[1], "firstname": texts[3]}})
    return record_id, texts


def test_nothing_that_names_the_person_is_left(client: Client, crm: Crm, make: Make) -> None:
    record_id, texts = person(client)
    company = make.company()
    path = f"/crm/v4/objects/contacts/{record_id}/associations"
    client.call("PUT", f"{path}/default/companies/{company.id}")
    client.delete(f"{path}/companies/{company.id}")
    assert left(crm, *texts)

    deleted(client, objectId=record_id)

    assert left(crm, *texts) == []
    assert client.get(f"{CONTACTS}/{record_id}").status_code == 404
    assert client.get(f"{CONTACTS}/{record_id}", archived="true").status_code == 404
    assert not client.post(f"{CONTACTS}/search", {"query": texts[3].split()[1]}).get_json()["results"]
    rows, _, _ = crm.graph.driver.execute_query(
        "MATCH (v:_Revision {record_key: $key}) RETURN collect(v.kind) AS kinds, max(v.version) AS version",
        key=f"0-1:{record_id}",
    )
    assert rows[0]["kinds"] == ["purge"]


def test_filters_of_lists_name_the_person_no_more(client: Client, crm: Crm) -> None:
    (record_id, texts), other = person(client), email()
    longer = f"x{texts[1]}"

    def where(*addresses: str) -> dict[str, Any]:
        operation = {"operationType": "MULTISTRING", "operator": "IS_EQUAL_TO", "values": addresses}
        asked = {"filterType": "PROPERTY", "property": "email", "operation": operation}
        return {"filterBranchType": "OR", "filterBranches": [{"filterBranchType": "AND", "filters": [asked]}]}

    body = {"name": unique("List "), "objectTypeId": "0-1", "processingType": "DYNAMIC"}
    made = client.post("/crm/v3/lists", {**body, "filterBranch": where(texts[1].upper(), other, longer)}).get_json()
    path = f"/crm/v3/lists/{made['list']['listId']}"
    kept = client.post(CONTACTS, {"properties": {"email": other}}).get_json()["id"]
    assert [each["recordId"] for each in client.get(f"{path}/memberships").get_json()["results"]] == [record_id, kept]

    deleted(client, objectId=record_id)

    assert left(crm, *texts, texts[1].upper()) == left(crm, longer)
    shown = str(client.get(path, includeFilters="true").get_json()["list"]["filterBranch"])
    assert (other in shown, longer in shown, "deleted for privacy" in shown) == (True, True, True)
    assert [each["recordId"] for each in client.get(f"{path}/memberships").get_json()["results"]] == [kept]


def test_a_person_is_found_by_a_former_address(client: Client, crm: Crm) -> None:
    _, texts = person(client)
    deleted(client, objectId=texts[0], idProperty="email")
    assert left(crm, *texts) == []


def test_a_person_is_found_by_an_address_dropped_after_a_merge(client: Client, crm: Crm) -> None:
    (first, texts), (second, others) = person(client), person(client)
    body = {"primaryObjectId": first, "objectIdToMerge": second}
    merged = client.post(f"{CONTACTS}/merge", body).get_json()["id"]
    client.patch(f"{CONTACTS}/{merged}", {"properties": {"hs_additional_emails": ""}})
    deleted(client, objectId=others[1], idProperty="email")
    assert left(crm, *texts, *others) == []


def test_a_person_who_had_the_address_of_another_stays_without_it(client: Client, crm: Crm) -> None:
    record_id, texts = person(client)
    _, others = person(client, hs_additional_emails=texts[0])
    deleted(client, objectId=texts[0], idProperty="email")
    assert left(crm, texts[0], *others[:4]) == []
    assert client.get(f"{CONTACTS}/{record_id}").get_json()["properties"]["email"] == texts[1]


@pytest.mark.parametrize("index", [0, 1])
def test_an_address_of_another_goes_from_what_was_merged_into_a_person(client: Client, crm: Crm, index: int) -> None:
    (first, texts), (second, _) = person(client), person(client)
    merged = client.post(f"{CONTACTS}/merge", {"primaryObjectId": first, "objectIdToMerge": second}).get_json()["id"]
    client.patch(f"{CONTACTS}/{merged}", {"properties": {"email": email(), "hs_additional_emails": ""}})
    person(client, hs_additional_emails=texts[index])
    deleted(client, objectId=texts[index], idProperty="email")
    assert left(crm, texts[index]) == []
    assert client.get(f"{CONTACTS}/{first}").get_json()["id"] == merged


@pytest.mark.parametrize("index", [1, 4])
def test_a_person_is_found_by_each_address(client: Client, crm: Crm, index: int) -> None:
    record_id, texts = person(client)
    deleted(client, objectId=texts[index].upper(), idProperty="email")
    assert left(crm, *texts) == []
    assert client.get(f"{CONTACTS}/{record_id}").status_code == 404


def test_an_archived_person_is_found_by_its_address(client: Client, crm: Crm) -> None:
    record_id, texts = person(client)
    client.delete(f"{CONTACTS}/{record_id}")
    deleted(client, objectId=texts[4], idProperty="email")
    assert left(crm, *texts) == []


def test_merged_persons_go_with_the_one_they_became(client: Client, crm: Crm) -> None:
    (first, texts), (second, more) = person(client), person(client)
    merged = client.post(f"{CONTACTS}/merge", {"primaryObjectId": first, "objectIdToMerge": second}).get_json()["id"]
    deleted(client, objectId=second)
    assert left(crm, *texts, *more) == []
    assert {client.get(f"{CONTACTS}/{each}").status_code for each in (first, second, merged)} == {404}


def test_a_blocked_address_is_refused_however_it_comes(client: Client) -> None:
    record_id, texts = person(client)
    deleted(client, objectId=record_id)
    other = client.post(CONTACTS, {"properties": {"email": email()}}).get_json()["id"]
    change = {"id": texts[1], "idProperty": "email", "properties": {}}
    refused = [
        client.post(CONTACTS, {"properties": {"email": texts[1].upper()}}),
        client.post(CONTACTS, {"properties": {"email": email(), "hs_additional_emails": texts[4]}}),
        client.patch(f"{CONTACTS}/{other}", {"properties": {"email": texts[4]}}),
        client.post(f"{CONTACTS}/batch/create", {"inputs": [{"properties": {"email": texts[1]}}]}),
        client.post(f"{CONTACTS}/batch/upsert", {"inputs": [change]}),
    ]
    for answer in refused:
        assert (answer.status_code, answer.get_json()["category"]) == (400, "VALIDATION_ERROR"), answer.text
        assert texts[1] not in answer.text


def test_a_batch_in_part_names_the_input_with_a_blocked_address(client: Client) -> None:
    address = email()
    deleted(client, objectId=address, idProperty="email")
    inputs = [{"properties": {"email": each}, "objectWriteTraceId": each} for each in (email(), address)]
    answer = client.post(f"{CONTACTS}/batch/create", {"inputs": inputs})
    assert answer.status_code == 207
    assert [each["context"]["objectWriteTraceId"] for each in answer.get_json()["errors"]] == [[address]]
    assert len(answer.get_json()["results"]) == 1


def test_an_address_that_nobody_has_is_blocked_all_the_same(client: Client, crm: Crm) -> None:
    address = email()
    deleted(client, objectId=address, idProperty="email")
    deleted(client, objectId=address, idProperty="email")
    assert client.post(CONTACTS, {"properties": {"email": address}}).status_code == 400
    assert left(crm, address) == []


def test_the_answer_says_what_the_logs_still_hold(client: Client) -> None:
    answer = deleted(client, objectId=email(), idProperty="email")
    where, _, retention = answer.headers["X-CRM-Graph-Remains"].partition("; ")
    assert (where, retention) == ("transaction-logs", 'retention="128M size"')


def test_the_answer_says_that_associations_are_still_to_go(
    client: Client, crm: Crm, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    company, contact = make.company(), make.contact()
    make.associated(contact, company)
    few = replace(crm.settings.limits, purged_associations=1)
    monkeypatch.setattr(crm, "settings", replace(crm.settings, limits=few))
    answer = deleted(client, "companies", objectId=str(company.id))
    assert answer.headers["X-CRM-Graph-Remains"] == 'transaction-logs; retention="128M size", associations'
    while archive.remove_purged(crm.graph):
        pass


def test_unknown_id_is_404_and_a_property_that_is_not_unique_400(client: Client) -> None:
    path = f"{CONTACTS}/gdpr-delete"
    assert client.post(path, {"objectId": "999999999999"}).status_code == 404
    assert client.post(path, {"objectId": "x"}).status_code == 404
    assert client.post(path, {"objectId": "x", "idProperty": "phone"}).status_code == 400
    assert client.post(path, {}).status_code == 400


def test_a_restored_person_can_be_deleted_again_by_address(client: Client, crm: Crm) -> None:
    record_id, texts = person(client)
    client.delete(f"{CONTACTS}/{record_id}")
    assert client.post(f"/crm/graph/v1/objects/contacts/{record_id}/restore").status_code == 200
    deleted(client, objectId=texts[1], idProperty="email")
    assert left(crm, *texts) == []


@pytest.mark.parametrize("object_type", ["companies", "deals", "0-421"])
def test_every_type_has_the_general_form(client: Client, crm: Crm, make: Make, object_type: str) -> None:
    names = {"companies": "name", "deals": "dealname", "0-421": "hs_appointment_name"}
    text = unique("Gone ")
    record = make.record(object_type, **{names[object_type]: text})
    deleted(client, object_type, objectId=str(record.id))
    assert left(crm, text) == []
    again = client.post(f"/crm/v3/objects/{object_type}/gdpr-delete", {"objectId": str(record.id)})
    assert again.status_code == 404


def test_a_contact_made_at_that_moment_goes_too(client: Client, crm: Crm) -> None:
    address = email()
    claim = f"0-1|email|{address}"
    with ThreadPoolExecutor(1) as pool, crm.graph.driver.session() as session:
        with session.begin_transaction() as other:
            other.run(
                "CREATE (r:Record:Contact {_id: $id, _key: '0-1:' + $id, _kind: '0-1', _version: 1, email: $address, "
                "_created_at: 1, _updated_at: 1, _changed_at: 1}) "
                "CREATE (:_Revision:_Pending {record_key: r._key, version: 1, at: 1, kind: 'create', "
                "changed: ['email'], after_email: $address}) "
                "CREATE (:_Claim {key: $claim, property: 'email', digest: $digest})-[:CLAIMED_BY]->(r)",
                id=secrets.randbelow(10**9) + 10**12,
                address=address,
                claim=claim,
                digest=claims.digest(claim),
            ).consume()
            late = pool.submit(deleted, client, objectId=address, idProperty="email")
            assert wait([late], 0.5).not_done
            other.commit()
        late.result(10)
    assert left(crm, address) == []
    assert client.post(CONTACTS, {"properties": {"email": address}}).status_code == 400
