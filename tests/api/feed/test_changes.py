"""`GET /crm/graph/v1/changes`."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient

PATH = "/crm/graph/v1/changes"


def changes(client: FlaskClient, **query: Any) -> Any:
    answer = client.get(PATH, query_string=query)
    assert answer.status_code == 200, answer.json
    return answer.json


def end(client: FlaskClient) -> str:
    """The cursor behind everything that happened so far."""
    after = "0"
    while (page := changes(client, after=after, limit=2_000))["results"]:
        after = page["after"]
    return str(after)


def create(client: FlaskClient, object_type: str, **body: Any) -> str:
    answer = client.post(f"/crm/v3/objects/{object_type}", json=body)
    assert answer.status_code == 201, answer.json
    return str(answer.json["id"])  # type: ignore[index]


def test_writes_come_in_their_order_with_values_before_and_after(feed_client: FlaskClient) -> None:
    after = end(feed_client)
    record_id = create(feed_client, "contacts", properties={"firstname": "Nick"})
    feed_client.patch(f"/crm/v3/objects/contacts/{record_id}", json={"properties": {"firstname": "Nicholas"}})
    feed_client.delete(f"/crm/v3/objects/contacts/{record_id}")
    made, changed, archived = [
        each for each in changes(feed_client, after=after)["results"] if each["objectId"] == record_id
    ]
    assert [(each["kind"], each["version"]) for each in (made, changed, archived)] == [
        ("create", 1), ("update", 2), ("archive", 3),
    ]  # fmt: skip
    assert {"name": "firstname", "before": None, "after": "Nick"} in made["properties"]
    assert changed["properties"] == [{"name": "firstname", "before": "Nick", "after": "Nicholas"}]
    assert changed["objectTypeId"] == "0-1"
    assert archived["properties"] == []


def test_an_association_is_told_once_by_its_source(feed_client: FlaskClient) -> None:
    contact = create(feed_client, "contacts", properties={"firstname": "Nick"})
    company = create(feed_client, "companies", properties={"name": "F.B.I."})
    after = end(feed_client)
    path = f"/crm/v4/objects/companies/{company}/associations/default/contacts/{contact}"
    assert feed_client.put(path).status_code == 200
    [event] = [each for each in changes(feed_client, after=after)["results"] if contact == each["objectId"]]
    assert event["objectTypeId"] == "0-1"
    assert {(each["toObjectId"], each["associationTypeId"]) for each in event["added"]} == {
        (company, 279),
        (company, 1),
    }


def test_the_cursor_of_a_page_leads_to_the_next(feed_client: FlaskClient) -> None:
    after = end(feed_client)
    ids = [create(feed_client, "contacts", properties={"firstname": str(n)}) for n in range(3)]
    first = changes(feed_client, after=after, limit=2)
    second = feed_client.get(first["paging"]["next"]["link"]).json
    assert second is not None
    seen = [each["objectId"] for each in (*first["results"], *second["results"])]
    assert [each for each in seen if each in ids] == ids
    assert first["after"] == first["paging"]["next"]["after"]


def test_the_end_has_no_next_page_and_keeps_the_cursor(feed_client: FlaskClient) -> None:
    after = end(feed_client)
    page = changes(feed_client, after=after)
    assert page == {"results": [], "after": after}


def test_a_page_beyond_the_limit_or_a_wrong_cursor_is_refused(feed_client: FlaskClient) -> None:
    for query in ({"limit": 2_001}, {"limit": 0}, {"after": -1}, {"after": "x"}):
        answer = feed_client.get(PATH, query_string=query)
        assert answer.status_code == 400
        assert answer.json is not None
        assert answer.json["category"] == "VALIDATION_ERROR"


def test_without_a_token_there_is_no_answer(feed_client: FlaskClient) -> None:
    assert feed_client.get(PATH, headers={"Authorization": ""}).status_code == 401
