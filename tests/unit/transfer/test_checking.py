"""A mapping against the data model: faults before anything is written, passes in the right order."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_graph.definitions import catalogue
from crm_graph.transfer import checking
from crm_graph.transfer.reading import MappingRefused, read_mapping

MODEL = catalogue.load()
EXAMPLE = Path(__file__).parents[3] / "examples" / "crm-sales.toml"

RECORD = """
name = "people"
[[files]]
path = "people.csv"
[[files.records]]
object_type = "contact"
key = { column = "mail", property = "email" }
"""


def faults_of(text: str) -> tuple[str, ...]:
    with pytest.raises(MappingRefused) as refused:
        checking.steps(read_mapping(text), MODEL)
    return refused.value.faults


def test_the_example_needs_its_definitions_and_then_fits() -> None:
    mapping = read_mapping(EXAMPLE.read_text("utf-8"))
    lacking = checking.needed(mapping, MODEL)
    names = [item.definition.name for item in lacking.properties]
    assert names == ["sector", "series", "opportunity_id", "engage_date"]
    steps = checking.steps(mapping, checking.with_definitions(MODEL, lacking))
    assert [step.title for step in steps] == [
        "owners",
        "products",
        "companies",
        "deals",
        "line items",
        "associations of companies",
    ]


def test_definitions_that_are_there_are_not_needed() -> None:
    mapping = read_mapping(EXAMPLE.read_text("utf-8"))
    model = checking.with_definitions(MODEL, mapping)
    lacking = checking.needed(mapping, model)
    assert (lacking.properties, lacking.pipelines) == ((), ())


def test_a_property_of_another_type_is_refused() -> None:
    text = RECORD + '[[properties]]\nobject_type = "contact"\nname = "firstname"\ntype = "number"'
    with pytest.raises(MappingRefused, match="contact has firstname already, of type string"):
        checking.needed(read_mapping(text), MODEL)


def test_an_unknown_property_is_refused_with_the_nearest_name() -> None:
    faults = faults_of(RECORD + '[files.records.properties]\nfirstnam = "first"')
    assert faults == ("people.csv, records[1]: contact has no property 'firstnam'; did you mean 'firstname'?",)


def test_an_unknown_object_type_is_refused_with_the_nearest_name() -> None:
    faults = faults_of(RECORD.replace('"contact"', '"contract"'))
    assert faults == ("people.csv, records[1]: there is no object type 'contract'; did you mean 'contact'?",)


def test_a_read_only_property_is_refused() -> None:
    faults = faults_of(RECORD + '[files.records.properties]\nhs_object_source = "source"')
    assert faults == ("people.csv, records[1]: hs_object_source of contact is read only",)


def test_a_key_that_finds_no_single_record_is_refused() -> None:
    faults = faults_of(RECORD.replace('property = "email"', 'property = "lifecyclestage"'))
    assert "lifecyclestage of contact is neither unique nor an indexed text" in faults[0]


def test_an_association_label_that_is_not_there_is_refused_with_those_that_are() -> None:
    text = RECORD.replace('"contact"', '"company"').replace('{ column = "mail", property = "email" }', '"name"')
    text += '[files.records.properties]\nname = "name"\n'
    text += '[[files.records.associations]]\nobject_type = "company"\nkey = "parent"\nassociation_label = "Owner"'
    assert faults_of(text) == (
        "people.csv, records[1]: associations: company to company has no label 'Owner'; "
        "there are: Child Company, Parent Company",
    )


def test_types_that_may_not_be_associated_are_refused() -> None:
    text = RECORD + '[[files.records.associations]]\nobject_type = "product"\nkey = "product"'
    assert faults_of(text) == (
        "people.csv, records[1]: associations: no association is defined between contact and product",
    )


def test_a_required_property_that_nothing_gives_is_refused() -> None:
    text = RECORD.replace('"contact"', '"company"').replace('{ column = "mail", property = "email" }', '"mail"')
    assert faults_of(text) == (
        "people.csv, records[1]: a new company needs name or domain, which nothing is mapped to",
    )


def test_records_named_by_id_must_be_made_before() -> None:
    text = """
name = "lines"
[[files]]
path = "lines.csv"
[[files.records]]
object_type = "line_item"
key = "line"
[files.records.properties]
hs_product_id = { id_of = "product", key = "product" }
[[files.records]]
object_type = "product"
key = "product"
[files.records.properties]
name = "product"
"""
    assert faults_of(text) == (
        "lines.csv, records[1]: hs_product_id: the file that makes products must stand before this one",
    )
