"""What every endpoint does before and after its view: sign in, read, check scopes, answer.

A view is the unit of work itself: it is called with the unit, with what its path names (object
types already found in the data model) and with what was read of body and query. It makes one
call to the domain and returns the body of the answer. It may be called more than once for one
request, so it does nothing else.

    @blueprint.route("/<object_type>", methods=["POST"])
    @endpoint(201, body=PropertyBody, scopes=of_schemas("write"))
    def create(unit: Unit, object_type: ObjectType, body: Property) -> Body:
        \"\"\"Define a property.\"\"\"
        return shown(properties.create(unit, object_type, body))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import Any, Protocol, cast
from urllib.parse import parse_qs

import orjson
from flask import Response, current_app, request
from marshmallow import EXCLUDE, Schema, ValidationError

from api import auth
from api.headers import APIResponse, JSONResponse
from crm_graph.accounts import permissions, tokens
from crm_graph.accounts.usage import day_of
from crm_graph.crm import Crm
from crm_graph.definitions.changes.checks import TOLD
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import InvalidInput
from crm_graph.unit import Unit

Body = dict[str, Any]
Scopes = Callable[[Sequence[ObjectType]], Iterable[str]]
View = Callable[..., Any]

OBJECT_TYPES = frozenset({"object_type", "from_type", "to_type"})
"""Names of path arguments that are object types, in any spelling that clients use."""

_USUAL_QUERY = 1_000
"""Characters of a query string that is remembered with what was read of it."""
_WRONG_BODY = "Invalid input JSON on line 1, column 1"

ACTOR_KEY = "crm_graph.actor"
"""Where the access log finds who made the request."""
ROUTE_KEY = "crm_graph.route"
"""Where it finds the rule that the path matched: which endpoint, and nothing of what the path named."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A body with a status or headers of its own.

    The body is JSON unless it has a media type; then it is text. One that `is_kept` has a digest of itself by which
    the client asks again whether it is still the same, and gets it only where it is not.
    """

    body: Any
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str | None = None
    is_kept: bool = False


class Reader(Protocol):
    """Reads what JSON gave; `schema` describes it in the OpenAPI document."""

    schema: type[Schema]

    def __call__(self, given: Any) -> Any:
        """What the view gets; InvalidInput for what cannot be read."""
        ...


class Query(Schema):
    """Base of query strings: every parameter has a default, unknown ones are passed over; `paging.Names` are lists."""

    class Meta:
        """Clients send more than is read."""

        unknown = EXCLUDE


def anyone(object_types: Sequence[ObjectType]) -> Iterable[str]:
    """No scope: any valid token will do, or the domain makes sure."""
    return ()


def of_records(access: str) -> Scopes:
    """The scopes for records of the object types in the path; `access` is `read` or `write`."""
    return lambda object_types: [permissions.of_records(each, access) for each in object_types]


def of_schemas(access: str) -> Scopes:
    """The scopes for definitions of the object types in the path; of custom ones where it names none."""
    return lambda object_types: [permissions.of_schema(each, access) for each in object_types or (None,)]


def fixed(*names: str) -> Scopes:
    """Scopes that do not depend on the path."""
    return lambda object_types: names


def endpoint(
    status: int = 200,
    *,
    scopes: Scopes,
    body: type[Schema] | Reader | None = None,
    query: type[Query] | None = None,
    form: type[Schema] | Schema | None = None,
    texts: Iterable[str] = (),
    partial: bool = False,
    kept: bool = False,
    is_body_optional: bool = False,
) -> Callable[[View], Callable[..., Response]]:
    """Make a view an endpoint that answers with `status`; a view that returns None answers 204.

    `body` and `query` say what is read; it comes to the view as arguments of those names. `form`
    describes the answer in the OpenAPI document, `texts` are the media types that it may have instead;
    `partial`: what failed of a batch is named in a 207 of the same form; `kept`: the client may have it already;
    `is_body_optional`: one that is left out is read as an empty object.
    """
    reader = _reader(body)
    query_schema = query() if query is not None else None

    def decorate(view: View) -> Callable[..., Response]:
        @wraps(view)
        def handle(**path: str) -> Response:
            environ = request.environ
            environ[ROUTE_KEY] = str(request.url_rule)
            token = auth.bearer(environ)
            given: Body | None = None

            def work(unit: Unit) -> Any:
                nonlocal given
                environ[ACTOR_KEY] = unit.actor
                found = {n: unit.model.object_type(value) for n, value in path.items() if n in OBJECT_TYPES}
                tokens.require(unit.actor, tuple(scopes(tuple(found.values()))))
                if given is None:
                    read: Body = {}
                    if query_schema is not None:
                        read["query"] = read_query(query_schema, environ.get("QUERY_STRING", ""))
                    if reader is not None:
                        text = request.get_data()
                        read["body"] = reader({} if is_body_optional and not text else read_json(text))
                    given = read  # only what was read whole: a refused body is read again in the next attempt
                return view(unit, **{**path, **found}, **given)

            account = crm()
            account.requests.add(day_of(account.clock.read()))
            return respond(account.run(token, work), status)

        return documented(status, body=body, query=query, form=form, texts=texts, partial=partial, kept=kept)(handle)

    return decorate


def documented(
    status: int,
    *,
    body: type[Schema] | Reader | None = None,
    query: type[Query] | None = None,
    form: type[Schema] | Schema | None = None,
    texts: Iterable[str] = (),
    partial: bool = False,
    kept: bool = False,
) -> Callable[[View], View]:
    """Describe in the OpenAPI document what a function reads and answers."""

    def decorate(handle: View) -> View:
        handle._apidoc = {"manual_doc": _documented(status, body, query, form, texts, partial, kept)}  # type: ignore[attr-defined]
        return handle

    return decorate


def public(
    status: int = 200, *, fields: type[Schema] | None = None, form: type[Schema] | Schema | None = None
) -> Callable[[View], Callable[..., Response]]:
    """Make a view an endpoint that needs no token; `fields` describes the form that it reads, `form` the answer."""

    def decorate(view: View) -> Callable[..., Response]:
        @wraps(view)
        def handle(**path: str) -> Response:
            request.environ[ROUTE_KEY] = str(request.url_rule)
            return respond(view(**path), status)

        described = documented(status, form=form)(handle)
        described._apidoc["manual_doc"]["security"] = []  # type: ignore[attr-defined]
        if fields is not None:
            content = {"application/x-www-form-urlencoded": {"schema": fields}}
            described._apidoc["manual_doc"]["requestBody"] = {"content": content}  # type: ignore[attr-defined]
        return handle

    return decorate


def read_body(schema: type[Schema]) -> Any:
    """The body of this request as the schema reads it, for the few views that are no unit of work."""
    return _loaded(schema(), read_json(request.get_data()), _WRONG_BODY)


def crm() -> Crm:
    """The account that this application serves."""
    return cast(Crm, current_app.extensions["crm"])


def respond(answer: Any, status: int = 200) -> Response:
    """The answer as JSON with the headers that every one has; None is 204 without a body."""
    if isinstance(answer, Answer):
        if answer.media_type:
            response: Response = APIResponse(
                answer.body, answer.status or status, answer.headers, content_type=answer.media_type
            )
        else:
            response = JSONResponse(answer.body, answer.status or status, answer.headers)
        return kept(response) if answer.is_kept else response
    return JSONResponse(answer, 204 if answer is None else status)


def kept(response: Response) -> Response:
    """The answer with a digest of its body, or without a body where the client has the same already."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.add_etag()
    response.make_conditional(request.environ)
    return response


