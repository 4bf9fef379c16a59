"""One client: a connection that is kept, opened anew when it broke, and what it was answered."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status 0 is none: the connection was refused or broke, `text` says how."""

    status: int
    headers: Mapping[str, str]
    text: str
    took_s: float

    @property
    def body(self) -> Any:
        """What the JSON says."""
        return json.loads(self.text)

    @property
    def message(self) -> str:
        """What an error says."""
        return str(self.body.get("message", "")) if self.text.startswith("{") else self.text

    def __str__(self) -> str:
        return f"{self.status} after {self.took_s:.2f} s: {self.text[:300]}"


class Caller:
    """Makes requests with a token; used by one thread."""

    def __init__(self, port: int, token: str = "", *, timeout_s: float = 30) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def __enter__(self) -> Caller:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def call(self, method: str, path: str, body: Any = None, token: str | None = None) -> Answer:
        """The answer; status 0 where there was none."""
        headers = {**self._headers, **({"Authorization": f"Bearer {token}"} if token else {})}
        data = None if body is None else json.dumps(body).encode()
        if data is not None:
            headers["Content-Type"] = "application/json"
        began = time.monotonic()
        try:
            self._connection.request(method, path, data, headers)
            answer = self._connection.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as error:
            self.close()
            return Answer(0, {}, f"{type(error).__name__}: {error}", time.monotonic() - began)
        return Answer(answer.status, dict(answer.headers), text, time.monotonic() - began)

    def get(self, path: str) -> Answer:
        """The answer to a GET."""
        return self.call("GET", path)

    def post(self, path: str, body: Any = None) -> Answer:
        """The answer to a POST."""
        return self.call("POST", path, body)

    def patch(self, path: str, body: Any = None) -> Answer:
        """The answer to a PATCH."""
        return self.call("PATCH", path, body)

    def delete(self, path: str) -> Answer:
        """The answer to a DELETE."""
        return self.call("DELETE", path)

    def create(self, object_type: str, **properties: str) -> str:
        """The id of a new record."""
        answer = self.post(f"/crm/v3/objects/{object_type}", {"properties": properties})
        assert answer.status == 201, answer
        return str(answer.body["id"])

    @property
    def local_port(self) -> int:
        """This end of the connection; 0 where there is none."""
        with suppress(OSError):
            return int(self._connection.sock.getsockname()[1]) if self._connection.sock else 0
        return 0

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        self._connection.close()


def at_once(callers: Sequence[Caller], work: Callable[[int, Caller], T]) -> list[T]:
    """What each of the callers, all at the same time, got; `work` is given its number."""
    with ThreadPoolExecutor(len(callers)) as pool:
        return list(pool.map(work, range(len(callers)), callers))
