"""Associations over HTTP: bodies and statuses as clients of v4 and v3 see them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from api import errors
from api.aliases import Aliases
from api.paging import association_cursor
from api.resources import associations, associations_v3
from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.definitions.changes import association_types
from crm_graph.graph.embedded.server import Connection
from crm_graph.records import store
from crm_graph.unit import Unit

DEFAULT = {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None}
PRIMARY = {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"}
ABSENT = "999999999999"


class Account:
    """The associations of one account over HTTP."""

    def __init__(self, connection: Connection) -> None:
        self.token = secrets.token_urlsafe(24)
        settings = Settings(
            neo4j_uri=connection.uri,
            neo4j_username=connection.username,
            neo4j_password=connection.password,
            token=self.token,
        )
        self.crm = Crm(settings)
        self.crm.prepare()
        app = Flask("associations")
        app.url_map.merge_slashes = False
        app.extensions.update(settings=settings, crm=self.crm)
        for blueprint in (
            associations.records,
            associations.batches,
            associations_v3.records,
            associations_v3.batches,
        ):
            app.register_blueprint(blueprint)
        errors.register(app, settings.account_id)
        app.wsgi_app = Aliases(app.wsgi_app)  # type: ignore[method-assign]
        self.http = app.test_client()

    def call(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        """The body of the answer, which has the status."""
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = self.http.open(path, method=method, json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.get_json() if answer.data else None

    def make(self, object_type: str, count: int = 1) -> list[str]:
        """Ids of new records."""

        def work(unit: Unit) -> list[str]:
            found = unit.model.object_type(object_type)
            return [str(store.create(unit, found, {found.primary[0]: secrets.token_hex(4)}).id) for _ in range(count)]

        return self.crm.run(self.token, work)

    def associate(self, contact: str, company: str) -> None:
        """Associate without a label."""
        self.call("PUT", f"/crm/v4/objects/contact/{contact}/associations/default/company/{company}")

    def types(self, contact: str, company: str) -> list[Any]:
        """Association types of a contact's company, as v4 lists them."""
        page = self.call("GET", f"/crm/v4/objects/contacts/{contact}/associations/companies")
        return next((each["associationTypes"] for each in page["results"] if each["toObjectId"] == int(company)), [])


@pytest.fixture(scope="module")
def account(neo4j_server: Connection) -> Iterator[Account]:
    """One account for the tests of this file, each with records of its own."""
    opened = Account(neo4j_server)
    yield opened
    opened.crm.close()


@pytest.fixture(scope="module")
def billing(account: Account) -> tuple[int, str]:
    """Id and text of a custom label from contacts to companies."""
    text = f"Billing {secrets.token_hex(4)}"

    def work(unit: Unit) -> int:
        contact, company = unit.model.object_type("contact"), unit.model.object_type("company")
        name = f"billing_{secrets.token_hex(4)}"
        return association_types.create_label(unit, contact, company, name, text)[0].type_id

    return account.crm.run(account.token, work), text


def custom(type_id: int) -> dict[str, Any]:
    return {"associationCategory": "USER_DEFINED", "associationTypeId": type_id}


def hubspot(type_id: int) -> dict[str, Any]:
    return {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}


def inputs(near: str, *far: str, **more: Any) -> dict[str, Any]:
    return {"inputs": [{"from": {"id": near}, "to": {"id": each}, **more} for each in far]}


def test_default_association_answers_with_both_directions(account: Account) -> None:
    [contact], [company] = account.make("contact"), account.make("company")
    body = account.call("PUT", f"/crm/v4/objects/contacts/{contact}/associations/default/companies/{company}")
    assert body["status"] == "COMPLETE"
    assert body["results"] == [
        {"from": {"id": contact}, "to": {"id": company}, "associationSpec": hubspot(279)},
        {"from": {"id": company}, "to": {"id": contact}, "associationSpec": hubspot(280)},
    ]


def test_labelled_association_answers_with_the_labels_named(account: Account, billing: tuple[int, str]) -> None:
    [contact], [company] = account.make("contact"), account.make("company")
    path = f"/crm/v4/objects/contact/{contact}/associations/company/{company}"
    assert account.call("PUT", path, [custom(billing[0])], 201) == {
        "fromObjectTypeId": "0-1",
        "fromObjectId": int(contact),
        "toObjectTypeId": "0-2",
        "toObjectId": int(company),
        "labels": [billing[1]],
    }
    label = {"category": "USER_DEFINED", "typeId": billing[0], "label": billing[1]}
    assert account.types(contact, company) == [PRIMARY, DEFAULT, label]
    assert account.call("PUT", path, [hubspot(279)], 201)["labels"] == []


