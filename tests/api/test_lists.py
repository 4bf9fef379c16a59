"""Lists through the API: made, filled, read, changed, deleted."""

from __future__ import annotations

import secrets
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
    below = {
        "filterBranchType": "AND",
        "filterBranchOperator": "AND",
        "filters": [*filters],
        "filterBranches": [*branches],
    }
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


def test_nobody_is_put_into_a_dynamic_list_by_hand(lists: Lists, make: Make) -> None:
    list_id = lists.dynamic(named(unique()))
    for path in ("memberships/add", "memberships/remove"):
        answer = lists.put(f"{list_id}/{path}", [str(make.contact().id)])
        assert (answer.status_code, answer.get_json()["category"]) == (400, "VALIDATION_ERROR")
    assert lists.members(list_id) == []


def test_a_snapshot_has_whom_the_filters_found_when_it_was_made(lists: Lists, make: Make) -> None:
    word = unique()
    before = [str(make.contact(lastname=word).id) for _ in range(3)]
    list_id = lists.make("SNAPSHOT", filterBranch=named(word))
    after = str(make.contact(lastname=word).id)
    assert lists.members(list_id) == before
    lists.put(f"{list_id}/memberships/add", [after])
    assert lists.members(list_id) == [*before, after]


def test_pages_lead_forward_and_back(lists: Lists, make: Make) -> None:
    ids = [str(make.contact().id) for _ in range(7)]
    list_id = lists.make()
    for each in reversed(ids):
        lists.put(f"{list_id}/memberships/add", [each])
    for path, order in (("memberships", ids), ("memberships/join-order", ids[::-1])):
        url = f"{LISTS}/{list_id}/{path}"
        first = lists.client.get(url, limit="3").get_json()
        second = lists.client.get(url, limit="3", after=first["paging"]["next"]["after"]).get_json()
        back = lists.client.get(url, limit="3", before=second["paging"]["prev"]["before"]).get_json()
        last = lists.client.get(url, limit="3", after=second["paging"]["next"]["after"]).get_json()
        pages = [[each["recordId"] for each in page["results"]] for page in (first, second, last, back)]
        assert pages == [order[:3], order[3:6], order[6:], order[:3]]
        assert "next" not in last["paging"]
        assert "prev" not in back["paging"]


def test_members_by_time_are_paged_over_those_that_are_not_settled(lists: Lists, make: Make, crm: Crm) -> None:
    word = unique()
    list_id = lists.dynamic(named(word))
    follower.follow(crm)
    settled = [str(make.contact(lastname=word).id) for _ in range(2)]
    follower.sweep(crm, int(list_id))
    rest = [str(make.contact(lastname=word).id) for _ in range(3)]
    url, found, after = f"{LISTS}/{list_id}/memberships/join-order", [], None
    while after is not False:
        page = lists.client.get(url, limit="2", **({"after": after} if after else {})).get_json()
        found += [(each["recordId"], "unsettled" in each) for each in page["results"]]
        after = page.get("paging", {}).get("next", {}).get("after", False)
    assert sorted(found[:2]) == sorted((each, False) for each in settled)
    assert found[2:] == [(each, True) for each in rest]


def test_a_name_is_taken_once_in_any_case(lists: Lists) -> None:
    name = unique("List ")
    lists.make(name=name)
    body = {"name": name.upper(), "objectTypeId": "0-2", "processingType": "MANUAL"}
    answer = lists.client.post(LISTS, body)
    assert (answer.status_code, answer.get_json()["category"]) == (400, "VALIDATION_ERROR")


def test_a_deleted_list_is_missing_until_it_is_restored(lists: Lists, make: Make) -> None:
    list_id, member = lists.make(), str(make.contact().id)
    lists.put(f"{list_id}/memberships/add", [member])
    assert lists.client.delete(f"{LISTS}/{list_id}").status_code == 204
    assert lists.client.get(f"{LISTS}/{list_id}").status_code == 404
    assert lists.put(f"{list_id}/restore").status_code == 204
    assert lists.members(list_id) == [member]


