"""The official client, and records of object types as it calls them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from hubspot.crm.properties import PropertyCreate

from tests.api.client import Client
from tests.api.living.alive import MODEL, Kind, built_in, custom
from tests.api.living.alive import Watched as Requests
from tests.clients.python.calling import Watched
from tests.clients.python.operations import needed
from tests.clients.python.records import EVERY_TYPE, Records
from tests.factories import unique


@pytest.fixture
def hubspot(served: str, token: str) -> Watched:
    """The client."""
    return Watched(served, token)


@pytest.fixture(scope="module")
def made(app: Flask, token: str) -> Kind:
    """A custom type."""
    return custom(Requests.of(Client(app, token), token))


@pytest.fixture
def records(request: pytest.FixtureRequest, hubspot: Watched) -> Records:
    """Records of the type that a package is about, or of a custom one."""
    if request.param == EVERY_TYPE:
        return Records(hubspot, EVERY_TYPE, request.getfixturevalue("made"))
    path = needed()[f"{request.param}.basic_api.get_page"].canonical
    return Records(hubspot, request.param, built_in(MODEL.object_type(path.rpartition("/")[2])))


@pytest.fixture
def key(hubspot: Watched, records: Records) -> Iterator[str]:
    """A unique property of the type, there while the test runs."""
    name, properties = unique("client_key_"), hubspot.crm.properties.core_api
    given = {"group_name": records.kind.group, "has_unique_value": True, "type": "string", "field_type": "text"}
    properties.create(records.kind.path, PropertyCreate(name=name, label=name, **given))
    yield name
    properties.archive(records.kind.path, name)
