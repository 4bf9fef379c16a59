"""The page of a record, for every object type and whatever its values are."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from crm_graph.crm import Crm
from crm_graph.records import merge, store
from tests.api.client import Client
from tests.factories import SUPER_ADMIN, Make
from tests.rules.test_every_object_type import MODEL, WRITABLE, created


def text(page: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.mark.parametrize("name", WRITABLE)
def test_record_of_every_object_type_has_a_page(signed_in: FlaskClient, client: Client, name: str) -> None:
    object_type = MODEL.object_types[name]
    record = created(client, object_type)
    answer = signed_in.get(f"/records/{object_type.plural}/{record['id']}")
    assert answer.status_code == 200
    assert f"{object_type.display_name}</a>" in answer.text


def test_page_tells_values_by_their_names_and_not_their_codes(signed_in: FlaskClient, make: Make) -> None:
    contact = make.contact(
        firstname="Ada", lastname="Byron", lifecyclestage="marketingqualifiedlead", hubspot_owner_id="1"
    )
    page = text(signed_in.get(f"/records/contacts/{contact.id}").text)
    assert "Ada Byron Contact" in page
    assert "Lifecycle Stage Marketing Qualified Lead" in page
    assert "Contact owner 1" not in page


def test_page_links_to_associated_records_from_picture_and_list(signed_in: FlaskClient, make: Make) -> None:
    contact, company = make.contact(), make.company()
    make.associated(contact, company)
    page = signed_in.get(f"/records/contacts/{contact.id}").text
    assert page.count(f'href="/records/companies/{company.id}"') >= 2


@pytest.mark.parametrize("name", ["contact", "CONTACTS", "0-1"])
def test_other_names_of_the_object_type_lead_to_the_one_page(signed_in: FlaskClient, make: Make, name: str) -> None:
    contact = make.contact()
    answer = signed_in.get(f"/records/{name}/{contact.id}")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/records/contacts/{contact.id}")


def test_address_that_the_api_gives_leads_to_the_page(signed_in: FlaskClient, make: Make, crm: Crm) -> None:
    contact = make.contact()
    answer = signed_in.get(f"/contacts/{crm.model.account_id}/record/0-1/{contact.id}")
    assert answer.headers["Location"] == f"/records/contacts/{contact.id}"


def test_id_of_a_merged_record_leads_to_what_it_became(signed_in: FlaskClient, make: Make, crm: Crm) -> None:
    one, other = make.company(), make.company()
    merged = crm.run(
        SUPER_ADMIN, lambda unit: merge.merge(unit, unit.model.object_type("company"), str(one.id), str(other.id))
    )
    answer = signed_in.get(f"/records/companies/{other.id}")
    assert answer.headers["Location"] == f"/records/companies/{merged.id}"


def test_archived_record_says_so(signed_in: FlaskClient, make: Make, crm: Crm) -> None:
    company = make.company()
    crm.run(SUPER_ADMIN, lambda unit: store.archive(unit, unit.model.object_type("company"), str(company.id)))
    assert "Archived" in text(signed_in.get(f"/records/companies/{company.id}").text)


@pytest.mark.parametrize("path", ["/records/contacts/999999999999", "/records/contacts/x", "/records/unicorns/1"])
def test_record_that_is_not_there_is_a_page_that_says_so(signed_in: FlaskClient, path: str) -> None:
    answer = signed_in.get(path, headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "Nothing is here" in answer.text


def test_values_are_text_and_only_web_addresses_are_links(signed_in: FlaskClient, make: Make) -> None:
    company = make.company(
        name="<script>alert(1)</script>",
        description='"><img src=x onerror=alert(1)>',
        website="https://example.com/a?b=1",
    )
    other = make.company(website="javascript:alert(1)")
    page = signed_in.get(f"/records/companies/{company.id}").text
    assert "<script>alert" not in page
    assert "<img" not in page.replace('<img src="/static', "")
    assert 'href="https://example.com/a?b=1" rel="noopener noreferrer nofollow"' in page
    assert 'href="javascript' not in signed_in.get(f"/records/companies/{other.id}").text