def test_page_ends_without_paging_and_continues_by_its_link(account: Account) -> None:
    [contact], companies = account.make("contact"), account.make("company", 3)
    for company in companies:
        account.associate(contact, company)
    path = f"/crm/v4/objects/contacts/{contact}/associations/companies"
    first = account.call("GET", f"{path}?limit=2")
    assert [each["toObjectId"] for each in first["results"]] == [int(company) for company in companies[:2]]
    assert first["paging"]["next"]["after"] == association_cursor(int(companies[1]))
    rest = account.call("GET", first["paging"]["next"]["link"])
    assert [each["toObjectId"] for each in rest["results"]] == [int(companies[2])]
    assert "paging" not in rest


def test_ids_are_texts_in_versions_named_by_a_date(account: Account) -> None:
    [contact], [company] = account.make("contact"), account.make("company")
    account.associate(contact, company)
    page = account.call("GET", f"/crm/objects/2026-03/contacts/{contact}/associations/companies")
    assert page["results"][0]["toObjectId"] == company


def test_associations_of_an_unknown_record_are_not_found(account: Account) -> None:
    body = account.call("GET", f"/crm/v4/objects/contacts/{ABSENT}/associations/companies", status=404)
    assert (body["category"], body["message"]) == ("OBJECT_NOT_FOUND", "resource not found")


@pytest.mark.parametrize("query", ["limit=501", "limit=0", "after=x!", "limit=many"])
def test_page_that_cannot_be_read_is_refused(account: Account, query: str) -> None:
    [contact] = account.make("contact")
    account.call("GET", f"/crm/v4/objects/contacts/{contact}/associations/companies?{query}", status=400)


def test_absent_record_is_named_and_nothing_written(account: Account) -> None:
    [contact] = account.make("contact")
    body = account.call("PUT", f"/crm/v4/objects/contact/{contact}/associations/default/company/{ABSENT}", status=400)
    assert (body["category"], body["message"]) == ("VALIDATION_ERROR", "One or more associations are invalid")
    assert body["context"] == {
        "INVALID_OBJECT_IDS": [f"COMPANY={ABSENT} is not valid"],
        "objectId": [ABSENT],
        "objectType": ["COMPANY"],
    }


def test_wrong_direction_is_refused_in_the_words_of_the_contract(account: Account) -> None:
    [contact], [company] = account.make("contact"), account.make("company")
    path = f"/crm/v4/objects/contact/{contact}/associations/company/{company}"
    body = account.call("PUT", path, [hubspot(280)], 400)
    assert body["message"] == "invalid from object type 0-1 for associations to be created. expected: 0-2"
    assert account.types(contact, company) == []


@pytest.mark.parametrize("body", [[], {}, [{}], [{"associationCategory": "WORK", "associationTypeId": 1}], ["1"]])
def test_types_that_cannot_be_read_are_refused(account: Account, body: Any) -> None:
    [contact], [company] = account.make("contact"), account.make("company")
    account.call("PUT", f"/crm/v4/objects/contact/{contact}/associations/company/{company}", body, 400)


def test_pair_without_a_definition_is_refused(account: Account) -> None:
    [contact] = account.make("contact")
    path = f"/crm/v4/objects/contacts/{contact}/associations/default/products/1"
    assert account.call("PUT", path, status=400)["category"] == "VALIDATION_ERROR"


def test_deleting_ends_every_type_and_again_is_no_error(account: Account, billing: tuple[int, str]) -> None:
    [contact], [company] = account.make("contact"), account.make("company")
    path = f"/crm/v4/objects/contact/{contact}/associations/company/{company}"
    account.call("PUT", path, [custom(billing[0])], 201)
    for _ in range(2):
        account.call("DELETE", path, status=204)
    assert account.types(contact, company) == []


def test_batch_create_answers_with_the_labels_of_each_pair(account: Account, billing: tuple[int, str]) -> None:
    [contact], companies = account.make("contact"), account.make("company", 2)
    asked = inputs(contact, *companies, types=[custom(billing[0])])
    body = account.call("POST", "/crm/v4/associations/contacts/companies/batch/create", asked, 201)
    assert [(each["toObjectId"], each["labels"]) for each in body["results"]] == [
        (int(company), [billing[1]]) for company in companies
    ]


