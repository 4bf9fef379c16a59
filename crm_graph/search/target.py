"""Target: the property, or the associated object type, that a filter or a sort is about."""

from __future__ import annotations

from dataclasses import dataclass

from crm_graph.definitions import expressions, stage_times
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.definitions.property_types import parser_of
from crm_graph.definitions.remembered import remembered
from crm_graph.errors import InvalidInput
from crm_graph.search import values
from crm_graph.search.operators import Kind

ASSOCIATIONS = "associations."
"""`associations.contact` stands for the contacts associated with a record."""

NOT_FILTERABLE = frozenset({"hs_body_preview_html", "hs_email_html"})
"""Properties that the contract shuts out of searches."""

_KINDS = {
    "string": Kind.TEXT,
    "number": Kind.NUMBER,
    "bool": Kind.BOOLEAN,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
    "enumeration": Kind.OPTION,
}

_SYSTEM: dict[str, tuple[str, Kind, values.Reader]] = {
    "hs_object_id": ("_id", Kind.NUMBER, values.record_id),
    "createdate": ("_created_at", Kind.DATETIME, values.instant),
    "hs_createdate": ("_created_at", Kind.DATETIME, values.instant),
    "lastmodifieddate": ("_updated_at", Kind.DATETIME, values.instant),
    "hs_lastmodifieddate": ("_updated_at", Kind.DATETIME, values.instant),
}


@dataclass(frozen=True, slots=True)
class Target:
    """Where the graph keeps what is compared, and how a value of the wire becomes one to compare with.

    `key` is the node's property key, for RECORDS the name of the far object type as the caller
    wrote it. `read` raises ValueError. `is_folded`: an index has the text folded as `_f_<key>`.
    """

    name: str
    key: str
    kind: Kind
    read: values.Reader
    is_indexed: bool = False
    is_folded: bool = False
    is_always_set: bool = False
    is_computed: bool = False
    """Whether it is no stored value but an expression over the record."""

    def __hash__(self) -> int:
        """Of the name alone, which nearly always tells targets apart."""
        return hash(self.name)


@remembered
def find_target(object_type: ObjectType, name: str) -> Target:
    """What the name stands for; InvalidInput where it is no property of the object type, or cannot be searched by."""
    if name.startswith(ASSOCIATIONS):
        return Target(name, name.removeprefix(ASSOCIATIONS), Kind.RECORDS, values.record_id, is_indexed=True)
    if name in _SYSTEM:
        return Target(name, *_SYSTEM[name], is_indexed=True, is_always_set=True)
    if timed := stage_times.find(object_type, name):
        kind = kind_of(timed.definition)
        return Target(name, name, kind, values.reader(kind, parser_of(timed.definition)), is_computed=True)
    found = object_type.live_properties.get(name)
    if found is None:
        raise InvalidInput(f'Property "{name}" does not exist for {object_type.name}', propertyName=[name])
    is_computed = expressions.is_computed(object_type, name)
    if name in NOT_FILTERABLE or (found.field_type == "calculation_rollup" and not is_computed):
        raise InvalidInput(f'Property "{name}" cannot be searched or sorted by', propertyName=[name])
    kind, is_folded = kind_of(found), name in object_type.folded_properties
    read = values.reader(kind, object_type.parsers[name])
    # An index on text as it was written serves no comparison without regard to case.
    is_indexed = found.indexed and (is_folded or kind is not Kind.TEXT)
    if is_computed:
        return Target(name, name, kind, read, is_computed=True)
    return Target(name, name, kind, read, is_indexed=is_indexed, is_folded=is_folded)


def kind_of(found: Property) -> Kind:
    """How values of the property are compared; types that are only kept, such as JSON, compare as text."""
    return Kind.OPTIONS if found.is_multiple else _KINDS.get(found.type, Kind.TEXT)
