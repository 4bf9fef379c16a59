"""The OpenAPI document, made from what endpoints declare and served at /openapi.json."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version

from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Flask
from flask_smorest import Api, Blueprint
from marshmallow import Schema, fields


class ErrorBody(Schema):
    """What every error looks like."""

    status = fields.String(required=True, metadata={"example": "error"})
    message = fields.String(required=True)
    correlation_id = fields.UUID(data_key="correlationId", required=True)
    category = fields.String(required=True, metadata={"example": "VALIDATION_ERROR"})
    errors = fields.List(fields.Dict())
    context = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    links = fields.Dict(keys=fields.String(), values=fields.String())


class _Document(Api):  # type: ignore[misc]
    """flask-smorest without its own answers to errors: `api/errors.py` has them."""

    def _register_error_handlers(self) -> None:
        pass


def _name(schema: type[Schema] | Schema) -> str:
    """Noun and class, since several nouns have a body of the same name: `PropertiesGroupBody`."""
    kind = schema if isinstance(schema, type) else type(schema)
    noun = kind.__module__.rpartition(".")[2].title().replace("_", "")
    return noun + kind.__name__.strip("_")


def register(app: Flask, blueprints: Iterable[Blueprint]) -> None:
    """Serve the blueprints and the document that describes them."""
    app.config.update(
        API_TITLE="crm-graph",
        API_VERSION=version("crm-graph"),
        OPENAPI_VERSION="3.0.3",
        OPENAPI_URL_PREFIX="/",
        OPENAPI_JSON_PATH="openapi.json",
    )
    api = _Document(app, spec_kwargs={"marshmallow_plugin": MarshmallowPlugin(schema_name_resolver=_name)})
    api.spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    api.spec.options["security"] = [{"token": []}]
    api.spec.components.response(
        "Error", {"description": "Refused", "content": {"application/json": {"schema": ErrorBody}}}
    )
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
