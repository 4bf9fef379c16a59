"""Bodies and queries of lists. What filters mean is read by the domain, which knows what an object type has."""

from __future__ import annotations

from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

from api.endpoint import Query
from api.paging import Names
from api.schemas import list_filters
from api.schemas.envelopes import BothWaysForm, batched
from api.schemas.ids import Id
from api.schemas.moments import moment
from api.schemas.reading import BodyReader, id_of, inputs_of, wrong
from crm_graph.segments.folders import Folder
from crm_graph.segments.history import History
from crm_graph.segments.members import Membership
from crm_graph.segments.segment import PROCESSING_TYPES, Segment
from crm_graph.segments.source import Joined
from crm_graph.segments.store import Found
from crm_graph.segments.writing import Changes

Body = dict[str, Any]


class _Loose(Schema):
    class Meta:
        """Clients send more than is read."""

        unknown = EXCLUDE


class PermissionsBody(_Loose):
    """Who may edit a list; kept, and enforced by nobody."""

    teams = fields.List(fields.Integer(), data_key="teamsWithEditAccess", load_default=list)
    users = fields.List(fields.Integer(), data_key="usersWithEditAccess", load_default=list)


class ListBody(_Loose):
    """A new list."""

    name = fields.String(required=True)
    object_type_id = fields.String(data_key="objectTypeId", required=True)
    processing_type = fields.String(data_key="processingType", required=True, validate=validate.OneOf(PROCESSING_TYPES))
    filter_branch = fields.Dict(
        data_key="filterBranch", load_default=None, allow_none=True, metadata=list_filters.ROOT_OR_NONE
    )
    folder_id = fields.Integer(data_key="listFolderId", load_default=0, allow_none=True)
    permissions = fields.Nested(PermissionsBody, data_key="listPermissions", load_default=None, allow_none=True)
    membership_settings = fields.Dict(data_key="membershipSettings", load_default=None, allow_none=True)
    custom_properties = fields.Dict(data_key="customProperties", load_default=None, allow_none=True)


class FiltersBody(_Loose):
    """Other filters of a list."""

    filter_branch = fields.Dict(data_key="filterBranch", required=True, metadata=list_filters.ROOT)


class SearchBody(_Loose):
    """Which lists to find; the body may be empty."""

    query = fields.String(load_default="", allow_none=True)
    object_type_id = fields.String(data_key="objectTypeId", load_default=None, allow_none=True)
    processing_types = fields.List(fields.String(), data_key="processingTypes", load_default=None, allow_none=True)
    list_ids = fields.List(Id(), data_key="listIds", load_default=None, allow_none=True)
    sort = fields.String(load_default="", allow_none=True)
    offset = fields.Integer(load_default=0, allow_none=True, validate=validate.Range(0, 2**30))
    count = fields.Integer(load_default=20, allow_none=True, validate=validate.Range(0, 2**30))
    additional = fields.List(fields.String(), data_key="additionalProperties", load_default=None, allow_none=True)


class ChangeBody(_Loose):
    """Ids of records to put into a list, and of others to take out."""

    add = fields.List(Id(), data_key="recordIdsToAdd", load_default=list)
    remove = fields.List(Id(), data_key="recordIdsToRemove", load_default=list)


class FolderBody(_Loose):
    """A new folder."""

    name = fields.String(required=True)
    parent_id = Id(data_key="parentFolderId", load_default="0", allow_none=True)


class MoveBody(_Loose):
    """A list and the folder that it goes to."""

    list_id = Id(data_key="listId", required=True)
    folder_id = Id(data_key="newFolderId", required=True)


class ConversionBody(_Loose):
    """When a list is to be filled by hand: on a day, or after a time without changes."""

    conversion_type = fields.String(data_key="conversionType", required=True)
    year = fields.Integer(strict=True)
    month = fields.Integer(strict=True)
    day = fields.Integer(strict=True)
    offset = fields.Integer(strict=True)
    time_unit = fields.String(data_key="timeUnit")


