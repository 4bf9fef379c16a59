"""What `filterBranch` of a list looks like, as the OpenAPI document has it: branches within branches.

The domain reads it (`crm_graph/segments/filters.py`) and knows more: which operators go with which operation, and
what an object type has.
"""

from __future__ import annotations

from typing import Any

from crm_graph.segments.operations import ALIASES, OPERATIONS

JSONSchema = dict[str, Any]


def _ref(name: str) -> JSONSchema:
    return {"$ref": f"#/components/schemas/{name}"}


def _object(description: str, required: list[str], **properties: JSONSchema) -> JSONSchema:
    return {"type": "object", "description": description, "required": required, "properties": properties}


def _one_of(*names: str) -> JSONSchema:
    return {"oneOf": [_ref(name) for name in names]}


def _some(item: str) -> JSONSchema:
    return {"type": ["array", "null"], "items": _ref(item)}


_TEXT: JSONSchema = {"type": "string"}
_NUMBER: JSONSchema = {"type": ["integer", "string", "null"]}
_IS_IN: JSONSchema = {"enum": ["IN_LIST", "NOT_IN_LIST", None]}
_BOTH: JSONSchema = {"enum": ["AND", "OR", None]}
_OCCURRENCES: JSONSchema = {
    "type": ["object", "null"],
    "description": "How many associated records there must be; one at least where nothing is said.",
    "required": ["type"],
    "properties": {"type": {"const": "NUM_OCCURRENCES"}, "minOccurrences": _NUMBER, "maxOccurrences": _NUMBER},
}
_ASSOCIATED: dict[str, JSONSchema] = {
    "associationTypeId": {**_NUMBER, "description": "The unlabelled type where the object type alone is named."},
    "associationCategory": {"type": ["string", "null"]},
    "operator": _IS_IN,
    "coalescingRefineBy": _OCCURRENCES,
}

SCHEMAS: dict[str, JSONSchema] = {
    "ListFilters": _object(
        "The filters of a list: OR of branches that are AND.",
        ["filterBranchType", "filterBranches"],
        filterBranchType={"const": "OR"},
        filterBranchOperator=_BOTH,
        filterBranches={"type": "array", "minItems": 1, "items": _ref("ListFirstBranch")},
        filters={"type": ["array", "null"], "maxItems": 0},
    ),
    "ListFirstBranch": {
        "allOf": [_ref("ListLogicalBranch"), {"properties": {"filterBranchType": {"const": "AND"}}}],
        "description": "A branch right below the root.",
    },
    "ListBranch": _one_of("ListLogicalBranch", "ListAssociationBranch"),
    "ListLogicalBranch": _object(
        "Whether all or any of its branches and filters hold, or not.",
        ["filterBranchType"],
        filterBranchType={"enum": ["OR", "AND", "NOT_ALL", "NOT_ANY"]},
        filterBranchOperator=_BOTH,
        filterBranches=_some("ListBranch"),
        filters=_some("ListFilter"),
    ),
    "ListAssociationBranch": _object(
        "Whether there is an associated record for which its branches and filters hold; it names the object type of "
        "that record, the association type or both.",
        ["filterBranchType"],
        filterBranchType={"enum": ["ASSOCIATION", "PROPERTY_ASSOCIATION"]},
        filterBranchOperator=_BOTH,
        objectTypeId=_TEXT,
        **_ASSOCIATED,
        filterBranches=_some("ListBranch"),
        filters=_some("ListFilter"),
    ),
    "ListFilter": _one_of(
        "ListPropertyFilter",
        "ListMemberFilter",
        "ListAssociatedMemberFilter",
        "ListAssociatedPropertyFilter",
        "ListConstantFilter",
    ),
    "ListPropertyFilter": _object(
        "By a property of the record.",
        ["filterType", "property", "operation"],
        filterType={"const": "PROPERTY"},
        property=_TEXT,
        operation=_ref("ListOperation"),
    ),
    "ListMemberFilter": _object(
        "By being in another list.",
        ["filterType", "listId", "operator"],
        filterType={"const": "IN_LIST"},
        listId=_TEXT,
        operator={"enum": ["IN_LIST", "NOT_IN_LIST"]},
    ),
    "ListAssociatedMemberFilter": _object(
        "By being associated with a member of a list.",
        ["filterType", "listId"],
        filterType={"const": "ASSOCIATION"},
        listId=_TEXT,
        toObjectTypeId=_TEXT,
        **_ASSOCIATED,
    ),
    "ListAssociatedPropertyFilter": _object(
        "By a property of an associated record.",
        ["filterType", "property", "operation"],
        filterType={"const": "PROPERTY_ASSOCIATION"},
        property=_TEXT,
        operation=_ref("ListOperation"),
        toObjectTypeId=_TEXT,
        **_ASSOCIATED,
    ),
    "ListConstantFilter": _object(
        "Everybody, or nobody.",
        ["filterType"],
        filterType={"const": "CONSTANT"},
        shouldAccept={"type": ["boolean", "null"]},
    ),
    "ListOperation": _object(
        "What is asked of a property. What it is compared with differs from one operation to the other: `value`, "
        "`values`, `lowerBound`, `upperBound`, `timePoint` and others; docs/segments.md has the operators.",
        ["operator"],
        operationType={"enum": [*OPERATIONS, *ALIASES]},
        operator=_TEXT,
        includeObjectsWithNoValueSet={
            "type": ["boolean", "null"],
            "description": "Whether it holds of records without a value.",
        },
    ),
}
"""Components of the document by name."""

ROOT: JSONSchema = {"allOf": [_ref("ListFilters")]}
"""What is said of a field that has the filters of a list."""
ROOT_OR_NONE: JSONSchema = {"anyOf": [_ref("ListFilters"), {"type": "null"}]}
