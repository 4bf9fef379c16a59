"""Whether an answer is what `/openapi.json` says of it; every request that tests make is looked at."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema_rs
from flask import Flask
from flask_smorest.spec.plugins import FlaskPlugin
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from api import aliases, openapi


class Documented:
    """The document of an application, asked about answers."""

    def __init__(self, app: Flask) -> None:
        self._urls = app.url_map.bind("localhost")
        with app.app_context():
            self._document = openapi.document()
        self._validators: dict[tuple[str, str], Any] = {}

    def path_of(self, method: str, path: str) -> str | None:
        """The path of a request as the document has it; None for one that is no part of the API."""
        canonical, _ = aliases.canonical(path.partition("?")[0])
        try:
            rule, _ = self._urls.match(canonical, method, return_rule=True)
        except HTTPException:
            return None
        found = FlaskPlugin.flaskpath2openapi(rule.rule)
        return found if method.lower() in self._document["paths"].get(found, {}) else None

    def fault(self, method: str, path: str, answer: TestResponse) -> str | None:
        """Where the answer of a path of the document is not what is documented."""
        operation = self._document["paths"][path][method.lower()]
        responses = operation["responses"]
        status = str(answer.status_code)
        if answer.status_code < 400 and status not in responses:
            return f"the status {status} is not documented"
        response = responses.get(status, responses["default"])
        if "$ref" in response:
            response = self._document["components"]["responses"][response["$ref"].rpartition("/")[2]]
        content = response.get("content", {})
        media_type = answer.mimetype if answer.data else ""
        if not media_type and not content:
            return None
        if media_type not in content:
            return f"the media type {media_type!r} is not documented"
        if media_type != "application/json":
            return None
        return self._invalid(operation["operationId"], status, content[media_type]["schema"], answer.get_json())

    def _invalid(self, operation: str, status: str, schema: Any, body: Any) -> str | None:
        key = (operation, status)
        if key not in self._validators:
            whole = {**schema, "components": self._document["components"]}
            self._validators[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        faults = [
            f"{'.'.join(map(str, each.instance_path))}: {each.message}"
            for each in self._validators[key].iter_errors(body)
        ]
        return "; ".join(faults[:3]) or None


@cache
def documented(app: Flask) -> Documented:
    """The document of an application, read once."""
    return Documented(app)
