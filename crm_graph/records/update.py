"""New values for records, one or many in one statement; two where a rule must see what is stored.

The second statement is guarded by the versions that the first one saw: when another write came
between, both are made again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property_types import Append
from crm_graph.errors import Busy, CRMError, Fault, InvalidInput, InvalidValues, RecordNotFound, Refused
from crm_graph.graph.failures import ConstraintViolated
from crm_graph.graph.queries import load
from crm_graph.records import claims, create, hooks, read, revise, values
from crm_graph.records.hooks import Change
from crm_graph.records.record import Native, Record, Selection, UpdateInput, read_id
from crm_graph.records.refusals import whole
from crm_graph.unit import Unit

Stored = Mapping[str, Any]
"""A record's node as it was read: its values and what the system keeps."""

_ATTEMPTS = 40
"""Tries of a write that needs stored values; at each one of the writers that meet gets through."""


class Missing(RecordNotFound):
    """Records of a batch that do not exist; `indexes` has the places of their inputs."""

    def __init__(self, indexes: Sequence[int]) -> None:
        super().__init__()
        self.indexes = tuple(indexes)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    """What is to be written, checked as far as that needs no stored value."""

    unit: Unit
    object_type: ObjectType
    inputs: Sequence[UpdateInput]
    checked: Sequence[Mapping[str, Native | Append]]
    faults: Sequence[Sequence[Fault]]
    """What is wrong with values of each input by themselves."""
    behaviours: Sequence[hooks.Behaviour]
    merged: bool
    """Whether the id of a record that was merged away stands for the one it became."""

    @property
    def needs_stored(self) -> bool:
        """Whether identities, unique values, rules or appends make a look at the stored values necessary."""
        names = {name for given in self.checked for name in given}
        return (
            any(not item.identity.is_id for item in self.inputs)
            or not names.isdisjoint(self.object_type.claiming_properties)
            or hooks.needs_stored(self.behaviours, self.object_type, names)
            or any(isinstance(value, Append) for given in self.checked for value in given.values())
        )


def update_all(
    unit: Unit, object_type: ObjectType, inputs: Sequence[UpdateInput], *, merged: bool = True
) -> list[Record]:
    """The records in input order with the values that were given and what rules added; all or none are written.

    merged: whether the id of a record that was merged away stands for the one it became.
    Raises Missing, InvalidValues, UniqueValueTaken, InvalidInput where two inputs name one record.
    """
    with whole(len(inputs)):
        return update_each(unit, object_type, inputs, merged=merged)


def update_each(
    unit: Unit, object_type: ObjectType, inputs: Sequence[UpdateInput], *, merged: bool = True
) -> list[Record]:
    """Like update_all, but what is wrong with single inputs is raised as Refused, with all that were found at once."""
    create.refuse_unless(object_type, "update")
    if not inputs:
        return []
    checked = _checked(unit, object_type, inputs)
    batch = _Batch(
        unit=unit,
        object_type=object_type,
        inputs=inputs,
        checked=[given for given, _ in checked],
        faults=[faults for _, faults in checked],
        behaviours=hooks.attached(unit, object_type),
        merged=merged,
    )
    for attempt in range(_ATTEMPTS):
        stored: Sequence[Stored | None] = _stored(batch) if batch.needs_stored else [None] * len(inputs)
        records = _attempt(batch, stored)
        if records is not None:
            return records
        time.sleep(random.random() * min(0.001 * 2**attempt, 0.05))
    raise Busy("The record is being written by too many others at this moment; try again.")


def _checked(
    unit: Unit, object_type: ObjectType, inputs: Sequence[UpdateInput]
) -> list[tuple[dict[str, Native | Append], list[Fault]]]:
    """The values of each input as they are to be stored, and its faults; Refused where an id is none."""
    at = unit.clock.read()
    checked = [values.read(object_type, unit.model, item.properties, creating=False, at=at) for item in inputs]
    unknown: dict[int, CRMError] = {}
    for index, item in enumerate(inputs):
        try:
            if item.identity.is_id:
                read_id(item.identity.value)
        except RecordNotFound as error:
            unknown[index] = error
    if unknown:
        wrong = {index: InvalidValues(faults) for index, (_, faults) in enumerate(checked) if faults}
        raise Refused({**wrong, **unknown})
    return checked


def _stored(batch: _Batch) -> list[Stored]:
    wanted = read.places_of(batch.object_type, (item.identity for item in batch.inputs), merged=batch.merged)
    found = dict(batch.unit.graph.ask(load("records").read_whole, wanted=wanted, archived=False)["records"])
    if missing := [n for n in range(len(batch.inputs)) if n not in found]:
        raise Missing(missing)
    return [found[n] for n in range(len(batch.inputs))]


