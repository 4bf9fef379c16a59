"""Every endpoint that the contract needs answers with what was written, for built-in and custom object types."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api import contract
from api.app import close, create_app
from crm_graph.accounts.tokens import digest
from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.graph.queries import load
from tests.api.alive import BUILT_IN, MODEL, SHOWN, Kind, Watched, alive, custom
from tests.api.client import Client
from tests.factories import SUPER_ADMIN, email, unique

CUSTOM = "custom"
OBJECTS = "/crm/v3/objects/{type}"
V4 = "/crm/v4/objects/{type}/{id}/associations"
V4_BATCH = "/crm/v4/associations/{from}/{to}/batch"
V3_BATCH = "/crm/v3/associations/{from}/{to}"
PROPERTIES = "/crm/v3/properties/{type}"
PIPELINES = "/crm/v3/pipelines/{type}"
STAGES = f"{PIPELINES}/{{id}}/stages"
LABELS = "/crm/v4/associations/{from}/{to}/labels"
LISTS = "/crm/v3/lists"
LIMITS = "/crm/associations/v4/definitions/configurations"
REDIRECT = "https://app.example/callback"


@pytest.fixture
def watched(client: Client, token: str) -> Watched:
    """Makes requests as the super admin and remembers them."""
    return Watched.of(client, token)


@pytest.fixture(scope="module")
def made(client: Client, token: str) -> Kind:  # type: ignore[no-untyped-def]
    """A custom type."""
    return custom(Watched.of(client, token))


@pytest.fixture(scope="module")
def client(app: Any, token: str) -> Client:
    """Makes requests as the super admin."""
    return Client(app, token)


@pytest.fixture
def kind(request: pytest.FixtureRequest, made: Kind) -> Kind:
    """The object type that the test names."""
    return made if request.param == CUSTOM else BUILT_IN[request.param]


def of(*names: str) -> pytest.MarkDecorator:
    """Play a scenario with each of these types."""
    return pytest.mark.parametrize("kind", names, indirect=True)


def create(client: Watched, kind: Kind, **more: str) -> dict[str, Any]:
    """A new record."""
    body: dict[str, Any] = client.done("POST", kind.objects, {"properties": {**kind.values(), **more}})
    return body


def texts(kind: Kind, answer: Any) -> dict[str, str]:
    """The text of each record in an answer, by id."""
    return {each["id"]: each["properties"][kind.text] for each in answer["results"]}


def test_every_endpoint_that_is_needed_is_shown_alive() -> None:
    needed = {each.shape: each.name for area, each in contract.load().endpoints() if area.must}
    assert [name for shape, name in needed.items() if shape not in SHOWN] == []


@of(*BUILT_IN, CUSTOM)
@alive(
    f"GET {OBJECTS}",
    f"POST {OBJECTS}",
    f"GET {OBJECTS}/{{id}}",
    f"PATCH {OBJECTS}/{{id}}",
    f"DELETE {OBJECTS}/{{id}}",
    f"POST {OBJECTS}/search",
)
def test_a_record(watched: Watched, kind: Kind) -> None:
    record = create(watched, kind)
    path, changed = f"{kind.objects}/{record['id']}", unique("alive ")
    assert (
        watched.done("GET", path, query_string={"properties": kind.text})["properties"][kind.text]
        == (record["properties"][kind.text])
    )
    assert watched.done("PATCH", path, {"properties": {kind.text: changed}})["properties"][kind.text] == changed
    query = {"properties": kind.text, "limit": "1", "after": str(int(record["id"]) - 1)}
    assert texts(kind, watched.done("GET", kind.objects, query_string=query)) == {record["id"]: changed}
    wanted = [{"propertyName": "hs_object_id", "operator": "EQ", "value": record["id"]}]
    found = watched.done("POST", f"{kind.objects}/search", {"filters": wanted, "properties": [kind.text]})
    assert (found["total"], texts(kind, found)) == (1, {record["id"]: changed})
    watched.done("DELETE", path)
    assert watched.get(path).status_code == 404


@of(*BUILT_IN, CUSTOM)
@alive(
    f"POST {OBJECTS}/batch/create",
    f"POST {OBJECTS}/batch/read",
    f"POST {OBJECTS}/batch/update",
    f"POST {OBJECTS}/batch/archive",
)
def test_a_batch(watched: Watched, kind: Kind) -> None:
    given = [kind.values() for _ in range(2)]
    path = f"{kind.objects}/batch"
    inputs = [{"properties": each} for each in given]
    ids = [each["id"] for each in watched.done("POST", f"{path}/create", {"inputs": inputs})["results"]]
    named = {"properties": [kind.text], "inputs": [{"id": each} for each in ids]}
    assert texts(kind, watched.done("POST", f"{path}/read", named)) == dict(
        zip(ids, (each[kind.text] for each in given), strict=True)
    )
    changed = {each: unique("alive ") for each in ids}
    changes = [{"id": each, "properties": {kind.text: text}} for each, text in changed.items()]
    assert texts(kind, watched.done("POST", f"{path}/update", {"inputs": changes})) == changed
    assert texts(kind, watched.done("POST", f"{path}/read", named)) == changed
    watched.done("POST", f"{path}/archive", {"inputs": [{"id": ids[0]}]})
    assert texts(kind, watched.done("POST", f"{path}/read", named)) == {ids[1]: changed[ids[1]]}


@of("contact", CUSTOM)
@alive(f"POST {OBJECTS}/batch/upsert")
def test_an_upsert(watched: Watched, kind: Kind) -> None:
    keys = [email() for _ in range(2)]
    known = create(watched, kind, **{kind.unique: keys[0]})
    given = {key: unique("alive ") for key in keys}
    inputs = [{"id": key, "idProperty": kind.unique, "properties": {kind.text: text}} for key, text in given.items()]
    answer = watched.done("POST", f"{kind.objects}/batch/upsert", {"inputs": inputs})
    assert {each["id"]: each["new"] for each in answer["results"]}[known["id"]] is False
    assert sorted(texts(kind, answer).values()) == sorted(given.values())
    for key, text in given.items():
        query = {"idProperty": kind.unique, "properties": kind.text}
        assert watched.done("GET", f"{kind.objects}/{key}", query_string=query)["properties"][kind.text] == text


@of("contact", "company", "deal", "ticket", "project", CUSTOM)
@alive(f"POST {OBJECTS}/merge")
def test_a_merge(watched: Watched, kind: Kind) -> None:
    first, second = create(watched, kind), create(watched, kind)
    ids = {"primaryObjectId": first["id"], "objectIdToMerge": second["id"]}
    merged = watched.done("POST", f"{kind.objects}/merge", ids)
    assert merged["properties"]["hs_merged_object_ids"] == f"{first['id']};{second['id']}"
    for old in (first, second):
        read = watched.done("GET", f"{kind.objects}/{old['id']}", query_string={"properties": kind.text})
        assert (read["id"], read["properties"][kind.text]) == (merged["id"], first["properties"][kind.text])


@of(*BUILT_IN, CUSTOM)
@alive(f"POST {OBJECTS}/gdpr-delete")
def test_a_deletion_for_privacy(watched: Watched, kind: Kind) -> None:
    gone, kept = create(watched, kind), create(watched, kind)
    watched.done("POST", f"{kind.objects}/gdpr-delete", {"objectId": gone["id"]})
    for archived in ("true", "false"):
        assert watched.get(f"{kind.objects}/{gone['id']}", archived=archived).status_code == 404
    assert watched.get(f"{kind.objects}/{kept['id']}").status_code == 200


@of("company", "deal", "ticket", CUSTOM)
@alive(
    f"PUT {V4}/default/{{to}}/{{id}}",
    f"PUT {V4}/{{to}}/{{id}}",
    f"GET {V4}/{{to}}",
    f"DELETE {V4}/{{to}}/{{id}}",
    f"GET {LABELS}",
    f"POST {LABELS}",
    f"PUT {LABELS}",
    f"DELETE {LABELS}/{{id}}",
)
def test_an_association_and_its_labels(watched: Watched, kind: Kind) -> None:
    contacts = BUILT_IN["contact"]
    near, first, second = create(watched, kind), create(watched, contacts), create(watched, contacts)
    labels = f"/crm/v4/associations/{kind.path}/contacts/labels"
    path = f"/crm/v4/objects/{kind.path}/{near['id']}/associations"
    name, text, other = unique("alive_"), unique("Label "), unique("Other ")

    def associated() -> dict[int, set[str | None]]:
        listed = watched.done("GET", f"{path}/contacts")["results"]
        return {each["toObjectId"]: {found["label"] for found in each["associationTypes"]} for each in listed}

    made = watched.done("POST", labels, {"name": name, "label": text, "inverseLabel": unique("Back ")})["results"][0]
    both = watched.done("PUT", f"{path}/default/contacts/{first['id']}")["results"]
    assert {(each["from"]["id"], each["to"]["id"]) for each in both} == {
        (near["id"], first["id"]),
        (first["id"], near["id"]),
    }
    types = [{"associationCategory": "USER_DEFINED", "associationTypeId": made["typeId"]}]
    put = watched.done("PUT", f"{path}/contacts/{second['id']}", types)
    assert (put["fromObjectId"], put["toObjectId"], put["labels"]) == (int(near["id"]), int(second["id"]), [text])
    found = associated()
    assert found.keys() == {int(first["id"]), int(second["id"])}
    assert (text in found[int(second["id"])], text in found[int(first["id"])]) == (True, False)
    watched.done("PUT", labels, {"associationTypeId": made["typeId"], "label": other})
    listed = {each["typeId"]: each["label"] for each in watched.done("GET", labels)["results"]}
    assert listed[made["typeId"]] == other
    watched.done("DELETE", f"{path}/contacts/{first['id']}")
    assert associated().keys() == {int(second["id"])}
    watched.done("DELETE", f"{labels}/{made['typeId']}")
    assert made["typeId"] not in {each["typeId"] for each in watched.done("GET", labels)["results"]}


@of("company", "deal", "ticket", CUSTOM)
@alive(
    *(f"POST {V4_BATCH}/{name}" for name in ("create", "associate/default", "read", "archive", "labels/archive")),
    f"GET {LIMITS}/all",
    f"GET {LIMITS}/{{from}}/{{to}}",
    *(f"POST {LIMITS}/{{from}}/{{to}}/batch/{name}" for name in ("create", "update", "purge")),
)
def test_a_batch_of_associations_and_its_limits(watched: Watched, kind: Kind) -> None:
    near = create(watched, kind)["id"]
    far = [create(watched, BUILT_IN["contact"])["id"] for _ in range(4)]
    batch = f"/crm/v4/associations/{kind.path}/contacts/batch"
    limits = f"{LIMITS}/{kind.path}/contacts"
    text = unique("Label ")
    label = {"name": unique("alive_"), "label": text}
    made = watched.done("POST", f"/crm/v4/associations/{kind.path}/contacts/labels", label)["results"][0]["typeId"]
    types = [{"associationCategory": "USER_DEFINED", "associationTypeId": made}]
    ends = [{"from": {"id": near}, "to": {"id": each}} for each in far]

    def associated(label: str | None = None) -> set[str]:
        answer = watched.done("POST", f"{batch}/read", {"inputs": [{"id": near}]})
        to = [each for result in answer["results"] for each in result["to"]]
        return {
            str(each["toObjectId"])
            for each in to
            if label is None or label in {found["label"] for found in each["associationTypes"]}
        }

    def limit(path: str) -> int | None:
        found = watched.done("GET", path)["results"]
        return next((each["userEnforcedMaxToObjectIds"] for each in found if each["typeId"] == made), None)

    watched.done("POST", f"{batch}/associate/default", {"inputs": ends[:2]})
    watched.done("POST", f"{batch}/create", {"inputs": [{**each, "types": types} for each in ends[2:]]})
    assert (associated(), associated(text)) == (set(far), set(far[2:]))
    watched.done("POST", f"{batch}/labels/archive", {"inputs": [{**ends[2], "types": types}]})
    assert associated(text) == {far[3]}
    watched.done("POST", f"{batch}/archive", {"inputs": [{"from": {"id": near}, "to": [{"id": far[0]}]}]})
    assert associated() == set(far[1:])
    first, second = (secrets.randbelow(1000) + 5 for _ in range(2))
    for most, name in ((first, "create"), (second, "update")):
        row = {"category": "USER_DEFINED", "typeId": made, "maxToObjectIds": most}
        watched.done("POST", f"{limits}/batch/{name}", {"inputs": [row]})
        assert (limit(limits), limit(f"{LIMITS}/all")) == (most, most)
    watched.done("POST", f"{limits}/batch/purge", {"inputs": [{"category": "USER_DEFINED", "typeId": made}]})
    assert limit(limits) is None


@of("company", "deal", "ticket", CUSTOM)
@alive(
    f"GET {OBJECTS}/{{id}}/associations/{{to}}",
    f"PUT {OBJECTS}/{{id}}/associations/{{to}}/{{id}}/{{type}}",
    f"DELETE {OBJECTS}/{{id}}/associations/{{to}}/{{id}}/{{type}}",
    *(f"POST {V3_BATCH}/batch/{name}" for name in ("create", "read", "archive")),
    f"GET {V3_BATCH}/types",
)
def test_an_association_of_the_third_version(watched: Watched, kind: Kind) -> None:
    near, *far = (create(watched, each)["id"] for each in (kind, *[BUILT_IN["contact"]] * 2))
    pair = f"/crm/v3/associations/{kind.path}/contacts"
    path = f"{kind.objects}/{near}/associations/contacts"
    names = {each["id"]: each["name"] for each in watched.done("GET", f"{pair}/types")["results"]}
    labels = watched.done("GET", f"/crm/v4/associations/{kind.path}/contacts/labels")["results"]
    default = next(str(each["typeId"]) for each in labels if each["label"] is None)
    inputs = [{"from": {"id": near}, "to": {"id": far[1]}, "type": names[default]}]

    def associated() -> set[str]:
        listed = {each["id"] for each in watched.done("GET", path)["results"]}
        read = watched.done("POST", f"{pair}/batch/read", {"inputs": [{"id": near}]})["results"]
        assert {each["id"] for result in read for each in result["to"]} == listed
        return listed

    put = watched.done("PUT", f"{path}/{far[0]}/{default}")
    assert put["id"] == near
    assert far[0] in {each["id"] for each in put["associations"]["contacts"]["results"]}
    watched.done("POST", f"{pair}/batch/create", {"inputs": inputs})
    assert associated() == set(far)
    watched.done("DELETE", f"{path}/{far[0]}/{default}")
    assert associated() == {far[1]}
    watched.done("POST", f"{pair}/batch/archive", {"inputs": inputs})
    assert associated() == set()


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
    watched.done("POST", f"{path}/groups", {"name": group, "label": unique()})
    watched.done("PATCH", f"{path}/groups/{group}", {"label": label})
    assert watched.done("GET", f"{path}/groups/{group}")["label"] == label
    assert label in {each["label"] for each in watched.done("GET", f"{path}/groups")["results"]}
    names = [unique("alive_") for _ in range(3)]
    given = [
        {"name": each, "label": unique("Property "), "type": "string", "fieldType": "text", "groupName": group}
        for each in names
    ]
    watched.done("POST", path, given[0])
    watched.done("POST", f"{path}/batch/create", {"inputs": given[1:]})
    changed = unique("Property ")
    watched.done("PATCH", f"{path}/{names[0]}", {"label": changed})
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
    watched.done("PATCH", f"{path}/{name}", {"description": text})
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
    watched.done("PUT", one, second)
    watched.done("PATCH", one, {"label": third})
    assert third in {each["label"] for each in watched.done("GET", path)["results"]}
    new, replaced, changed = stage(), stage(), unique("Stage ")
    added = watched.done("POST", f"{one}/stages", new)
    place = f"{one}/stages/{added['id']}"
    assert watched.done("GET", place)["label"] == new["label"]
    watched.done("PUT", place, replaced)
    assert watched.done("GET", place)["label"] == replaced["label"]
    watched.done("PATCH", place, {"label": changed, "metadata": metadata})
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


@of("contact", "deal", CUSTOM)
@alive(
    *(f"{method} {LISTS}" for method in ("GET", "POST")),
    *(f"{method} {LISTS}/{{id}}" for method in ("GET", "DELETE")),
    f"POST {LISTS}/search",
    f"GET {LISTS}/object-type-id/{{type}}/name/{{name}}",
    *(f"PUT {LISTS}/{{id}}/{name}" for name in ("restore", "update-list-filters", "update-list-name")),
    f"GET {LISTS}/{{id}}/size-and-edits-history/between",
    *(f"{method} {LISTS}/idmapping" for method in ("GET", "POST")),
    *(f"{method} {LISTS}/{{id}}/schedule-conversion" for method in ("GET", "PUT", "DELETE")),
)
def test_a_list_and_its_filters(watched: Watched, kind: Kind) -> None:
    first, second = create(watched, kind), create(watched, kind)
    names = [unique("List ") for _ in range(2)]

    def where(record: dict[str, Any]) -> dict[str, Any]:
        asked = {"operationType": "STRING", "operator": "IS_EQUAL_TO", "value": record["properties"][kind.text]}
        filters = [{"filterType": "PROPERTY", "property": kind.text, "operation": asked}]
        below = {"filterBranchType": "AND", "filterBranchOperator": "AND", "filters": filters, "filterBranches": []}
        return {"filterBranchType": "OR", "filterBranchOperator": "OR", "filters": [], "filterBranches": [below]}

    def members() -> list[str]:
        return [each["recordId"] for each in watched.done("GET", f"{one}/memberships")["results"]]

    given = {"objectTypeId": kind.path if kind.path[0] == "2" else MODEL.object_type(kind.path).id}
    body = {**given, "name": names[0], "processingType": "DYNAMIC", "filterBranch": where(first)}
    made = watched.done("POST", LISTS, body)["list"]["listId"]
    one = f"{LISTS}/{made}"
    assert watched.done("GET", one)["list"]["name"] == names[0]
    assert members() == [first["id"]]
    watched.done("PUT", f"{one}/update-list-filters", {"filterBranch": where(second)})
    assert members() == [second["id"]]
    watched.done("PUT", f"{one}/update-list-name", query_string={"listName": names[1]})
    by_name = f"{LISTS}/object-type-id/{given['objectTypeId']}/name/{names[1]}"
    assert watched.done("GET", by_name)["list"]["listId"] == made
    listed = watched.done("GET", LISTS, query_string={"listIds": made})["lists"]
    found = watched.done("POST", f"{LISTS}/search", {"query": names[1]})["lists"]
    assert [(each["listId"], each["name"]) for each in (*listed, *found)] == [(made, names[1])] * 2
    today = datetime.now(UTC).date()
    days = {"startDate": str(today - timedelta(1)), "endDate": str(today + timedelta(1))}
    edits = watched.done("GET", f"{one}/size-and-edits-history/between", query_string=days)["editHistory"]
    assert len(edits) >= 2
    assert watched.done("GET", f"{LISTS}/idmapping", query_string={"legacyListId": made})["listId"] == made
    mapped = watched.done("POST", f"{LISTS}/idmapping", [made])["legacyListIdsToIdsMapping"]
    assert mapped == [{"legacyListId": made, "listId": made}]
    day = {"conversionType": "CONVERSION_DATE", "year": 2090 + secrets.randbelow(9), "month": 3, "day": 1}
    watched.done("PUT", f"{one}/schedule-conversion", day)
    asked = watched.done("GET", f"{one}/schedule-conversion")["requestedConversionTime"]
    assert asked == day
    watched.done("DELETE", f"{one}/schedule-conversion")
    assert "requestedConversionTime" not in (watched.get(f"{one}/schedule-conversion").get_json() or {})
    watched.done("DELETE", one)
    assert watched.get(one).status_code == 404
    watched.done("PUT", f"{one}/restore")
    assert members() == [second["id"]]


@of("contact", "deal", CUSTOM)
@alive(
    *(f"{method} {LISTS}/{{id}}/memberships" for method in ("GET", "DELETE")),
    f"GET {LISTS}/{{id}}/memberships/join-order",
    *(f"PUT {LISTS}/{{id}}/memberships/{name}" for name in ("add", "remove", "add-and-remove", "add-from/{id}")),
    f"GET {LISTS}/records/{{type}}/{{id}}/memberships",
    f"POST {LISTS}/records/memberships/batch/read",
)
def test_members_of_a_list(watched: Watched, kind: Kind) -> None:
    ids = [create(watched, kind)["id"] for _ in range(3)]
    object_type_id = kind.path if kind.path[0] == "2" else MODEL.object_type(kind.path).id

    def make() -> str:
        body = {"name": unique("List "), "objectTypeId": object_type_id, "processingType": "MANUAL"}
        return str(watched.done("POST", LISTS, body)["list"]["listId"])

    def members(list_id: str, path: str = "memberships") -> list[str]:
        return [each["recordId"] for each in watched.done("GET", f"{LISTS}/{list_id}/{path}")["results"]]

    one, other = make(), make()
    path = f"{LISTS}/{one}/memberships"
    assert watched.done("PUT", f"{path}/add", [ids[2]])["recordsIdsAdded"] == [ids[2]]
    watched.done("PUT", f"{path}/add", [ids[0]])
    assert (members(one), members(one, "memberships/join-order")) == ([ids[0], ids[2]], [ids[2], ids[0]])
    watched.done("PUT", f"{path}/add-and-remove", {"recordIdsToAdd": [ids[1]], "recordIdsToRemove": [ids[0]]})
    assert members(one) == ids[1:]
    watched.done("PUT", f"{path}/remove", [ids[1]])
    watched.done("PUT", f"{LISTS}/{other}/memberships/add-from/{one}")
    assert members(other) == [ids[2]]
    lists = watched.done("GET", f"{LISTS}/records/{object_type_id}/{ids[2]}/memberships")["results"]
    assert {each["listId"] for each in lists} >= {one, other}
    inputs = [{"objectTypeId": object_type_id, "recordId": ids[2]}]
    [read] = watched.done("POST", f"{LISTS}/records/memberships/batch/read", {"inputs": inputs})["results"]
    assert {each["listId"] for each in read["recordListMemberships"]} >= {one, other}
    watched.done("DELETE", path)
    assert members(one) == []


@alive(
    *(f"{method} {LISTS}/folders" for method in ("GET", "POST")),
    f"PUT {LISTS}/folders/move-list",
    f"DELETE {LISTS}/folders/{{id}}",
    f"PUT {LISTS}/folders/{{id}}/move/{{id}}",
    f"PUT {LISTS}/folders/{{id}}/rename",
)
def test_folders_of_lists(watched: Watched) -> None:
    folders, name = f"{LISTS}/folders", unique("Folder ")

    def make(parent_id: str) -> str:
        body = {"name": unique("Folder "), "parentFolderId": parent_id}
        return str(watched.done("POST", folders, body)["folder"]["id"])

    def read(folder_id: str) -> dict[str, Any]:
        folder: dict[str, Any] = watched.done("GET", folders, query_string={"folderId": folder_id})["folder"]
        return folder

    outer, inner = make("0"), make("0")
    watched.done("PUT", f"{folders}/{inner}/move/{outer}")
    watched.done("PUT", f"{folders}/{inner}/rename", query_string={"newFolderName": name})
    assert (read(inner)["name"], read(inner)["parentFolderId"]) == (name, outer)
    body = {"name": unique("List "), "objectTypeId": "0-1", "processingType": "MANUAL"}
    made = watched.done("POST", LISTS, body)["list"]["listId"]
    watched.done("PUT", f"{folders}/move-list", {"listId": made, "newFolderId": inner})
    assert read(inner)["childLists"] == [int(made)]
    watched.done("PUT", f"{folders}/move-list", {"listId": made, "newFolderId": "0"})
    watched.done("DELETE", f"{folders}/{inner}")
    assert read(outer)["childNodes"] == []


@pytest.fixture
def owner(crm: Crm) -> dict[str, Any]:
    """Values of a new owner."""
    values = {"email": email(), "first_name": unique("Ada "), "last_name": unique("Byron ")}
    crm.run(
        SUPER_ADMIN,
        lambda unit: unit.graph.change(load("transfer").save_owners, made=[values], changed=[], at=unit.clock.now()),
    )
    return values


@alive(
    "GET /crm/v3/owners",
    "GET /crm/v3/owners/{id}",
    "POST /crm/v4/associations/usage/high-usage-report/{userId}",
)
def test_an_owner(watched: Watched, owner: dict[str, Any]) -> None:
    [found] = watched.done("GET", "/crm/v3/owners", query_string={"email": owner["email"]})["results"]
    read = watched.done("GET", f"/crm/v3/owners/{found['id']}")
    assert (read["firstName"], read["lastName"]) == (owner["first_name"], owner["last_name"])
    report = watched.done("POST", f"/crm/v4/associations/usage/high-usage-report/{found['userId']}")
    assert (report["userId"], report["userEmail"]) == (found["userId"], owner["email"])


@alive("GET /account-info/v3/details", "GET /account-info/v3/api-usage/daily/private-apps")
def test_the_account(watched: Watched, settings: Settings, token: str) -> None:
    usage = "/account-info/v3/api-usage/daily/private-apps"
    number, more = secrets.randbelow(10**6) + 2, secrets.randbelow(10)
    before = watched.done("GET", usage)["results"][0]["currentUsage"]
    for _ in range(more):
        watched.done("GET", "/account-info/v3/details")
    assert watched.done("GET", usage)["results"][0]["currentUsage"] == before + more + 1
    other = create_app(replace(settings, account_id=number))
    assert Client(other, token).get("/account-info/v3/details").get_json()["portalId"] == number
    close(other)


@pytest.fixture
def known_as(crm: Crm, owner: dict[str, Any]) -> str:
    """The token of an owner who is nobody's first."""
    secret = unique("pat-crm-")
    crm.graph.driver.execute_query(
        "MATCH (o:_Owner {email: $email}) CREATE (t:_Token {id: $hash, hash: $hash, name: 'x', scopes: [], "
        "is_super_admin: true, created_at: 0})-[:OF]->(o)",
        email=owner["email"],
        hash=digest(secret),
    )
    return secret


