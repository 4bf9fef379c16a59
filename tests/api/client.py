"""Requests to the application, short enough to be read in a test."""

from __future__ import annotations

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.api import contracted
from tests.api.document import documented


class Client:
    """Makes requests with a token; a dict or list becomes a JSON body. Each answer must be as `/openapi.json` says."""

    def __init__(self, app: Flask, token: str | None) -> None:
        self._client = app.test_client()
        self.app = app
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def signed_in_as(self, token: str | None) -> Client:
        """The same application with another token, or none."""
        return Client(self.app, token)

    def call(self, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        """The answer to a request."""
        given = {} if body is None else {"data": body} if isinstance(body, str | bytes) else {"json": body}
        headers = {**self._headers, **options.pop("headers", {})}
        answer = self._client.open(path, method=method, headers=headers, **given, **options)
        document = documented(self.app)
        if (documented_path := document.path_of(method, path)) is not None:
            fault = document.fault(method, documented_path, answer) or contracted.fault(method, documented_path, answer)
            assert fault is None, f"{method} {path} answered {answer.status_code}, but {fault}"
        return answer

    def get(self, path: str, **query: str) -> TestResponse:
        """The answer to a GET with these parameters."""
        return self.call("GET", path, query_string=query)

    def post(self, path: str, body: Any = None) -> TestResponse:
        """The answer to a POST."""
        return self.call("POST", path, body)

    def patch(self, path: str, body: Any = None) -> TestResponse:
        """The answer to a PATCH."""
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> TestResponse:
        """The answer to a DELETE."""
        return self.call("DELETE", path)