def read_json(text: bytes) -> Any:
    """What the JSON text says; InvalidInput names line and column."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        reason = error.msg.partition(": line")[0]
        raise InvalidInput(f"Invalid input JSON on line {error.lineno}, column {error.colno}: {reason}") from None


def read_query(schema: Schema, text: str) -> Body:
    """The query string as the schema's fields read it, each for itself; InvalidInput names the parameter."""
    return (_read_query if len(text) <= _USUAL_QUERY else _read_query.__wrapped__)(schema, text).copy()


@lru_cache(maxsize=1_000)  # a client asks with the same few, over and over
def _read_query(schema: Schema, text: str) -> Body:
    given = parse_qs(text.encode("latin-1").decode(errors="replace"), keep_blank_values=True)
    found: Body = {}
    for attribute, reader in schema.load_fields.items():
        name = reader.data_key or attribute
        if name not in given:
            found[attribute] = reader.load_default
            continue
        value = given[name] if getattr(reader, "is_list", False) else given[name][0]
        try:
            found[attribute] = reader.deserialize(value)
        except ValidationError as error:
            place, text = next(_faults({name: error.messages}))
            raise InvalidInput(f"Invalid query parameter: {place}: {text}").found_at((place, text)) from None
    return found


def _reader(body: type[Schema] | Reader | None) -> Callable[[Any], Any] | None:
    if not isinstance(body, type):
        return body
    schema = body()
    return lambda given: _loaded(schema, given, _WRONG_BODY)


def _loaded(schema: Schema, given: Any, prefix: str) -> Any:
    try:
        return schema.load(given)
    except ValidationError as error:
        places = list(_faults(error.messages))[:TOLD]
        found = "; ".join(f"{place}: {text}" if place else text for place, text in places)
        raise InvalidInput(f"{prefix}: {found}").found_at(*places) from None


def _faults(messages: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Everything that marshmallow found, with the way to it: `inputs.0.id`, `Missing data`."""
    if isinstance(messages, Mapping):
        for name, below in messages.items():
            yield from _faults(below, path if name == "_schema" else f"{path}.{name}".lstrip("."))
    else:
        for text in messages if isinstance(messages, list) else [messages]:
            yield path, str(text)


def _documented(
    status: int,
    body: type[Schema] | Reader | None,
    query: type[Query] | None,
    form: type[Schema] | Schema | None,
    texts: Iterable[str],
    partial: bool,
    kept: bool,
) -> Body:
    answer: Body = {"description": "No content" if status == 204 else "Success"}
    if status != 204:
        answer["content"] = {"application/json": {"schema": form or {"type": "object"}}}
        answer["content"] |= {name.partition(";")[0]: {"schema": {"type": "string"}} for name in texts}
    found: Body = {"responses": {str(status): answer, "default": "Error"}}
    if partial:
        found["responses"]["207"] = {**answer, "description": "Done in part; `errors` names what was left out"}
    if kept:
        found["responses"]["304"] = {"description": "What the client has is still the same"}
    if body is not None:
        schema = body if isinstance(body, type) else body.schema
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema}}}
    if query is not None:
        found["parameters"] = [{"in": "query", "schema": query}]
    return found