def test_a_list_is_not_restored_under_a_name_that_is_taken(lists: Lists) -> None:
    name = unique()
    list_id = lists.make(name=name)
    lists.client.delete(f"{LISTS}/{list_id}")
    lists.make(name=name)
    assert lists.put(f"{list_id}/restore").status_code == 400
    assert lists.client.get(f"{LISTS}/{list_id}").status_code == 404


def test_lists_are_searched_by_name_type_and_order(lists: Lists) -> None:
    word = unique()
    made = [lists.make(name=f"{word} {n}") for n in ("c", "a", "b")]
    lists.dynamic(named(word), name=f"{word} d")
    body = {"query": word.upper(), "processingTypes": ["MANUAL"], "sort": "-HS_LIST_NAME", "count": 2, "offset": 0}
    first = lists.client.post(f"{LISTS}/search", body).get_json()
    assert [each["listId"] for each in first["lists"]] == [made[0], made[2]]
    assert (first["total"], first["offset"], first["hasMore"]) == (3, 2, True)
    rest = lists.client.post(f"{LISTS}/search", {**body, "offset": 2}).get_json()
    assert ([each["listId"] for each in rest["lists"]], rest["hasMore"]) == ([made[1]], False)
    assert lists.client.post(f"{LISTS}/search").get_json()["total"] >= 4


def test_a_search_tells_size_folder_and_use(lists: Lists, make: Make) -> None:
    folder = lists.client.post(f"{LISTS}/folders", {"name": unique()}).get_json()["folder"]
    list_id = lists.make(listFolderId=int(folder["id"]))
    lists.put(f"{list_id}/memberships/add", [str(make.contact().id) for _ in range(2)])
    lists.dynamic(root({"filterType": "IN_LIST", "listId": list_id, "operator": "IN_LIST"}))
    found = lists.client.post(f"{LISTS}/search", {"listIds": [list_id]}).get_json()["lists"][0]["additionalProperties"]
    assert (found["hs_list_size"], found["hs_folder_name"], found["hs_list_reference_count"]) == (
        "2",
        folder["name"],
        "1",
    )
    assert "hs_last_record_removed_at" not in found


def test_a_renamed_list_is_found_by_its_new_name(lists: Lists) -> None:
    list_id, name = lists.make(), unique("a/b ")
    assert lists.put(f"{list_id}/update-list-name", listName=name).get_json()["updatedList"]["name"] == name
    found = lists.client.get(f"{LISTS}/object-type-id/0-1/name/{name.replace('/', '%2F')}").get_json()
    assert found["list"]["listId"] == list_id
    assert lists.client.get(f"{LISTS}/object-type-id/0-2/name/{name}").status_code == 404


def test_other_filters_hold_in_the_next_request(lists: Lists, make: Make) -> None:
    one, other = unique(), unique()
    ids = [str(make.contact(lastname=word).id) for word in (one, other)]
    list_id = lists.dynamic(named(one))
    assert lists.members(list_id) == ids[:1]
    updated = lists.put(f"{list_id}/update-list-filters", {"filterBranch": named(other)}).get_json()["updatedList"]
    assert (updated["filterBranch"], updated["listVersion"]) == (named(other), 2)
    assert lists.members(list_id) == ids[1:]


def test_a_list_has_whose_company_has_a_deal_over_an_amount(lists: Lists, make: Make) -> None:
    contacts = [make.contact() for _ in range(2)]
    companies = [make.company() for _ in range(2)]
    amounts = [secrets.randbelow(10**6) + 1, secrets.randbelow(10**6) + 10**7]
    for contact, company, amount in zip(contacts, companies, amounts, strict=True):
        make.associated(contact, company)
        make.associated(make.deal(amount=str(amount)), company)
    deal = {**association("0-3", 342), "filters": [where("amount", "NUMBER", "IS_GREATER_THAN", value=5 * 10**6)]}
    company = {**association("0-2", 279), "filterBranches": [deal]}
    ours = where("hs_object_id", "NUMBER", "IS_GREATER_THAN_OR_EQUAL_TO", value=contacts[0].id)
    assert lists.members(lists.dynamic(root(ours, branches=[company]))) == [str(contacts[1].id)]


