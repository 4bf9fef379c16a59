"""Owners and tokens, as the client asks for them."""

from __future__ import annotations

import pytest

from tests.api.client import Client
from tests.api.test_oauth import REDIRECT, SCOPE, Connected
from tests.clients.python.calling import Watched, calls, refusal
from tests.factories import Make, unique

pytestmark = pytest.mark.slow


@calls("crm.owners", "owners_api.get_page", "owners_api.get_by_id")
@calls("crm.associations.v4", "report_api.request")
def test_an_owner(hubspot: Watched, make: Make) -> None:
    given, owners = make.owner(), hubspot.crm.owners.owners_api
    [found] = owners.get_page(email=given["email"], limit=100, archived=False).results
    for read in (found, owners.get_by_id(found.id), owners.get_by_id(found.user_id, id_property="userId")):
        assert (read.id, read.first_name, read.last_name) == (found.id, given["first_name"], given["last_name"])
    report = hubspot.crm.associations.v4.report_api.request(found.user_id)
    assert (report.user_id, report.user_email) == (found.user_id, given["email"])


@calls("oauth", "tokens_api.create", "access_tokens_api.get", "refresh_tokens_api.get", "refresh_tokens_api.archive")
def test_tokens_of_an_app(hubspot: Watched, served: str, client: Client, make: Make) -> None:
    connected, oauth = Connected(client), hubspot.oauth
    record, given = make.contact(firstname=unique()), {"redirect_uri": REDIRECT, **connected.identity}
    first = oauth.tokens_api.create(grant_type="authorization_code", code=connected.code(), **given)
    again = oauth.tokens_api.create(grant_type="refresh_token", refresh_token=first.refresh_token, **given)
    for each in (first, again):
        told = oauth.access_tokens_api.get(each.access_token)
        assert (told.app_id, told.token, told.scopes) == (connected.app["id"], each.access_token, [SCOPE])
    assert oauth.refresh_tokens_api.get(first.refresh_token).client_id == connected.app["clientId"]
    contacts = Watched(served, again.access_token).crm.contacts.basic_api
    assert contacts.get_by_id(str(record.id)).properties["firstname"] == record.properties["firstname"]
    oauth.refresh_tokens_api.archive(first.refresh_token)
    with pytest.raises(refusal(contacts)) as refused:
        contacts.get_by_id(str(record.id))
    assert refused.value.status == 401
