"""Requests that nobody thought of, generated from the OpenAPI document: never a 500, never an answer off its form."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from api.app import routes
from tests.conftest import TOKEN, account_of_its_own

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

EXAMPLES = int(os.environ.get("CRM_GRAPH_GENERATED_EXAMPLES", "8"))
"""Requests for each operation, as many right ones as wrong ones."""
SIGNED_IN = {"Authorization": f"Bearer {TOKEN}"}
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(scope="module")
def own_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with an account of its own: what is generated also removes pipelines and deactivates types."""
    with account_of_its_own(tmp_path_factory.mktemp("neo4j")) as app:
        yield app


@pytest.fixture(scope="module")
def document(own_app: Flask) -> schemathesis.BaseSchema:
    """What is served to whoever has a token."""
    return schemathesis.openapi.from_wsgi("/openapi.json", own_app, headers=SIGNED_IN)


@pytest.mark.parametrize("operation", [f"{method} {path}" for method, path in routes()])
@pytest.mark.parametrize("mode", GenerationMode)
def test_generated_request_is_answered_as_documented(
    document: schemathesis.BaseSchema, operation: str, mode: GenerationMode
) -> None:
    found = document.find_operation_by_label(operation)
    assert found is not None

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(case=found.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        random.seed()  # hypothesis makes it begin anew each time, and ids would come twice
        case.call_and_validate(headers=SIGNED_IN, checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE
        assert not [*found.body, *found.query, *found.headers], "there is something else that can be wrong"
        pytest.skip("whatever stands in a path is a text, so nothing of this request can be wrong")
