"""Starts meltano-tap-hubspot at another address, which none of its settings says: its requests are sent there."""

from __future__ import annotations

import os
from typing import Any

import requests
from tap_hubspot.tap import TapHubspot

HOSTED = "https://api.hubapi.com"

send = requests.Session.send


def send_to_ours(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
    """The answer of our server."""
    path = str(request.url).removeprefix(HOSTED)
    assert path.startswith("/"), f"{path} is asked of somebody else"
    request.url = os.environ["HUBSPOT_URL"] + path
    return send(session, request, **options)


requests.Session.send = send_to_ours
TapHubspot.cli()
