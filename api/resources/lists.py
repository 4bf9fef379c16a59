"""Lists, which the pages call segments: records of one object type, put together by hand or by filters."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from api.endpoint import Answer, endpoint, fixed
from api.paging import page_size, paged, previous_page
from api.schemas import lists as forms
from api.schemas.envelopes import absent, completed
from crm_graph.definitions.object_type import ObjectType
from crm_graph.segments import folders, history, members, store, writing
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint(
    "lists", __name__, url_prefix="/crm/v3/lists", description="Lists of records, by hand or by filters"
)

_READS = fixed("crm.lists.read")
_WRITES = fixed("crm.lists.write")
_PAGE = 100


@blueprint.route("")
@endpoint(query=forms.ListsQuery, scopes=_READS, form=forms.ListsAnswer)
def read_lists(unit: Unit, query: Body) -> Body:
    """Lists by their ids; those that are not there are left out."""
    found = store.find_several(unit, query["list_ids"], shows_filters=query["include_filters"])
    return {"lists": [forms.shown(each, filters=query["include_filters"]) for each in found]}


@blueprint.route("", methods=["POST"])
@endpoint(body=forms.ListBody, scopes=_WRITES, form=forms.ListAnswer)
def create_list(unit: Unit, body: Body) -> Body:
    """Make a list: MANUAL, DYNAMIC or SNAPSHOT."""
    permissions = body["permissions"]
    settings = {
        "listPermissions": permissions
        and {"teamsWithEditAccess": permissions["teams"], "usersWithEditAccess": permissions["users"]},
        "membershipSettings": body["membership_settings"],
        "customProperties": body["custom_properties"],
    }
    made = store.create(
        unit,
        name=body["name"],
        object_type=unit.model.object_type(body["object_type_id"]),
        processing_type=body["processing_type"],
        given=body["filter_branch"],
        folder_id=str(body["folder_id"] or 0),
        settings={name: value for name, value in settings.items() if value},
    )
    return {"list": forms.shown(made, filters=True)}


@blueprint.route("/search", methods=["POST"])
@endpoint(body=forms.SearchBody, is_body_optional=True, scopes=_READS, form=forms.SearchAnswer)
def search_lists(unit: Unit, body: Body) -> Body:
    """Lists by words of their names and more."""
    names = body["additional"]
    page = store.search(
        unit,
        query=body["query"] or "",
        object_type=unit.model.object_type(body["object_type_id"]) if body["object_type_id"] else None,
        processing_types=body["processing_types"],
        ids=body["list_ids"],
        sort=body["sort"] or "",
        offset=body["offset"] or 0,
        count=20 if body["count"] is None else body["count"],
        counts=not names or "hs_list_size" in names or "hs_last_record_added_at" in names,
    )
    found = [forms.found(each, names or None) for each in page.found]
    return {"total": page.total, "offset": page.offset + len(found), "hasMore": page.has_more, "lists": found}


@blueprint.route("/<list_id>")
@endpoint(query=forms.ListQuery, scopes=_READS, form=forms.ListAnswer)
def read_list(unit: Unit, list_id: str, query: Body) -> Body:
    """A list with how many members it has now."""
    segment, known = store.find(unit, list_id, shows_filters=query["include_filters"])
    size = members.count(unit, segment, known)
    return {"list": forms.shown(segment, filters=query["include_filters"], size=size)}


@blueprint.route("/<list_id>", methods=["DELETE"])
@endpoint(204, scopes=_WRITES)
def delete_list(unit: Unit, list_id: str) -> None:
    """Delete a list; it can be restored."""
    store.delete(unit, list_id)


@blueprint.route("/<list_id>/restore", methods=["PUT"])
@endpoint(204, scopes=_WRITES)
def restore_list(unit: Unit, list_id: str) -> None:
    """Restore a deleted list with its members."""
    store.restore(unit, list_id)


@blueprint.route("/object-type-id/<object_type>/name/<path:list_name>")
@endpoint(query=forms.ListQuery, scopes=_READS, form=forms.ListAnswer)
def read_list_by_name(unit: Unit, object_type: ObjectType, list_name: str, query: Body) -> Body:
    """A list by its name."""
    found = store.find_by_name(unit, object_type, list_name, shows_filters=query["include_filters"])
    return {"list": forms.shown(found, filters=query["include_filters"])}


@blueprint.route("/<list_id>/update-list-name", methods=["PUT"])
@endpoint(query=forms.RenameQuery, scopes=_WRITES, form=forms.UpdatedAnswer)
def rename_list(unit: Unit, list_id: str, query: Body) -> Body:
    """Give a list another name."""
    renamed = store.rename(unit, list_id, query["name"], shows_filters=query["include_filters"])
    return {"updatedList": forms.shown(renamed, filters=query["include_filters"])}


@blueprint.route("/<list_id>/update-list-filters", methods=["PUT"])
@endpoint(query=forms.FiltersQuery, body=forms.FiltersBody, scopes=_WRITES, form=forms.UpdatedAnswer)
def change_filters(unit: Unit, list_id: str, body: Body, query: Body) -> Body:
    """Give a DYNAMIC list other filters."""
    return {"updatedList": forms.shown(store.set_filters(unit, list_id, body["filter_branch"]), filters=True)}


@blueprint.route("/<list_id>/memberships")
@endpoint(query=forms.MembersQuery, scopes=_READS, form=forms.MembersAnswer)
def read_members(unit: Unit, list_id: str, query: Body) -> Body:
    """Members in the order of their ids."""
    return _members(unit, list_id, query, by_time=False)


@blueprint.route("/<list_id>/memberships/join-order")
@endpoint(query=forms.MembersQuery, scopes=_READS, form=forms.MembersAnswer)
def read_members_by_time(unit: Unit, list_id: str, query: Body) -> Body:
    """Members in the order in which they came, those whose time is not known yet last."""
    return _members(unit, list_id, query, by_time=True)


@blueprint.route("/<list_id>/memberships", methods=["DELETE"])
@endpoint(204, scopes=_WRITES)
def remove_all_members(unit: Unit, list_id: str) -> None:
    """Take all records out of a list."""
    writing.empty(unit, store.find(unit, list_id)[0])


@blueprint.route("/<list_id>/memberships/add", methods=["PUT"])
@endpoint(body=forms.IDS, scopes=_WRITES, form=forms.ChangesAnswer)
def add_members(unit: Unit, list_id: str, body: Any) -> Body:
    """Put records into a list."""
    return forms.changes(writing.change(unit, store.find(unit, list_id)[0], add=body))


@blueprint.route("/<list_id>/memberships/remove", methods=["PUT"])
@endpoint(body=forms.IDS, scopes=_WRITES, form=forms.ChangesAnswer)
def remove_members(unit: Unit, list_id: str, body: Any) -> Body:
    """Take records out of a list."""
    return forms.changes(writing.change(unit, store.find(unit, list_id)[0], remove=body))


@blueprint.route("/<list_id>/memberships/add-and-remove", methods=["PUT"])
@endpoint(body=forms.ChangeBody, scopes=_WRITES, form=forms.ChangesAnswer)
def change_members(unit: Unit, list_id: str, body: Body) -> Body:
    """Put records into a list, then take others out."""
    return forms.changes(writing.change(unit, store.find(unit, list_id)[0], add=body["add"], remove=body["remove"]))


@blueprint.route("/<list_id>/memberships/add-from/<source_id>", methods=["PUT"])
@endpoint(204, scopes=_WRITES)
def add_members_from(unit: Unit, list_id: str, source_id: str) -> None:
    """Put all members of one list into another."""
    segment, _ = store.find(unit, list_id)
    source, known = store.find(unit, source_id)
    writing.add_from(unit, segment, source, known)


@blueprint.route("/records/<object_type>/<record_id>/memberships")
@endpoint(scopes=_READS, form=forms.MembershipsAnswer)
def read_memberships(unit: Unit, object_type: ObjectType, record_id: str) -> Body:
    """The lists that a record is in."""
    found = members.of_record(unit, object_type, record_id)
    return {"results": [forms.membership(each) for each in found], "total": len(found)}


@blueprint.route("/records/memberships/batch/read", methods=["POST"])
@endpoint(body=forms.RECORDS, scopes=_READS, form=forms.RecordMembershipsAnswer, partial=True)
def read_memberships_of_several(unit: Unit, body: Any) -> Answer:
    """The lists that each of several records is in."""
    found = members.of_several(unit, body)
    results = [
        {
            "objectTypeId": object_type.id,
            "recordId": record_id,
            "recordListMemberships": [forms.membership(each) for each in memberships],
        }
        for object_type, record_id, memberships in found.memberships
    ]
    if not found.missing:
        return Answer(completed(unit, results))
    error = absent("Could not get some of the records", ids=found.missing)
    return Answer(completed(unit, results, [error]), 207)


@blueprint.route("/folders")
@endpoint(query=forms.FolderQuery, scopes=_READS, form=forms.FolderAnswer)
def read_folder(unit: Unit, query: Body) -> Body:
    """A folder with all that is below it; the root without an id."""
    return {"folder": forms.folder(folders.read(unit, query["folder_id"]))}


@blueprint.route("/folders", methods=["POST"])
@endpoint(body=forms.FolderBody, scopes=_WRITES, form=forms.FolderAnswer)
def create_folder(unit: Unit, body: Body) -> Body:
    """Make a folder."""
    return {"folder": forms.folder(folders.create(unit, body["name"], body["parent_id"] or "0"))}


@blueprint.route("/folders/move-list", methods=["PUT"])
@endpoint(204, body=forms.MoveBody, scopes=_WRITES)
def move_list(unit: Unit, body: Body) -> None:
    """Move a list to another folder."""
    store.move(unit, body["list_id"], body["folder_id"])


@blueprint.route("/folders/<folder_id>", methods=["DELETE"])
@endpoint(204, scopes=_WRITES)
def delete_folder(unit: Unit, folder_id: str) -> None:
    """Remove a folder in which nothing is."""
    folders.delete(unit, folder_id)


@blueprint.route("/folders/<folder_id>/move/<parent_id>", methods=["PUT"])
@endpoint(scopes=_WRITES, form=forms.FolderAnswer)
def move_folder(unit: Unit, folder_id: str, parent_id: str) -> Body:
    """Move a folder into another one."""
    return {"folder": forms.folder(folders.move(unit, folder_id, parent_id))}


@blueprint.route("/folders/<folder_id>/rename", methods=["PUT"])
@endpoint(query=forms.FolderNameQuery, scopes=_WRITES, form=forms.FolderAnswer)
def rename_folder(unit: Unit, folder_id: str, query: Body) -> Body:
    """Give a folder another name."""
    return {"folder": forms.folder(folders.rename(unit, folder_id, query["name"]))}


@blueprint.route("/idmapping")
@endpoint(query=forms.LegacyQuery, scopes=_READS, form=forms.MappingAnswer)
def read_mapping(unit: Unit, query: Body) -> Body:
    """The id of a list by its older one, which here is the same."""
    segment, _ = store.find(unit, query["legacy_id"])
    return {"legacyListId": str(segment.id), "listId": str(segment.id)}


@blueprint.route("/idmapping", methods=["POST"])
@endpoint(body=forms.IDS, scopes=_READS, form=forms.MappingsAnswer)
def read_mappings(unit: Unit, body: Any) -> Body:
    """The ids of lists by their older ones, which here are the same."""
    found = [str(each.id) for each in store.find_several(unit, body)]
    return {
        "legacyListIdsToIdsMapping": [{"legacyListId": each, "listId": each} for each in found],
        "missingLegacyListIds": [each for each in body if each not in found],
    }


@blueprint.route("/<list_id>/schedule-conversion")
@endpoint(scopes=_READS, form=forms.ConversionAnswer)
def read_conversion(unit: Unit, list_id: str) -> Body:
    """When a list is to be filled by hand, or since when it is."""
    return forms.converted(history.conversion(unit, list_id))


@blueprint.route("/<list_id>/schedule-conversion", methods=["PUT"])
@endpoint(body=forms.ConversionBody, scopes=_WRITES, form=forms.ConversionAnswer)
def schedule_conversion(unit: Unit, list_id: str, body: Body) -> Body:
    """Let a DYNAMIC list become a MANUAL one, on a day or after a time without changes."""
    given = {forms.CONVERSION[name]: value for name, value in body.items()}
    return forms.converted(history.schedule(unit, list_id, given))


@blueprint.route("/<list_id>/schedule-conversion", methods=["DELETE"])
@endpoint(204, scopes=_WRITES)
def cancel_conversion(unit: Unit, list_id: str) -> None:
    """Let a list stay dynamic."""
    history.unschedule(unit, list_id)


@blueprint.route("/<list_id>/size-and-edits-history/between")
@endpoint(query=forms.HistoryQuery, scopes=_READS, form=forms.HistoryAnswer)
def read_history(unit: Unit, list_id: str, query: Body) -> Body:
    """How many members a list had at the end of each day, and when it was edited."""
    found = history.between(unit, list_id, query["since"], query["until"])
    return forms.history(found)


def _members(unit: Unit, list_id: str, query: Body, *, by_time: bool) -> Body:
    segment, known = store.find(unit, list_id)
    page = members.page(
        unit,
        segment,
        known,
        after=query["after"],
        before=query["before"],
        limit=page_size(query["limit"], unit.limits.segment_page_size, _PAGE),
        by_time=by_time,
    )
    body = paged([forms.member(each) for each in page.members], page.after)
    if page.before is not None:
        body["paging"] = {**body.get("paging", {}), **previous_page(page.before)}
    return body
