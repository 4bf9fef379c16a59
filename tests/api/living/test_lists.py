"""Lists, their members, and folders of lists."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.api.living.alive import CUSTOM, MODEL, Kind, Watched, alive, create, of
from tests.factories import unique

LISTS = "/crm/v3/lists"


@of("contact", "deal", CUSTOM)
@alive(
    *(f"{method} {LISTS}" for method in ("GET", "POST")),
    *(f"{method} {LISTS}/{{id}}" for method in ("GET", "DELETE")),
    f"POST {LISTS}/search",
    f"GET {LISTS}/object-type-id/{{type}}/name/{{name}}",
    *(f"PUT {LISTS}/{{id}}/{name}" for name in ("restore", "update-list-filters", "update-list-name")),
    f"GET {LISTS}/{{id}}/size-and-edits-history/between",
    *(f"{method} {LISTS}/idmapping" for method in ("GET", "POST")),
    *(f"{method} {LISTS}/{{id}}/schedule-conversion" for method in ("GET", "PUT", "DELETE")),
)
def test_a_list_and_its_filters(watched: Watched, kind: Kind) -> None:
    first, second = create(watched, kind), create(watched, kind)
    names = [unique("List ") for _ in range(2)]

    def where(record: dict[str, Any]) -> dict[str, Any]:
        asked = {"operationType": "STRING", "operator": "IS_EQUAL_TO", "value": record["properties"][kind.text]}
        filters = [{"filterType": "PROPERTY", "property": kind.text, "operation": asked}]
        below = {"filterBranchType": "AND", "filterBranchOperator": "AND", "filters": filters, "filterBranches": []}
        return {"filterBranchType": "OR", "filterBranchOperator": "OR", "filters": [], "filterBranches": [below]}

    def members() -> list[str]:
        return [each["recordId"] for each in watched.done("GET", f"{one}/memberships")["results"]]

    given = {"objectTypeId": kind.path if kind.path[0] == "2" else MODEL.object_type(kind.path).id}
    body = {**given, "name": names[0], "processingType": "DYNAMIC", "filterBranch": where(first)}
    made = watched.done("POST", LISTS, body)["list"]["listId"]
    one = f"{LISTS}/{made}"
    assert watched.done("GET", one)["list"]["name"] == names[0]
    assert members() == [first["id"]]
    filtered = watched.done("PUT", f"{one}/update-list-filters", {"filterBranch": where(second)})["updatedList"]
    assert second["properties"][kind.text] in str(filtered["filterBranch"])
    assert members() == [second["id"]]
    named = watched.done("PUT", f"{one}/update-list-name", query_string={"listName": names[1]})["updatedList"]
    assert named["name"] == names[1]
    by_name = f"{LISTS}/object-type-id/{given['objectTypeId']}/name/{names[1]}"
    assert watched.done("GET", by_name)["list"]["listId"] == made
    listed = watched.done("GET", LISTS, query_string={"listIds": made})["lists"]
    found = watched.done("POST", f"{LISTS}/search", {"query": names[1]})["lists"]
    assert [(each["listId"], each["name"]) for each in (*listed, *found)] == [(made, names[1])] * 2
    today = datetime.now(UTC).date()
    days = {"startDate": str(today - timedelta(1)), "endDate": str(today + timedelta(1))}
    edits = watched.done("GET", f"{one}/size-and-edits-history/between", query_string=days)["editHistory"]
    assert edits == [each["updatedAt"] for each in (named, filtered)] + [filtered["createdAt"]]
    assert watched.done("GET", f"{LISTS}/idmapping", query_string={"legacyListId": made})["listId"] == made
    mapped = watched.done("POST", f"{LISTS}/idmapping", [made])["legacyListIdsToIdsMapping"]
    assert mapped == [{"legacyListId": made, "listId": made}]
    date = {name: first + secrets.randbelow(count) for name, first, count in (("year", 2090, 999), ("month", 1, 12))}
    day = {"conversionType": "CONVERSION_DATE", **date, "day": 1 + secrets.randbelow(28)}
    assert watched.done("PUT", f"{one}/schedule-conversion", day)["requestedConversionTime"] == day
    asked = watched.done("GET", f"{one}/schedule-conversion")["requestedConversionTime"]
    assert asked == day
    watched.done("DELETE", f"{one}/schedule-conversion")
    assert "requestedConversionTime" not in (watched.get(f"{one}/schedule-conversion").get_json() or {})
    watched.done("DELETE", one)
    assert watched.get(one).status_code == 404
    watched.done("PUT", f"{one}/restore")
    assert members() == [second["id"]]


@of("contact", "deal", CUSTOM)
@alive(
    *(f"{method} {LISTS}/{{id}}/memberships" for method in ("GET", "DELETE")),
    f"GET {LISTS}/{{id}}/memberships/join-order",
    *(f"PUT {LISTS}/{{id}}/memberships/{name}" for name in ("add", "remove", "add-and-remove", "add-from/{id}")),
    f"GET {LISTS}/records/{{type}}/{{id}}/memberships",
    f"POST {LISTS}/records/memberships/batch/read",
)
def test_members_of_a_list(watched: Watched, kind: Kind) -> None:
    ids = [create(watched, kind)["id"] for _ in range(3)]
    object_type_id = kind.path if kind.path[0] == "2" else MODEL.object_type(kind.path).id

    def make() -> str:
        body = {"name": unique("List "), "objectTypeId": object_type_id, "processingType": "MANUAL"}
        return str(watched.done("POST", LISTS, body)["list"]["listId"])

    def members(list_id: str, path: str = "memberships") -> list[str]:
        return [each["recordId"] for each in watched.done("GET", f"{LISTS}/{list_id}/{path}")["results"]]

    one, other = make(), make()
    path = f"{LISTS}/{one}/memberships"
    assert watched.done("PUT", f"{path}/add", [ids[2]])["recordsIdsAdded"] == [ids[2]]
    watched.done("PUT", f"{path}/add", [ids[0]])
    assert (members(one), members(one, "memberships/join-order")) == ([ids[0], ids[2]], [ids[2], ids[0]])
    both = watched.done("PUT", f"{path}/add-and-remove", {"recordIdsToAdd": [ids[1]], "recordIdsToRemove": [ids[0]]})
    assert (both["recordsIdsAdded"], both["recordIdsRemoved"]) == ([ids[1]], [ids[0]])
    assert members(one) == ids[1:]
    assert watched.done("PUT", f"{path}/remove", [ids[1]])["recordIdsRemoved"] == [ids[1]]
    watched.done("PUT", f"{LISTS}/{other}/memberships/add-from/{one}")
    assert members(other) == [ids[2]]
    lists = watched.done("GET", f"{LISTS}/records/{object_type_id}/{ids[2]}/memberships")["results"]
    assert {each["listId"] for each in lists} >= {one, other}
    inputs = [{"objectTypeId": object_type_id, "recordId": ids[2]}]
    [read] = watched.done("POST", f"{LISTS}/records/memberships/batch/read", {"inputs": inputs})["results"]
    assert {each["listId"] for each in read["recordListMemberships"]} >= {one, other}
    watched.done("DELETE", path)
    assert members(one) == []


@alive(
    *(f"{method} {LISTS}/folders" for method in ("GET", "POST")),
    f"PUT {LISTS}/folders/move-list",
    f"DELETE {LISTS}/folders/{{id}}",
    f"PUT {LISTS}/folders/{{id}}/move/{{id}}",
    f"PUT {LISTS}/folders/{{id}}/rename",
)
def test_folders_of_lists(watched: Watched) -> None:
    folders, name = f"{LISTS}/folders", unique("Folder ")

    def make(parent_id: str) -> str:
        body = {"name": unique("Folder "), "parentFolderId": parent_id}
        return str(watched.done("POST", folders, body)["folder"]["id"])

    def read(folder_id: str) -> dict[str, Any]:
        folder: dict[str, Any] = watched.done("GET", folders, query_string={"folderId": folder_id})["folder"]
        return folder

    outer, inner = make("0"), make("0")
    assert watched.done("PUT", f"{folders}/{inner}/move/{outer}")["folder"]["parentFolderId"] == outer
    renamed = watched.done("PUT", f"{folders}/{inner}/rename", query_string={"newFolderName": name})["folder"]
    assert renamed["name"] == name
    assert (read(inner)["name"], read(inner)["parentFolderId"]) == (name, outer)
    body = {"name": unique("List "), "objectTypeId": "0-1", "processingType": "MANUAL"}
    made = watched.done("POST", LISTS, body)["list"]["listId"]
    watched.done("PUT", f"{folders}/move-list", {"listId": made, "newFolderId": inner})
    assert read(inner)["childLists"] == [int(made)]
    watched.done("PUT", f"{folders}/move-list", {"listId": made, "newFolderId": "0"})
    watched.done("DELETE", f"{folders}/{inner}")
    assert read(outer)["childNodes"] == []