def _attempt(batch: _Batch, stored: Sequence[Stored | None]) -> list[Record] | None:
    """The records written; None where one of them moved since it was read."""
    unit, object_type = batch.unit, batch.object_type
    given = zip(batch.checked, batch.faults, stored, strict=True)
    changes = [_change(unit, checked, faults, before) for checked, faults, before in given]
    hooks.run(batch.behaviours, unit, object_type, changes)
    keys = [_key(object_type, item, before) for item, before in zip(batch.inputs, stored, strict=True)]
    _refuse_wrong(changes, keys)
    rows, released, wanted = [], [], []
    for key, change, before in zip(keys, changes, stored, strict=True):
        taken, given_up = _claims(object_type, change, before)
        rows.append(_row(unit, object_type, key, change, before, taken))
        released += [{"key": claim, "record": key} for claim in given_up]
        wanted.append(taken)
    words, word_lists = values.searchable_names(object_type)
    try:
        result = unit.graph.change(
            load("records").update,
            locks=keys,
            rows=sorted(rows, key=lambda row: _id_of(row["key"])),
            released=released,
            words=words,
            word_lists=word_lists,
        )
    except ConstraintViolated as error:
        wished = {key for taken in wanted for key in taken}
        owners = {**claims.owners(unit, wished), **claims.blocked(unit, object_type, wished)}
        owners = {key: owner for key, owner in owners.items() if key not in {each["key"] for each in released}}
        ids = [_id_of(key) for key in keys]
        if refused := claims.refusals(unit, object_type, wanted, owners=owners, updated=ids):
            raise Refused(refused) from error
        raise claims.given_up(error) from error
    if result["missing"]:
        # An id that is not there may be that of a merged record, which only the stored record tells.
        return None if any(stored) else _attempt(batch, _stored(batch))
    if result["moved"]:
        return None
    if result["results"] is None:
        found = read.find(unit, object_type, [str(_id_of(key)) for key in keys], Selection())
        return [record for record in found if record is not None]
    return _records(object_type, keys, changes, result["results"])


def _refuse_wrong(changes: Sequence[Change], keys: Sequence[str]) -> None:
    """Refused with the changes that rules do not allow, and those of a record that an earlier input names."""
    refused: dict[int, CRMError] = {}
    for index, change in enumerate(changes):
        if refusal := InvalidValues(change.faults) if change.faults else change.refusal:
            refused[index] = refusal
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key in seen:
            error = InvalidInput("Two inputs of the batch name the same record; give each record once.")
            refused.setdefault(index, error)
        seen.add(key)
    if refused:
        raise Refused(refused)


def _key(object_type: ObjectType, item: UpdateInput, before: Stored | None) -> str:
    return before["_key"] if before else f"{object_type.id}:{read_id(item.identity.value)}"


def _id_of(key: str) -> int:
    return int(key.rpartition(":")[2])


def _change(unit: Unit, given: Mapping[str, Native | Append], faults: Sequence[Fault], before: Stored | None) -> Change:
    native = {name: values.resolve(value, (before or {}).get(name)) for name, value in given.items()}
    return Change(
        values=native,
        at=unit.clock.now(),
        stored={name: value for name, value in before.items() if name[0] != "_"} if before else {},
        record_id=before["_id"] if before else None,
        created_at=before["_created_at"] if before else 0,
        faults=list(faults),
    )


def _claims(object_type: ObjectType, change: Change, before: Stored | None) -> tuple[dict[str, str], list[str]]:
    """Claims to take and claims to give up; none where no claiming property is written."""
    names = object_type.claiming_properties
    if before is None or names.keys().isdisjoint(change.values):
        return {}, []
    had = claims.of(object_type, before)
    has = claims.of(object_type, {name: change.result(name) for name in names})
    return {key: name for key, name in has.items() if key not in had}, [key for key in had if key not in has]


def _row(
    unit: Unit,
    object_type: ObjectType,
    key: str,
    change: Change,
    before: Stored | None,
    taken: Mapping[str, str],
) -> dict[str, Any]:
    return {
        "key": key,
        "properties": {**change.values, **values.folded(object_type, change.values)},
        "changed": list(change.values),
        "version": before["_version"] if before else None,
        "searched": not set(object_type.searchable).isdisjoint(change.values),
        "at": change.at,
        "claims": claims.nodes(object_type, taken),
        "revision": revise.stamp(unit, key, "update"),
    }


def _records(
    object_type: ObjectType, keys: Sequence[str], changes: Sequence[Change], results: Sequence[Sequence[Any]]
) -> list[Record]:
    by_key = {key: (version, created_at, updated_at) for key, version, created_at, updated_at in results}
    records = []
    for key, change in zip(keys, changes, strict=True):
        version, created_at, updated_at = by_key[key]
        records.append(
            Record(
                object_type=object_type,
                id=_id_of(key),
                properties=change.values,
                created_at=created_at,
                updated_at=updated_at,
                version=version,
            )
        )
    return records
