"""What callers of the client do with answers: follow pages, read what was refused, tell null from nothing."""

from __future__ import annotations

import pytest
from hubspot.crm.contacts import SimplePublicObjectInputForCreate
from hubspot.crm.deals import PublicObjectSearchRequest

from tests.clients.python.calling import Watched, refusal
from tests.factories import Make, email, unique

pytestmark = pytest.mark.slow


def test_the_client_walks_every_page(hubspot: Watched, make: Make) -> None:
    made = {str(make.record("course", hs_course_name=unique()).id) for _ in range(12)}
    found, after = [], None
    while True:
        page = hubspot.crm.objects.basic_api.get_page("0-410", limit=5, after=after, properties=["hs_course_name"])
        found += [record.id for record in page.results]
        if page.paging is None:
            break
        after = page.paging.next.after
    assert made <= {*found}
    assert len(found) == len({*found})


def test_the_client_reads_the_existing_id_of_a_conflict(hubspot: Watched, make: Make) -> None:
    record, contacts = make.contact(email=(address := email())), hubspot.crm.contacts.basic_api
    with pytest.raises(refusal(contacts)) as refused:
        contacts.create(SimplePublicObjectInputForCreate(properties={"email": address}))
    assert refused.value.status == 409
    assert f"Existing ID: {record.id}" in refused.value.body


def test_the_client_reads_by_a_unique_value_and_sees_none_where_nothing_is(hubspot: Watched, make: Make) -> None:
    record = make.contact(email=(address := email()), lastname="Halden")
    named = {"id_property": "email", "properties": ["lastname", "phone"], "archived": False}
    read = hubspot.crm.contacts.basic_api.get_by_id(address, **named)
    assert (read.id, read.properties["lastname"], read.properties["phone"]) == (str(record.id), "Halden", None)


def test_the_client_searches_sorted_and_in_pages(hubspot: Watched, make: Make) -> None:
    word = unique()
    for amount in (100, 300, 200):
        make.deal(dealname=word, amount=amount)
    filters = [{"propertyName": "dealname", "operator": "EQ", "value": word}]
    asked = {"filter_groups": [{"filters": filters}], "sorts": ["-amount"], "properties": ["amount"], "limit": 2}
    amounts, after = [], "0"
    for _ in range(2):
        found = hubspot.crm.deals.search_api.do_search(PublicObjectSearchRequest(**asked, after=after))
        assert found.total == 3
        amounts += [each.properties["amount"] for each in found.results]
        after = found.paging and found.paging.next.after
    assert (amounts, after) == (["300", "200", "100"], None)
