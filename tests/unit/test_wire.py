"""Bodies of records: what is shown for many at once is what is shown for each of them."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any
from unittest.mock import patch

import orjson
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from api import wire
from crm_graph.config import Settings
from crm_graph.definitions import catalogue
from crm_graph.definitions.property import Property
from crm_graph.definitions.property_types import value_type
from crm_graph.records.read import made_of, stored_names
from crm_graph.records.record import Selection
from crm_graph.records.table import RecordTable

MODEL = catalogue.load()
TYPES = [each for each in MODEL.object_types.values() if each.live_properties]
NATIVE: dict[str, st.SearchStrategy[Any]] = {
    "number": st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False),
    "bool": st.booleans(),
    "date": st.dates(date(1, 1, 1)),
    "datetime": st.datetimes(timezones=st.just(UTC)),
    "multiple": st.lists(st.text(max_size=5), max_size=3),
}
TIMES = st.integers(0, 4_000_000_000_000)


def values(found: Property) -> st.SearchStrategy[Any]:
    """What a node may have for the property."""
    return st.none() | NATIVE.get(value_type(found).name, st.text(max_size=8))


@pytest.fixture(scope="module")
def app() -> Flask:
    """An application that knows where it is."""
    found = Flask("test")
    found.extensions["settings"] = Settings(base_url="https://crm.example")
    return found


@given(data=st.data())
def test_records_shown_together_are_shown_as_each_of_them(app: Flask, data: st.DataObject) -> None:
    object_type = data.draw(st.sampled_from(TYPES))
    known = st.sampled_from(sorted(object_type.live_properties))
    properties = data.draw(st.none() | st.lists(known | st.just("unheard_of"), max_size=8).map(tuple))
    names = stored_names(object_type, properties)
    assert names is not None
    # What was live when it was found may be archived when it is read.
    archived_at = data.draw(st.sampled_from((st.none(), st.none() | TIMES)))
    system = st.tuples(st.integers(1, 2**53), TIMES, TIMES, archived_at, st.integers(1, 9))
    stored = st.tuples(*(values(object_type.properties[name]) for name in names[5:]))
    rows = data.draw(st.lists(st.tuples(system, stored).map(lambda row: [*row[0], *row[1]]), min_size=1, max_size=5))
    records, selection = made_of(object_type, names, rows), Selection(properties=properties)

    with app.test_request_context():
        with patch.object(wire, "shown_by", wraps=wire.shown_by) as shown_by:
            together = wire.shown(MODEL, object_type, selection, records)
        one_by_one = list(map(wire.shown_by(MODEL, object_type, selection), records))

    assert orjson.dumps(together) == orjson.dumps(one_by_one)
    assert shown_by.called == any(record.archived_at is not None for record in records)


ROW = [1, 2, 3, None, 1, "a@example.com"]


@pytest.mark.parametrize("rows", [[ROW[:5]], [[*ROW, "more"]], [ROW, ROW[:5]], [ROW, [*ROW, "more"]]])
def test_rows_of_another_width_are_no_records(rows: list[list[Any]], app: Flask) -> None:
    contact = MODEL.object_type("contact")
    table, selection = RecordTable(contact, ("email",), rows), Selection(properties=("email",))
    with pytest.raises(ValueError, match=r"shorter|longer"):
        list(table)
    with app.test_request_context(), pytest.raises(ValueError, match=r"shorter|longer"):
        wire.shown(MODEL, contact, selection, table)


def test_a_slice_of_a_table_has_its_records() -> None:
    contact = MODEL.object_type("contact")
    table = RecordTable(contact, ("email",), [[n, 2, 3, None, 1, f"{n}@example.com"] for n in range(4)])
    assert [each.properties["email"] for each in table[1:3]] == ["1@example.com", "2@example.com"]
    assert table[-1].id == 3
