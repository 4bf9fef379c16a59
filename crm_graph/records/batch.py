"""Many records at a time: as few statements as one record needs, whole or, where the caller asks, in part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import (
    Busy,
    Conflict,
    CRMError,
    InvalidInput,
    NotUnique,
    RecordNotFound,
    TooMany,
    UniqueValueTaken,
)
from crm_graph.records import claims
from crm_graph.records.archive import archive_all
from crm_graph.records.create import create_all, prepare, write
from crm_graph.records.read import find, locate
from crm_graph.records.record import (
    BatchError,
    BatchResult,
    CreateInput,
    Identity,
    Record,
    Selection,
    UpdateInput,
    is_id,
)
from crm_graph.records.update import Missing, refusals, update_all
from crm_graph.unit import Unit

__all__ = ["CreateInput", "UpdateInput", "archive", "create", "read", "update", "upsert"]

_ATTEMPTS = 10


def create(unit: Unit, object_type: ObjectType, inputs: Sequence[CreateInput]) -> BatchResult:
    """New records in input order.

    All or none, unless every input has a trace id of its own: then inputs with wrong values are
    left out and reported, as the contract has it.
    """
    _bound(unit, len(inputs))
    if not _is_traced([item.trace_id for item in inputs]):
        return BatchResult(records=tuple(create_all(unit, object_type, inputs)))
    changes, refused = prepare(unit, object_type, inputs)
    records = write(unit, object_type, [(inputs[index], change) for index, change in sorted(changes.items())])
    errors = [BatchError(error=error, trace_ids=(inputs[n].trace_id or "",)) for n, error in sorted(refused.items())]
    return BatchResult(records=tuple(records), errors=tuple(errors))


def read(
    unit: Unit, object_type: ObjectType, identities: Sequence[Identity], selection: Selection, *, archived: bool = False
) -> BatchResult:
    """The records that exist, in input order, and one error that names the others."""
    _bound(unit, len(identities), unit.limits.history_page_size if selection.history else unit.limits.batch_size)
    readable = [identity for identity in identities if not identity.is_id or is_id(identity.value)]
    found = find(unit, object_type, readable, selection, archived=archived)
    records = tuple(record for record in found if record is not None)
    there = {identity for identity, record in zip(readable, found, strict=True) if record is not None}
    missing = tuple(identity.value for identity in identities if identity not in there)
    if not missing:
        return BatchResult(records=records)
    message = (
        f"Could not get some {object_type.name.upper()} objects, they may be deleted or not exist. "
        "Check that ids are valid."
    )
    return BatchResult(records=records, errors=(BatchError(error=RecordNotFound(message), ids=missing),))


def update(unit: Unit, object_type: ObjectType, inputs: Sequence[UpdateInput]) -> BatchResult:
    """Updated records in input order; unknown ones are reported and the others written.

    Wrong values refuse the whole batch, unless every input has a trace id of its own.
    """
    _bound(unit, len(inputs))
    partial = _is_traced([item.trace_id for item in inputs])
    errors: list[BatchError] = []
    remaining = list(inputs)
    if partial:
        refused = refusals(unit, object_type, remaining)
        errors = [BatchError(error=error, trace_ids=(remaining[n].trace_id or "",)) for n, error in refused.items()]
        remaining = [item for n, item in enumerate(remaining) if n not in refused]
    try:
        return BatchResult(records=tuple(update_all(unit, object_type, remaining)), errors=tuple(errors))
    except Missing as missing:
        gone = set(missing.indexes)
    errors.append(_report(object_type, [item for n, item in enumerate(remaining) if n in gone]))
    remaining = [item for n, item in enumerate(remaining) if n not in gone]
    return BatchResult(records=tuple(update_all(unit, object_type, remaining)), errors=tuple(errors))


def upsert(unit: Unit, object_type: ObjectType, inputs: Sequence[UpdateInput]) -> BatchResult:
    """Records in input order, `is_new` on those that were made; a new one gets the unique value from its identity."""
    _bound(unit, len(inputs))
    for item in inputs:
        if item.identity.is_id:
            name = item.identity.property_name or "hs_object_id"
            raise NotUnique(f"Unable to perform update/upsert by non-unique {object_type.id} property {name}")
    keys = [locate(object_type, item.identity)["claim"] or "" for item in inputs]
    if len(set(keys)) < len(keys):
        raise InvalidInput("Two inputs of the batch name the same record; give each record once.")
    owners = claims.owners(unit, keys)
    for _ in range(_ATTEMPTS):
        try:
            return _put(unit, object_type, inputs, keys, owners)
        except (Conflict, RecordNotFound, UniqueValueTaken):
            # Others may have made or archived one of these records since it was looked for.
            before, owners = owners, claims.owners(unit, keys)
            if owners == before:
                raise
    raise Busy("The records are being written by others at this moment; try again.")


def archive(unit: Unit, object_type: ObjectType, record_ids: Sequence[str]) -> None:
    """Hide the records; unknown ids are passed over."""
    _bound(unit, len(record_ids))
    archive_all(unit, object_type, record_ids)


def _put(
    unit: Unit, object_type: ObjectType, inputs: Sequence[UpdateInput], keys: Sequence[str], owners: Mapping[str, int]
) -> BatchResult:
    """The records of an upsert, updated where `owners` has their key and made where not."""
    present = [n for n, key in enumerate(keys) if key in owners]
    absent = [n for n, key in enumerate(keys) if key not in owners]

    def put(together: Unit) -> BatchResult:
        records: dict[int, Record] = {}
        if present:
            updates = [_by_id(inputs[n], owners[keys[n]]) for n in present]
            records.update(zip(present, update_all(together, object_type, updates), strict=True))
        if absent:
            creates = [_with_identity(inputs[n]) for n in absent]
            records.update(zip(absent, create_all(together, object_type, creates), strict=True))
        return BatchResult(records=tuple(records[n] for n in range(len(inputs))))

    return unit.together(put) if present and absent else put(unit)


def _bound(unit: Unit, count: int, most: int | None = None) -> None:
    most = unit.limits.batch_size if most is None else most
    if count > most:
        raise TooMany(f"A batch has at most {most} inputs, not {count}.")


def _is_traced(trace_ids: Sequence[str | None]) -> bool:
    return bool(trace_ids) and None not in trace_ids and len(set(trace_ids)) == len(trace_ids)


def _report(object_type: ObjectType, failed: Sequence[UpdateInput]) -> BatchError:
    message = (
        f"Could not get some {object_type.name.upper()} objects, they may be deleted or not exist. "
        "Check that ids are valid."
    )
    error: CRMError = RecordNotFound(message)
    traces = tuple(item.trace_id for item in failed if item.trace_id)
    return BatchError(error=error, ids=tuple(item.identity.value for item in failed), trace_ids=traces)


def _by_id(item: UpdateInput, record_id: int) -> UpdateInput:
    return UpdateInput(identity=Identity(str(record_id)), properties=item.properties, trace_id=item.trace_id)


def _with_identity(item: UpdateInput) -> CreateInput:
    name = item.identity.property_name or ""
    return CreateInput(properties={**item.properties, name: item.identity.value}, trace_id=item.trace_id)
