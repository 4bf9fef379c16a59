"""Every built-in object type goes through the same engine: created, read, found, changed, archived, associated."""

from __future__ import annotations

from typing import Any

import pytest

from crm_graph.definitions import catalogue
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from tests.api.client import Client
from tests.factories import unique

MODEL = catalogue.load()
WRITABLE = [name for name, each in MODEL.object_types.items() if each.permits("create")]
STAGED = [name for name in WRITABLE if MODEL.object_types[name].stage_property]
READ_ONLY = [name for name, each in MODEL.object_types.items() if not each.permits("create")]


def value_of(found: Property) -> str:
    """A value that the property takes."""
    if found.options:
        return found.options[0].value
    fixed = {"datetime": "2026-03-01T10:00:00Z", "date": "2026-03-01", "number": "7", "bool": "true"}
    return fixed.get(found.type, "USD" if found.options_from == "currencies" else unique("value "))


def required(object_type: ObjectType) -> dict[str, str]:
    """Values for what the object type requires; pipelines and stages are left to their rule."""
    names = [group[0] for group in object_type.required]
    staged = {object_type.pipeline_property, object_type.stage_property}
    return {name: value_of(object_type.properties[name]) for name in names if name not in staged}


def created(client: Client, object_type: ObjectType) -> dict[str, Any]:
    """A new record, as the API answers it."""
    answer = client.post(f"/crm/v3/objects/{object_type.plural}", {"properties": required(object_type)})
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json
    return body


@pytest.mark.parametrize("name", WRITABLE)
def test_a_record_lives_from_create_to_archive(client: Client, name: str) -> None:
    object_type = MODEL.object_types[name]
    path = f"/crm/v3/objects/{object_type.plural}"
    record = created(client, object_type)
    one = f"{path}/{record['id']}"
    by_id = {"filters": [{"propertyName": "hs_object_id", "operator": "EQ", "value": record["id"]}]}

    read = client.get(one)
    found = client.post(f"{path}/search", by_id)
    removed = client.delete(one)

    assert read.status_code == 200
    assert read.json["properties"].keys() >= set(object_type.default_properties)
    assert [each["id"] for each in found.json["results"]] == [record["id"]]
    assert removed.status_code == 204
    assert client.get(one).status_code == 404
    assert client.get(one, archived="true").json["archived"] is True


@pytest.mark.parametrize("name", WRITABLE)
def test_every_string_property_that_can_be_set_is_kept(client: Client, name: str) -> None:
    object_type = MODEL.object_types[name]
    record = created(client, object_type)
    names = [
        each.name
        for each in object_type.live_properties.values()
        if each.type == "string" and not each.read_only and not each.unique and not each.options
    ]
    values = {each: unique("kept ") for each in names}

    answer = client.patch(f"/crm/v3/objects/{object_type.plural}/{record['id']}", {"properties": values})
    read = client.get(f"/crm/v3/objects/{object_type.plural}/{record['id']}", properties=",".join(names))

    assert answer.status_code == 200, answer.text
    assert {each: read.json["properties"][each] for each in names} == values


@pytest.mark.parametrize("name", STAGED)
def test_a_record_without_a_stage_is_in_the_first_of_the_first_pipeline(client: Client, name: str) -> None:
    object_type = MODEL.object_types[name]
    pipeline = object_type.pipelines[0]
    names = [object_type.pipeline_property or "", object_type.stage_property or ""]

    record = created(client, object_type)
    read = client.get(f"/crm/v3/objects/{object_type.plural}/{record['id']}", properties=",".join(names))

    assert [read.json["properties"][each] for each in names] == [pipeline.id, pipeline.stages[0].id]


@pytest.mark.parametrize("name", READ_ONLY)
def test_a_read_only_type_refuses_writes_with_405(client: Client, name: str) -> None:
    path = f"/crm/v3/objects/{MODEL.object_types[name].plural}"

    assert client.get(path).status_code == 200
    assert client.post(path, {"properties": {}}).status_code == 405
    assert client.patch(f"{path}/1", {"properties": {}}).status_code == 405
    assert client.delete(f"{path}/1").status_code == 405


def test_a_pair_that_the_matrix_lacks_is_refused(client: Client) -> None:
    permitted = {frozenset((pair.source, pair.target)) for pair in MODEL.pairs.values()}
    types = list(MODEL.object_types.values())
    faults = []
    for first in types:
        for second in types:
            answer = client.get(f"/crm/v4/associations/{first.name}/{second.name}/labels")
            expected = 200 if frozenset((first.name, second.name)) in permitted else 400
            if answer.status_code != expected:
                faults.append(f"{first.name} to {second.name}: {answer.status_code}, not {expected}")
    assert not faults, "\n".join(faults)
