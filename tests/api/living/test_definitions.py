"""Properties, schemas, pipelines."""

from __future__ import annotations

from typing import Any

from tests.api.living.alive import BUILT_IN, CUSTOM, Kind, Watched, alive, of
from tests.factories import unique

PROPERTIES = "/crm/v3/properties/{type}"
PIPELINES = "/crm/v3/pipelines/{type}"
STAGES = f"{PIPELINES}/{{id}}/stages"


@of("company", "deal", "note", CUSTOM)
@alive(
    f"GET {PROPERTIES}",
    f"POST {PROPERTIES}",
    f"GET {PROPERTIES}/{{name}}",
    f"PATCH {PROPERTIES}/{{name}}",
    f"DELETE {PROPERTIES}/{{name}}",
    *(f"POST {PROPERTIES}/batch/{name}" for name in ("create", "read", "archive")),
    f"GET {PROPERTIES}/groups",
    f"POST {PROPERTIES}/groups",
    f"GET {PROPERTIES}/groups/{{name}}",
    f"PATCH {PROPERTIES}/groups/{{name}}",
    f"DELETE {PROPERTIES}/groups/{{name}}",
)
def test_properties_and_their_groups(watched: Watched, kind: Kind) -> None:
    path = f"/crm/v3/properties/{kind.path}"
    group, label = unique("alive_"), unique("Group ")
    first = {"name": group, "label": unique()}
    assert watched.done("POST", f"{path}/groups", first).items() >= first.items()
    assert watched.done("PATCH", f"{path}/groups/{group}", {"label": label})["label"] == label
    assert watched.done("GET", f"{path}/groups/{group}")["label"] == label
    assert label in {each["label"] for each in watched.done("GET", f"{path}/groups")["results"]}
    names = [unique("alive_") for _ in range(3)]
    given = [
        {"name": each, "label": unique("Property "), "type": "string", "fieldType": "text", "groupName": group}
        for each in names
    ]
    assert watched.done("POST", path, given[0]).items() >= given[0].items()
    made = watched.done("POST", f"{path}/batch/create", {"inputs": given[1:]})["results"]
    assert {each["name"]: each["label"] for each in made} == {each["name"]: each["label"] for each in given[1:]}
    changed = unique("Property ")
    assert watched.done("PATCH", f"{path}/{names[0]}", {"label": changed})["label"] == changed
    assert watched.done("GET", f"{path}/{names[0]}")["label"] == changed
    wanted = {names[0]: changed, **{each["name"]: each["label"] for each in given[1:]}}
    read = watched.done("POST", f"{path}/batch/read", {"archived": False, "inputs": [{"name": each} for each in names]})
    assert {each["name"]: each["label"] for each in read["results"]} == wanted
    assert wanted.items() <= {each["name"]: each["label"] for each in watched.done("GET", path)["results"]}.items()
    watched.done("DELETE", f"{path}/{names[0]}")
    watched.done("POST", f"{path}/batch/archive", {"inputs": [{"name": each} for each in names[1:]]})
    assert not {each["name"] for each in watched.done("GET", path)["results"]} & set(names)
    watched.done("DELETE", f"{path}/groups/{group}")
    assert watched.get(f"{path}/groups/{group}").status_code == 404


