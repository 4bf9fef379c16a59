"""The official client with nothing changed but URL, token and strictness, and what scenarios say that they call.

The client validates what it reads: required fields and enumerations of its own models, which it forgives as it is
delivered. A status that it has no type for, whose body it would leave unread without a word, fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from typing import Any

import pytest
from hubspot import HubSpot
from hubspot.discovery.discovery_base import DiscoveryBase

from tests.clients.python.operations import needed

SHOWN: set[str] = set()
"""Operations of which a scenario says that it calls them, by their full names."""


class Watched(HubSpot):  # type: ignore[misc]
    """A client that remembers which method and path of its operations succeeded."""

    def __init__(self, url: str, token: str | None = None) -> None:
        self.succeeded: set[tuple[str, str]] = set()
        super().__init__(access_token=token, host=url, client_side_validation=True, api_factory=self._watched)

    @contextmanager
    def forgiving(self) -> Iterator[None]:
        """As it is delivered, for answers in which one model stands for several and has the needs of them all."""
        self.config["client_side_validation"] = False
        try:
            yield
        finally:
            self.config["client_side_validation"] = True

    def _watched(self, package: Any, name: str, config: dict[str, Any]) -> Any:
        api = DiscoveryBase._default_api_factory(package, name, config)
        client = api.api_client
        call = client.call_api

        def watched(path: str, method: str, *arguments: Any, response_types_map: Any, **named: Any) -> Any:
            answer = call(path, method, *arguments, response_types_map=response_types_map, **named)
            status, known = client.last_response.status, response_types_map or {204: None}
            assert status in known, f"{method} {path} answered {status}, and the client reads {sorted(known)}"
            self.succeeded.add((method, path))
            return answer

        client.call_api = watched
        return api


def calls(packages: str | Sequence[str], *names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Say which operations of a package a scenario calls, `lists_api.create`; it fails where one did not succeed.

    With several packages it is played with the `records` of each.
    """
    several = () if isinstance(packages, str) else packages
    wanted = {f"{each}.{name}" for each in several or (packages,) for name in names}
    SHOWN.update(wanted)

    def decorate(scenario: Callable[..., None]) -> Callable[..., None]:
        @wraps(scenario)
        def play(hubspot: Watched, **named: Any) -> None:
            scenario(hubspot, **named)
            package = named["records"].package if several else packages
            done = {full for full, each in needed().items() if (each.method, each.path) in hubspot.succeeded}
            silent = {f"{package}.{name}" for name in names} - done
            assert not silent, f"never called with success: {', '.join(sorted(silent))}"

        return pytest.mark.parametrize("records", several, indirect=True)(play) if several else play

    return decorate


def refusal(api: Any) -> type[Exception]:
    """The error of the package that an API is of; the client has one for each, and none that they share."""
    package = type(api).__module__.rpartition(".api.")[0]
    error: type[Exception] = import_module(f"{package}.exceptions").ApiException
    return error