CONVERSION = {name: field.data_key or name for name, field in ConversionBody().fields.items()}
"""What the contract calls the fields of a conversion, as they are kept."""


class IdsBody(Schema):
    """A bare array of ids; the name is for the document alone."""

    ids = fields.List(fields.String())


class RecordsBody(Schema):
    """Records of any object types."""

    inputs = fields.List(fields.Dict(), required=True)


class ListQuery(Query):
    """Whether filters are shown."""

    include_filters = fields.Boolean(data_key="includeFilters", load_default=False)


class ListsQuery(ListQuery):
    """Which lists."""

    list_ids = Names(data_key="listIds", load_default=())


class RenameQuery(ListQuery):
    """The new name of a list."""

    name = fields.String(data_key="listName", load_default="")


class FolderQuery(Query):
    """Which folder."""

    folder_id = fields.String(data_key="folderId", load_default="0")


class FolderNameQuery(Query):
    """The new name of a folder."""

    name = fields.String(data_key="newFolderName", load_default="")


class MembersQuery(Query):
    """Which page of members."""

    after = fields.String(load_default=None)
    before = fields.String(load_default=None)
    limit = fields.Integer(load_default=None)


class LegacyQuery(Query):
    """An older id of a list."""

    legacy_id = fields.String(data_key="legacyListId", load_default="")


class FiltersQuery(Query):
    """Whether workflows are told, of which there are none."""

    enroll = fields.Boolean(data_key="enrollObjectsInWorkflows", load_default=False)


class HistoryQuery(Query):
    """From which day to which."""

    since = fields.String(data_key="startDate", load_default="")
    until = fields.String(data_key="endDate", load_default="")


class ListForm(Schema):
    """A list in an answer."""

    list_id = fields.String(data_key="listId", required=True)
    list_version = fields.Integer(data_key="listVersion", required=True)
    name = fields.String(required=True)
    object_type_id = fields.String(data_key="objectTypeId", required=True)
    processing_type = fields.String(data_key="processingType", required=True)
    processing_status = fields.String(data_key="processingStatus", required=True)
    size = fields.Integer()
    filter_branch = fields.Dict(data_key="filterBranch", metadata=list_filters.ROOT)
    created_at = fields.DateTime(data_key="createdAt")
    updated_at = fields.DateTime(data_key="updatedAt")
    filters_updated_at = fields.DateTime(data_key="filtersUpdatedAt")
    created_by_id = fields.String(data_key="createdById")
    updated_by_id = fields.String(data_key="updatedById")
    list_permissions = fields.Dict(data_key="listPermissions")
    membership_settings = fields.Dict(data_key="membershipSettings")
    custom_properties = fields.Dict(data_key="customProperties")
    folder_id = fields.String(data_key="folderId")


class ListAnswer(Schema):
    """A list."""

    list = fields.Nested(ListForm, required=True)


class UpdatedAnswer(Schema):
    """A list that was changed."""

    updated_list = fields.Nested(ListForm, data_key="updatedList", required=True)


class ListsAnswer(Schema):
    """Lists."""

    lists = fields.List(fields.Nested(ListForm), required=True)


class FoundForm(ListForm):
    """A list as a search shows it."""

    additional_properties = fields.Dict(data_key="additionalProperties", required=True)


class SearchAnswer(Schema):
    """A page of lists."""

    total = fields.Integer(required=True)
    offset = fields.Integer(required=True)
    has_more = fields.Boolean(data_key="hasMore", required=True)
    lists = fields.List(fields.Nested(FoundForm), required=True)


class MemberForm(Schema):
    """A member; `unsettled` is there and true where the time is not known yet and is that of the last change."""

    record_id = fields.String(data_key="recordId", required=True)
    membership_timestamp = fields.DateTime(data_key="membershipTimestamp", required=True)
    unsettled = fields.Boolean()


