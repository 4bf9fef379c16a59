"""An account of its own, served as users serve it: clients read all of it, and nobody else may write to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.written import Writer, Written
from tests.faults.served import TOKEN, Served

PATIENT = {f"CRM_GRAPH_LIMIT_{kind}_MS": "60000" for kind in ("WRITE", "READ", "SEARCH", "WAITING")}
"""What takes long on a machine that has other things to do is no fault of what is tested here."""


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server of the account."""
    served = Served(tmp_path_factory.mktemp("clients") / "data", environment=PATIENT)
    try:
        served.start()
        yield served
    finally:
        served.remove()


@pytest.fixture(scope="package")
def written(server: Served) -> Written:
    """What is in the account."""
    return Writer(server.url, TOKEN).write()
