"""Records one at a time, as clients see them."""

from __future__ import annotations

import re

import pytest

from tests.api.client import Client
from tests.factories import Make, email, unique

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z")


def test_new_record_is_201_with_its_location(client: Client) -> None:
    address = email()
    answer = client.post("/crm/v3/objects/contacts", {"properties": {"email": address, "firstname": "Nick"}})
    body = answer.get_json()
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"http://localhost/crm/v3/objects/contacts/{body['id']}"
    assert body["properties"]["email"] == address
    assert body["properties"]["hs_object_id"] == body["id"]
    assert body["properties"]["createdate"] == body["createdAt"]
    assert body["properties"]["lastmodifieddate"] == body["updatedAt"]
    assert INSTANT.fullmatch(body["createdAt"])
    assert body["archived"] is False
    assert "archivedAt" not in body
    assert body["url"].endswith(f"/0-1/{body['id']}")


def test_values_are_strings_or_null(client: Client) -> None:
    given = {"dealname": unique(), "amount": 1.50, "hs_manual_forecast_category": None, "closedate": 1772323200000}
    created = client.post("/crm/v3/objects/deals", {"properties": given}).get_json()
    assert created["properties"]["amount"] == "1.5"
    read = client.get(f"/crm/v3/objects/deals/{created['id']}", properties="amount,closedate,description")
    properties = read.get_json()["properties"]
    assert properties["closedate"] == "2026-03-01T00:00:00Z"
    assert properties["description"] is None
    assert {type(value) for value in properties.values()} <= {str, type(None)}


def test_read_without_names_gives_the_default_set(client: Client, make: Make) -> None:
    record = make.contact(firstname="Nick")
    properties = client.get(f"/crm/v3/objects/contacts/{record.id}").get_json()["properties"]
    assert set(properties) == {"createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"}
    assert properties["lastname"] is None


@pytest.mark.parametrize(
    "query",
    ["properties=email,Phone,nosuch", "properties=email&properties=phone", "properties=email,,phone&properties="],
)
def test_read_gives_the_properties_named_and_the_system_ones(client: Client, make: Make, query: str) -> None:
    record = make.contact(firstname="Nick")
    answer = client.call("GET", f"/crm/v3/objects/contacts/{record.id}", query_string=query)
    assert set(answer.get_json()["properties"]) == {"createdate", "email", "hs_object_id", "lastmodifieddate", "phone"}


def test_read_of_all_properties_gives_those_with_a_value(client: Client, make: Make) -> None:
    record = make.contact(firstname="Nick")
    properties = client.get(f"/crm/v3/objects/contacts/{record.id}", properties="*").get_json()["properties"]
    assert properties["firstname"] == "Nick"
    assert "lastname" not in properties
    assert None not in properties.values()


def test_update_answers_what_changed(client: Client, make: Make) -> None:
    record = make.contact(firstname="Nick")
    answer = client.patch(f"/crm/v3/objects/contacts/{record.id}", {"properties": {"lastname": "Halden", "phone": ""}})
    assert answer.status_code == 200
    properties = answer.get_json()["properties"]
    assert set(properties) == {"createdate", "hs_object_id", "lastmodifieddate", "lastname", "phone"}
    assert properties["phone"] is None
    assert properties["createdate"] < properties["lastmodifieddate"]


def test_update_by_email_finds_the_record(client: Client, make: Make) -> None:
    address = email()
    record = make.contact(email=address)
    answer = client.call(
        "PATCH",
        f"/crm/v3/objects/contacts/{address.replace('@', '%40').upper()}?idProperty=email",
        {"properties": {"firstname": "Nick"}},
    )
    assert answer.get_json()["id"] == str(record.id)


def test_refused_update_writes_nothing(client: Client, make: Make) -> None:
    record = make.contact(firstname="Nick")
    given = {"properties": {"firstname": "Ada", "nosuch": "1"}}
    assert client.patch(f"/crm/v3/objects/contacts/{record.id}", given).status_code == 400
    assert client.get(f"/crm/v3/objects/contacts/{record.id}").get_json()["properties"]["firstname"] == "Nick"


def test_archived_record_is_read_only_as_archived(client: Client, make: Make) -> None:
    path = f"/crm/v3/objects/contacts/{make.contact().id}"
    assert client.delete(path).status_code == 204
    assert client.delete(path).data == b""
    assert client.get(path).status_code == 404
    archived = client.get(path, archived="true").get_json()
    assert archived["archived"] is True
    assert INSTANT.fullmatch(archived["archivedAt"])
    assert client.patch(path, {"properties": {"firstname": "x"}}).status_code == 404


def test_archiving_what_is_not_there_is_204(client: Client) -> None:
    assert client.delete("/crm/v3/objects/contacts/999999999999").status_code == 204


def test_restored_record_is_live_again(client: Client, make: Make) -> None:
    record = make.contact()
    client.delete(f"/crm/v3/objects/contacts/{record.id}")
    restored = client.post(f"/crm/graph/v1/objects/contacts/{record.id}/restore")
    assert restored.status_code == 200
    assert restored.get_json()["archived"] is False
    assert client.get(f"/crm/v3/objects/contacts/{record.id}").status_code == 200


def test_restoring_is_409_when_the_email_was_given_away(client: Client, make: Make) -> None:
    address = email()
    record = make.contact(email=address)
    client.delete(f"/crm/v3/objects/contacts/{record.id}")
    taker = make.contact(email=address)
    answer = client.post(f"/crm/graph/v1/objects/contacts/{record.id}/restore")
    assert answer.status_code == 409
    assert f"Existing ID: {taker.id}" in answer.get_json()["message"]