@alive(
    "POST /oauth/v1/token",
    "GET /oauth/v1/access-tokens/{token}",
    "GET /oauth/v1/refresh-tokens/{token}",
    "DELETE /oauth/v1/refresh-tokens/{token}",
    "POST /oauth/v3/token",
    "POST /oauth/v3/token/introspect",
    "POST /oauth/v3/token/revoke",
    "POST /oauth/v2/private-apps/get/access-token-info",
)
def test_tokens_of_an_app(watched: Watched, known_as: str, owner: dict[str, Any]) -> None:
    scopes = secrets.SystemRandom().sample([f"crm.objects.{each}.read" for each in ("contacts", "deals", "quotes")], 2)
    admin = watched.signed_in_as(known_as)
    app = admin.post("/crm/graph/v1/apps", {"name": "x", "redirectUris": [REDIRECT], "scopes": scopes}).get_json()
    client = {"client_id": app["clientId"], "client_secret": app["clientSecret"]}
    authorizations = f"/crm/graph/v1/apps/{app['id']}/authorizations"

    def tokens(version: str) -> dict[str, Any]:
        code = admin.post(authorizations, {"redirectUri": REDIRECT}).get_json()["code"]
        form = {**client, "grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT}
        body: dict[str, Any] = watched.done("POST", f"/oauth/{version}/token", data=form)
        return body

    first, second = tokens("v1"), tokens("v3")
    assert first["scopes"] == second["scopes"] == scopes
    access = watched.done("GET", f"/oauth/v1/access-tokens/{first['access_token']}")
    refresh = watched.done("GET", f"/oauth/v1/refresh-tokens/{first['refresh_token']}")
    asked = watched.done("POST", "/oauth/v3/token/introspect", data={**client, "token": second["access_token"]})
    assert {each["user"] for each in (access, refresh, asked)} == {owner["email"]}
    assert {tuple(each["scopes"]) for each in (access, refresh, asked)} == {tuple(scopes)}
    assert (access["app_id"], refresh["client_id"], asked["active"]) == (app["id"], app["clientId"], True)
    told = watched.done("POST", "/oauth/v2/private-apps/get/access-token-info", {"tokenKey": second["access_token"]})
    assert (told["userId"], set(scopes) <= set(told["scopes"])) == (access["user_id"], True)
    watched.done("DELETE", f"/oauth/v1/refresh-tokens/{first['refresh_token']}")
    watched.done("POST", "/oauth/v3/token/revoke", data={**client, "token": second["refresh_token"]})
    for each in (first, second):
        assert watched.get(f"/oauth/v1/access-tokens/{each['access_token']}").status_code == 404
