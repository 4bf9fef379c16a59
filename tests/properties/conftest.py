"""An account with custom labels between contacts and companies, and among contacts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crm_graph.config import Settings
from crm_graph.crm import Crm
from crm_graph.definitions.changes.association_types import create_label
from crm_graph.graph.embedded.server import Connection
from crm_graph.unit import Actor, Unit
from tests.properties.plain_model import LABELS

ROOT = Actor(user_id=1, owner_id="1", is_super_admin=True)


@pytest.fixture(scope="session")
def crm(neo4j_server: Connection) -> Iterator[Crm]:
    """The account; its labels are made once in a database."""
    found = Crm(Settings.from_environment(neo4j_server.as_environment()))
    found.prepare()
    for near, far, name, label, inverse in LABELS:
        pair = found.model.pair(found.model.object_type(near), found.model.object_type(far))
        if not any(each.name == name for each in pair.types):

            def make(unit: Unit, asked: tuple[str, str, str, str, str] = (near, far, name, label, inverse)) -> None:
                ends = [unit.model.object_type(each) for each in asked[:2]]
                create_label(unit, ends[0], ends[1], *asked[2:])

            found.run(ROOT, make)
    found.forget()
    yield found
    found.close()
