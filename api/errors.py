"""TABLE error class → status and category, and the one body that every error has.

A class that is not in the table takes the row of its nearest base; one without any is a 500,
on purpose. What a body has beside message and context is in DETAILS, found in the same way.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar, cast

import orjson
from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.exceptions import NotFound as NotFoundByHTTP

from api import contract
from api.aliases import PATH_KEY
from api.contract import NoEndpoint, NotServed
from api.headers import JSONResponse, correlation_id
from api.paging import base_url
from crm_graph.errors import (
    Conflict,
    CRMError,
    Expired,
    Fault,
    GrantRefused,
    Invalid,
    InvalidInput,
    InvalidValues,
    MissingRequired,
    MissingScopes,
    NotFound,
    OperationRefused,
    RecordExists,
    ReferencedByRecords,
    Unauthenticated,
    Unavailable,
)

log = logging.getLogger(__name__)

Body = dict[str, Any]
T = TypeVar("T")

TABLE: Mapping[type[Exception], tuple[int, str]] = {
    Invalid: (400, "VALIDATION_ERROR"),
    Unauthenticated: (401, "INVALID_AUTHENTICATION"),
    Expired: (401, "EXPIRED_AUTHENTICATION"),
    MissingScopes: (403, "MISSING_SCOPES"),
    NotFound: (404, "OBJECT_NOT_FOUND"),
    OperationRefused: (405, "METHOD_NOT_ALLOWED"),
    Conflict: (409, "OBJECT_ALREADY_EXISTS"),
    RecordExists: (409, "CONFLICT"),
    Unavailable: (503, "SERVICE_UNAVAILABLE"),
    NotServed: (404, "NOT_SERVED"),
    NoEndpoint: (404, "OBJECT_NOT_FOUND"),
}

HTTP_CATEGORIES: Mapping[int, str] = {
    400: "VALIDATION_ERROR",
    404: "OBJECT_NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    413: "REQUEST_TOO_LARGE",
    414: "URI_TOO_LONG",
}
"""Categories of what HTTP itself refuses, before any view is asked."""

HTTP_MESSAGES: Mapping[int, str] = {
    404: "resource not found",
    405: "This path does not take the method.",
    413: "The body is longer than this server accepts.",
    414: "The path with its query string is longer than this server accepts.",
}

_UNMAPPED = (500, "INTERNAL_ERROR")
_INTERNAL = "An internal error occurred. The log has it under the correlation id."
_NOT_SIGNED_IN = (
    "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more details "
    "at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
)
_OAUTH_ERRORS: Mapping[str, str] = dict.fromkeys(("client_id", "client_secret"), "invalid_client")
_SCOPES_LINK = "https://developers.hubspot.com/scopes"
_NOT_PERMITTED = (
    "This app hasn't been granted all required scopes to make this call. "
    f"Read more about required scopes here: {_SCOPES_LINK}."
)


def register(app: Flask, account_id: int) -> None:
    """Answer every error of a view by the table."""

    def answer(error: Exception) -> Any:
        return refusal(request.environ, error, account_id=account_id)

    app.register_error_handler(Exception, answer)
    app.register_error_handler(HTTPException, answer)


def _without_route(environ: Mapping[str, Any], error: HTTPException) -> Exception:
    """What is said where the path or the method has no route: the contract has it, or nobody; else the error."""
    method, documentation = environ["REQUEST_METHOD"], f"{base_url()}/docs"
    if found := contract.left_out(method, environ["PATH_INFO"]):
        return NotServed(*found, documentation=documentation)
    if isinstance(error, NotFoundByHTTP) and request.url_rule is None:
        return NoEndpoint(method, environ[PATH_KEY], documentation)
    return error


def row_of(error: type[Exception]) -> tuple[int, str] | None:
    """Status and category of a class of errors; None for one that is a 500 on purpose."""
    return cast("tuple[int, str] | None", _nearest(TABLE, error, None))


def body_of(error: CRMError, account_id: int) -> Body:
    """Message, category and details of an error, as it stands in a body and among the errors of a batch."""
    category = (row_of(type(error)) or _UNMAPPED)[1]
    return {**_nearest(DETAILS, type(error), _plain)(error, account_id), "category": category}


def refusal(environ: dict[str, Any], error: Exception, *, account_id: int) -> Response:
    """The whole answer to a request that ended with an error."""
    headers: dict[str, str] = {}
    if isinstance(error, NotFoundByHTTP | MethodNotAllowed):
        error = _without_route(environ, error)
    row = row_of(type(error))
    if isinstance(error, HTTPException):
        status = error.code or 500
        message = HTTP_MESSAGES.get(status) or error.description or HTTPStatus(status).phrase
        body: Body = {"message": message, "category": HTTP_CATEGORIES.get(status) or HTTPStatus(status).name}
        headers.update({name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")})
    elif isinstance(error, CRMError) and row is not None:
        status, body = row[0], body_of(error, account_id)
        if isinstance(error, Unavailable):
            headers["Retry-After"] = str(error.retry_after_s)
        if status == 401:
            headers["WWW-Authenticate"] = "Bearer"
    else:
        log.error("Unmapped error, correlation id %s", correlation_id(environ), exc_info=error)
        status, body = _UNMAPPED[0], {"message": _INTERNAL, "category": _UNMAPPED[1]}
    whole = {"status": "error", "message": body.pop("message"), "correlationId": correlation_id(environ), **body}
    return JSONResponse(whole, status, headers)


def texts(context: Mapping[str, Any]) -> dict[str, list[str]]:
    """Context as the contract has it: every value a list of strings."""
    return {
        name: [str(item) for item in value] if isinstance(value, list | tuple | set | frozenset) else [str(value)]
        for name, value in context.items()
    }


def _plain(error: CRMError, account_id: int) -> Body:
    body: Body = {"message": error.message}
    if error.context:
        body["context"] = texts(error.context)
    return body


def _invalid_input(error: InvalidInput, account_id: int) -> Body:
    body = _plain(error, account_id)
    if error.places:
        body["errors"] = [{"message": message, "in": place} for place, message in error.places]
    return body


def _record_exists(error: RecordExists, account_id: int) -> Body:
    # Clients read the id from the message; the contract has it nowhere else.
    return {"message": error.message}


def _not_signed_in(error: CRMError, account_id: int) -> Body:
    return {"message": _NOT_SIGNED_IN}


def _expired(error: Expired, account_id: int) -> Body:
    at = datetime.fromtimestamp(error.expired_at / 1000, UTC).isoformat(timespec="milliseconds")
    return {"message": error.message, "context": {"expire time": [at.replace("+00:00", "Z")]}}


def _grant_refused(error: GrantRefused, account_id: int) -> Body:
    """The contract's body, with what clients of RFC 6749 read beside it."""
    name = error.parameter
    found = "unsupported_grant_type" if name == "grant_type" else _OAUTH_ERRORS.get(name, "invalid_grant")
    return {
        "message": error.message,
        "errors": [{"message": error.message, "code": f"BAD_{name.upper()}"}],
        "error": found,
        "error_description": error.message,
    }


