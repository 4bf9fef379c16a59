"""Clients that nobody here wrote read a whole account through paging: nothing is missing, nothing comes twice.

Each has an environment of its own. What its makers do not let it read is said in the table and, for users, in
`docs/compatibility.md`: HubSpot's MCP server and Meltano's tap have no lists, and Singer's tap reads companies and
deals at older paths.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import pytest

from tests.clients.delivered import Delivered, delivered
from tests.clients.environments import run_node, run_python
from tests.clients.singer_taps import run_meltano, run_stitch
from tests.clients.written import CUSTOM, TEXT, Pair, Written
from tests.conftest import TOKEN

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

Run = Callable[[Mapping[str, str]], str]

INLINE = tuple(
    (one, other)
    for one, others in {
        "contacts": ("companies", "deals", "tickets", CUSTOM),
        "deals": ("contacts", "companies"),
        "tickets": ("contacts", "companies"),
        CUSTOM: ("contacts",),
    }.items()
    for other in others
)
"""What is asked for together with records; no record has more of it than comes with it."""


@dataclass(frozen=True)
class Client:
    """A client, and what it can read."""

    run: Run
    types: tuple[str, ...] = tuple(TEXT)
    pairs: tuple[Pair, ...] = ()
    has_lists: bool = True


CLIENTS = {
    "dlt": Client(
        lambda environment: run_python("dlt", "extract.py", environment=environment),
        pairs=(*INLINE, ("companies", "contacts")),
    ),
    "node": Client(
        lambda environment: run_node("node", "extract.mjs", environment=environment),
        pairs=(*INLINE, ("companies", "contacts")),
    ),
    # It has no tool for lists.
    "mcp": Client(
        lambda environment: run_node("mcp", "extract.mjs", environment=environment),
        pairs=(*INLINE, ("companies", "contacts")),
        has_lists=False,
    ),
    # Of what contacts have it keeps no companies, though it asks for them; companies and deals it reads at older paths.
    "singer": Client(
        run_stitch,
        types=("contacts", "tickets", CUSTOM),
        pairs=(
            ("contacts", "deals"),
            ("contacts", "tickets"),
            ("tickets", "contacts"),
            ("tickets", "companies"),
            (CUSTOM, "contacts"),
        ),
    ),
    # It has no stream for lists, and reads no second page of what one record is associated with.
    "meltano": Client(run_meltano, pairs=INLINE, has_lists=False),
}

reading = partial(pytest.mark.parametrize, ids=lambda each: "-to-".join(each) if isinstance(each, tuple) else each)


@pytest.fixture(scope="module")
def read(account: str, written: Written, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Delivered]:
    """Lets a client read the account, once."""
    found: dict[str, Delivered] = {}

    def read(name: str) -> Delivered:
        if name not in found:
            environment = {
                "PATH": os.environ["PATH"],
                "HOME": str(tmp_path_factory.mktemp(name)),
                "HUBSPOT_URL": account,
                "HUBSPOT_TOKEN": TOKEN,
                "CUSTOM_TYPE": written.full_name,
                "CUSTOM_NAME": written.type_name,
            }
            found[name] = delivered(CLIENTS[name].run(environment), written)
        return found[name]

    return read


@reading(("name", "object_type"), [(name, each) for name, client in CLIENTS.items() for each in client.types])
def test_client_reads_every_record_once(
    read: Callable[[str], Delivered], written: Written, name: str, object_type: str
) -> None:
    assert sorted(read(name).texts[object_type]) == sorted(written.texts[object_type].items())


@reading(("name", "pair"), [(name, each) for name, client in CLIENTS.items() for each in client.pairs])
def test_client_reads_every_association_once(
    read: Callable[[str], Delivered], written: Written, name: str, pair: Pair
) -> None:
    found = read(name).pairs[pair]
    assert {(one, other) for one, other, _ in found} == written.pairs[pair]
    assert len(found) == len(set(found))


@reading("name", [name for name, client in CLIENTS.items() if client.has_lists])
def test_client_reads_every_list_and_member_once(read: Callable[[str], Delivered], written: Written, name: str) -> None:
    assert sorted(read(name).lists) == sorted(written.lists.items())
    members = sorted((each, member) for each, ids in written.members.items() for member in ids)
    assert sorted(read(name).members) == members
