"""Lists through the API: made, filled, read, changed, deleted."""

from __future__ import annotations

from typing import Any

import pytest

from crm_graph.crm import Crm
from crm_graph.segments import follower
from tests.api.client import Client
from tests.factories import Make, unique

LISTS = "/crm/v3/lists"


def where(name: str, operation: str, operator: str, **given: Any) -> dict[str, Any]:
    """A filter on a property."""
    asked = {"operationType": operation, "operator": operator, "includeObjectsWithNoValueSet": False, **given}
    return {"filterType": "PROPERTY", "property": name, "operation": asked}


def root(*filters: Any, branches: Any = ()) -> dict[str, Any]:
    """A root branch with one branch AND."""
    below = {"filterBranchType": "AND", "filterBranchOperator": "AND", "filters": filters, "filterBranches": branches}
    return {"filterBranchType": "OR", "filterBranchOperator": "OR", "filters": [], "filterBranches": [below]}


def named(word: str) -> dict[str, Any]:
    """Contacts with this last name."""
    return root(where("lastname", "STRING", "IS_EQUAL_TO", value=word))


@pytest.fixture
def lists(client: Client) -> Lists:
    """Makes lists."""
    return Lists(client)


class Lists:
    """Makes and reads lists, by requests that must succeed."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def make(self, processing_type: str = "MANUAL", object_type: str = "0-1", **given: Any) -> str:
        """The id of a new list."""
        body = {"name": unique(), "objectTypeId": object_type, "processingType": processing_type, **given}
        answer = self.client.post(LISTS, body)
        assert answer.status_code == 200, answer.text
        return str(answer.get_json()["list"]["listId"])

    def dynamic(self, branch: Any, **given: Any) -> str:
        """The id of a new dynamic list."""
        return self.make("DYNAMIC", filterBranch=branch, **given)

    def put(self, path: str, body: Any = None, **query: str) -> Any:
        """The answer to a PUT."""
        return self.client.call("PUT", f"{LISTS}/{path}", body, query_string=query)

    def members(self, list_id: str, path: str = "memberships", **query: str) -> list[str]:
        """Ids of members."""
        answer = self.client.get(f"{LISTS}/{list_id}/{path}", **query)
        assert answer.status_code == 200, answer.text
        return [each["recordId"] for each in answer.get_json()["results"]]


def test_a_manual_list_has_whom_it_was_given(lists: Lists, make: Make) -> None:
    ids = [str(make.contact().id) for _ in range(3)]
    list_id = lists.make()
    answer = lists.put(f"{list_id}/memberships/add", [*ids, "999999999999"])
    assert answer.get_json() == {"recordsIdsAdded": ids, "recordIdsRemoved": [], "recordIdsMissing": ["999999999999"]}
    assert lists.members(list_id) == ids
    assert lists.put(f"{list_id}/memberships/remove", ids[:1]).get_json()["recordIdsRemoved"] == ids[:1]
    assert lists.members(list_id) == ids[1:]


def test_a_dynamic_list_has_a_contact_in_the_request_after_it_was_made(lists: Lists, make: Make) -> None:
    word = unique()
    list_id = lists.dynamic(named(word))
    assert lists.members(list_id) == []
    made = str(make.contact(lastname=word.upper()).id)
    assert lists.members(list_id) == [made]
    lists.client.patch(f"/crm/v3/objects/contacts/{made}", {"properties": {"lastname": "another"}})
    assert lists.members(list_id) == []


def test_a_member_is_unsettled_until_the_follower_came(lists: Lists, make: Make, crm: Crm) -> None:
    word = unique()
    list_id = lists.dynamic(named(word))
    follower.follow(crm)
    follower.sweep(crm, int(list_id))
    made = make.contact(lastname=word)
    path = f"{LISTS}/{list_id}/memberships"
    assert lists.client.get(path).get_json()["results"][0]["unsettled"] is True
    while follower.follow(crm):
        pass
    follower.follow(crm)
    member = lists.client.get(path).get_json()["results"][0]
    assert "unsettled" not in member
    assert member["recordId"] == str(made.id)
    assert lists.members(list_id, "memberships/join-order") == [str(made.id)]
