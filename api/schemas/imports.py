"""Imports as they are shown."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from api.schemas.moments import moment
from crm_graph.jobs.job import Job

Body = dict[str, Any]


class ImportForm(Schema):
    """One import."""

    id = fields.String(required=True)
    name = fields.String(required=True)
    state = fields.String(required=True)
    is_dry_run = fields.Boolean(data_key="dryRun", required=True)
    done = fields.Integer(data_key="rowsDone", required=True)
    total = fields.Integer(data_key="rowsTotal", required=True, allow_none=True)
    failed = fields.Integer(data_key="rowsFailed", required=True)
    message = fields.String(required=True)
    created_at = fields.DateTime(data_key="createdAt", required=True)
    updated_at = fields.DateTime(data_key="updatedAt", required=True)
    ended_at = fields.DateTime(data_key="endedAt", required=True, allow_none=True)


class ImportReportForm(ImportForm):
    """One import with what each of its passes did so far; null before its first batch."""

    report = fields.Dict(required=True, allow_none=True)


class RowErrorForm(Schema):
    """Why a row, or one association of it, was left out."""

    file = fields.String(required=True)
    line = fields.Integer(required=True)
    object_type = fields.String(required=True)
    reason = fields.String(required=True)
    column = fields.String(required=True)
    value = fields.String(required=True)
    code = fields.String(required=True)


def shown(job: Job) -> Body:
    """An import as an answer has it."""
    return {
        "id": job.id,
        "name": job.parameters["name"],
        "state": job.state,
        "dryRun": job.parameters["is_dry_run"],
        "rowsDone": job.done,
        "rowsTotal": job.total,
        "rowsFailed": job.failed,
        "message": job.message,
        "createdAt": moment(job.created_at),
        "updatedAt": moment(job.updated_at),
        "endedAt": None if job.ended_at is None else moment(job.ended_at),
    }
