"""A client with much to send reads why it was refused, and its connection lasts."""

from __future__ import annotations

import pytest

from crm_graph.config import Limits
from tests.faults.served import TOKEN, Served

pytestmark = pytest.mark.slow

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("status", "path", "token", "length"),
    [
        (401, "contacts", "pat-of-nobody", MEGABYTE),
        (400, "widgets", TOKEN, MEGABYTE),
        (404, "contacts/nothing/more", TOKEN, MEGABYTE),
        (413, "contacts", TOKEN, Limits().body_bytes + MEGABYTE),
    ],
)
def test_a_refused_body_does_not_break_the_connection(
    served: Served, status: int, path: str, token: str, length: int
) -> None:
    with served.callers(1, token) as (caller,):
        port = caller.local_port
        for _ in range(5):
            answer = caller.post(f"/crm/v3/objects/{path}", {"properties": {"firstname": "a" * length}})
            assert answer.status == status, answer
            assert caller.local_port == port
