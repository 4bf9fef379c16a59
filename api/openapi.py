"""The OpenAPI document, made from what endpoints declare; `account_document.py` serves it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from copy import deepcopy
from importlib.metadata import version
from typing import Any, cast

from apispec import BasePlugin
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask, current_app
from flask_smorest import Api, Blueprint
from marshmallow import Schema, fields

from api import contract
from api.schemas import list_filters

_DESCRIPTION = """\
The wire format of HubSpot's public CRM API over an account of your own, and what crm-graph has beside it
(`/crm/graph/v1`).

Every error has the body `{"status": "error", "message": …, "correlationId": …, "category": …}`; where several things
are wrong, `errors` has each of them.

**Endpoints of HubSpot that are not served** answer 404 with the category `NOT_SERVED`, which HubSpot has not:

```json
{"status": "error", "message": "crm-graph does not serve this (%(title)s): %(why_not)s.",
 "correlationId": "…", "links": {"documentation": "…/docs"}, "category": "NOT_SERVED"}
```

A path that HubSpot does not have either answers 404 with the category `OBJECT_NOT_FOUND` and
`There is no endpoint …`, a record that is not there with the same category and `resource not found`.

| not served | why |
| --- | --- |
%(rows)s
"""


def _described() -> str:
    """What the document says before its endpoints: errors, and what of the contract is not served."""
    left_out = contract.load().left_out()
    title, why_not = left_out[0]
    rows = "\n".join(f"| {title} | {why_not} |" for title, why_not in left_out)
    return _DESCRIPTION % {"title": title, "why_not": why_not, "rows": rows}


class ErrorBody(Schema):
    """What every error looks like."""

    status = fields.String(required=True, metadata={"example": "error"})
    message = fields.String(required=True)
    correlation_id = fields.UUID(data_key="correlationId", required=True)
    category = fields.String(
        required=True,
        metadata={
            "example": "VALIDATION_ERROR",
            "description": "`NOT_SERVED` is of what HubSpot has and crm-graph not",
        },
    )
    errors = fields.List(fields.Dict())
    context = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    sub_category = fields.String(data_key="subCategory")
    error = fields.String(metadata={"description": "What RFC 6749 calls it; from token endpoints alone"})
    error_description = fields.String()
    links = fields.Dict(keys=fields.String(), values=fields.String())


class _Document(Api):  # type: ignore[misc]
    """flask-smorest without its own answers to errors: `api/errors.py` has them."""

    def _register_error_handlers(self) -> None:
        pass


class _OperationIds(BasePlugin):
    """Names each operation after blueprint and view, for clients that are generated and for links into `/docs`."""

    def operation_helper(
        self, path: str | None = None, operations: dict[str, Any] | None = None, **options: Any
    ) -> None:
        """Add `operationId`: `objectsCreate`."""
        for operation in (operations or {}).values():
            words = re.split(r"\W|_", options["rule"].endpoint)
            operation["operationId"] = words[0] + "".join(word.title() for word in words[1:])


def _name(schema: type[Schema] | Schema) -> str:
    """Noun and class, since several nouns have a body of the same name: `PropertiesGroupBody`."""
    kind = schema if isinstance(schema, type) else type(schema)
    noun = kind.__module__.rpartition(".")[2].title().replace("_", "")
    return noun + kind.__name__.strip("_")


def document() -> dict[str, Any]:
    """The document that this application serves, to be changed at will."""
    return deepcopy(cast("dict[str, Any]", current_app.extensions["openapi"].to_dict()))


def register(app: Flask, blueprints: Iterable[Blueprint]) -> None:
    """Serve the blueprints, and make the document that describes them."""
    app.config.update(
        API_TITLE="crm-graph",
        API_VERSION=version("crm-graph"),
        OPENAPI_VERSION="3.1.0",
        API_SPEC_OPTIONS={"info": {"description": _described()}},
    )
    marshmallow = MarshmallowPlugin(schema_name_resolver=_name)
    api = _Document(app, spec_kwargs={"marshmallow_plugin": marshmallow, "extra_plugins": [_OperationIds()]})
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.options["security"] = [{"token": []}]
    api.spec.components.response(
        "Error", {"description": "Refused", "content": {"application/json": {"schema": ErrorBody}}}
    )
    for name, schema in list_filters.SCHEMAS.items():
        api.spec.components.schema(name, schema)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    app.extensions["openapi"] = api.spec
