"""An account of its own: clients read all of it, and no other test may write to it meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.clients.written import Writer, Written
from tests.conftest import TOKEN, account_of_its_own, listening

PATIENT = {f"CRM_GRAPH_LIMIT_{kind}_MS": "60000" for kind in ("WRITE", "READ", "SEARCH")}
"""What takes long on a machine that has other things to do is no fault of what is tested here."""


@pytest.fixture(scope="package")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of the account."""
    with account_of_its_own(tmp_path_factory.mktemp("account"), **PATIENT) as app, listening(app) as url:
        yield url


@pytest.fixture(scope="package")
def written(account: str) -> Written:
    """What is in the account."""
    return Writer(account, TOKEN).write()
