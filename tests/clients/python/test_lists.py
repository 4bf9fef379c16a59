"""Lists, their members, and folders of lists, as the client calls them."""

from __future__ import annotations

import pytest
from hubspot.crm.lists import (
    ListCreateRequest,
    ListFilterUpdateRequest,
    ListFolderCreateRequest,
    ListMoveRequest,
    ListSearchRequest,
    MembershipChangeRequest,
    PublicAndFilterBranch,
    PublicOrFilterBranch,
    PublicPropertyFilter,
    PublicStringPropertyOperation,
)

from tests.clients.python.calling import Watched, calls, refusal
from tests.factories import Make, unique

pytestmark = pytest.mark.slow


def where(lastname: str) -> PublicOrFilterBranch:
    """The filter of contacts of this last name."""
    asked = PublicStringPropertyOperation(
        operation_type="STRING", operator="IS_EQUAL_TO", value=lastname, include_objects_with_no_value_set=False
    )
    filters = [PublicPropertyFilter(filter_type="PROPERTY", _property="lastname", operation=asked)]
    below = PublicAndFilterBranch(
        filter_branch_type="AND", filter_branch_operator="AND", filters=filters, filter_branches=[]
    )
    return PublicOrFilterBranch(
        filter_branch_type="OR", filter_branch_operator="OR", filters=[], filter_branches=[below]
    )


def create(hubspot: Watched, **more: object) -> str:
    """The id of a new list of contacts."""
    given = {"name": unique("List "), "object_type_id": "0-1", "processing_type": "MANUAL", **more}
    with hubspot.forgiving():
        made: str = hubspot.crm.lists.lists_api.create(ListCreateRequest(**given)).list.list_id
    return made


def members(hubspot: Watched, list_id: str, name: str = "get_page") -> list[str]:
    """The ids of the records in a list, through one operation of its memberships."""
    page = getattr(hubspot.crm.lists.memberships_api, name)(list_id, limit=100)
    return [each.record_id for each in page.results]


@calls(
    "crm.lists",
    *(f"lists_api.{name}" for name in ("create", "get_all", "get_by_id", "get_by_name", "do_search")),
    *(f"lists_api.{name}" for name in ("update_name", "update_list_filters", "remove", "restore")),
    *(f"mapping_api.translate_legacy_list_id_to_list_id{name}" for name in ("", "_batch")),
)
def test_a_list_and_its_filters(hubspot: Watched, make: Make) -> None:
    api, names = hubspot.crm.lists, [unique("List ") for _ in range(2)]
    lists = api.lists_api
    first, second = (make.contact(lastname=unique()) for _ in range(2))
    made = create(hubspot, name=names[0], processing_type="DYNAMIC", filter_branch=where(first.properties["lastname"]))
    read = lists.get_by_id(made).list
    assert (read.name, read.processing_type, read.object_type_id) == (names[0], "DYNAMIC", "0-1")
    assert members(hubspot, made) == [str(first.id)]
    with hubspot.forgiving():
        filtering = api.lists_api
    filtering.update_list_filters(made, ListFilterUpdateRequest(filter_branch=where(second.properties["lastname"])))
    [below] = filtering.get_by_id(made, include_filters=True).list.filter_branch.filter_branches
    assert [each.operation.value for each in below.filters] == [second.properties["lastname"]]
    assert members(hubspot, made) == [str(second.id)]
    assert lists.update_name(made, list_name=names[1]).updated_list.name == names[1]
    assert lists.get_by_name(names[1], "0-1").list.list_id == made
    found = lists.do_search(ListSearchRequest(query=names[1], offset=0, count=5))
    assert (found.total, found.has_more) == (1, False)
    for each in (*lists.get_all(list_ids=[made]).lists, *found.lists):
        assert (each.list_id, each.name) == (made, names[1])
    assert api.mapping_api.translate_legacy_list_id_to_list_id(legacy_list_id=made).list_id == made
    [mapped] = api.mapping_api.translate_legacy_list_id_to_list_id_batch([made]).legacy_list_ids_to_ids_mapping
    assert (mapped.legacy_list_id, mapped.list_id) == (made, made)
    lists.remove(made)
    with pytest.raises(refusal(lists)):
        lists.get_by_id(made)
    lists.restore(made)
    assert members(hubspot, made) == [str(second.id)]


@calls(
    "crm.lists",
    *(f"memberships_api.{name}" for name in ("add", "remove", "remove_all", "add_and_remove", "add_all_from_list")),
    *(f"memberships_api.get_{name}" for name in ("lists", "page", "page_ordered_by_added_to_list_date")),
)
def test_members_of_a_list(hubspot: Watched, make: Make) -> None:
    memberships, ids = hubspot.crm.lists.memberships_api, [str(make.contact().id) for _ in range(3)]
    one, other = create(hubspot), create(hubspot)
    added = memberships.add(one, [ids[2], "999999999"])
    assert (added.records_ids_added, added.record_ids_missing) == ([ids[2]], ["999999999"])
    memberships.add(one, [ids[0]])
    assert members(hubspot, one) == [ids[0], ids[2]]
    assert members(hubspot, one, "get_page_ordered_by_added_to_list_date") == [ids[2], ids[0]]
    change = MembershipChangeRequest(record_ids_to_add=[ids[1]], record_ids_to_remove=[ids[0]])
    changed = memberships.add_and_remove(one, change)
    assert (changed.records_ids_added, changed.record_ids_removed) == ([ids[1]], [ids[0]])
    assert memberships.remove(one, [ids[1]]).record_ids_removed == [ids[1]]
    memberships.add_all_from_list(other, one)
    assert members(hubspot, other) == [ids[2]]
    assert {each.list_id for each in memberships.get_lists("0-1", ids[2]).results} >= {one, other}
    memberships.remove_all(one)
    assert members(hubspot, one) == []


@calls("crm.lists", *(f"folders_api.{name}" for name in ("create", "get_all", "move", "move_list", "rename", "remove")))
def test_folders_of_lists(hubspot: Watched) -> None:
    folders, name = hubspot.crm.lists.folders_api, unique("Folder ")
    outer, inner = (
        folders.create(ListFolderCreateRequest(name=unique("Folder "), parent_folder_id="0")).folder.id
        for _ in range(2)
    )
    assert folders.move(inner, outer).folder.parent_folder_id == outer
    assert folders.rename(inner, new_folder_name=name).folder.name == name
    made = create(hubspot)
    folders.move_list(ListMoveRequest(list_id=made, new_folder_id=inner))
    read = folders.get_all(folder_id=outer).folder
    assert [(each.id, each.name) for each in read.child_nodes] == [(inner, name)]
    assert folders.get_all(folder_id=inner).folder.child_lists == [int(made)]
    folders.move_list(ListMoveRequest(list_id=made, new_folder_id="0"))
    folders.remove(inner)
    assert folders.get_all(folder_id=outer).folder.child_nodes == []
