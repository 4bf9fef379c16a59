"""Many records at a time: as few statements as one record needs, whole or, where the caller asks, in part."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import Busy, CRMError, InvalidInput, NotUnique, RecordNotFound, Refused, TooMany
from crm_graph.graph.queries import load
from crm_graph.records import claims, hooks
from crm_graph.records.archive import archive_all
from crm_graph.records.create import create_all, create_each
from crm_graph.records.read import find_those, locate
from crm_graph.records.record import (
    BatchError,
    BatchResult,
    CreateInput,
    Identity,
    Record,
    Selection,
    UpdateInput,
)
from crm_graph.records.refusals import in_part, whole
from crm_graph.records.update import Missing, update_all, update_each
from crm_graph.unit import Unit

__all__ = ["CreateInput", "UpdateInput", "archive", "create", "read", "update", "upsert"]

_ATTEMPTS = 10


def create(unit: Unit, object_type: ObjectType, inputs: Sequence[CreateInput]) -> BatchResult:
    """New records in input order.

    All or none, unless every input has a trace id of its own: then inputs with wrong values, taken
    unique values or associations that cannot be made are left out and reported, as the contract has it.
    """
    _bound(unit, len(inputs))
    traces = [item.trace_id for item in inputs]
    if not _is_traced(traces):
        return BatchResult(records=tuple(create_all(unit, object_type, inputs)))
    records, refused = in_part(len(inputs), lambda left: create_each(unit, object_type, [inputs[n] for n in left]))
    return _partial(unit, records, refused, traces)


def read(
    unit: Unit,
    object_type: ObjectType,
    values: Sequence[str],
    selection: Selection,
    *,
    property_name: str | None = None,
    archived: bool = False,
) -> BatchResult:
    """The records that exist, in input order, and one error that names the others, also what was merged away.

    They are found by their ids, or by the values of a unique property. The contract's batches do not follow a merge,
    as reads of one record do.
    """
    _bound(unit, len(values), unit.limits.history_page_size if selection.history else unit.limits.batch_size)
    positions, records = find_those(
        unit, object_type, values, selection, property_name=property_name, archived=archived, merged=False
    )
    if len(records) == len(values):
        return BatchResult(records=records)
    found = set(positions)
    missing = tuple(value for n, value in enumerate(values) if n not in found)
    return BatchResult(records=records, errors=(BatchError(error=_not_found(object_type), ids=missing),))


def update(unit: Unit, object_type: ObjectType, inputs: Sequence[UpdateInput]) -> BatchResult:
    """Updated records in input order; unknown ones, those merged away too, are reported and the others written.

    Wrong and taken values refuse the whole batch, unless every input has a trace id of its own.
    """
    _bound(unit, len(inputs))
    traces = [item.trace_id for item in inputs]
    is_partial = _is_traced(traces)

    def attempt(left: Sequence[int]) -> list[Record]:
        with _placed(range(len(left))):
            write = update_each if is_partial else update_all
            return write(unit, object_type, [inputs[n] for n in left], merged=False)

    records, refused = in_part(len(inputs), attempt)
    gone = [n for n, error in refused.items() if isinstance(error, Missing)]
    result = _partial(unit, records, {n: error for n, error in refused.items() if n not in gone}, traces)
    return replace(result, errors=(*result.errors, _report(object_type, [inputs[n] for n in gone]))) if gone else result


def upsert(unit: Unit, object_type: ObjectType, inputs: Sequence[UpdateInput]) -> BatchResult:
    """Records in input order, `is_new` on those that were made; a new one gets the unique value from its identity.

    All or none, unless every input has a trace id of its own and none of the identities is one that
    object types know only as a whole (a contact's e-mail address).
    """
    _bound(unit, len(inputs))
    for item in inputs:
        if item.identity.is_id:
            name = item.identity.property_name or "hs_object_id"
            raise NotUnique(f"Unable to perform update/upsert by non-unique {object_type.id} property {name}")
    keys = [locate(object_type, item.identity)["claim"] or "" for item in inputs]
    if len(set(keys)) < len(keys):
        raise InvalidInput("Two inputs of the batch name the same record; give each record once.")
    traces = [item.trace_id for item in inputs]

    def attempt(left: Sequence[int]) -> list[Record]:
        return _put(unit, object_type, [inputs[n] for n in left], [keys[n] for n in left])

    whole_names = {name for each in hooks.attached(unit, object_type) for name in each.upserts_whole}
    if _is_traced(traces) and whole_names.isdisjoint(item.identity.property_name for item in inputs):
        records, refused = in_part(len(inputs), attempt)
        return _partial(unit, records, refused, traces)
    with whole(len(inputs)):
        return BatchResult(records=tuple(attempt(range(len(inputs)))))


def archive(unit: Unit, object_type: ObjectType, record_ids: Sequence[str]) -> None:
    """Hide the records; unknown ids are passed over."""
    _bound(unit, len(record_ids))
    archive_all(unit, object_type, record_ids)


def _put(unit: Unit, object_type: ObjectType, inputs: Sequence[UpdateInput], keys: Sequence[str]) -> list[Record]:
    """The records of an upsert, updated where their key is claimed and made where not; Refused with what is wrong."""
    owners = claims.owners(unit, keys)
    for _ in range(_ATTEMPTS):
        try:
            return _put_by(unit, object_type, inputs, keys, owners)
        except Refused:
            # Others may have made or archived one of these records since it was looked for.
            before, owners = owners, claims.owners(unit, keys)
            if owners == before:
                raise
    raise Busy("The records are being written by others at this moment; try again.")


def _put_by(
    unit: Unit, object_type: ObjectType, inputs: Sequence[UpdateInput], keys: Sequence[str], owners: Mapping[str, int]
) -> list[Record]:
    present = [n for n, key in enumerate(keys) if key in owners]
    absent = [n for n, key in enumerate(keys) if key not in owners]

    def put(together: Unit) -> list[Record]:
        records: dict[int, Record] = {}
        if present:
            updates = [_by_id(inputs[n], owners[keys[n]]) for n in present]
            with _placed(present):
                records.update(zip(present, update_each(together, object_type, updates), strict=True))
        if absent:
            creates = [_with_identity(inputs[n]) for n in absent]
            with _placed(absent):
                records.update(zip(absent, create_each(together, object_type, creates), strict=True))
        return [records[n] for n in range(len(inputs))]

    return unit.together(put) if present and absent else put(unit)


@contextmanager
def _placed(places: Sequence[int]) -> Iterator[None]:
    """Name refused and missing inputs by their places in a longer list."""
    try:
        yield
    except Missing as missing:
        raise Refused({places[n]: missing for n in missing.indexes}) from missing
    except Refused as refused:
        raise Refused({places[n]: error for n, error in refused.errors.items()}) from refused


def _partial(
    unit: Unit, records: Sequence[Record], refused: Mapping[int, CRMError], traces: Sequence[str | None]
) -> BatchResult:
    if not records:
        # What was refused rests on definitions that no statement has been checked against.
        unit.graph.ask(load("definitions").confirm)
    errors = (BatchError(error=error, trace_ids=(traces[n] or "",)) for n, error in refused.items())
    return BatchResult(records=tuple(records), errors=tuple(errors))


def _bound(unit: Unit, count: int, most: int | None = None) -> None:
    most = unit.limits.batch_size if most is None else most
    if count > most:
        raise TooMany(f"A batch has at most {most} inputs, not {count}.")


def _is_traced(trace_ids: Sequence[str | None]) -> bool:
    return bool(trace_ids) and None not in trace_ids and len(set(trace_ids)) == len(trace_ids)


def _not_found(object_type: ObjectType) -> RecordNotFound:
    return RecordNotFound(
        f"Could not get some {object_type.name.upper()} objects, they may be deleted or not exist. "
        "Check that ids are valid."
    )


def _report(object_type: ObjectType, failed: Sequence[UpdateInput]) -> BatchError:
    traces = tuple(item.trace_id for item in failed if item.trace_id)
    ids = tuple(item.identity.value for item in failed)
    return BatchError(error=_not_found(object_type), ids=ids, trace_ids=traces)


def _by_id(item: UpdateInput, record_id: int) -> UpdateInput:
    return UpdateInput(identity=Identity(str(record_id)), properties=item.properties, trace_id=item.trace_id)


def _with_identity(item: UpdateInput) -> CreateInput:
    name = item.identity.property_name or ""
    return CreateInput(properties={**item.properties, name: item.identity.value}, trace_id=item.trace_id)
