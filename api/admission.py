"""Who is let in: as many requests as there are threads for, a bounded line behind them, and /health always."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from typing import Any

import orjson
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, RequestURITooLarge
from werkzeug.wrappers import Response

from api.aliases import Application
from api.errors import refusal
from api.headers import CONTENT_TYPE, CORRELATION, correlation_id
from crm_graph.config import Settings
from crm_graph.errors import Busy, CRMError, GraphUnavailable
from crm_graph.graph.monitor import INTERVAL_S, Monitor

PageMaker = Callable[[dict[str, Any], CRMError | HTTPException], Response | None]

HEALTH_PATH = "/health"
UPLOAD_PATH = "/crm/graph/v1/imports"
"""Where a body may have `Limits.import_bytes`, since it goes to disk as it comes."""


class Admission:
    """Middleware that holds the rest back while the graph is away or every thread is at work."""

    def __init__(
        self,
        application: Application,
        settings: Settings,
        monitor: Monitor,
        page: PageMaker = lambda environ, error: None,
    ) -> None:
        """`page` makes what a browser is shown; None where a program asks, which gets JSON."""
        self._application = application
        self._settings = settings
        self._monitor = monitor
        self._page = page
        self._threads = _Places(settings.threads)
        self._line = _Places(settings.limits.waiting_requests)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer, in turn."""
        if environ["PATH_INFO"].rstrip("/") == HEALTH_PATH:
            return self._health(environ)(environ, start_response)
        if too_long := self._too_long(environ):
            return self._refuse(too_long, environ, start_response)
        if away := self._away():
            return self._refuse(away, environ, start_response)
        if not self._threads.take() and (refused := self._wait()):
            return self._refuse(refused, environ, start_response)
        try:
            return self._application(environ, start_response)
        finally:
            self._threads.give_back()

    def _wait(self) -> CRMError | None:
        """None when it is this request's turn, else why its turn will not come."""
        if not self._line.take():
            return Busy("Too many requests are waiting; try again.")
        try:
            end = time.monotonic() + self._settings.limits.waiting_ms / 1000
            while (left := end - time.monotonic()) > 0:
                if self._threads.take(min(left, INTERVAL_S)):
                    return None
                if away := self._away():
                    return away
            return Busy("The server is busy; try again.")
        finally:
            self._line.give_back()

    def _away(self) -> GraphUnavailable | None:
        if not self._monitor.is_away:
            return None
        return GraphUnavailable(self._monitor.trouble or "The graph does not answer.")

    def _too_long(self, environ: dict[str, Any]) -> HTTPException | None:
        limits = self._settings.limits
        if len(environ["PATH_INFO"]) + len(environ.get("QUERY_STRING", "")) > limits.url_length:
            return RequestURITooLarge()
        length = environ.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > limits.body_bytes:
            is_upload = environ["PATH_INFO"].rstrip("/") == UPLOAD_PATH
            if not is_upload or int(length) > limits.import_bytes:
                return RequestEntityTooLarge()
        return None

    def _refuse(self, error: CRMError | HTTPException, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        response = self._page(environ, error) or refusal(environ, error, account_id=self._settings.account_id)
        return response(environ, start_response)

    def _health(self, environ: dict[str, Any]) -> Response:
        trouble = self._monitor.trouble
        body = {"status": "ok", "graph": "ok"} if trouble is None else {"status": "unavailable", "reason": trouble}
        headers = {CORRELATION: correlation_id(environ), "Cache-Control": "no-store"}
        if trouble is not None:
            headers["Retry-After"] = "1"
        return Response(orjson.dumps(body), 200 if trouble is None else 503, headers, content_type=CONTENT_TYPE)


class _Places:
    """Places to be taken and given back: a semaphore that costs every request two calls into C."""

    def __init__(self, number: int) -> None:
        self._free: SimpleQueue[None] = SimpleQueue()
        for _ in range(number):
            self._free.put(None)

    def take(self, timeout_s: float = 0) -> bool:
        """Whether a place was free, or came free in time."""
        try:
            self._free.get(timeout_s > 0, timeout_s)
        except Empty:
            return False
        return True

    def give_back(self) -> None:
        """Let another have the place."""
        self._free.put(None)