def test_batch_create_names_absent_records_in_a_207(account: Account) -> None:
    [contact], [company] = account.make("contact"), account.make("company")
    asked = inputs(contact, company, ABSENT, types=[hubspot(279)])
    body = account.call("POST", "/crm/v4/associations/contacts/companies/batch/create", asked, 207)
    assert [each["toObjectId"] for each in body["results"]] == [int(company)]
    assert body["numErrors"] == 1
    [error] = body["errors"]
    assert (error["category"], error["context"]["objectId"]) == ("VALIDATION_ERROR", [ABSENT])


def test_batch_of_defaults_is_all_or_nothing(account: Account) -> None:
    [contact], [company] = account.make("contact"), account.make("company")
    path = "/crm/v4/associations/contacts/companies/batch/associate/default"
    account.call("POST", path, inputs(contact, company, ABSENT), 400)
    assert account.types(contact, company) == []
    body = account.call("POST", path, inputs(contact, company))
    assert [each["associationSpec"] for each in body["results"]] == [hubspot(279), hubspot(280)]


def test_batch_read_names_records_without_associations_in_a_207(account: Account) -> None:
    [contact, alone], [company] = account.make("contact", 2), account.make("company")
    account.associate(contact, company)
    asked = {"inputs": [{"id": contact}, {"id": alone}]}
    body = account.call("POST", "/crm/v4/associations/contact/company/batch/read", asked, 207)
    types = {"toObjectId": int(company), "associationTypes": [PRIMARY, DEFAULT]}
    assert body["results"] == [{"from": {"id": contact}, "to": [types]}]
    [error] = body["errors"]
    assert error == {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No company is associated with contact {alone}.",
        "context": {"fromObjectId": [alone], "fromObjectType": ["contact"], "toObjectType": ["company"]},
        "errors": [],
        "links": {},
    }


def test_batch_read_continues_behind_a_cursor(account: Account) -> None:
    [contact], companies = account.make("contact"), account.make("company", 2)
    for company in companies:
        account.associate(contact, company)
    asked = {"inputs": [{"id": contact, "after": association_cursor(int(companies[0]))}]}
    body = account.call("POST", "/crm/v4/associations/contact/company/batch/read", asked)
    assert [each["toObjectId"] for each in body["results"][0]["to"]] == [int(companies[1])]


def test_batch_archive_takes_several_far_records(account: Account) -> None:
    [contact], companies = account.make("contact"), account.make("company", 3)
    for company in companies:
        account.associate(contact, company)
    asked = {"inputs": [{"from": {"id": contact}, "to": [{"id": each} for each in companies[:2]]}]}
    account.call("POST", "/crm/v4/associations/contacts/companies/batch/archive", asked, 204)
    assert [account.types(contact, company) for company in companies] == [[], [], [DEFAULT]]


def test_batch_labels_archive_keeps_the_association(account: Account, billing: tuple[int, str]) -> None:
    [contact], [company] = account.make("contact"), account.make("company")
    path = f"/crm/v4/objects/contact/{contact}/associations/company/{company}"
    account.call("PUT", path, [custom(billing[0])], 201)
    asked = inputs(contact, company, types=[custom(billing[0])])
    account.call("POST", "/crm/v4/associations/contacts/companies/batch/labels/archive", asked, 204)
    assert account.types(contact, company) == [PRIMARY, DEFAULT]


def test_v3_association_answers_with_the_record_and_its_associations(account: Account) -> None:
    [contact], [company] = account.make("contact"), account.make("company")
    path = f"/crm/v3/objects/contacts/{contact}/associations/companies/{company}/contact_to_company"
    body = account.call("PUT", path)
    assert body["id"] == contact
    assert body["associations"]["companies"]["results"] == [
        {"id": company, "type": "contact_to_company"},
        {"id": company, "type": "contact_to_company_unlabeled"},
    ]


def test_v3_association_by_the_primary_name_leaves_the_first_primary(account: Account) -> None:
    [contact], companies = account.make("contact"), account.make("company", 2)
    for company, name in zip(companies, ("contact_to_company", "1"), strict=True):
        account.call("PUT", f"/crm/v3/objects/contacts/{contact}/associations/companies/{company}/{name}")
    assert account.types(contact, companies[0]) == [PRIMARY, DEFAULT]
    assert account.types(contact, companies[1]) == [DEFAULT]


