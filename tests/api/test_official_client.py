"""The official Python client, with nothing changed but URL and token."""

from __future__ import annotations

import pytest
from hubspot import HubSpot
from hubspot.crm.objects import (
    BatchInputSimplePublicObjectBatchInput,
    BatchInputSimplePublicObjectBatchInputForCreate,
    BatchInputSimplePublicObjectBatchInputUpsert,
    BatchInputSimplePublicObjectId,
    BatchReadInputSimplePublicObjectId,
    PublicObjectSearchRequest,
    SimplePublicObjectBatchInput,
    SimplePublicObjectBatchInputForCreate,
    SimplePublicObjectBatchInputUpsert,
    SimplePublicObjectId,
    SimplePublicObjectInput,
    SimplePublicObjectInputForCreate,
)
from hubspot.crm.objects.exceptions import ApiException

from tests.factories import Make, email, unique


@pytest.fixture
def hubspot(served: str, token: str) -> HubSpot:
    """The client."""
    return HubSpot(access_token=token, host=served)


def test_contact_lives_and_dies(hubspot: HubSpot) -> None:
    contacts = hubspot.crm.contacts.basic_api
    address = email()
    new = SimplePublicObjectInputForCreate(properties={"email": address, "firstname": "Nick"}, associations=[])
    created = contacts.create(simple_public_object_input_for_create=new)
    assert created.properties["email"] == address
    change = SimplePublicObjectInput(properties={"lastname": "Halden"})
    assert contacts.update(created.id, simple_public_object_input=change).properties["lastname"] == "Halden"
    read = contacts.get_by_id(address, id_property="email", properties=["lastname", "phone"], archived=False)
    assert (read.id, read.properties["lastname"], read.properties["phone"]) == (created.id, "Halden", None)
    assert read.created_at < read.updated_at
    contacts.archive(created.id)
    with pytest.raises(ApiException) as refused:
        hubspot.crm.objects.basic_api.get_by_id("contacts", created.id)
    assert refused.value.status == 404


def test_client_reads_the_existing_id(hubspot: HubSpot, make: Make) -> None:
    record = make.contact(email=(address := email()))
    with pytest.raises(hubspot_conflict()) as refused:
        hubspot.crm.contacts.basic_api.create(
            simple_public_object_input_for_create=SimplePublicObjectInputForCreate(properties={"email": address})
        )
    assert refused.value.status == 409
    assert f"Existing ID: {record.id}" in refused.value.body


def hubspot_conflict() -> type[Exception]:
    """The error class of the contacts package, which is another than that of objects."""
    from hubspot.crm.contacts.exceptions import ApiException as ContactsError

    return ContactsError


def test_client_walks_every_page(hubspot: HubSpot, make: Make) -> None:
    made = {str(make.record("course", hs_course_name=unique()).id) for _ in range(12)}
    found, after = [], None
    while True:
        page = hubspot.crm.objects.basic_api.get_page("0-410", limit=5, after=after, properties=["hs_course_name"])
        found += [record.id for record in page.results]
        if page.paging is None:
            break
        after = page.paging.next.after
    assert made <= set(found)
    assert len(found) == len(set(found))


def test_batches(hubspot: HubSpot) -> None:
    batch = hubspot.crm.objects.batch_api
    names = [unique() for _ in range(3)]
    inputs = [SimplePublicObjectBatchInputForCreate(properties={"name": name}, associations=[]) for name in names]
    created = batch.create("companies", BatchInputSimplePublicObjectBatchInputForCreate(inputs=inputs))
    assert [each.properties["name"] for each in created.results] == names
    ids = [each.id for each in created.results]
    changes = [SimplePublicObjectBatchInput(id=each, properties={"city": "Basel"}) for each in ids]
    assert len(batch.update("companies", BatchInputSimplePublicObjectBatchInput(inputs=changes)).results) == 3
    wanted = BatchReadInputSimplePublicObjectId(
        properties=["city"], properties_with_history=[], inputs=[SimplePublicObjectId(id=each) for each in ids]
    )
    assert {each.properties["city"] for each in batch.read("companies", wanted).results} == {"Basel"}
    batch.archive("companies", BatchInputSimplePublicObjectId(inputs=[SimplePublicObjectId(id=each) for each in ids]))
    left = batch.read("companies", wanted)
    assert (left.results, left.num_errors) == ([], 1)


def test_upsert(hubspot: HubSpot) -> None:
    change = SimplePublicObjectBatchInputUpsert(id=email(), id_property="email", properties={"firstname": "Ada"})
    inputs = BatchInputSimplePublicObjectBatchInputUpsert(inputs=[change])
    upsert = hubspot.crm.objects.batch_api.upsert
    assert [upsert("contacts", inputs).results[0].new for _ in range(2)] == [True, False]


def test_search(hubspot: HubSpot, make: Make) -> None:
    word = unique()
    for amount in (100, 300, 200):
        make.deal(dealname=word, amount=amount)
    request = PublicObjectSearchRequest(
        filter_groups=[{"filters": [{"propertyName": "dealname", "operator": "EQ", "value": word}]}],
        sorts=["-amount"],
        properties=["amount"],
        limit=2,
        after="0",
    )
    found = hubspot.crm.objects.search_api.do_search("deals", request)
    assert found.total == 3
    assert [each.properties["amount"] for each in found.results] == ["300", "200"]
    assert found.paging.next.after == "2"


def test_owners(hubspot: HubSpot) -> None:
    owner = hubspot.crm.owners.owners_api.get_page(limit=100).results[0]
    assert hubspot.crm.owners.owners_api.get_by_id(owner_id=owner.id).email == owner.email
