"""What scenarios are played with."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.client import Client
from tests.api.living.alive import BUILT_IN, CUSTOM, Kind, Watched, custom


@pytest.fixture(params=["answers", pytest.param("constants", marks=pytest.mark.slow)])
def watched(request: pytest.FixtureRequest, client: Client, token: str) -> Watched:
    """Makes requests as the super admin and remembers them."""
    return Watched.of(client, token, is_doubted=request.param == "constants")


@pytest.fixture(scope="module")
def made(client: Client, token: str) -> Kind:  # type: ignore[no-untyped-def]
    """A custom type."""
    return custom(Watched.of(client, token))


@pytest.fixture(scope="module")
def client(app: Any, token: str) -> Client:
    """Makes requests as the super admin."""
    return Client(app, token)


@pytest.fixture
def kind(request: pytest.FixtureRequest, made: Kind) -> Kind:
    """The object type that the test names."""
    return made if request.param == CUSTOM else BUILT_IN[request.param]
