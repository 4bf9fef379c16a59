"""Associations with their labels and limits, in both versions."""

from __future__ import annotations

import secrets

from tests.api.living.alive import BUILT_IN, CUSTOM, OBJECTS, Kind, Watched, alive, create, of
from tests.factories import unique

V4 = "/crm/v4/objects/{type}/{id}/associations"
V4_BATCH = "/crm/v4/associations/{from}/{to}/batch"
V3_BATCH = "/crm/v3/associations/{from}/{to}"
LABELS = "/crm/v4/associations/{from}/{to}/labels"
LIMITS = "/crm/associations/v4/definitions/configurations"


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

    both = watched.done("POST", f"{batch}/associate/default", {"inputs": ends[:2]})["results"]
    assert {(each["from"]["id"], each["to"]["id"]) for each in both} >= {(near, each) for each in far[:2]}
    labelled = watched.done("POST", f"{batch}/create", {"inputs": [{**each, "types": types} for each in ends[2:]]})
    assert [(each["toObjectId"], each["labels"]) for each in labelled["results"]] == [
        (int(each), [text]) for each in far[2:]
    ]
    assert (associated(), associated(text)) == (set(far), set(far[2:]))
    watched.done("POST", f"{batch}/labels/archive", {"inputs": [{**ends[2], "types": types}]})
    assert associated(text) == {far[3]}
    watched.done("POST", f"{batch}/archive", {"inputs": [{"from": {"id": near}, "to": [{"id": far[0]}]}]})
    assert associated() == set(far[1:])
    first, second = (secrets.randbelow(1000) + 5 for _ in range(2))
    for most, name in ((first, "create"), (second, "update")):
        row = {"category": "USER_DEFINED", "typeId": made, "maxToObjectIds": most}
        [set_] = watched.done("POST", f"{limits}/batch/{name}", {"inputs": [row]})["results"]
        assert (set_["typeId"], set_["userEnforcedMaxToObjectIds"]) == (made, most)
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
    label = {"name": unique("alive_"), "label": unique("Label ")}
    made = watched.done("POST", f"/crm/v4/associations/{kind.path}/contacts/labels", label)["results"][0]["typeId"]
    names = {each["id"]: each["name"] for each in watched.done("GET", f"{pair}/types")["results"]}
    assert label["name"] in names[str(made)]
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
    [created] = watched.done("POST", f"{pair}/batch/create", {"inputs": inputs})["results"]
    assert {name: created[name] for name in inputs[0]} == inputs[0]
    assert associated() == set(far)
    watched.done("DELETE", f"{path}/{far[0]}/{default}")
    assert associated() == {far[1]}
    watched.done("POST", f"{pair}/batch/archive", {"inputs": inputs})
    assert associated() == set()