def test_v3_removal_of_a_built_in_type_ends_the_whole_association(account: Account) -> None:
    [contact], [company] = account.make("contact"), account.make("company")
    account.associate(contact, company)
    path = f"/crm/v3/objects/companies/{company}/associations/contacts/{contact}/company_to_contact"
    account.call("DELETE", path, status=204)
    assert account.types(contact, company) == []


def test_v3_removal_of_a_custom_label_keeps_the_association(account: Account, billing: tuple[int, str]) -> None:
    [contact], [company] = account.make("contact"), account.make("company")
    path = f"/crm/v4/objects/contact/{contact}/associations/company/{company}"
    account.call("PUT", path, [custom(billing[0])], 201)
    account.call(
        "DELETE", f"/crm/v3/objects/contacts/{contact}/associations/companies/{company}/{billing[0]}", status=204
    )
    assert account.types(contact, company) == [PRIMARY, DEFAULT]


def test_v3_unknown_type_is_refused(account: Account) -> None:
    [contact], [company] = account.make("contact"), account.make("company")
    path = f"/crm/v3/objects/contacts/{contact}/associations/companies/{company}"
    for name in ("knows", "280"):
        assert account.call("PUT", f"{path}/{name}", status=400)["category"] == "VALIDATION_ERROR"


def test_v3_list_has_one_result_for_each_type(account: Account) -> None:
    [contact], companies = account.make("contact"), account.make("company", 2)
    for company in companies:
        account.associate(contact, company)
    body = account.call("GET", f"/crm/v3/objects/contacts/{contact}/associations/companies?limit=1")
    assert body["results"] == [
        {"id": companies[0], "type": "contact_to_company"},
        {"id": companies[0], "type": "contact_to_company_unlabeled"},
    ]
    rest = account.call("GET", body["paging"]["next"]["link"])
    assert rest["results"] == [{"id": companies[1], "type": "contact_to_company_unlabeled"}]


def test_v3_batch_create_echoes_its_inputs_with_the_status_of_the_settings(account: Account) -> None:
    [contact], [company] = account.make("contact"), account.make("company")
    asked = inputs(contact, company, type="contact_to_company")
    body = account.call("POST", "/crm/v3/associations/contacts/companies/batch/create", asked, 201)
    assert body["results"] == asked["inputs"]
    assert account.types(contact, company) == [PRIMARY, DEFAULT]


def test_v3_batch_read_shows_ids_and_names(account: Account) -> None:
    [contact, alone], [company] = account.make("contact", 2), account.make("company")
    account.associate(contact, company)
    asked = {"inputs": [{"id": company}]}
    body = account.call("POST", "/crm/v3/associations/companies/contacts/batch/read", asked)
    to = [{"id": contact, "type": name} for name in ("company_to_contact", "company_to_contact_unlabeled")]
    assert body["results"] == [{"from": {"id": company}, "to": to}]
    asked = {"inputs": [{"id": alone}]}
    body = account.call("POST", "/crm/v3/associations/contacts/companies/batch/read", asked, 207)
    assert body["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"


def test_v3_batch_archive_ends_associations(account: Account) -> None:
    [contact], [company] = account.make("contact"), account.make("company")
    account.associate(contact, company)
    asked = inputs(contact, company, type="contact_to_company")
    account.call("POST", "/crm/v3/associations/contacts/companies/batch/archive", asked, 204)
    assert account.types(contact, company) == []


def test_v3_types_are_listed_with_their_names(account: Account) -> None:
    body = account.call("GET", "/crm/v3/associations/contacts/companies/types")
    assert body["results"][0] == {"id": "1", "name": "contact_to_company"}


@pytest.mark.parametrize(
    "path",
    ["v4/associations/contact/company/batch/create", "v3/associations/contact/company/batch/create"],
)
@pytest.mark.parametrize("body", [{}, {"inputs": {}}, {"inputs": [{"from": {"id": "1"}}]}, {"inputs": ["1"]}, []])
def test_batch_that_cannot_be_read_is_refused(account: Account, path: str, body: Any) -> None:
    assert account.call("POST", f"/crm/{path}", body, 400)["message"].startswith("Invalid input JSON")
