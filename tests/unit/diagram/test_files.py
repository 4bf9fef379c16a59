"""The data model as Mermaid and as GraphML: well-formed whatever things are called, and complete."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crm_graph.definitions.data_model import DataModel
from crm_graph.diagram import graphml, mermaid
from tests.unit.diagram.models import counts, labelled, model

GRAPHML = "{http://graphml.graphdrawing.org/xmlns}"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")

NAME = r'"[a-z0-9_]+"'
STRING = r'"[^"]*"'
STATEMENT = re.compile(
    rf"erDiagram|    {NAME}\[{STRING}\] \{{|        [a-z]+ [A-Za-z]\w* (?:PK |UK )?{STRING}|    \}}"
    rf"|    {NAME} [|}}]o--o[|{{] {NAME} : {STRING}"
)


def with_names(name: str, label: str) -> DataModel:
    """A model in which an object type, one of its properties and an association type are called so."""
    found = labelled(model(1, names=[name]), "contact", "deal", label or "x")
    contact = found.object_types["contact"]
    email = replace(contact.properties["email"], display_name=name)
    renamed = replace(contact, properties={**contact.properties, "email": email})
    return replace(found, object_types={**found.object_types, "contact": renamed})


@given(TEXTS, TEXTS)
@settings(max_examples=60, deadline=None)
def test_a_mermaid_diagram_has_a_statement_on_each_line(name: str, label: str) -> None:
    found = with_names(name, label)
    for focus in (None, found.object_type("contact")):
        lines = mermaid.written(found, focus).removesuffix("\n").split("\n")
        assert [line for line in lines if not STATEMENT.fullmatch(line)] == []


@given(TEXTS, TEXTS)
@settings(max_examples=60, deadline=None)
def test_graphml_has_names_and_labels_as_exactly_that_text(name: str, label: str) -> None:
    found = with_names(name, label)
    root = ElementTree.fromstring(graphml.written(found, counts(found)).encode())
    texts = {(each.get("key"), each.text or "") for each in root.iter(f"{GRAPHML}data")}
    assert ("node.label", FORBIDDEN.sub("\ufffd", name)) in texts
    assert ("edge.label", FORBIDDEN.sub("\ufffd", label or "x")) in texts


def test_graphml_declares_every_attribute_with_its_type() -> None:
    found = model(1)
    root = ElementTree.fromstring(graphml.written(found, counts(found)).encode())
    keys = {each.get("id"): each for each in root.iter(f"{GRAPHML}key")}
    assert {each.get("key") for each in root.iter(f"{GRAPHML}data")} <= keys.keys()
    assert {each.get("attr.type") for each in keys.values()} == {"string", "boolean", "int", "long"}
    nodes = {each.get("id") for each in root.iter(f"{GRAPHML}node")}
    edges = list(root.iter(f"{GRAPHML}edge"))
    assert len(nodes) == 35
    assert {each.get(end) for each in edges for end in ("source", "target")} <= nodes
    assert len({each.get("id") for each in edges}) == len(edges)


@pytest.mark.parametrize(
    ("source_max", "target_max", "expected"),
    [(None, None, "}o--o{"), (1, None, "}o--o|"), (None, 1, "|o--o{"), (1, 1, "|o--o|"), (2, None, "}o--o{")],
)
def test_mermaid_shows_limits_as_cardinality(source_max: int | None, target_max: int | None, expected: str) -> None:
    found = model()
    pair = found.pairs["CONTACT_TO_COMPANY"]
    types = tuple(replace(each, source_max=source_max, target_max=target_max) for each in pair.types)
    limited = replace(found, pairs={**found.pairs, pair.relationship_type: replace(pair, types=types)})
    assert f'    "contacts" {expected} "companies" : "' in mermaid.written(limited)


def test_what_mermaid_could_take_for_its_own_is_written_as_a_code() -> None:
    assert mermaid.quoted('say "<b>"; 50%\nnow') == '"say #34;#60;b#62;#34;#59; 50#37; now"'


def test_mermaid_marks_what_identifies_a_record() -> None:
    written = mermaid.written(model())
    assert '        number hs_object_id PK "Record ID"' in written
    assert '        string email UK "Email"' in written
    assert "jobtitle" not in written
    assert "jobtitle" in mermaid.written(model(), model().object_type("contact"))
