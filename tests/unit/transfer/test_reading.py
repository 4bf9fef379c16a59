"""A mapping is read whole or refused with everything that is wrong in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from crm_graph.transfer.mapping import Key, NumberFormat
from crm_graph.transfer.reading import MappingRefused, read_mapping

EXAMPLE = Path(__file__).parents[3] / "examples" / "crm-sales.toml"

SMALL = """
name = "people"
[[files]]
path = "people.csv"
[[files.records]]
object_type = "contact"
key = { column = "E-mail", property = "email" }
[files.records.properties]
firstname = "First name"
"""


def faults_of(text: str) -> tuple[str, ...]:
    with pytest.raises(MappingRefused) as refused:
        read_mapping(text)
    return refused.value.faults


def test_a_column_may_stand_for_a_property() -> None:
    record = read_mapping(SMALL).files[0].records[0]
    assert record.properties["firstname"].column == "First name"


def test_a_key_may_be_a_unique_property() -> None:
    key = read_mapping(SMALL).files[0].records[0].key
    assert key == Key(columns=("E-mail",), key_space="people", property_name="email")


def test_a_key_of_several_columns_is_joined() -> None:
    text = SMALL.replace('{ column = "E-mail", property = "email" }', '["Office", "Number"]')
    key = read_mapping(text).files[0].records[0].key
    assert key.text({"Office": "Oslo", "Number": "7"}) == "Oslo|7"


def test_a_key_with_an_empty_column_is_empty() -> None:
    key = Key(columns=("Office", "Number"), key_space="people")
    assert key.text({"Office": "Oslo", "Number": ""}) == ""


def test_the_example_says_where_its_four_files_go() -> None:
    mapping = read_mapping(EXAMPLE.read_text("utf-8"))
    made = [record.object_type for file in mapping.files for record in file.records]
    assert made == ["product", "company", "deal", "line_item"]
    assert mapping.files[2].records[0].properties["annualrevenue"].number == NumberFormat(scale="1000000")


def test_every_fault_is_named_with_its_place() -> None:
    text = """
name = "People!"
[[files]]
path = "../people.csv"
encoding = "latin-99"
[[files.records]]
object_type = "contact"
key = []
colour = "red"
[files.records.properties]
firstname = { column = "First", constant = "Ann" }
birthday = { column = "Born", date = "month/day" }
"""
    assert set(faults_of(text)) == {
        "name: may have lower-case letters, digits, `_`, `-` and `.`, at most 64",
        "files[1].path: is the name of a file in the directory that is imported from, without folders",
        "files[1].encoding: 'latin-99' is not known",
        "files[1].records[1].key: must name a column, or several in an array",
        "files[1].records[1].properties.firstname: needs one of column, constant, template, or id_of with key",
        "files[1].records[1].properties.birthday.date: must be a format such as %m/%d/%Y",
        "files[1].records[1].colour: is unknown",
    }


def test_what_is_no_toml_is_refused_with_its_line() -> None:
    fault = faults_of("name = = 1")[0]
    assert fault.startswith("not TOML: ")
    assert "line 1" in fault


def test_a_mapping_without_files_is_refused() -> None:
    assert faults_of('name = "people"') == ("files: names no file",)


def test_a_file_that_makes_nothing_is_refused() -> None:
    text = 'name = "people"\n[[files]]\npath = "people.csv"'
    assert faults_of(text) == ("files[1].records: the file makes neither records nor owners",)


def test_a_scale_of_zero_letters_is_refused() -> None:
    text = SMALL + 'age = { column = "Age", number = { scale = "many" } }'
    assert faults_of(text) == (
        "files[1].records[1].properties.age.number.scale: must be a number above zero, such as 1000000",
    )
