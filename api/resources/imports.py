"""Imports: a mapping and its files sent in, done by a worker, followed here. See docs/import.md."""

from __future__ import annotations

import threading
from typing import IO, Any

from flask import Request, current_app, g, request
from flask_smorest import Blueprint
from marshmallow import fields

from api.admission import UPLOAD_PATH
from api.endpoint import Query, crm, endpoint, fixed
from api.paging import page_size, paged
from api.schemas.envelopes import in_pages, listed
from api.schemas.imports import ImportForm, ImportReportForm, RowErrorForm, shown
from crm_graph.config import Limits
from crm_graph.errors import Busy, InvalidInput
from crm_graph.jobs import job as job_store
from crm_graph.records.record import read_cursor
from crm_graph.transfer import jobs
from crm_graph.transfer.jobs import Upload
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint("graph_imports", __name__, url_prefix=UPLOAD_PATH, description="Files into records")

_IMPORTS = fixed("crm.import")


class ListQuery(Query):
    """How many imports."""

    limit = fields.Integer(load_default=None)


class ErrorQuery(Query):
    """Which of the rows that were left out."""

    limit = fields.Integer(load_default=None)
    after = fields.String(load_default=None)


@blueprint.route("", methods=["POST"])
@endpoint(201, scopes=_IMPORTS, form=ImportForm)
def start(unit: Unit) -> Body:
    """Begin an import: multipart with a part `mapping` (TOML), parts `files`, and optionally `dryRun=true`."""
    _take_in(unit.limits)
    text = _mapping_text(unit.limits.import_mapping_bytes)
    uploads = [Upload(file.filename or "", file.stream) for file in request.files.getlist("files")]
    is_dry_run = request.form.get("dryRun", "false").lower() == "true"
    return shown(jobs.start(crm(), unit.actor, text, uploads, is_dry_run=is_dry_run))


@blueprint.route("")
@endpoint(scopes=_IMPORTS, query=ListQuery, form=listed(ImportForm))
def list_imports(unit: Unit, query: Body) -> Body:
    """The newest imports, newest first."""
    limit = page_size(query["limit"], unit.limits.page_size)
    return {"results": [shown(job) for job in job_store.latest(crm().graph, [jobs.KIND], limit)]}


@blueprint.route("/<import_id>")
@endpoint(scopes=_IMPORTS, form=ImportReportForm)
def read(unit: Unit, import_id: str) -> Body:
    """How far an import is, and what each of its passes did."""
    return {**shown(jobs.find(crm(), import_id)), "report": jobs.report_of(crm(), import_id)}


@blueprint.route("/<import_id>/errors")
@endpoint(scopes=_IMPORTS, query=ErrorQuery, form=in_pages(RowErrorForm))
def list_errors(unit: Unit, import_id: str, query: Body) -> Body:
    """Rows that an import left out, with file, line, column, value and reason."""
    limit = page_size(query["limit"], unit.limits.page_size, default=100)
    job = jobs.find(crm(), import_id)
    found = jobs.errors_of(crm(), job.id, after=read_cursor(query["after"]), limit=limit + 1)
    results = [{name: error[name] for name in jobs.ERROR_FIELDS} for error in found[:limit]]
    return paged(results, found[limit - 1]["position"] if len(found) > limit else None)


@blueprint.route("/<import_id>/cancel", methods=["POST"])
@endpoint(204, scopes=_IMPORTS)
def cancel(unit: Unit, import_id: str) -> None:
    """End an import before its next batch; what it wrote stays."""
    jobs.cancel(crm(), import_id)


class SpoolingRequest(Request):
    """A request whose files are on the disk of the account, whatever the system's temporary directory is on."""

    def __init__(self, *arguments: Any, **others: Any) -> None:
        super().__init__(*arguments, **others)
        self._spools: list[IO[bytes]] = []

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        stream = jobs.spool()
        self._spools.append(stream)
        return stream

    def close(self) -> None:
        """Remove every file, those of a body too that was refused before its end."""
        super().close()
        for stream in self._spools:
            stream.close()


def _take_in(limits: Limits) -> None:
    """Read the whole body, once however often the work is begun anew; Busy where as many others come or wait as may."""
    if "import_is_here" in g:
        return
    jobs.admit(crm())
    uploads = current_app.extensions.setdefault("import_uploads", threading.BoundedSemaphore(limits.import_uploads))
    if not uploads.acquire(blocking=False):
        raise Busy("Other imports are being sent at this moment; try again.")
    try:
        request.max_content_length = limits.import_bytes
        request.max_form_parts = limits.import_parts
        g.import_is_here = bool(request.files)
    finally:
        uploads.release()


def _mapping_text(most: int) -> str:
    mapping = request.files.get("mapping")
    if mapping is None:
        raise InvalidInput("The part `mapping` is missing; it is the mapping as a TOML file.")
    mapping.stream.seek(0)
    read = mapping.stream.read(most + 1)
    if len(read) > most:
        raise InvalidInput(f"The mapping has more than {most} bytes.")
    try:
        return read.decode()
    except UnicodeDecodeError:
        raise InvalidInput("The mapping is not UTF-8.") from None