def association(object_type_id: str, type_id: int, operator: str = "IN_LIST") -> dict[str, Any]:
    """A branch about associated records."""
    return {
        "filterBranchType": "ASSOCIATION",
        "filterBranchOperator": "AND",
        "objectTypeId": object_type_id,
        "associationTypeId": type_id,
        "associationCategory": "HUBSPOT_DEFINED",
        "operator": operator,
        "filters": [],
        "filterBranches": [],
    }


def test_a_list_has_whom_nobody_called(lists: Lists, make: Make) -> None:
    word = unique()
    called, forgotten = make.contact(lastname=word), make.contact(lastname=word)
    make.associated(called, make.record("call", hs_timestamp="1700000000000"))
    calls = {"filterBranchType": "ASSOCIATION", "objectTypeId": "calls", "operator": "NOT_IN_LIST"}
    filters = where("lastname", "MULTISTRING", "IS_EQUAL_TO", values=[word])
    assert lists.members(lists.dynamic(root(filters, branches=[calls]))) == [str(forgotten.id)]


def test_associated_records_are_counted(lists: Lists, make: Make) -> None:
    word = unique()
    busy, calm = make.contact(lastname=word), make.contact(lastname=word)
    for contact, number in ((busy, 2), (calm, 1)):
        for _ in range(number):
            make.associated(contact, make.record("note", hs_timestamp="1700000000000"))
    occurrences = {"type": "NUM_OCCURRENCES", "minOccurrences": 2}
    notes = {"filterBranchType": "ASSOCIATION", "objectTypeId": "notes", "coalescingRefineBy": occurrences}
    filters = where("lastname", "STRING", "IS_EQUAL_TO", value=word)
    assert lists.members(lists.dynamic(root(filters, branches=[notes]))) == [str(busy.id)]


def test_a_list_may_name_others_and_never_itself(lists: Lists, make: Make) -> None:
    word = unique()
    first = lists.dynamic(named(word))
    second = lists.dynamic(root({"filterType": "IN_LIST", "listId": first, "operator": "IN_LIST"}))
    made = str(make.contact(lastname=word).id)
    assert lists.members(second) == [made]
    for target, named_list in ((first, first), (first, second)):
        circle = root({"filterType": "IN_LIST", "listId": named_list, "operator": "IN_LIST"})
        answer = lists.put(f"{target}/update-list-filters", {"filterBranch": circle})
        assert answer.status_code == 400, answer.text
    assert lists.members(second) == [made]


def test_a_list_that_another_names_is_not_deleted(lists: Lists) -> None:
    inner = lists.make()
    name = unique("Outer ")
    lists.dynamic(root({"filterType": "IN_LIST", "listId": inner, "operator": "NOT_IN_LIST"}), name=name)
    answer = lists.client.delete(f"{LISTS}/{inner}")
    assert answer.status_code == 400
    assert name in answer.get_json()["message"]
    assert lists.client.get(f"{LISTS}/{inner}").status_code == 200


def test_a_record_tells_the_lists_it_is_in(lists: Lists, make: Make) -> None:
    word = unique()
    made, other = make.contact(lastname=word), make.contact()
    manual, dynamic = lists.make(), lists.dynamic(named(word))
    lists.put(f"{manual}/memberships/add", [str(made.id)])
    found = lists.client.get(f"{LISTS}/records/contacts/{made.id}/memberships").get_json()
    assert {each["listId"] for each in found["results"]} >= {manual, dynamic}
    inputs = [{"objectTypeId": "0-1", "recordId": str(each)} for each in (made.id, other.id, 999999999999)]
    answer = lists.client.post(f"{LISTS}/records/memberships/batch/read", {"inputs": inputs})
    both = {
        row["recordId"]: {each["listId"] for each in row["recordListMemberships"]}
        for row in answer.get_json()["results"]
    }
    assert answer.status_code == 207
    assert {manual, dynamic} <= both[str(made.id)]
    assert not {manual, dynamic} & both[str(other.id)]


def test_all_members_of_one_list_go_into_another_and_out_again(lists: Lists, make: Make) -> None:
    word = unique()
    ids = [str(make.contact(lastname=word).id) for _ in range(3)]
    source, target = lists.dynamic(named(word)), lists.make()
    assert lists.put(f"{target}/memberships/add-from/{source}").status_code == 204
    assert lists.members(target) == ids
    assert lists.client.delete(f"{LISTS}/{target}/memberships").status_code == 204
    assert lists.members(target) == []


