"""How a Singer tap is run: it discovers what there is, is told what of it is wanted, and prints that."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.clients.environments import run_python

START = "2020-01-01T00:00:00Z"


def run_stitch(environment: Mapping[str, str]) -> str:
    """What the tap of Singer's makers prints."""
    config = {"api_key": environment["HUBSPOT_TOKEN"], "start_date": START}
    wanted = ("contacts", "tickets", "contact_lists", "list_memberships", environment["CUSTOM_NAME"])
    # The first time it reads lists up and then down, and one list twice: its way around a limit of the hosted product.
    state = {"bookmarks": {"contact_lists": {"updatedAt": START}}}
    return _run("singer", environment, config, wanted, "--properties", state=state)


def run_meltano(environment: Mapping[str, str]) -> str:
    """What Meltano's tap prints; with a date to start at it searches instead of listing."""
    associations = {
        "contact": ["company", "deal", "ticket", environment["CUSTOM_NAME"]],
        "deal": ["contact", "company"],
        "ticket": ["contact", "company"],
        environment["CUSTOM_NAME"]: ["contact"],
    }
    config = {
        "access_token": environment["HUBSPOT_TOKEN"],
        "start_date": START,
        "custom_object_types": [environment["CUSTOM_NAME"]],
        "associations": associations,
    }
    pairs = [f"{one}_{other}_associations" for one, others in associations.items() for other in others]
    wanted = ("contacts", "companies", "deals", "tickets", environment["CUSTOM_NAME"], *pairs)
    return _run("meltano", environment, config, wanted, "--catalog")


def _run(
    client: str,
    environment: Mapping[str, str],
    config: Mapping[str, Any],
    wanted: Iterable[str],
    catalog_option: str,
    state: Mapping[str, Any] | None = None,
) -> str:
    folder = Path(environment["HOME"])
    given = {"config": config, "state": state or {}}
    for name, content in given.items():
        (folder / name).write_text(json.dumps(content), "utf-8")
    command = ("launch.py", "--config", str(folder / "config"))
    catalog = json.loads(run_python(client, *command, "--discover", environment=environment))
    found = {stream["tap_stream_id"]: stream for stream in catalog["streams"]}
    catalog["streams"] = [found[name] for name in wanted]
    for part in (part for stream in catalog["streams"] for part in stream["metadata"]):
        part["metadata"]["selected"] = True
    (folder / "catalog").write_text(json.dumps(catalog), "utf-8")
    options = (catalog_option, str(folder / "catalog"), "--state", str(folder / "state"))
    return run_python(client, *command, *options, environment=environment)