class MembersAnswer(Schema):
    """A page of members."""

    results = fields.List(fields.Nested(MemberForm), required=True)
    paging = fields.Nested(BothWaysForm)


class ChangesAnswer(Schema):
    """What was done with which records; `recordsIdsAdded` is how the contract spells it."""

    records_ids_added = fields.List(fields.String(), data_key="recordsIdsAdded", required=True)
    record_ids_removed = fields.List(Id(), data_key="recordIdsRemoved", required=True)
    record_ids_missing = fields.List(Id(), data_key="recordIdsMissing", required=True)


class MembershipForm(Schema):
    """A list that a record is in."""

    list_id = fields.String(data_key="listId", required=True)
    list_version = fields.Integer(data_key="listVersion", required=True)
    is_public_list = fields.Boolean(data_key="isPublicList")
    first_added_timestamp = fields.DateTime(data_key="firstAddedTimestamp")
    last_added_timestamp = fields.DateTime(data_key="lastAddedTimestamp")
    unsettled = fields.Boolean()


class MembershipsAnswer(Schema):
    """The lists that a record is in."""

    results = fields.List(fields.Nested(MembershipForm), required=True)
    total = fields.Integer()


class RecordMembershipsForm(Schema):
    """A record with the lists that it is in."""

    object_type_id = fields.String(data_key="objectTypeId", required=True)
    record_id = fields.String(data_key="recordId", required=True)
    record_list_memberships = fields.List(
        fields.Nested(MembershipForm), data_key="recordListMemberships", required=True
    )


class FolderForm(Schema):
    """A folder with what is in it."""

    id = fields.String(required=True)
    name = fields.String()
    parent_folder_id = fields.String(data_key="parentFolderId", required=True)
    child_lists = fields.List(fields.Integer(), data_key="childLists", required=True)
    child_nodes = fields.List(fields.Dict(), data_key="childNodes", required=True)
    created_at = fields.DateTime(data_key="createdAt")
    updated_at = fields.DateTime(data_key="updatedAt")
    updated_contents_at = fields.DateTime(data_key="updatedContentsAt")
    user_id = fields.Integer(data_key="userId")


class FolderAnswer(Schema):
    """A folder."""

    folder = fields.Nested(FolderForm, required=True)


class MappingAnswer(Schema):
    """The older id of a list, and the one it has."""

    legacy_list_id = fields.String(data_key="legacyListId", required=True)
    list_id = fields.String(data_key="listId", required=True)


class MappingsAnswer(Schema):
    """Ids of lists by their older ones."""

    legacy_list_ids_to_ids_mapping = fields.List(
        fields.Nested(MappingAnswer), data_key="legacyListIdsToIdsMapping", required=True
    )
    missing_legacy_list_ids = fields.List(fields.String(), data_key="missingLegacyListIds", required=True)


class ConversionAnswer(Schema):
    """When a list is to be converted, or was."""

    list_id = fields.String(data_key="listId", required=True)
    requested_conversion_time = fields.Dict(data_key="requestedConversionTime")
    converted_at = fields.DateTime(data_key="convertedAt")


class SizeForm(Schema):
    """How many members there were."""

    size = fields.Integer(required=True)
    timestamp = fields.DateTime(required=True)


class HistoryAnswer(Schema):
    """Sizes by day and times of edits."""

    size_history = fields.List(fields.Nested(SizeForm), data_key="sizeHistory", required=True)
    edit_history = fields.List(fields.DateTime(), data_key="editHistory", required=True)


RecordMembershipsAnswer = batched(RecordMembershipsForm)


def _ids(given: Any) -> tuple[str, ...]:
    if type(given) is not list:
        raise wrong("", "A JSON array of ids is needed.")
    return tuple(id_of({"id": each}, "id", f"{n}.") for n, each in enumerate(given))


def _records(given: Any) -> list[tuple[str, str]]:
    return inputs_of(given, lambda each, at: (id_of(each, "objectTypeId", at), id_of(each, "recordId", at)))


