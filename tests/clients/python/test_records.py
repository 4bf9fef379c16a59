"""Records of every object type that the client has an API for, one at a time and in batches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crm_graph.crm import Crm
from crm_graph.definitions.object_type import OPERATIONS
from crm_graph.records import store
from crm_graph.records.record import Record
from crm_graph.unit import Unit
from tests.clients.python.calling import Watched, calls
from tests.clients.python.operations import packages_with
from tests.clients.python.records import EVERY_TYPE, Records
from tests.factories import SUPER_ADMIN, email, unique

pytestmark = pytest.mark.slow
"""As many types as there are; tests/api/living asks the same of each with plain requests."""

WRITTEN = (*packages_with("basic_api.create"), EVERY_TYPE)
READ = tuple({*packages_with("basic_api.get_by_id")} - {*WRITTEN})
"""Packages without an operation that makes a record."""


@calls(
    WRITTEN,
    *(f"basic_api.{name}" for name in ("create", "get_by_id", "get_page", "update", "archive")),
    "search_api.do_search",
)
def test_a_record(hubspot: Watched, records: Records) -> None:
    record, changed, name = records.create(), unique("client "), records.kind.text
    read = records.ask("basic_api.get_by_id", record.id, properties=[name], archived=False)
    assert (read.id, records.text(read), read.archived) == (record.id, records.text(record), False)
    change = records.model("SimplePublicObjectInput", properties={name: changed})
    updated = records.ask("basic_api.update", record.id, change)
    assert (records.text(updated), updated.created_at) == (changed, record.created_at)
    assert updated.updated_at > record.updated_at
    page = records.ask("basic_api.get_page", limit=1, after=str(int(record.id) - 1), properties=[name])
    assert records.texts(page) == {record.id: changed}
    wanted = {"propertyName": "hs_object_id", "operator": "EQ", "value": record.id}
    search = {"filter_groups": [{"filters": [wanted]}], "sorts": [f"-{name}"], "properties": [name]}
    request = records.model("PublicObjectSearchRequest", **search, limit=10, after="0")
    found = records.ask("search_api.do_search", request)
    assert (found.total, records.texts(found)) == (1, {record.id: changed})
    records.ask("basic_api.archive", record.id)
    assert records.are_missing(record.id)
    assert records.ask("basic_api.get_by_id", record.id, archived=True).archived_at >= updated.updated_at


@calls(WRITTEN, *(f"batch_api.{name}" for name in ("create", "read", "update", "archive")))
def test_a_batch(hubspot: Watched, records: Records) -> None:
    name, given = records.kind.text, [records.kind.values() for _ in range(2)]
    new = records.inputs(
        "BatchInputSimplePublicObjectBatchInputForCreate",
        "SimplePublicObjectBatchInputForCreate",
        [{"properties": each, "associations": []} for each in given],
    )
    made = records.ask("batch_api.create", new)
    assert [records.text(each) for each in made.results] == [each[name] for each in given]
    first, second = (each.id for each in made.results)
    changed = {each: unique("client ") for each in (first, second)}
    changes = records.inputs(
        "BatchInputSimplePublicObjectBatchInput",
        "SimplePublicObjectBatchInput",
        [{"id": each, "properties": {name: text}} for each, text in changed.items()],
    )
    assert records.texts(records.ask("batch_api.update", changes)) == changed
    wanted = records.inputs(
        "BatchReadInputSimplePublicObjectId",
        "SimplePublicObjectId",
        [{"id": each} for each in changed],
        properties=[name],
        properties_with_history=[name],
    )
    read = records.ask("batch_api.read", wanted)
    assert (read.status, records.texts(read)) == ("COMPLETE", changed)
    values = {each.id: [past.value for past in each.properties_with_history[name]] for each in read.results}
    assert values == {first: [changed[first], given[0][name]], second: [changed[second], given[1][name]]}
    gone = records.inputs("BatchInputSimplePublicObjectId", "SimplePublicObjectId", [{"id": first}])
    records.ask("batch_api.archive", gone)
    left = records.ask("batch_api.read", wanted)
    assert (records.texts(left), left.num_errors) == ({second: changed[second]}, 1)
    assert first in left.errors[0].context["ids"]


@calls(WRITTEN, "batch_api.upsert")
def test_an_upsert(hubspot: Watched, records: Records, key: str) -> None:
    name, keys = records.kind.text, [unique(), unique()]

    def upsert(*keys: str) -> tuple[dict[str, str], list[bool]]:
        values = {each: {**records.kind.values(), key: each} for each in keys}
        inputs = [{"id": each, "id_property": key, "properties": given} for each, given in values.items()]
        batch = "BatchInputSimplePublicObjectBatchInputUpsert"
        answer = records.ask("batch_api.upsert", records.inputs(batch, "SimplePublicObjectBatchInputUpsert", inputs))
        assert {each.properties[key]: records.text(each) for each in answer.results} == {
            each: given[name] for each, given in values.items()
        }
        by_key = {each.properties[key]: each for each in answer.results}
        return {each: by_key[each].id for each in keys}, [by_key[each].new for each in keys]

    first, is_new = upsert(keys[0])
    assert is_new == [True]
    both, are_new = upsert(*keys)
    assert (both[keys[0]], are_new) == (first[keys[0]], [False, True])


@calls(packages_with("basic_api.merge"), "basic_api.merge")
def test_a_merge(hubspot: Watched, records: Records) -> None:
    first, second = records.create(), records.create()
    merge = records.model("PublicMergeInput", primary_object_id=first.id, object_id_to_merge=second.id)
    merged = records.ask("basic_api.merge", merge)
    assert merged.properties["hs_merged_object_ids"] == f"{first.id};{second.id}"
    for each in (first, second):
        read = records.ask("basic_api.get_by_id", each.id, properties=[records.kind.text])
        assert (read.id, records.text(read)) == (merged.id, records.text(first))


@calls(packages_with("basic_api.purge"), "basic_api.purge")
def test_a_deletion_for_privacy(hubspot: Watched, records: Records) -> None:
    address = email()
    gone, kept = records.create(email=address), records.create()
    records.ask("basic_api.purge", records.model("PublicGdprDeleteInput", object_id=address, id_property="email"))
    assert [records.are_missing(each.id) for each in (gone, kept)] == [True, False]


@calls(READ, "basic_api.get_by_id", "basic_api.get_page", "batch_api.read", "search_api.do_search")
def test_a_record_that_the_client_does_not_make(hubspot: Watched, records: Records, crm: Crm, key: str) -> None:
    text = unique("client ")

    def create(unit: Unit) -> Record:
        permitting = replace(unit.model.object_type(records.kind.path), operations=OPERATIONS)
        return store.create(unit, permitting, {key: text})

    record_id = str(crm.run(SUPER_ADMIN, create).id)
    wanted = {"propertyName": key, "operator": "EQ", "value": text}
    search = {"filter_groups": [{"filters": [wanted]}], "properties": [key], "sorts": [], "limit": 10, "after": "0"}
    batch = records.inputs(
        "BatchReadInputSimplePublicObjectId",
        "SimplePublicObjectId",
        [{"id": text}],
        id_property=key,
        properties=[key],
        properties_with_history=[],
    )
    read = records.ask("basic_api.get_by_id", record_id, properties=[key])
    assert (read.id, read.properties[key]) == (record_id, text)
    for answer in (
        records.ask("basic_api.get_page", limit=1, after=str(int(record_id) - 1), properties=[key]),
        records.ask("search_api.do_search", records.model("PublicObjectSearchRequest", **search)),
        records.ask("batch_api.read", batch),
    ):
        assert [(each.id, each.properties[key]) for each in answer.results] == [(record_id, text)]
