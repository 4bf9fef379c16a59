"""Records for tests: what is not given is made up and used by nobody else."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from crm_graph.crm import Crm
from crm_graph.definitions.association import USER_DEFINED
from crm_graph.definitions.changes import object_types
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.graph.queries import load
from crm_graph.records import associations, store
from crm_graph.records.record import Record
from crm_graph.unit import Actor, Unit

SUPER_ADMIN = Actor(user_id=1, owner_id="1", is_super_admin=True)


def unique(prefix: str = "x") -> str:
    """A word that no other test has."""
    return f"{prefix}{secrets.token_hex(6)}"


def email() -> str:
    """An address that no other test has."""
    return f"{unique()}@example.com"


class Make:
    """Makes records in the account of the tests."""

    def __init__(self, crm: Crm) -> None:
        self._crm = crm

    def record(self, object_type: str, **properties: Any) -> Record:
        """A record of any object type."""
        return self._crm.run(
            SUPER_ADMIN, lambda unit: store.create(unit, unit.model.object_type(object_type), properties)
        )

    def contact(self, **properties: Any) -> Record:
        """A contact with an e-mail address."""
        return self.record("contact", **{"email": email(), **properties})

    def company(self, **properties: Any) -> Record:
        """A company with a name."""
        return self.record("company", **{"name": unique("Company "), **properties})

    def deal(self, **properties: Any) -> Record:
        """A deal with a name."""
        return self.record("deal", **{"dealname": unique("Deal "), **properties})

    def object_type(self, *wanted: Property, display_name: str = "", associated: Sequence[str] = ()) -> ObjectType:
        """A custom object type; the name of many is that of one with an `s`."""
        name = unique("thing_")
        shown = display_name or name

        def define(unit: Unit) -> ObjectType:
            return object_types.define(
                unit,
                name=name,
                display_name=shown,
                display_name_plural=f"{shown}s",
                wanted=wanted,
                associated=associated,
            ).object_type

        return self._crm.run(SUPER_ADMIN, define)

    def owner(self) -> dict[str, str]:
        """E-mail address, first and last name of a new owner."""
        values = {"email": email(), "first_name": unique("Ada "), "last_name": unique("Byron ")}
        self._crm.run(
            SUPER_ADMIN,
            lambda unit: unit.graph.change(
                load("transfer").save_owners, made=[values], changed=[], at=unit.clock.now()
            ),
        )
        return values

    def associated(self, one: Record, other: Record) -> None:
        """Two records that are associated, without a label."""

        def work(unit: Unit) -> None:
            near, far = (unit.model.object_type(each.object_type.name) for each in (one, other))
            associations.associate_default(unit, near, str(one.id), far, str(other.id))

        self._crm.run(SUPER_ADMIN, work)

    def labelled(self, one: Record, other: Record, type_id: int) -> None:
        """Two records that are associated under a label of the account."""

        def work(unit: Unit) -> None:
            near, far = (unit.model.object_type(each.object_type.name) for each in (one, other))
            associations.set_types(unit, near, str(one.id), far, str(other.id), [(USER_DEFINED, type_id)])

        self._crm.run(SUPER_ADMIN, work)