@alive(
    "GET /crm/v3/schemas",
    "POST /crm/v3/schemas",
    "POST /crm/v3/schemas/batch/read",
    "GET /crm/v3/schemas/{type}",
    "PATCH /crm/v3/schemas/{type}",
    "DELETE /crm/v3/schemas/{type}",
    "POST /crm/v3/schemas/{type}/associations",
    "DELETE /crm/v3/schemas/{type}/associations/{id}",
)
def test_a_schema(watched: Watched) -> None:
    # The path that the official clients call.
    path, name, text = "/crm-object-schemas/v3/schemas", unique("alive_"), unique("What it is ")
    properties = [{"name": "model", "label": unique("Model ")}]
    given = {"name": name, "labels": {"singular": name, "plural": f"{name}s"}, "properties": properties}
    made = watched.done("POST", path, given)
    assert watched.done("PATCH", f"{path}/{name}", {"description": text})["description"] == text
    read = watched.done("GET", f"{path}/{made['objectTypeId']}")
    assert (read["name"], read["description"]) == (name, text)
    assert properties[0]["label"] in {each["label"] for each in read["properties"]}
    assert name in {each["name"] for each in watched.done("GET", path)["results"]}
    batch = watched.done("POST", f"{path}/batch/read", {"inputs": [name]})["results"]
    assert [(each["id"], each["description"]) for each in batch] == [(made["id"], text)]
    ends = {"fromObjectTypeId": made["objectTypeId"], "toObjectTypeId": "product", "name": unique("alive_")}
    definition = watched.done("POST", f"{path}/{name}/associations", ends)["id"]
    listed = {each["id"]: each["name"] for each in watched.done("GET", f"{path}/{name}")["associations"]}
    assert ends["name"] in listed[definition]
    watched.done("DELETE", f"{path}/{name}/associations/{definition}")
    assert definition not in {each["id"] for each in watched.done("GET", f"{path}/{name}")["associations"]}
    watched.done("DELETE", f"{path}/{name}")
    assert watched.get(f"{path}/{name}").status_code in (400, 404)


@of("deal", "ticket", "lead", CUSTOM)
@alive(
    f"GET {PIPELINES}",
    f"POST {PIPELINES}",
    f"GET {PIPELINES}/{{id}}",
    f"PUT {PIPELINES}/{{id}}",
    f"PATCH {PIPELINES}/{{id}}",
    f"DELETE {PIPELINES}/{{id}}",
    f"GET {PIPELINES}/{{id}}/audit",
    f"GET {STAGES}",
    f"POST {STAGES}",
    f"GET {STAGES}/{{id}}",
    f"PUT {STAGES}/{{id}}",
    f"PATCH {STAGES}/{{id}}",
    f"DELETE {STAGES}/{{id}}",
    f"GET {STAGES}/{{id}}/audit",
)
def test_a_pipeline_and_its_stages(watched: Watched, kind: Kind) -> None:
    path = f"/crm/v3/pipelines/{kind.path}"
    metadata = {"deals": {"probability": "0.5"}, "tickets": {"ticketState": "OPEN"}}.get(kind.path, {})

    def stage() -> dict[str, Any]:
        return {"label": unique("Stage "), "displayOrder": 0, "metadata": metadata}

    def pipeline() -> dict[str, Any]:
        return {"label": unique("Pipeline "), "displayOrder": 9, "stages": [stage(), stage()]}

    first, second, third = pipeline(), pipeline(), unique("Pipeline ")
    made = watched.done("POST", path, first)
    one = f"{path}/{made['id']}"
    other = watched.done("POST", path, pipeline())
    assert {each["label"] for each in made["stages"]} == {each["label"] for each in first["stages"]}
    assert watched.done("GET", one)["label"] == first["label"]
    assert watched.done("PUT", one, second)["label"] == second["label"]
    assert watched.done("PATCH", one, {"label": third})["label"] == third
    assert third in {each["label"] for each in watched.done("GET", path)["results"]}
    new, replaced, changed = stage(), stage(), unique("Stage ")
    added = watched.done("POST", f"{one}/stages", new)
    place = f"{one}/stages/{added['id']}"
    assert watched.done("GET", place)["label"] == new["label"]
    assert watched.done("PUT", place, replaced)["label"] == replaced["label"]
    assert watched.done("GET", place)["label"] == replaced["label"]
    assert watched.done("PATCH", place, {"label": changed, "metadata": metadata})["label"] == changed
    labels = {each["label"] for each in watched.done("GET", f"{one}/stages")["results"]}
    assert labels == {changed, *(each["label"] for each in second["stages"])}
    audit = watched.done("GET", f"{place}/audit")["results"]
    assert {each["identifier"] for each in audit} == {added["id"]}
    watched.done("DELETE", place)
    assert watched.get(place).status_code == 404
    told = watched.done("GET", f"{one}/audit")["results"]
    assert {each["identifier"] for each in told} >= {made["id"]}
    assert third in str([each["rawObject"] for each in told])
    watched.done("DELETE", one)
    assert watched.get(one).status_code == 404
    if kind.path in {each.path for each in BUILT_IN.values()}:  # records of a custom type need one
        watched.done("DELETE", f"{path}/{other['id']}")
