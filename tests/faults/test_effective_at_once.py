"""What one worker process defines or revokes holds in the next request to the other."""

from __future__ import annotations

import secrets
from collections.abc import Callable

import pytest

from tests.faults.caller import Answer, Caller
from tests.faults.served import Served

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

ROUNDS = 100
"""Each defines and revokes: 200 changes of each kind."""

Step = Callable[[Caller], Answer]
Kind = Callable[[Caller, Caller], None]


def token(defining: Caller, using: Caller) -> None:
    made = defining.post("/crm/graph/v1/tokens", {"name": "app", "scopes": ["crm.objects.contacts.read"]})
    assert made.status == 201, made
    contacts = "/crm/v3/objects/contacts?limit=1"
    answer = using.call("GET", contacts, token=made.body["token"])
    assert answer.status == 200, answer
    answer = defining.delete(f"/crm/graph/v1/tokens/{made.body['id']}")
    assert answer.status == 204, answer
    answer = using.call("GET", contacts, token=made.body["token"])
    assert answer.status == 401, answer


def property_(defining: Caller, using: Caller) -> None:
    name = f"p_{secrets.token_hex(4)}"
    given = {"name": name, "label": name, "groupName": "contactinformation", "type": "string", "fieldType": "text"}
    answer = defining.post("/crm/v3/properties/contacts", given)
    assert answer.status == 201, answer
    answer = using.post("/crm/v3/objects/contacts", {"properties": {name: "x"}})
    assert answer.status == 201, answer
    assert answer.body["properties"][name] == "x"
    answer = defining.delete(f"/crm/v3/properties/contacts/{name}")
    assert answer.status == 204, answer
    answer = using.post("/crm/v3/objects/contacts", {"properties": {name: "x"}})
    assert answer.status == 400, answer
    assert answer.body["errors"][0]["code"] == "PROPERTY_DOESNT_EXIST"


def association_label(defining: Caller, using: Caller) -> None:
    labels = "/crm/v4/associations/contacts/companies/labels"
    name = f"l_{secrets.token_hex(4)}"
    made = defining.post(labels, {"label": name, "name": name})
    assert made.status == 200, made
    type_id = made.body["results"][0]["typeId"]
    contact, company = using.create("contacts", firstname=name), using.create("companies", name=name)
    path = f"/crm/v4/objects/contacts/{contact}/associations/companies/{company}"
    types = [{"associationCategory": "USER_DEFINED", "associationTypeId": type_id}]
    answer = using.call("PUT", path, types)
    assert answer.status == 201, answer
    assert using.delete(path).status == 204
    answer = defining.delete(f"{labels}/{type_id}")
    assert answer.status == 204, answer
    answer = using.call("PUT", path, types)
    assert answer.status == 400, answer


def association_definition(defining: Caller, using: Caller) -> None:
    schemas, name = "/crm/v3/schemas", "roast_batch"
    if using.get(f"{schemas}/{name}").status == 404:
        given = {"name": name, "labels": {"singular": name, "plural": f"{name}s"}, "properties": []}
        assert defining.post(schemas, given).status == 201
    batch, product = using.create(name), using.create("products", name=name)
    path = f"/crm/v4/objects/{name}/{batch}/associations/default/products/{product}"
    answer = using.call("PUT", path)
    assert answer.status == 400, answer
    assert "/associations" in answer.message, answer
    made = defining.post(f"{schemas}/{name}/associations", {"fromObjectTypeId": name, "toObjectTypeId": "product"})
    assert made.status == 201, made
    answer = using.call("PUT", path)
    assert answer.status == 200, answer
    assert using.delete(path.replace("/default/", "/")).status == 204
    answer = defining.delete(f"{schemas}/{name}/associations/{made.body['id']}")
    assert answer.status == 204, answer
    answer = using.call("PUT", path)
    assert answer.status == 400, answer


@pytest.mark.parametrize("kind", [token, property_, association_label, association_definition])
def test_what_one_worker_defines_or_revokes_holds_for_the_other(served: Served, kind: Kind) -> None:
    with served.two_workers() as (first, second):
        for n in range(ROUNDS):
            defining, using = (first, second) if n % 2 else (second, first)
            kind(defining, using)