IDS = BodyReader(_ids, IdsBody)
RECORDS = BodyReader(_records, RecordsBody)


def shown(segment: Segment, *, filters: bool = False, size: int | None = None) -> Body:
    """A list as the contract shows it."""
    kept = segment.settings
    body = {
        "listId": str(segment.id),
        "listVersion": segment.version,
        "name": segment.name,
        "objectTypeId": segment.object_type_id,
        "processingType": segment.processing_type,
        "processingStatus": segment.processing_status,
        "createdAt": moment(segment.created_at),
        "updatedAt": moment(segment.updated_at),
        "filtersUpdatedAt": moment(segment.filters_updated_at),
        "createdById": segment.created_by,
        "updatedById": segment.updated_by,
        "listPermissions": kept.get("listPermissions") or {"teamsWithEditAccess": [], "usersWithEditAccess": []},
        "membershipSettings": kept.get("membershipSettings") or {},
        "folderId": str(segment.folder_id),
    }
    if kept.get("customProperties"):
        body["customProperties"] = kept["customProperties"]
    if size is not None:
        body["size"] = size
    if filters and segment.filters is not None:
        body["filterBranch"] = segment.filters
    return body


ADDITIONAL = (
    "hs_list_size",
    "hs_last_record_added_at",
    "hs_last_record_removed_at",
    "hs_folder_name",
    "hs_list_reference_count",
)
"""What a search tells of a list beside, unless it asks for less."""


def found(each: Found, names: list[str] | None) -> Body:
    """A list in a search; properties that have no value are left out."""
    values = {
        "hs_list_size": each.size,
        "hs_last_record_added_at": each.came,
        "hs_last_record_removed_at": each.left,
        "hs_folder_name": each.folder,
        "hs_list_reference_count": each.used_by,
    }
    wanted = ADDITIONAL if names is None else names
    more = {name: str(values[name]) for name in wanted if values.get(name) is not None}
    return {**shown(each.segment), "additionalProperties": more}


def member(each: Joined) -> Body:
    """A member of a list."""
    body: Body = {"recordId": str(each.record_id), "membershipTimestamp": moment(each.since)}
    return body if each.is_settled else {**body, "unsettled": True}


def changes(each: Changes) -> Body:
    """What was done with which records."""
    return {
        "recordsIdsAdded": [str(record_id) for record_id in each.added],
        "recordIdsRemoved": [str(record_id) for record_id in each.removed],
        "recordIdsMissing": [str(record_id) for record_id in each.missing],
    }


def membership(each: Membership) -> Body:
    """A list that a record is in."""
    body = {
        "listId": str(each.segment.id),
        "listVersion": each.segment.version,
        "isPublicList": False,
        "firstAddedTimestamp": moment(each.first),
        "lastAddedTimestamp": moment(each.last),
    }
    return body if each.is_settled else {**body, "unsettled": True}


def folder(each: Folder) -> Body:
    """A folder with all that is below it."""
    return {
        "id": str(each.id),
        "name": each.name,
        "parentFolderId": str(each.parent_id),
        "childLists": each.segments,
        "childNodes": [folder(below) for below in each.folders],
        "createdAt": moment(each.created_at),
        "updatedAt": moment(each.updated_at),
        "updatedContentsAt": moment(each.contents_updated_at),
        "userId": each.user_id,
    }


def history(each: History) -> Body:
    """Sizes by day, and times of edits."""
    return {
        "sizeHistory": [{"size": size, "timestamp": moment(at)} for at, size in each.sizes],
        "editHistory": [moment(at) for at in each.edits],
    }


def converted(segment: Segment) -> Body:
    """When a list is to be converted, or was."""
    body: Body = {"listId": str(segment.id)}
    if segment.conversion is not None:
        body["requestedConversionTime"] = segment.conversion
    if segment.converted_at is not None:
        body["convertedAt"] = moment(segment.converted_at)
    return body
