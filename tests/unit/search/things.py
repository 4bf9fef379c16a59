"""One object type with a property of each kind, and bodies of searches over it, right and wrong."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from crm_graph.definitions.association import AssociationPair, AssociationType
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.search.operators import OPERATORS


def _property(name: str, type_name: str, field_type: str = "text", **more: Any) -> Property:
    return Property(name=name, display_name=name, type=type_name, field_type=field_type, **more)


def _object_type(name: str, number: int) -> ObjectType:
    properties = (
        _property("name", "string", indexed=True),
        _property("note", "string"),
        _property("amount", "number", "number", indexed=True),
        _property("is_open", "bool", "booleancheckbox"),
        _property("due", "date", "date"),
        _property("seen", "datetime", "date"),
        _property("color", "enumeration", "select"),
        _property("tags", "enumeration", "checkbox"),
        _property("parts_total", "number", "calculation_rollup", calculated=True),
        _property("hs_email_html", "string", "html"),
        _property("gone", "string", archived=True),
    )
    return ObjectType(
        id=f"2-{number}",
        name=name,
        plural=f"{name}s",
        node_label=name.title(),
        display_name=name.title(),
        display_name_plural=f"{name.title()}s",
        properties={found.name: found for found in properties},
    )


THING, PART = _object_type("thing", 1), _object_type("part", 2)

PAIR = AssociationPair(
    source="part",
    target="thing",
    relationship_type="PART_TO_THING",
    types=(AssociationType(id=1, inverse_id=2, source="part", target="thing", is_default=True),),
    is_indexed=True,
)

MODEL = DataModel(version=1, object_types={"thing": THING, "part": PART}, pairs={"PART_TO_THING": PAIR})

VALUES = {
    "name": "Ada",
    "note": "Ada",
    "amount": "1.5",
    "is_open": "true",
    "due": "2026-03-01",
    "seen": "2026-03-01T10:00:00Z",
    "color": "Red",
    "tags": "a;b",
    "associations.part": "7",
}
"""A value of the wire for each kind of property."""


def filter_on(name: str, operator: str, value: Any = None) -> dict[str, Any]:
    """A filter with the operands that its operator wants."""
    value = VALUES.get(name) if value is None else value
    operands: dict[str, Any] = {"value": value}
    if operator in ("IN", "NOT_IN"):
        operands = {"values": [value]}
    elif operator == "BETWEEN":
        operands = {"value": value, "highValue": value}
    elif operator.endswith("HAS_PROPERTY"):
        operands = {}
    return {"propertyName": name, "operator": operator, **operands}


def any_filters() -> st.SearchStrategy[dict[str, Any]]:
    """A filter of any name, operator and values, most of them wrong."""
    anything = st.one_of(st.text(), st.integers(), st.booleans(), st.none(), st.sampled_from(sorted(VALUES.values())))
    return st.fixed_dictionaries(
        {
            "propertyName": st.one_of(
                st.sampled_from(sorted(VALUES)), st.text(), st.text().map("associations.".__add__)
            ),
            "operator": st.one_of(st.sampled_from(sorted(OPERATORS)), st.text()),
        },
        optional={"value": anything, "highValue": anything, "values": st.one_of(st.lists(anything), anything)},
    )


BODIES = st.fixed_dictionaries(
    {},
    optional={
        "filters": st.lists(any_filters(), max_size=2),
        "filterGroups": st.lists(st.fixed_dictionaries({"filters": st.lists(any_filters(), max_size=2)}), max_size=2),
        "query": st.text(),
        "sorts": st.lists(st.one_of(st.sampled_from(sorted(VALUES)), st.text()), max_size=1),
        "after": st.one_of(st.none(), st.text(), st.just("start"), st.text().map("k".__add__)),
        "limit": st.one_of(st.integers(), st.text()),
        "properties": st.lists(st.text()),
    },
)
