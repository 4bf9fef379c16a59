"""Cells become the text that the validator takes."""

from __future__ import annotations

import pytest

from crm_graph.definitions import catalogue
from crm_graph.transfer.cells import CellRefused, Owners, converters
from crm_graph.transfer.mapping import Cell, Key, NumberFormat, RecordMapping

DEAL = catalogue.load().object_type("deal")
OWNERS = Owners({"7": "7", "ada brook": "7", "ada@example.com": "7"}, frozenset({"ben cole"}))


def converted(property_name: str, cell: Cell, row: dict[str, str], **others: Cell) -> str:
    key = Key(columns=("id",), key_space="deals")
    record = RecordMapping(object_type="deal", key=key, properties={property_name: cell, **others})
    return converters(DEAL, record, OWNERS)[property_name](row)


def test_a_value_map_replaces_what_it_names_and_leaves_the_rest() -> None:
    cell = Cell(column="kind", values={"new": "newbusiness"})
    assert converted("dealtype", cell, {"kind": "new"}) == "newbusiness"
    assert converted("dealtype", cell, {"kind": "existingbusiness"}) == "existingbusiness"


def test_a_value_map_may_empty_a_cell() -> None:
    assert converted("amount", Cell(column="value", values={"0": ""}), {"value": "0"}) == ""


def test_a_default_stands_for_an_empty_cell() -> None:
    assert converted("description", Cell(column="note", default="none"), {"note": ""}) == "none"


def test_a_constant_is_the_same_for_every_row() -> None:
    assert converted("description", Cell(constant="imported"), {}) == "imported"


def test_a_template_is_filled_with_cells() -> None:
    cell = Cell(template="{product} for {account}")
    assert converted("dealname", cell, {"product": "Lamp", "account": "Barley"}) == "Lamp for Barley"


def test_a_template_of_empty_cells_is_empty() -> None:
    assert converted("dealname", Cell(template="Deal {id}"), {"id": ""}) == ""


def test_a_date_and_time_in_a_format_becomes_utc() -> None:
    cell = Cell(column="closed", date_format="%d.%m.%Y %H:%M", time_zone="Europe/Oslo")
    assert converted("closedate", cell, {"closed": "01.03.2017 12:30"}) == "2017-03-01T11:30:00.000Z"


def test_a_date_without_time_is_midnight_in_utc() -> None:
    cell = Cell(column="closed", date_format="%m/%d/%Y")
    assert converted("closedate", cell, {"closed": "3/1/2017"}) == "2017-03-01T00:00:00.000Z"


def test_what_is_no_date_is_refused_with_column_and_value() -> None:
    cell = Cell(column="closed", date_format="%m/%d/%Y")
    with pytest.raises(CellRefused) as refused:
        converted("closedate", cell, {"closed": "13/45/2016"})
    assert (refused.value.column, refused.value.value) == ("closed", "13/45/2016")
    assert refused.value.reason == "'13/45/2016' is not a date written as %m/%d/%Y"


@pytest.mark.parametrize(
    ("number", "text", "expected"),
    [
        (NumberFormat(scale="1000000"), "1100.04", "1100040000"),
        (NumberFormat(scale="1000000"), "0", "0"),
        (NumberFormat(decimal=",", thousands="."), "1.234,50", "1234.5"),
        (NumberFormat(thousands=","), "-1,234", "-1234"),
    ],
)
def test_numbers_are_read_as_their_format_says(number: NumberFormat, text: str, expected: str) -> None:
    assert converted("amount", Cell(column="value", number=number), {"value": text}) == expected


@pytest.mark.parametrize("text", ["twelve", "1.5", "NaN", "Infinity"])
def test_what_is_no_number_in_the_format_is_refused(text: str) -> None:
    with pytest.raises(CellRefused):
        converted("amount", Cell(column="value", number=NumberFormat(decimal=",")), {"value": text})


@pytest.mark.parametrize("text", ["Ada Brook", "ADA@example.com", "7"])
def test_an_owner_is_found_by_name_mail_and_id(text: str) -> None:
    assert converted("hubspot_owner_id", Cell(column="agent", is_owner=True), {"agent": text}) == "7"


def test_an_unknown_owner_is_refused() -> None:
    with pytest.raises(CellRefused, match="'Cora' is no owner"):
        converted("hubspot_owner_id", Cell(column="agent", is_owner=True), {"agent": "Cora"})


def test_a_name_of_two_owners_is_refused() -> None:
    with pytest.raises(CellRefused, match="is the name of several owners"):
        converted("hubspot_owner_id", Cell(column="agent", is_owner=True), {"agent": "Ben Cole"})


def test_a_stage_may_be_given_by_its_display_name() -> None:
    assert converted("dealstage", Cell(column="stage"), {"stage": "Closed Won"}) == "closedwon"


def test_an_option_may_be_given_by_its_display_name_in_any_case() -> None:
    option = DEAL.properties["dealtype"].options[0]
    assert converted("dealtype", Cell(column="kind"), {"kind": option.display_name.upper()}) == option.value
