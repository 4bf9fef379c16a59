"""Servers to be called and killed. An account is prepared once; each server has a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.served import Served


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data directory of an account that was served once and then stopped."""
    served = Served(tmp_path_factory.mktemp("account") / "data")
    try:
        served.start()
        served.end()
        kept = served.data.with_name("kept")
        shutil.copytree(served.data, kept)
    finally:
        served.remove()
    return kept


@pytest.fixture(scope="module")
def serve(account: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Served]]:
    """Makes servers on a data directory of their own; a test starts them, and they are gone at its module's end."""
    made: list[Served] = []

    def make() -> Served:
        data = tmp_path_factory.mktemp("served") / "data"
        shutil.copytree(account, data)
        made.append(Served(data))
        return made[-1]

    yield make
    for served in made:
        print(served.said)
        served.remove()


@pytest.fixture(scope="module")
def served(serve: Callable[[], Served]) -> Served:
    """A server that is running, for the tests of a module."""
    found = serve()
    found.start()
    return found
