"""What is around the results of a list and of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from marshmallow import Schema, fields

from api.schemas.moments import moment
from crm_graph.unit import Unit

Body = dict[str, Any]


def completed(unit: Unit, results: Sequence[Body], errors: Sequence[Body] = ()) -> Body:
    """The body of a batch that came to its end; with errors it is answered as 207."""
    at = moment(unit.clock.read())
    body: Body = {"status": "COMPLETE", "results": list(results), "startedAt": at, "completedAt": at}
    if errors:
        body |= {"numErrors": len(errors), "errors": list(errors)}
    return body


def absent(message: str, **context: Sequence[str]) -> Body:
    """The error of a batch for inputs that name what is not there; `context` says which."""
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "message": message,
        "errors": [],
        "links": {},
        "context": {name: list(values) for name, values in context.items()},
    }


class NextPageForm(Schema):
    """Where the next page begins."""

    after = fields.String(required=True)
    link = fields.String()


class PagingForm(Schema):
    """There where another page follows."""

    next = fields.Nested(NextPageForm, required=True)


class PreviousPageForm(Schema):
    """Where the page before this one ends."""

    before = fields.String(required=True)
    link = fields.String()


class BothWaysForm(Schema):
    """The pages around this one, as far as there are some."""

    next = fields.Nested(NextPageForm)
    prev = fields.Nested(PreviousPageForm)


class BatchErrorForm(Schema):
    """Why some of a batch's inputs were left out, and which."""

    status = fields.String(required=True, metadata={"example": "error"})
    category = fields.String(required=True, metadata={"example": "OBJECT_NOT_FOUND"})
    sub_category = fields.String(data_key="subCategory")
    message = fields.String(required=True)
    errors = fields.List(fields.Dict(), required=True)
    context = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


@cache
def listed(form: type[Schema]) -> type[Schema]:
    """The form of an answer that lists all there is of something."""
    return _around(form, "List", {"results": fields.List(fields.Nested(form), required=True)})


@cache
def in_pages(form: type[Schema]) -> type[Schema]:
    """The form of one page of something."""
    parts: dict[str, fields.Field[Any]] = {
        "results": fields.List(fields.Nested(form), required=True),
        "paging": fields.Nested(PagingForm),
    }
    return _around(form, "Page", parts)


@cache
def batched(form: type[Schema]) -> type[Schema]:
    """The form of what `completed` makes."""
    parts: dict[str, fields.Field[Any]] = {
        "status": fields.String(required=True, metadata={"example": "COMPLETE"}),
        "results": fields.List(fields.Nested(form), required=True),
        "requested_at": fields.DateTime(data_key="requestedAt"),
        "started_at": fields.DateTime(data_key="startedAt", required=True),
        "completed_at": fields.DateTime(data_key="completedAt", required=True),
        "error_count": fields.Integer(data_key="numErrors"),
        "errors": fields.List(fields.Nested(BatchErrorForm)),
    }
    return _around(form, "Batch", parts)


def _around(form: type[Schema], suffix: str, parts: dict[str, fields.Field[Any]]) -> type[Schema]:
    made = Schema.from_dict(parts, name=f"{form.__name__}{suffix}")
    made.__module__ = form.__module__  # by which the document tells nouns apart
    return made
