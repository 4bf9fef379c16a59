"""All that is kept about a person deleted, and what named the person blocked.

A blocked value is a claim that no record holds. Of the value itself nothing stays but a digest, and
the constraint on the digests of claims refuses whoever wants it again, whichever way it comes in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from functools import partial

from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import Busy, RecordNotFound
from crm_graph.graph.queries import load
from crm_graph.records import archive, claims, create, read
from crm_graph.records.record import Identity, read_id
from crm_graph.unit import Unit

_ATTEMPTS = 10
_GONE = "deleted for privacy"


class _Held(Exception):
    """Records got one of the values while it was being blocked; their `keys`."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__()
        self.keys = tuple(keys)


def delete(unit: Unit, object_type: ObjectType, identity: Identity) -> bool:
    """Delete a record, live or archived, with everything about it, for good, and block what named the person.

    With it go its history, associations and claims, the records that were merged into it, and what
    imports kept of rows that they left out where such a value stands in it; filters of lists name it no
    more. One revision stays, which says that it was purged. A value that names a person is blocked too
    where no record has it, and all archived records that had it go. So do live ones that had it once;
    where another has it now they stay without it, as they may be of another person. The server's
    transaction logs have what was deleted until they rotate. True where associations, which nobody can
    read, are left for the worker to remove.
    Raises RecordNotFound for an unknown id or unique value, NotUnique for a property that identifies nothing.
    """
    create.refuse_unless(object_type, "archive")
    named = _named(unit, object_type, identity)
    for _ in range(_ATTEMPTS):
        try:
            return unit.together(partial(_delete, object_type=object_type, named=named))
        except _Held as held:
            named = replace(named, keys=named.keys | set(held.keys))
    raise Busy("Records are being written by others at this moment; try again.")


@dataclass(frozen=True, slots=True)
class _Named:
    """Keys of the records to delete; a value to block, by its claim, and keys of records that had it once and stay."""

    keys: Set[str]
    claim: str | None = None
    former: tuple[str, ...] = ()


def _named(unit: Unit, object_type: ObjectType, identity: Identity) -> _Named:
    claim = str(read.locate(object_type, identity)["claim"])
    if identity.property_name in object_type.personal:
        found = unit.graph.ask(load("records").with_digest, digest=claims.digest(claim), key=claim)
        owner, archived, former = found["owner"], found["archived"], found["former"]
        if owner is None:
            return _Named({*archived, *former}, claim)
        return _Named({owner, *archived}, claim, tuple(former))
    owner = claims.owners(unit, [claim]).get(claim)
    if owner is None and not identity.is_id:
        raise RecordNotFound
    return _Named({f"{object_type.id}:{owner or read_id(identity.value)}"})


def _delete(unit: Unit, object_type: ObjectType, named: _Named) -> bool:
    gone = archive.purge_all(unit, object_type, sorted(named.keys, key=_id_of))
    purged = gone.properties or {}
    if not purged and named.claim is None:
        raise RecordNotFound
    if named.claim is not None and named.former:
        unit.graph.change(
            load("records").redact,
            keys=named.former,
            names=[
                name
                for name, claimed_as in object_type.claiming_properties.items()
                if claimed_as in object_type.personal
            ],
            value=claims.value_of(named.claim),
            digest=claims.digest(named.claim),
            object_type_id=object_type.id,
            merged=claims.merged_key(object_type, ""),
        )
    personal = {named.claim} if named.claim else set()
    for properties in purged.values():
        personal |= {key for key in claims.of(object_type, properties) if claims.names_a_person(object_type, key)}
    if personal:
        row = unit.graph.change(
            load("records").block,
            digests=sorted(map(claims.digest, personal)),
            values=[claims.value_of(key) for key in personal],
            at=unit.clock.now(),
        )
        if row["held"]:
            raise _Held(row["held"])
        _leave_out_of_lists(unit, sorted(map(claims.value_of, personal)))
    return gone.has_rest


def _leave_out_of_lists(unit: Unit, values: Sequence[str]) -> None:
    """Filters ask for something that nobody has either, so they find whom they found."""
    told = unit.graph.ask(load("records").told, values=values)["told"]
    # Not within a longer address, which is another person's.
    named = re.compile(rf"(?<![\w.+-])({'|'.join(map(re.escape, values))})(?![\w-]|\.\w)", re.IGNORECASE)
    rows = [{"id": found, "name": name, "text": named.sub(_GONE, text)} for found, name, text in told]
    if rows:
        unit.graph.change(load("records").reword, rows=rows)


def _id_of(key: str) -> int:
    return int(key.rpartition(":")[2])