def test_purged_record_is_gone(client: Client, make: Make) -> None:
    path = f"/crm/graph/v1/objects/contacts/{make.contact().id}"
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404
    assert client.post(f"{path}/restore").status_code == 404


def test_history_is_newest_first(client: Client, make: Make) -> None:
    record = make.contact(firstname="Nick")
    for name in ("Nicholas", ""):
        client.patch(f"/crm/v3/objects/contacts/{record.id}", {"properties": {"firstname": name}})
    body = client.get(f"/crm/v3/objects/contacts/{record.id}", propertiesWithHistory="firstname").get_json()
    versions = body["propertiesWithHistory"]["firstname"]
    assert [version["value"] for version in versions] == ["", "Nicholas", "Nick"]
    assert [version["updatedByUserId"] for version in versions] == [1, 1, 1]
    assert versions[0]["sourceType"] == "INTEGRATION"
    assert body["properties"]["firstname"] is None


def test_page_says_where_the_next_one_is(client: Client, make: Make) -> None:
    for _ in range(2):
        make.record("cart", hs_cart_name=unique())
    first = client.get("/crm/v3/objects/carts/", limit="1", properties="hs_cart_name").get_json()
    following = first["paging"]["next"]
    assert following["after"] == first["results"][0]["id"]
    assert following["link"] == (
        f"http://localhost/crm/v3/objects/carts/?limit=1&properties=hs_cart_name&after={following['after']}"
    )
    second = client.call("GET", following["link"]).get_json()
    assert int(second["results"][0]["id"]) > int(following["after"])


def test_link_repeats_the_query_as_written_but_for_its_cursor(client: Client, make: Make) -> None:
    for _ in range(2):
        make.record("cart", hs_cart_name=unique())
    page = client.call("GET", "/crm/v3/objects/carts?%61fter=0&properties=a%2Cb,%C3%BC+c&limit=1").get_json()
    query = f"properties=a%2Cb,%C3%BC+c&limit=1&after={page['results'][0]['id']}"
    assert page["paging"]["next"]["link"] == f"http://localhost/crm/v3/objects/carts?{query}"


def test_last_page_has_no_paging(client: Client) -> None:
    assert "paging" not in client.get("/crm/v3/objects/contacts", after="999999999999999").get_json()


def test_history_halves_the_page(client: Client) -> None:
    path = "/crm/v3/objects/contacts"
    assert client.get(path, limit="50", propertiesWithHistory="email").status_code == 200
    assert client.get(path, limit="51", propertiesWithHistory="email").status_code == 400


def test_list_of_archived_records_has_only_those(client: Client, make: Make) -> None:
    record = make.record("cart")
    client.delete(f"/crm/v3/objects/carts/{record.id}")
    page = client.get("/crm/v3/objects/carts", archived="true", limit="100").get_json()["results"]
    assert str(record.id) in [each["id"] for each in page]
    assert all(each["archived"] for each in page)


def test_associations_given_at_creation_are_read_with_the_record(client: Client, make: Make) -> None:
    company = make.company()
    association = {
        "to": {"id": str(company.id)},
        "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}],
    }
    created = client.post("/crm/v3/objects/contacts", {"properties": {}, "associations": [association]}).get_json()
    read = client.get(f"/crm/v3/objects/contacts/{created['id']}", associations="company,deals")
    results = read.get_json()["associations"]["companies"]["results"]
    assert {"id": str(company.id), "type": "contact_to_company_unlabeled"} in results
    assert {"id": str(company.id), "type": "contact_to_company"} in results
    assert "deals" not in read.get_json()["associations"]


def test_merged_record_is_read_by_both_ids(client: Client, make: Make) -> None:
    first, second = make.company(), make.company(phone="1")
    given = {"primaryObjectId": str(first.id), "objectIdToMerge": str(second.id)}
    merged = client.post("/crm/v3/objects/companies/merge", given).get_json()
    assert client.get(f"/crm/v3/objects/companies/{first.id}").get_json()["id"] == merged["id"]
    assert client.get(f"/crm/v3/objects/companies/{second.id}").get_json()["id"] == merged["id"]


def test_a_batch_does_not_follow_a_merge(client: Client, make: Make) -> None:
    first, second = make.company(name="Halden"), make.company(name="F.B.I.")
    given = {"primaryObjectId": str(first.id), "objectIdToMerge": str(second.id)}
    assert client.post("/crm/v3/objects/companies/merge", given).status_code == 200
    inputs = [{"id": str(first.id)}]
    read = client.post("/crm/v3/objects/companies/batch/read", {"inputs": inputs}).get_json()
    changes = [{"id": str(first.id), "properties": {"city": "Twin Peaks"}}]
    updated = client.post("/crm/v3/objects/companies/batch/update", {"inputs": changes}).get_json()
    assert [each["errors"][0]["context"]["ids"] for each in (read, updated)] == [[str(first.id)]] * 2
    single = client.get(f"/crm/v3/objects/companies/{first.id}", properties="city").get_json()
    assert single["properties"]["city"] is None


def test_search_answers_have_no_rate_limits_and_others_do(client: Client) -> None:
    assert "X-HubSpot-RateLimit-Max" in client.get("/crm/v3/objects/contacts").headers
    search = client.post("/crm/v3/objects/contacts/search", {"limit": 1, "after": "0", "filterGroups": []})
    assert search.status_code == 200
    assert not [name for name, _ in search.headers if "RateLimit" in name]
    assert search.headers["X-HubSpot-Correlation-Id"]
