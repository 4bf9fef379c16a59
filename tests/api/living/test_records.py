"""Records, of every object type, one at a time and in batches."""

from __future__ import annotations

from tests.api.living.alive import BUILT_IN, CUSTOM, OBJECTS, Kind, Watched, alive, create, of, texts
from tests.factories import email, unique


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
