"""Every route of the API asks for a token, answers in the one way, and stands in the OpenAPI document."""

from __future__ import annotations

import re

from flask import Flask

from api.app import BLUEPRINTS
from api.endpoint import OBJECT_TYPES
from api.errors import row_of
from crm_graph.errors import Unauthenticated
from tests.api.client import Client

PUBLIC = {
    "/oauth/v1/access-tokens/<token>",
    "/oauth/v1/refresh-tokens/<token>",
    "/oauth/v1/token",
    "/oauth/v2/private-apps/get/access-token-info",
    "/oauth/v3/token",
    "/oauth/v3/token/introspect",
    "/oauth/v3/token/revoke",
}
"""What is answered without a token in the header: questions about one that stands elsewhere, and apps with a secret."""

METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def routes(app: Flask) -> list[tuple[str, str]]:
    """Method and rule of every route of the API; pages are tested elsewhere."""
    nouns = {blueprint.name for blueprint in BLUEPRINTS}
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.partition(".")[0] in nouns]
    return sorted((method, rule.rule) for rule in rules for method in (rule.methods or set()) & METHODS)


def path_of(rule: str) -> str:
    """A path that the rule matches."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: "contacts" if found[1] in OBJECT_TYPES else "1", rule)


def test_every_route_refuses_a_stranger(app: Flask) -> None:
    status, category = row_of(Unauthenticated) or (0, "")
    faults = []
    for token in (None, "nobody's"):
        client = Client(app, token)
        for method, rule in routes(app):
            answer = client.call(method, path_of(rule), {} if method != "GET" else None)
            if rule not in PUBLIC and (answer.status_code, (answer.json or {}).get("category")) != (status, category):
                faults.append(f"{method} {rule} with token {token}: {answer.status_code}")
    assert not faults, "\n".join(faults)


def test_every_route_has_the_common_headers(client: Client, app: Flask) -> None:
    faults = []
    for method, rule in routes(app):
        answer = client.signed_in_as(None).call(method, path_of(rule))
        if rule in PUBLIC:
            continue
        if answer.headers["Content-Type"] != "application/json;charset=utf-8":
            faults.append(f"{method} {rule}: {answer.headers['Content-Type']}")
        if ("X-HubSpot-RateLimit-Max" in answer.headers) == rule.endswith("/search"):
            faults.append(f"{method} {rule}: rate limits")
    assert not faults, "\n".join(faults)


def test_every_route_is_documented(client: Client, app: Flask) -> None:
    document = client.get("/openapi.json").get_json()
    written = {(method.upper(), path) for path, found in document["paths"].items() for method in found}
    missing = [
        (method, rule)
        for method, rule in routes(app)
        if (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule)) not in written
    ]
    assert not missing
    undescribed = [
        f"{method} {path}"
        for path, found in document["paths"].items()
        for method, operation in found.items()
        if method.upper() in METHODS and not operation.get("summary")
    ]
    assert not undescribed


def test_every_answer_with_a_body_has_a_form_of_its_own(client: Client) -> None:
    bare = [
        f"{method} {path} {status}"
        for path, item in client.get("/openapi.json").get_json()["paths"].items()
        for method, operation in item.items()
        if method.upper() in METHODS
        for status, response in operation["responses"].items()
        for content in response.get("content", {}).values()
        if content["schema"] == {"type": "object"}
    ]
    assert not bare


def test_every_operation_has_a_name_of_its_own_and_every_parameter_a_type(client: Client) -> None:
    paths = client.get("/openapi.json").get_json()["paths"]
    operations = [found for item in paths.values() for method, found in item.items() if method.upper() in METHODS]
    names = [operation["operationId"] for operation in operations]
    assert len(names) == len(set(names))
    lists = [item.get("parameters", []) for item in (*paths.values(), *operations)]
    untyped = {
        each["name"] for parameters in lists for each in parameters if not each["schema"].keys() & {"type", "$ref"}
    }
    assert not untyped