def test_an_archived_member_is_out_of_sight_until_it_is_restored(lists: Lists, make: Make) -> None:
    ids = [str(make.contact().id) for _ in range(2)]
    list_id = lists.make()
    lists.put(f"{list_id}/memberships/add", ids)
    lists.client.delete(f"/crm/v3/objects/contacts/{ids[0]}")
    assert lists.members(list_id) == ids[1:]
    assert lists.client.get(f"{LISTS}/{list_id}").get_json()["list"]["size"] == 1
    lists.client.post(f"/crm/graph/v1/objects/contacts/{ids[0]}/restore")
    assert lists.members(list_id) == ids


def test_a_merged_record_is_in_the_lists_of_both(lists: Lists, make: Make) -> None:
    one, other = str(make.contact().id), str(make.contact().id)
    list_id = lists.make()
    lists.put(f"{list_id}/memberships/add", [other])
    body = {"primaryObjectId": one, "objectIdToMerge": other}
    merged = lists.client.post("/crm/v3/objects/contacts/merge", body).get_json()["id"]
    assert lists.members(list_id) == [merged]


def test_folders_are_a_tree(lists: Lists) -> None:
    client, folders = lists.client, f"{LISTS}/folders"
    outer, inner = (client.post(folders, {"name": unique()}).get_json()["folder"]["id"] for _ in range(2))
    list_id = lists.make()
    assert lists.put("folders/move-list", {"listId": list_id, "newFolderId": inner}).status_code == 204
    assert lists.put(f"folders/{inner}/move/{outer}").get_json()["folder"]["parentFolderId"] == outer
    shown = client.get(folders, folderId=outer).get_json()["folder"]
    assert [(each["id"], each["childLists"]) for each in shown["childNodes"]] == [(inner, [int(list_id)])]
    assert lists.put(f"folders/{outer}/move/{inner}").status_code == 400
    assert client.delete(f"{folders}/{inner}").status_code == 400
    name = unique()
    assert lists.put(f"folders/{inner}/rename", newFolderName=name).get_json()["folder"]["name"] == name
    lists.put("folders/move-list", {"listId": list_id, "newFolderId": "0"})
    assert client.delete(f"{folders}/{inner}").status_code == 204
    assert client.get(folders, folderId=inner).status_code == 404


def test_ids_that_a_client_read_as_numbers_are_taken(lists: Lists) -> None:
    # The official Python client makes a number of a folder's id.
    folder = int(lists.client.post(f"{LISTS}/folders", {"name": unique()}).get_json()["folder"]["id"])
    below = lists.client.post(f"{LISTS}/folders", {"name": unique(), "parentFolderId": folder}).get_json()["folder"]
    list_id = int(lists.make())
    assert below["parentFolderId"] == str(folder)
    assert lists.put("folders/move-list", {"listId": list_id, "newFolderId": folder}).status_code == 204
    shown = lists.client.get(f"{LISTS}/folders", folderId=str(folder)).get_json()["folder"]
    assert shown["childLists"] == [list_id]
    for wrong in (True, 1.5, [folder]):
        assert lists.put("folders/move-list", {"listId": list_id, "newFolderId": wrong}).status_code == 400


def test_older_ids_are_the_ids(lists: Lists) -> None:
    list_id = lists.make()
    assert lists.client.get(f"{LISTS}/idmapping", legacyListId=list_id).get_json()["listId"] == list_id
    found = lists.client.post(f"{LISTS}/idmapping", [list_id, "999999999"]).get_json()
    assert found["legacyListIdsToIdsMapping"] == [{"legacyListId": list_id, "listId": list_id}]
    assert found["missingLegacyListIds"] == ["999999999"]


