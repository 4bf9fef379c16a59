"""Records hidden, brought back, and removed for good."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from crm_graph.clock import DAY_MS
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import Busy, Conflict, RecordNotFound, RuleBroken
from crm_graph.graph.database import Graph
from crm_graph.graph.failures import ConstraintViolated
from crm_graph.graph.queries import load
from crm_graph.records import association_limits, claims, create, hooks, read, revise, values
from crm_graph.records.association_limits import LimitedPair
from crm_graph.records.record import Record, Selection, is_id, read_id
from crm_graph.unit import Unit

_ATTEMPTS = 10


def archive_all(unit: Unit, object_type: ObjectType, record_ids: Sequence[str]) -> int:
    """How many records were archived; unknown and archived ones are passed over.

    Associations stay and are hidden from the other end; unique values become free.
    """
    create.refuse_unless(object_type, "archive")
    ids = sorted({int(text) for text in record_ids if is_id(text)})
    keys = [f"{object_type.id}:{record_id}" for record_id in ids]
    rows = [{"key": key, "at": unit.clock.now(), "revision": revise.stamp(unit, key, "archive")} for key in keys]
    if not rows:
        return 0
    query = load("records").archive.on(node_label=object_type.node_label, archived_label=object_type.archived_label)
    archived: int = unit.graph.change(query, locks=keys, rows=rows)["archived"]
    return archived


def restore(unit: Unit, object_type: ObjectType, record_id: str) -> Record:
    """The archived record live again, with its associations.

    Raises RuleBroken later than `Limits.restore_days` after its archiving, RecordExists where one of its
    unique values was taken meanwhile, LimitExceeded where it or one of the records with which it is
    associated would have more associations than allowed, TooMany for more than
    `Limits.restored_associations` of types that have limits.
    """
    create.refuse_unless(object_type, "archive")
    if any(behaviour.refuses_restore for behaviour in hooks.attached(unit, object_type)):
        raise RuleBroken(f"{object_type.display_name_plural} cannot be restored once they are deleted.")
    key = f"{object_type.id}:{read_id(record_id)}"
    limited = association_limits.limited_pairs(unit, object_type)
    for _ in range(_ATTEMPTS):
        record = _archived(unit, object_type, key)
        if unit.clock.read() - (record.archived_at or 0) > unit.limits.restore_days * DAY_MS:
            raise RuleBroken(f"Records can be restored for {unit.limits.restore_days} days after they were archived.")
        work = partial(_revive, record=record, limited=limited)
        is_moved = unit.together(work) if limited else work(unit)
        if not is_moved:
            found = read.find(unit, object_type, [record_id], Selection(properties=read.EVERYTHING))[0]
            if found is not None:
                return found
    raise Busy("The record is being written by others at this moment; try again.")


def purge(unit: Unit, object_type: ObjectType, record_id: str) -> None:
    """Nothing is left of the record and of those merged into it but one revision that says so.

    The id of a merged record means the one that it became. Raises RecordNotFound where there is none.
    """
    create.refuse_unless(object_type, "archive")
    given = read_id(record_id)
    merged = claims.merged_key(object_type, given)
    key = f"{object_type.id}:{claims.owners(unit, [merged]).get(merged, given)}"
    if purge_all(unit, object_type, [key]).properties == {}:
        raise RecordNotFound


@dataclass(frozen=True, slots=True)
class Purged:
    """What records had as `properties`, by key, without those that were not there; None where the answer was lost."""

    properties: Mapping[str, Mapping[str, Any]] | None
    has_rest: bool
    """Whether associations, of which nothing is read any more, are left for the worker to remove."""


def purge_all(unit: Unit, object_type: ObjectType, keys: Sequence[str]) -> Purged:
    """Nothing is left to be read of the records; keys are in the order of ids."""
    row = unit.graph.change(
        load("records").purge,
        rows=[{"key": key, "revision": revise.stamp(unit, key, "purge")} for key in keys],
        object_type_id=object_type.id,
        merged=claims.merged_key(object_type, ""),
        at=unit.clock.now(),
        most=unit.limits.purged_associations,
    )
    return Purged(None if row["purged"] is None else dict(row["purged"]), bool(row["rest"]))


def remove_purged(graph: Graph) -> bool:
    """Remove a batch of associations of what was purged; whether there may be more. Safe to run anywhere at once."""
    return bool(graph.plain(load("jobs").remove_purged, limit=graph.limits.purged_associations)["has_more"])


def _revive(unit: Unit, record: Record, limited: Sequence[LimitedPair]) -> bool:
    """Whether the record was written by others since it was read, and nothing was done."""
    object_type = record.object_type
    association_limits.refuse_crowded(unit, object_type, record.id, limited)
    wanted = claims.of(object_type, record.properties)
    words, word_lists = values.searchable_names(object_type)
    try:
        row = unit.graph.change(
            load("records").restore.on(node_label=object_type.node_label, archived_label=object_type.archived_label),
            key=record.key,
            version=record.version,
            at=unit.clock.now(),
            claims=claims.nodes(object_type, wanted),
            folded=values.folded(object_type, record.properties),
            words=words,
            word_lists=word_lists,
            revision=revise.stamp(unit, record.key, "restore"),
        )
    except ConstraintViolated as error:
        if claims.blocked(unit, object_type, wanted):
            raise claims.refused_as_blocked() from error
        taken = claims.owners(unit, wanted)
        raise (claims.conflict(next(iter(taken.values()))) if taken else claims.given_up(error)) from error
    return bool(row["moved"])


def _archived(unit: Unit, object_type: ObjectType, key: str) -> Record:
    wanted = [{"key": key, "claim": None}]
    for _, node in unit.graph.ask(load("records").read_whole, wanted=wanted, archived=True)["records"]:
        if node.get("_merged_into") is not None:
            raise Conflict("The record was merged into another and cannot be restored.")
        return read.hydrate(object_type, node)
    raise RecordNotFound
