"""The index of a property, switched on while values are stored already."""

from __future__ import annotations

import pytest

from crm_graph.definitions.changes import properties
from crm_graph.errors import DefinitionNotFound, InvalidInput
from crm_graph.records import indexing, store
from crm_graph.search import criteria, find
from crm_graph.unit import Unit
from tests.graph.definitions.conftest import Worker
from tests.graph.definitions.factories import define_type

NODES = "MATCH (r:Record {_kind: $kind}) RETURN r._id AS id, r._f_title AS folded ORDER BY id"


def test_stored_strings_are_folded_before_search_uses_the_index(worker: Worker, other: Worker, name: str) -> None:
    made = worker.do(lambda unit: define_type(unit, name))
    with worker.crm.graph.driver.session() as session:
        for number, title in enumerate(["STRASSE", "Straße", None]):
            session.run(
                f"CREATE (r:Record:{made.node_label}) SET r = $values",
                values={"_id": number, "_key": f"{made.id}:{number}", "_kind": made.id, "title": title},
            ).consume()

    worker.do(lambda unit: indexing.set_indexed(unit, unit.model.object_type(name), {"title": True}))

    known = other.model().object_type(name)
    assert known.properties["title"].indexed
    assert known.folded_properties == ("title",)
    with worker.crm.graph.driver.session() as session:
        rows = [row["folded"] for row in session.run(NODES, kind=made.id)]
        indexes = session.run(
            "SHOW INDEXES YIELD labelsOrTypes, properties, state WHERE labelsOrTypes = [$node_label] "
            "AND properties = ['_f_title'] RETURN collect(state) AS states",
            node_label=made.node_label,
        ).single(strict=True)
    assert rows == ["strasse", "strasse", None]
    assert indexes["states"] == ["ONLINE"]


def test_an_index_is_switched_off_again(worker: Worker, other: Worker, name: str) -> None:
    worker.do(lambda unit: define_type(unit, name))
    worker.do(lambda unit: indexing.set_indexed(unit, unit.model.object_type(name), {"title": True}))

    worker.do(lambda unit: indexing.set_indexed(unit, unit.model.object_type(name), {"title": False}))

    known = other.model().object_type(name)
    assert (known.properties["title"].indexed, known.folded_properties) == (False, ())


def test_an_unknown_property_is_not_indexed(worker: Worker) -> None:
    with pytest.raises(DefinitionNotFound):
        worker.do(lambda unit: indexing.set_indexed(unit, unit.model.object_type("contact"), {"nothing": True}))
    assert properties.find(worker.model().object_type("contact"), "email")


def test_what_the_system_keeps_is_not_indexed_again(worker: Worker) -> None:
    with pytest.raises(InvalidInput, match="kept by the system"):
        worker.do(lambda unit: indexing.set_indexed(unit, unit.model.object_type("contact"), {"hs_object_id": True}))


def test_who_does_not_know_yet_that_an_index_is_gone_can_search(worker: Worker, other: Worker, name: str) -> None:
    worker.do(lambda unit: define_type(unit, name))
    worker.do(lambda unit: indexing.set_indexed(unit, unit.model.object_type(name), {"title": True}))
    made = worker.do(lambda unit: store.create(unit, unit.model.object_type(name), {"title": "Straße"}))
    body = {
        "filterGroups": [{"filters": [{"propertyName": "title", "operator": "GT", "value": "a"}]}],
        "sorts": ["title"],
    }

    def search(unit: Unit) -> list[int]:
        of = unit.model.object_type(name)
        return [each.id for each in find.run(unit, of, criteria.parse(body, of, unit.limits)).records]

    assert other.do(search) == [made.id]
    worker.do(lambda unit: indexing.set_indexed(unit, unit.model.object_type(name), {"title": False}))

    assert other.do(search) == [made.id]