def _missing_scopes(error: MissingScopes, account_id: int) -> Body:
    return {
        "message": _NOT_PERMITTED,
        "errors": [{"message": error.message, "context": texts(error.context)}],
        "links": {"scopes": _SCOPES_LINK},
    }


def _invalid_values(error: InvalidValues, account_id: int) -> Body:
    listed = [
        {
            "isValid": False,
            "message": fault.message,
            "error": fault.code,
            "name": fault.name,
            "localizedErrorMessage": fault.message,
            "portalId": account_id,
        }
        for fault in error.faults
    ]
    return {
        "message": f"Property values were not valid: {orjson.dumps(listed).decode()}",
        "errors": _faults(error.faults),
    }


def _missing_required(error: MissingRequired, account_id: int) -> Body:
    return {
        "message": error.message,
        "errors": _faults(error.faults),
        "context": {"properties": list(error.names)},
    }


def _referenced(error: ReferencedByRecords, account_id: int) -> Body:
    return {**_plain(error, account_id), "subCategory": f"PipelineError.{error.kind.upper()}_ID_IN_USE"}


def _documented(error: NotServed | NoEndpoint, account_id: int) -> Body:
    return {"message": error.message, "links": {"documentation": error.documentation}}


DETAILS: Mapping[type[Exception], Callable[[Any, int], Body]] = {
    InvalidInput: _invalid_input,
    InvalidValues: _invalid_values,
    MissingRequired: _missing_required,
    Unauthenticated: _not_signed_in,
    Expired: _expired,
    GrantRefused: _grant_refused,
    MissingScopes: _missing_scopes,
    RecordExists: _record_exists,
    ReferencedByRecords: _referenced,
    NotServed: _documented,
    NoEndpoint: _documented,
}


def _faults(faults: Iterable[Fault]) -> list[Body]:
    return [
        {
            "message": fault.message,
            "code": fault.code,
            **({} if fault.place is None else {"in": f"inputs.{fault.place}"}),
            "context": {"propertyName": [fault.name]},
        }
        for fault in faults
    ]


def _nearest(table: Mapping[type[Exception], T], kind: type[Exception], default: Any) -> T:
    return cast(T, next((table[base] for base in kind.__mro__ if base in table), default))