def test_a_dynamic_list_is_converted_when_its_day_has_come(lists: Lists, make: Make, crm: Crm) -> None:
    word = unique()
    made = str(make.contact(lastname=word).id)
    list_id = lists.dynamic(named(word))
    follower.follow(crm)
    wanted = {"conversionType": "CONVERSION_DATE", "year": 2020, "month": 2, "day": 29}
    answer = lists.put(f"{list_id}/schedule-conversion", wanted).get_json()
    assert answer["requestedConversionTime"] == wanted
    follower.sweep(crm, int(list_id))
    assert lists.client.get(f"{LISTS}/{list_id}").get_json()["list"]["processingType"] == "MANUAL"
    assert "convertedAt" in lists.client.get(f"{LISTS}/{list_id}/schedule-conversion").get_json()
    lists.client.patch(f"/crm/v3/objects/contacts/{made}", {"properties": {"lastname": "another"}})
    assert lists.members(list_id) == [made]


def test_a_conversion_is_taken_back(lists: Lists) -> None:
    list_id = lists.dynamic(named(unique()))
    path = f"{LISTS}/{list_id}/schedule-conversion"
    lists.put(f"{list_id}/schedule-conversion", {"conversionType": "INACTIVITY", "offset": 2, "timeUnit": "WEEK"})
    assert lists.client.get(path).status_code == 200
    assert lists.client.delete(path).status_code == 204
    assert lists.client.get(path).status_code == 404


def test_sizes_by_day_end_with_the_size_of_now(lists: Lists, make: Make, crm: Crm) -> None:
    ids = [str(make.contact().id) for _ in range(3)]
    list_id = lists.make()
    lists.put(f"{list_id}/memberships/add", ids)
    lists.put(f"{list_id}/memberships/remove", ids[:1])
    now = crm.clock.read()
    days = {name: str(now + n * 86_400_000) for name, n in (("startDate", -1), ("endDate", 0))}
    found = lists.client.get(f"{LISTS}/{list_id}/size-and-edits-history/between", **days).get_json()
    assert [each["size"] for each in found["sizeHistory"]] == [0, 2]
    assert len(found["editHistory"]) == 1


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"filterBranchType": "AND", "filterBranches": []}, "filterBranch.filterBranchType"),
        ({"filterBranchType": "OR", "filterBranches": []}, "filterBranch.filterBranches"),
        (root({"filterType": "PAGE_VIEW"}), "filters[0].filterType"),
        (root({"filterType": "ADS_TIME"}), "filters[0].filterType"),
        (root(branches=[{"filterBranchType": "UNIFIED_EVENTS"}]), "filterBranches[0].filterBranchType"),
        (root(where("no_such", "STRING", "IS_EQUAL_TO", value="x")), "filters[0].property"),
        (root(where("lastname", "NUMBER", "IS_GREATER", value=1)), "operation.operator"),
        (root(where("lastname", "NOTHING", "IS", value=1)), "operation.operationType"),
        (root(where("lastname", "DATE", "IS_EQUAL_TO", year=2026, month=1, day=1)), "operation"),
        (root(where("createdate", "DATE", "IS_EQUAL_TO", year=2026, month=2, day=30)), "operation"),
        (root({"filterType": "IN_LIST", "listId": "999999999", "operator": "IN_LIST"}), "filters[0].listId"),
        (root(branches=[association("0-2", 1_999_999)]), "filterBranches[0].associationTypeId"),
        (root(branches=[association("nothing", 279)]), "filterBranches[0].objectTypeId"),
    ],
)
def test_wrong_filters_are_refused_with_their_place(lists: Lists, given: Any, place: str) -> None:
    body = {"name": unique(), "objectTypeId": "0-1", "processingType": "DYNAMIC", "filterBranch": given}
    answer = lists.client.post(LISTS, body)
    assert answer.status_code == 400, answer.text
    assert place in answer.get_json()["message"]


def test_a_token_needs_the_scopes_of_lists(lists: Lists) -> None:
    made = lists.client.post("/crm/graph/v1/tokens", {"name": unique(), "scopes": ["crm.lists.read"]}).get_json()
    reader = lists.client.signed_in_as(made["token"])
    list_id = lists.make()
    assert reader.get(f"{LISTS}/{list_id}").status_code == 200
    assert reader.delete(f"{LISTS}/{list_id}").status_code == 403


def with_scopes(client: Client, *scopes: str) -> Lists:
    """Lists by a token with these scopes beside those of lists."""
    wanted = ["crm.lists.read", "crm.lists.write", *(f"crm.objects.{each}.read" for each in scopes)]
    made = client.post("/crm/graph/v1/tokens", {"name": unique(), "scopes": wanted}).get_json()
    return Lists(client.signed_in_as(made["token"]))


