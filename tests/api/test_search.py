"""Searches over HTTP: bodies and statuses as clients see them, on records of built-in object types."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from api import errors
from api.resources import search
from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.graph.embedded.server import Connection
from crm_graph.records import store
from crm_graph.records.record import Identity, NewAssociation
from crm_graph.unit import Unit

LOCAL, PAIRS = "22334455", "22 33 44 55"
"""A telephone number without a country code."""


class Account:
    """The searches of one account over HTTP, and what they are to find."""

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
        app = Flask(__name__)
        app.extensions.update(settings=settings, crm=self.crm)
        app.register_blueprint(search.blueprint)
        errors.register(app, settings.account_id)
        self.http = app.test_client()

    def search(self, object_type: str, body: Any, status: int = 200, **headers: str) -> Any:
        """The body of the answer, which has the status."""
        sent = {"Authorization": f"Bearer {self.token}", **headers}
        answer = self.http.post(f"/crm/v3/objects/{object_type}/search", json=body, headers=sent)
        assert answer.status_code == status, answer.text
        return answer.get_json()

    def make(self, object_type: str, associations: list[NewAssociation] | None = None, /, **properties: str) -> str:
        """The id of a new record."""

        def work(unit: Unit) -> str:
            made = store.create(unit, unit.model.object_type(object_type), properties, associations or ())
            return str(made.id)

        return self.crm.run(self.token, work)


@pytest.fixture(scope="module")
def account(neo4j_server: Connection) -> Iterator[Account]:
    """One account for the tests of this file; what a test makes has a word of its own."""
    found = Account(neo4j_server)
    yield found
    found.crm.close()


@pytest.fixture
def word() -> str:
    """A word that no other record has."""
    return f"w{secrets.token_hex(6)}"


def equals(name: str, value: str) -> dict[str, Any]:
    """The body of a search for one value."""
    return {"filterGroups": [{"filters": [{"propertyName": name, "operator": "EQ", "value": value}]}]}


def test_a_record_is_found_as_the_contract_shows_it(account: Account, word: str) -> None:
    record_id = account.make("contact", email=f"{word}@example.com", firstname="Nick")
    found = account.search(
        "contacts", {**equals("email", f"{word}@EXAMPLE.com"), "properties": ["firstname", "lastname"]}
    )
    assert found["total"] == 1
    assert "paging" not in found
    (record,) = found["results"]
    assert record["id"] == record_id
    assert record["archived"] is False
    assert record["properties"] == {
        "firstname": "Nick",
        "lastname": None,
        "hs_object_id": record_id,
        "createdate": record["createdAt"],
        "lastmodifieddate": record["updatedAt"],
    }


def test_the_default_properties_are_those_of_the_object_type(account: Account, word: str) -> None:
    account.make("company", name=word, domain=f"{word}.com")
    (record,) = account.search("companies", equals("name", word))["results"]
    assert set(record["properties"]) == {"name", "domain", "createdate", "hs_lastmodifieddate", "hs_object_id"}


@pytest.mark.parametrize("path", ["deals", "deal", "0-3"])
def test_an_object_type_has_several_names(account: Account, word: str, path: str) -> None:
    account.make("deal", dealname=word)
    assert account.search(path, {"query": word})["total"] == 1


def test_a_page_leads_to_the_next(account: Account, word: str) -> None:
    made = [account.make("contact", firstname=word) for _ in range(3)]
    body = {**equals("firstname", word), "limit": 2}
    first = account.search("contacts", body)
    assert first["total"] == 3
    assert first["paging"]["next"]["after"] == "2"
    second = account.search("contacts", {**body, "after": "2"})
    assert [record["id"] for record in (*first["results"], *second["results"])] == made
    assert "paging" not in second


def test_the_next_page_has_a_link_beside_its_cursor(account: Account, word: str) -> None:
    for _ in range(2):
        account.make("contact", firstname=word)
    page = account.search("contacts", {**equals("firstname", word), "limit": 1})
    link = "http://localhost/crm/v3/objects/contacts/search?after=1"
    assert page["paging"] == {"next": {"after": "1", "link": link}}


def test_pages_by_position_lead_on_with_their_own_cursor(account: Account, word: str) -> None:
    made = [account.make("contact", firstname=word) for _ in range(3)]
    seen, after = [], "start"
    while after:
        page = account.search("contacts", {**equals("firstname", word), "limit": 1, "after": after})
        seen += [record["id"] for record in page["results"]]
        after = page.get("paging", {}).get("next", {}).get("after", "")
        assert after == "" or after.startswith("k")
    assert seen == made


def test_a_new_value_is_found_by_the_next_search(account: Account, word: str) -> None:
    record_id = account.make("contact", firstname="before")
    change = {"firstname": word, "lastname": word}
    account.crm.run(
        account.token,
        lambda unit: store.update(unit, unit.model.object_type("contact"), Identity(record_id), change),
    )
    assert account.search("contacts", equals("firstname", word))["total"] == 1
    assert account.search("contacts", {"query": word})["total"] == 1


def found_among(account: Account, object_type: str, ids: list[str], query: str) -> list[str]:
    """Ids of those of the records that the query finds."""
    filters = [{"propertyName": "hs_object_id", "operator": "IN", "values": ids}]
    found = account.search(object_type, {"query": query, "filters": filters})
    return [record["id"] for record in found["results"]]


@pytest.mark.parametrize("stored", ["+47 {pairs}", "+47{local}", "0047 {pairs}", "+47 ({pairs}) ext. 12", "47-{pairs}"])
@pytest.mark.parametrize("asked", ["+47 {pairs}", "47{local}", "+47{local}", "0047{local}", "(0047) {pairs}"])
def test_a_telephone_number_is_found_however_its_digits_are_separated(
    account: Account, stored: str, asked: str
) -> None:
    made = account.make("contact", phone=stored.format(local=LOCAL, pairs=PAIRS))
    other = account.make("contact", phone="+47 22334456")
    query = asked.format(local=LOCAL, pairs=PAIRS)
    assert found_among(account, "contacts", [made, other], query) == [made]


@pytest.mark.parametrize("code", ["+1", "+47", "+358", "00358"])
@pytest.mark.parametrize("asked", ["{local}", "{pairs}"])
def test_a_telephone_number_is_found_without_its_country_code(account: Account, code: str, asked: str) -> None:
    made = account.make("company", name="Halden", phone=f"{code} 2233-4455")
    other = account.make("company", name="Halden", phone=f"{code} 2233-4456")
    query = asked.format(local=LOCAL, pairs=PAIRS)
    assert found_among(account, "companies", [made, other], query) == [made]


def test_a_telephone_number_is_found_beside_other_words(account: Account, word: str) -> None:
    made = account.make("contact", firstname=word, phone=f"+47 {LOCAL}")
    other = account.make("contact", firstname="another", phone=f"+47 {LOCAL}")
    assert found_among(account, "contacts", [made, other], f"{PAIRS} {word}") == [made]


def test_a_changed_telephone_number_is_found_and_the_former_one_is_not(account: Account) -> None:
    record_id = account.make("contact", phone=f"+47 {LOCAL}")
    change = {"phone": f"+46 {PAIRS}"}
    account.crm.run(
        account.token,
        lambda unit: store.update(unit, unit.model.object_type("contact"), Identity(record_id), change),
    )
    assert found_among(account, "contacts", [record_id], f"46{LOCAL}") == [record_id]
    assert found_among(account, "contacts", [record_id], f"47{LOCAL}") == []


def test_an_archived_record_is_not_found(account: Account, word: str) -> None:
    record_id = account.make("contact", firstname=word)
    account.crm.run(account.token, lambda unit: store.archive(unit, unit.model.object_type("contact"), record_id))
    assert account.search("contacts", equals("firstname", word)) == {"total": 0, "results": []}


def test_associated_records_are_found(account: Account, word: str) -> None:
    contact = account.make("contact", firstname=word)
    to_contact = NewAssociation(far_type="contact", far_id=contact, type_ids=(("HUBSPOT_DEFINED", 3),))
    deal = account.make("deal", [to_contact], dealname=word)
    assert [found["id"] for found in account.search("deals", equals("associations.contact", contact))["results"]] == [
        deal
    ]
    (found,) = account.search("contacts", equals("associations.deal", deal))["results"]
    assert found["id"] == contact


@pytest.mark.parametrize(
    ("object_type", "body", "message"),
    [
        ("widgets", {}, "Unable to infer object type from: widgets"),
        ("contacts", [], "Invalid input JSON on line 1, column 1"),
        ("contacts", {"filters": [{"propertyName": "email", "operator": "LIKE", "value": "x"}]}, "Invalid input JSON"),
        ("contacts", equals("unheard_of", "x"), 'Property "unheard_of" does not exist'),
        ("contacts", {"sorts": ["unheard_of"]}, 'Property "unheard_of" does not exist'),
        ("deals", equals("amount", "much"), "The filter amount EQ was not valid"),
        ("deals", equals("associations.widget", "1"), "Unable to infer object type from: widget"),
        ("contacts", {"filterGroups": [{"filters": []}] * 6}, "too many filterGroups (count: 6, max allowed: 5)"),
        ("contacts", {"limit": 201}, "`limit` may be at most 200"),
        ("contacts", {"after": "9999", "limit": 2}, "may be at most 10000"),
        ("contacts", {"after": "x"}, "`after` must be what a page gave"),
        ("contacts", {"query": "x" * 3_000}, "at most 3000 characters"),
    ],
)
def test_what_is_wrong_is_said(account: Account, object_type: str, body: Any, message: str) -> None:
    refused = account.search(object_type, body, 400)
    assert message in refused["message"]
    assert refused["category"] == "VALIDATION_ERROR"


def test_a_search_needs_a_token(account: Account) -> None:
    refused = account.search("contacts", {}, 401, Authorization="Bearer unknown")
    assert refused["category"] == "INVALID_AUTHENTICATION"
