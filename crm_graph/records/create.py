"""Records made, one or many in one statement, with their claims, first revisions and associations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property_types import Append
from crm_graph.errors import CRMError, InactiveObjectType, InvalidValues, OperationRefused, Refused
from crm_graph.graph.convert import to_milliseconds
from crm_graph.graph.failures import ConstraintViolated
from crm_graph.graph.queries import load
from crm_graph.records import associations, claims, hooks, revise, values
from crm_graph.records.hooks import Change
from crm_graph.records.record import SYSTEM_PROPERTIES, CreateInput, Native, Record
from crm_graph.records.refusals import whole
from crm_graph.unit import Unit

_READING = ("list", "read", "search")
"""What an object type permits while it is being removed."""


def create_all(
    unit: Unit, object_type: ObjectType, inputs: Sequence[CreateInput], *, kind: str = "create"
) -> list[Record]:
    """The new records in input order, all or none of them.

    Raises InvalidValues (with the index of the input), MissingRequired, RecordExists,
    UniqueValueTaken, InvalidAssociation and what rules of the object type raise.
    """
    with whole(len(inputs)):
        return create_each(unit, object_type, inputs, kind=kind)


def create_each(
    unit: Unit, object_type: ObjectType, inputs: Sequence[CreateInput], *, kind: str = "create"
) -> list[Record]:
    """Like create_all, but what is wrong with single inputs is raised as Refused, with all that were found at once."""
    changes, refused = prepare(unit, object_type, inputs)
    if refused:
        raise Refused(refused)
    return _write_each(unit, object_type, list(zip(inputs, changes.values(), strict=True)), kind)


def refuse_unless(object_type: ObjectType, operation: str) -> None:
    """OperationRefused where the object type does not take part in it, InactiveObjectType while it is switched off.

    The latter also for writes of one that is being removed.
    """
    if not object_type.active:
        raise InactiveObjectType(
            f"{object_type.display_name_plural} are not active; a super admin can activate them.",
            objectType=[object_type.name],
        )
    if object_type.closing and operation not in _READING:
        raise InactiveObjectType(
            f"{object_type.display_name_plural} are being removed from the account.", objectType=[object_type.name]
        )
    if not object_type.permits(operation):
        raise OperationRefused(f"{object_type.display_name_plural} do not support {operation}.")


def prepare(
    unit: Unit, object_type: ObjectType, inputs: Sequence[CreateInput]
) -> tuple[dict[int, Change], dict[int, CRMError]]:
    """New records after every rule, and why others are refused, both by the index of the input; nothing is written.

    They are refused with InvalidValues, MissingRequired and what rules of the object type say.
    """
    refuse_unless(object_type, "create")
    changes: dict[int, Change] = {}
    refused: dict[int, CRMError] = {}
    for index, item in enumerate(inputs):
        read, faults = values.read(object_type, unit.model, item.properties, creating=True, at=unit.clock.read())
        native = {
            name: values.resolve(value, None) if isinstance(value, Append) else value
            for name, value in read.items()
            if value is not None
        }
        at = unit.clock.now()
        changes[index] = Change(values=native, at=at, created_at=at, associations=item.associations, faults=faults)
    hooks.run(hooks.attached(unit, object_type), unit, object_type, list(changes.values()))
    for index, change in list(changes.items()):
        if refusal := _refusal(object_type, change):
            refused[index] = refusal
            del changes[index]
    return changes, refused


def _refusal(object_type: ObjectType, change: Change) -> CRMError | None:
    """Everything that is wrong with the values of a new record, else why a rule does not allow it."""
    wrong = {fault.name for fault in change.faults}
    if object_type.pipeline_property in wrong:
        wrong.add(object_type.stage_property or "")  # which is filled in for a pipeline that there is
    missing = values.missing(object_type, change.values, wrong)
    if change.faults:
        return InvalidValues([*change.faults, *(missing.faults if missing else ())])
    return change.refusal or missing


def write(
    unit: Unit, object_type: ObjectType, prepared: Sequence[tuple[CreateInput, Change]], kind: str = "create"
) -> list[Record]:
    """The prepared records, written whole; together with their associations where there are any.

    Raises what create_all raises about claims and associations.
    """
    with whole(len(prepared)):
        return _write_each(unit, object_type, prepared, kind)


def _write_each(
    unit: Unit, object_type: ObjectType, prepared: Sequence[tuple[CreateInput, Change]], kind: str
) -> list[Record]:
    if not prepared:
        return []
    if any(item.associations for item, _ in prepared):
        return unit.together(lambda together: _write(together, object_type, prepared, kind))
    return _write(unit, object_type, prepared, kind)


def _write(
    unit: Unit, object_type: ObjectType, prepared: Sequence[tuple[CreateInput, Change]], kind: str
) -> list[Record]:
    ids = unit.ids.take(object_type.id, len(prepared))
    records, rows, wanted = [], [], []
    for record_id, (item, change) in zip(ids, prepared, strict=True):
        record = _record(unit, object_type, record_id, change)
        claimed = claims.of(object_type, record.properties)
        records.append(record)
        wanted.append(claimed)
        rows.append(_row(unit, object_type, record, change, claimed, item.import_key, kind))
    words, word_lists = values.searchable_names(object_type)
    query = load("records").create.on(node_label=object_type.node_label)
    try:
        unit.graph.change(query, rows=rows, words=words, word_lists=word_lists)
    except ConstraintViolated as error:
        keys = {key for claimed in wanted for key in claimed}
        owners = {**claims.owners(unit, keys), **claims.blocked(unit, object_type, keys)}
        if refused := claims.refusals(unit, object_type, wanted, owners=owners):
            raise Refused(refused) from error
        raise claims.given_up(error) from error
    if any(item.associations for item, _ in prepared):
        made = [(record.id, item.associations) for record, (item, _) in zip(records, prepared, strict=True)]
        associations.attach_new(unit, object_type, made)
    return records


def _record(unit: Unit, object_type: ObjectType, record_id: int, change: Change) -> Record:
    given = {name: value for name, value in change.values.items() if value is not None}
    created = given.get(object_type.created_property)
    stored = {name: value for name, value in given.items() if name not in SYSTEM_PROPERTIES}
    stored.update(_origin(unit, object_type))
    return Record(
        object_type=object_type,
        id=record_id,
        properties=stored,
        created_at=change.at if created is None else to_milliseconds(created),
        updated_at=change.at,
        is_new=True,
    )


def _row(
    unit: Unit,
    object_type: ObjectType,
    record: Record,
    change: Change,
    claimed: Mapping[str, str],
    import_key: str | None,
    kind: str,
) -> dict[str, Any]:
    given = {name: value for name, value in record.properties.items() if name in change.values}
    made = claims.nodes(object_type, claimed)
    if import_key is not None:
        made.append({"key": claims.import_key(object_type, import_key)})
    return {
        "properties": {
            **record.properties,
            **values.folded(object_type, record.properties),
            "_id": record.id,
            "_key": record.key,
            "_kind": object_type.id,
            "_version": 1,
            "_created_at": record.created_at,
            "_updated_at": change.at,
            "_changed_at": change.at,
        },
        "claims": made,
        "revision": revise.first(unit, record.key, kind, given, change.at),
    }


def _origin(unit: Unit, object_type: ObjectType) -> dict[str, Native]:
    """Where a record came from, in the properties that the object type has for it."""
    actor = unit.actor
    found = {
        "hs_object_source": actor.source,
        "hs_object_source_label": actor.source,
        "hs_object_source_id": actor.source_id or actor.name,
        "hs_created_by_user_id": actor.user_id,
    }
    return {name: value for name, value in found.items() if name in object_type.properties}
