"""Where the Python time of a request of ours goes: the application in this process, under the profiler."""

from __future__ import annotations

import cProfile
import pstats
import time
from collections.abc import Callable
from io import BytesIO
from itertools import islice
from typing import Any, cast
from urllib.parse import urlsplit

from api.app import close, create_app
from benchmarks.operations import Operation
from benchmarks.variants import Bench

_WARM_UP = 200
_LINES = 45
_PACKAGES = r"/(api|crm_graph|flask|werkzeug|marshmallow|work|threading)/"
"""Those whose functions are worth showing with all that they call."""


def _start(status: str, headers: list[tuple[str, str]], error: object = None) -> Callable[[bytes], object]:
    return lambda body: None


def profile(bench: Bench, operation: Operation, requests: int) -> None:
    """Print the functions that took the most CPU time of their own, and with all that they called."""
    app = create_app(bench.crm.settings)
    profiler = cProfile.Profile(time.thread_time)  # waiting for the database is no work of ours
    try:
        for n, number in enumerate(islice(bench.numbers, requests + _WARM_UP)):
            request = operation.request(bench.account, number)
            address = urlsplit(request.path)
            environ = {
                "REQUEST_METHOD": request.method,
                "PATH_INFO": address.path,
                "QUERY_STRING": address.query,
                "SERVER_NAME": "127.0.0.1",
                "SERVER_PORT": "80",
                "SERVER_PROTOCOL": "HTTP/1.1",
                "HTTP_HOST": "127.0.0.1",
                "HTTP_AUTHORIZATION": f"Bearer {bench.token}",
                "CONTENT_TYPE": "application/json",
                "CONTENT_LENGTH": str(len(request.body)),
                "wsgi.input": BytesIO(request.body),
                "wsgi.url_scheme": "http",
                "wsgi.errors": None,
            }
            if n >= _WARM_UP:
                profiler.enable()
            answer = app.wsgi_app(environ, _start)
            b"".join(answer)
            cast(Any, answer).close()
            profiler.disable()
    finally:
        close(app)
    print(f"{operation.name}, {requests} requests")
    found = pstats.Stats(profiler)
    found.sort_stats("tottime").print_stats(_LINES)
    found.sort_stats("cumulative").print_stats(_PACKAGES, _LINES)
