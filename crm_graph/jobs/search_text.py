"""What is searchable of an object type, changed for the records that are stored already.

A full-text query looks at one text of each record, which its writers make of the searchable
properties. From a change on they make it of the new ones; a job that is added in the same
transaction makes the texts of all records anew, page by page, once no writer is left that made
them of the old ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from crm_graph.crm import Crm
from crm_graph.definitions.changes import object_types
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.object_type import ObjectType
from crm_graph.graph.queries import load
from crm_graph.jobs import job
from crm_graph.jobs.job import Held
from crm_graph.records import values
from crm_graph.unit import Actor, Unit

KIND = "search_text"

_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far the records of an object type are found by what is searchable now; `state` is that of the job."""

    state: str
    done: int
    total: int | None


def change(unit: Unit, object_type: ObjectType, changes: Mapping[str, Any]) -> ObjectType:
    """The object type after fields of its schema changed; stored records follow where others are searchable now."""
    if set(changes.get("searchable", object_type.searchable)) == set(object_type.searchable):
        return object_types.change(unit, object_type, changes)
    job_id = unit.clock.new_id()
    parameters = {"object_type": object_type.name, "user_id": unit.actor.user_id}
    return object_types.change(
        unit,
        object_type,
        {**changes, "search_job": job_id},
        beside=lambda inner: job.add_within(inner, KIND, parameters, job_id=job_id),
    )


def progress(unit: Unit, found: Iterable[ObjectType]) -> dict[str, Progress]:
    """By name of the object type how far its last change of what is searchable has come; none where there was none."""
    jobs = {each.search_job: each.name for each in found if each.search_job}
    if not jobs:
        confirm(unit)
        return {}
    rows = unit.graph.ask(load("jobs").progress, ids=list(jobs))["jobs"]
    return {jobs[row["id"]]: Progress(state=row["state"], done=row["done"], total=row["total"]) for row in rows}


def work(crm: Crm, held: Held) -> bool:
    """Make the texts of an object type's records anew, from the job's cursor on: what `jobs.worker` runs."""
    crm.graph.settle()
    actor = Actor(user_id=held.job.parameters["user_id"], is_super_admin=True)
    first: int | None = held.job.cursor
    while first is not None:
        if held.stopping():
            return False
        first = crm.run(actor, lambda unit, first=first: _write_page(unit, held, first))  # type: ignore[misc]
    return True


def _write_page(unit: Unit, held: Held, first: int) -> int | None:
    """The id with which the next page begins; None when there is none."""
    object_type = unit.model.object_types.get(held.job.parameters["object_type"])
    if object_type is None or object_type.archived:
        return None
    statement = load("indexing").text_page.on(node_label=object_type.node_label)
    page = unit.graph.ask(statement, first=first, limit=_PAGE)
    if page["last"] is None:
        return None
    words, word_lists = values.searchable_names(object_type)

    def write(together: Unit) -> None:
        held.advance(together, cursor=page["last"] + 1, done=page["count"], total=page["total"])
        together.graph.change(
            load("indexing").write_texts.on(node_label=object_type.node_label),
            first=first,
            last=page["last"],
            words=words,
            word_lists=word_lists,
        )

    unit.together(write)
    return int(page["last"]) + 1
