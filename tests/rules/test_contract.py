"""The table of the contract is whole: what it needs is served, and what is left out says so."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from api import contract
from api.aliases import canonical
from api.app import routes
from api.contract import Area, Endpoint
from tests.api.client import Client

ENDPOINTS = tuple(contract.load().endpoints())
SERVED = {contract.shape_of(method, path) for method, path in routes()}


def path_of(endpoint: Endpoint) -> str:
    """A path that an endpoint matches, under the names that clients use."""
    return re.sub(r"\{\w+\}", "1", endpoint.path)


def is_caught(app: Flask, endpoint: Endpoint) -> bool:
    """Whether another endpoint's route takes the path."""
    urls = app.url_map.bind("localhost")
    return bool(urls.test(canonical(path_of(endpoint))[0], endpoint.method))


def test_everything_that_is_needed_is_served() -> None:
    missing = [endpoint.name for area, endpoint in ENDPOINTS if area.must and endpoint.shape not in SERVED]
    assert not missing, "\n".join(missing)


def test_everything_that_is_left_out_has_its_reason() -> None:
    missing = [each.name for area, each in ENDPOINTS if each.shape not in SERVED and not area.why_not]
    assert not missing, "\n".join(missing)


def test_no_endpoint_stands_twice_in_the_table() -> None:
    names = [endpoint.name for _, endpoint in ENDPOINTS]
    assert sorted(set(names)) == sorted(names)


def test_what_is_left_out_answers_404_and_says_why(app: Flask, client: Client) -> None:
    faults = []
    for area, endpoint in ENDPOINTS:
        if endpoint.shape in SERVED:
            continue
        answer = client.call(endpoint.method, path_of(endpoint), {} if endpoint.method != "GET" else None)
        body = answer.get_json()
        if answer.status_code != 404 or (body["category"] != "NOT_SERVED" and not is_caught(app, endpoint)):
            faults.append(f"{endpoint.name}: {answer.status_code} {body}")
        elif body["category"] == "NOT_SERVED" and not _is_told(area, body["message"]):
            faults.append(f"{endpoint.name}: {body['message']}")
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("each", contract.load().beyond, ids=lambda each: each.prefix)
def test_a_path_of_an_area_that_is_left_out_says_why(client: Client, each: contract.Beyond) -> None:
    answer = client.get(f"{each.prefix.rstrip('/')}/1")
    body = answer.get_json()
    assert (answer.status_code, body["category"]) == (404, "NOT_SERVED")
    assert body["message"] == f"crm-graph does not serve this ({each.title}): {each.why_not}."
    assert body["links"] == {"documentation": "http://localhost/docs"}


@pytest.mark.parametrize("path", ["/nowhere", "/crm/v3/nothing", "/crm/v3/objects", "/crm/objects/2026-03"])
def test_a_path_that_the_contract_lacks_is_told_to_be_no_endpoint(client: Client, path: str) -> None:
    answer = client.get(path)
    body = answer.get_json()
    assert (answer.status_code, body["category"]) == (404, "OBJECT_NOT_FOUND")
    assert body["message"] == f"There is no endpoint GET {path}; http://localhost/docs has those that there are."
    assert body["links"] == {"documentation": "http://localhost/docs"}


def test_a_line_that_is_no_endpoint_is_refused() -> None:
    with pytest.raises(ValueError, match="is no endpoint"):
        contract._endpoint("GET /crm/v3/owners customers")


def _is_told(area: Area, message: str) -> bool:
    others = {each.why_not for each in (*contract.load().areas, *contract.load().beyond) if each.why_not}
    return area.why_not in message or any(each in message for each in others)
