"""An import by a server: the mapping and its files sent over HTTP, the job followed to its end."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import requests

from crm_graph.errors import CRMError
from crm_graph.transfer.mapping import ImportMapping
from crm_graph.transfer.multipart import MultipartForm, Part
from crm_graph.transfer.report import ImportReport, RowError

PATH = "/crm/graph/v1/imports"

_PAUSE_S = 0.5
_PATIENCE_S = 60
_FIRST_PATIENCE_S = 5
"""How long a server that has never answered is asked again: there may be none."""
_TIMEOUT_S = 30
_UPLOAD_S = 600


class RemoteRefused(CRMError):
    """The server refused the import, or its job failed; the message is the server's."""


class RemoteImports:
    """The imports of one server. `url` is its scheme, host and port."""

    def __init__(self, url: str, token: str) -> None:
        self._server = url.rstrip("/")
        self._url = self._server + PATH
        self._session = requests.Session()
        self._session.headers["Authorization"] = f"Bearer {token}"

    def start(self, mapping_text: str, mapping: ImportMapping, directory: Path, *, is_dry_run: bool) -> str:
        """The id of the job that was started; RemoteRefused where the server says what is wrong."""
        files = [
            Part("files", file.path, "text/csv", directory / file.path)
            for file in mapping.files
            if (directory / file.path).is_file()
        ]
        files.insert(0, Part("mapping", "mapping.toml", "application/toml", mapping_text.encode()))
        form = MultipartForm({"dryRun": "true" if is_dry_run else "false"}, files)
        headers = {"Content-Type": form.content_type}
        # A server does not read all of a long body that it refuses: its answer to the token is asked for first.
        self._get("", {"limit": "1"}, patience_s=min(_FIRST_PATIENCE_S, _PATIENCE_S))
        end = time.monotonic() + _PATIENCE_S
        while True:
            try:
                answer = self._session.post(self._url, data=form, headers=headers, timeout=_UPLOAD_S)
            except requests.RequestException as error:
                # A server that is busy may end the connection before it has read a long body, and its 503 is lost.
                if not isinstance(error, requests.ConnectionError) or time.monotonic() > end:
                    size = f"{len(form) / 1e6:,.0f} MB"
                    trouble = f"{self._server} does not answer, or takes less than {size} at once: {_reason(error)}."
                    raise RemoteRefused(trouble) from None
            else:
                if answer.status_code != 503 or time.monotonic() > end:
                    return str(_body(answer)["id"])
            time.sleep(_PAUSE_S)

    def follow(self, job_id: str, on_progress: Callable[[Mapping[str, Any]], None]) -> ImportReport:
        """What the job did, once it has ended; `on_progress` sees its state now and then."""
        while True:
            job = self._get(f"/{job_id}")
            on_progress(job)
            if job["state"] == "done":
                return ImportReport.from_dict(job["report"])
            if job["state"] in ("failed", "cancelled"):
                raise RemoteRefused(job["message"] or f"The import was {job['state']}.")
            time.sleep(_PAUSE_S)

    def errors(self, job_id: str) -> Iterator[RowError]:
        """Every row that the job left out."""
        after: str | None = None
        while True:
            page = self._get(f"/{job_id}/errors", {"limit": "100", **({"after": after} if after else {})})
            for error in page["results"]:
                yield RowError(**{name: error[name] for name in RowError.__dataclass_fields__})
            after = page.get("paging", {}).get("next", {}).get("after")
            if after is None:
                return

    def _get(
        self, path: str, parameters: Mapping[str, str] | None = None, *, patience_s: float | None = None
    ) -> Mapping[str, Any]:
        begun = time.monotonic()
        while True:
            waited = time.monotonic() - begun
            try:
                answer = self._session.get(self._url + path, params=parameters, timeout=_TIMEOUT_S)
                if answer.status_code != 503 or waited >= _PATIENCE_S:
                    return _body(answer)
            except _NO_URL:
                raise RemoteRefused(
                    f"CRM_GRAPH_URL is {self._server!r}, which is no URL of a server, such as http://127.0.0.1:8080."
                ) from None
            except requests.RequestException as error:
                if waited >= (_PATIENCE_S if patience_s is None else patience_s):
                    raise RemoteRefused(self._silent(error)) from None
            time.sleep(_PAUSE_S)

    def _silent(self, error: requests.RequestException) -> str:
        return (
            f"Nothing answers at {self._server}, which CRM_GRAPH_URL names: {_reason(error)}. Start the server there "
            "(`crm-graph serve` or `crm-graph demo`, with --port where it is not 8080), or unset CRM_GRAPH_URL to "
            "import into the account of --data."
        )


_NO_URL = (
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
)


def _reason(error: requests.RequestException) -> str:
    """What the network said, without the names that libraries give to their parts."""
    if isinstance(error, requests.Timeout):
        return "no answer came in time"
    # `HTTPConnection(host='127.0.0.1', port=1): Failed to establish a new connection: [Errno 111] Connection refused`
    cause = getattr(error.args[0], "reason", None) if error.args else None
    said = re.sub(r"\[Errno -?\d+\] ", "", str(cause).rpartition(": ")[2]) if cause else ""
    return said or "the connection was ended before an answer came"


def _body(answer: requests.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        raise RemoteRefused(f"The server answered {answer.status_code} without a body that can be read.") from None
    if answer.ok and isinstance(body, dict):
        return body
    raise RemoteRefused(f"The server refused ({answer.status_code}): {body.get('message', body)}")