DEALS = {**association("0-3", 4), "filters": [where("amount", "NUMBER", "IS_GREATER_THAN", value=1)]}


@pytest.mark.parametrize(
    ("given", "scopes", "missing"),
    [
        (root(where("lastname", "STRING", "IS_EQUAL_TO", value="x")), [], "contacts"),
        (root(branches=[DEALS]), ["contacts"], "deals"),
        (root(branches=[DEALS]), ["deals"], "contacts"),
        (
            root(branches=[{**association("0-2", 279), "filterBranches": [{**DEALS, "associationTypeId": 342}]}]),
            ["contacts", "companies"],
            "deals",
        ),
        (
            root(branches=[association("0-2", 279, "NOT_IN_LIST")]),
            ["contacts", "deals"],
            "companies",
        ),
    ],
)
@pytest.mark.parametrize("processing_type", ["DYNAMIC", "SNAPSHOT"])
def test_filters_look_only_at_what_the_token_may_read(
    lists: Lists, given: Any, scopes: list[str], missing: str, processing_type: str
) -> None:
    name = unique()
    body = {"name": name, "objectTypeId": "0-1", "processingType": processing_type, "filterBranch": given}
    answer = with_scopes(lists.client, *scopes).client.post(LISTS, body)
    assert (answer.status_code, answer.get_json()["category"]) == (403, "MISSING_SCOPES"), answer.text
    assert f"crm.objects.{missing}.read" in answer.text
    assert lists.client.post(f"{LISTS}/search", {"query": name}).get_json()["total"] == 0
    assert with_scopes(lists.client, *scopes, missing).client.post(LISTS, body).status_code == 200


def test_filters_are_not_changed_to_what_the_token_may_not_read(lists: Lists, make: Make) -> None:
    few = with_scopes(lists.client, "contacts")
    list_id = few.dynamic(named(unique()))
    answer = few.put(f"{list_id}/update-list-filters", {"filterBranch": root(branches=[DEALS])})
    assert answer.status_code == 403
    shown = lists.client.get(f"{LISTS}/{list_id}", includeFilters="true").get_json()["list"]
    assert shown["filterBranch"]["filterBranches"][0]["filterBranches"] == []


def test_who_may_not_read_deals_sees_members_and_not_the_filters(lists: Lists, make: Make) -> None:
    contact, word = make.contact(), unique()
    make.associated(contact, make.deal(amount="5"))
    ours = where("hs_object_id", "NUMBER", "IS_EQUAL_TO", value=contact.id)
    list_id = lists.dynamic(root(ours, branches=[DEALS]), name=word)
    few = with_scopes(lists.client, "contacts")
    assert few.members(list_id) == [str(contact.id)]
    asked = [(f"{LISTS}/{list_id}", {}), (LISTS, {"listIds": list_id}), (f"{LISTS}/object-type-id/0-1/name/{word}", {})]
    for path, query in asked:
        assert few.client.get(path, **query).status_code == 200
        assert few.client.get(path, includeFilters="true", **query).status_code == 403
    assert few.put(f"{list_id}/update-list-name", listName=unique(), includeFilters="true").status_code == 403
    assert lists.client.get(f"{LISTS}/{list_id}").get_json()["list"]["name"] == word


def test_naming_a_list_needs_no_more_than_reading_its_members(lists: Lists, make: Make) -> None:
    contact = make.contact()
    make.associated(contact, make.deal(amount="5"))
    ours = where("hs_object_id", "NUMBER", "IS_EQUAL_TO", value=contact.id)
    inner = lists.dynamic(root(ours, branches=[DEALS]))
    few = with_scopes(lists.client, "contacts")
    assert few.members(few.dynamic(root({"filterType": "IN_LIST", "listId": inner, "operator": "IN_LIST"}))) == [
        str(contact.id)
    ]


@pytest.mark.parametrize("name", ["offset", "count"])
def test_a_place_beyond_what_a_page_can_begin_at_is_refused(client: Client, name: str) -> None:
    answer = client.post("/crm/v3/lists/search", {name: 2**31})
    assert answer.status_code == 400
    assert name in answer.get_json()["message"]
