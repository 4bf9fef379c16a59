"""The feed: every change of every record once, in one order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_smorest import Blueprint

from api.endpoint import crm, endpoint, fixed
from api.paging import page_size, paged
from api.schemas.feed import ChangesBody, ChangesQuery
from api.schemas.moments import moment
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.data_model import DataModel
from crm_graph.feed.read import Event, read
from crm_graph.unit import Unit

Body = dict[str, Any]

blueprint = Blueprint(
    "feed", __name__, url_prefix="/crm/graph/v1", description="Every change of every record once, in one order"
)

_PAGE = 100


@blueprint.route("/changes")
@endpoint(query=ChangesQuery, scopes=fixed("crm.feed.read"), form=ChangesBody)
def changes(unit: Unit, query: Body) -> Body:
    """Changes behind a cursor; every one that was committed before the request is among those to come."""
    confirm(unit)
    limit = page_size(query["limit"], unit.limits.feed_batch, _PAGE)
    page = read(crm().graph, query["after"], limit)
    results = [_shown(unit.model, event) for event in page.events]
    body = paged(results, page.after if len(results) == limit else None)
    return {**body, "after": str(page.after)}


def _shown(model: DataModel, event: Event) -> Body:
    return {
        "sequence": event.seq,
        "objectTypeId": event.object_type_id,
        "objectId": event.record_id,
        "version": event.version,
        "kind": event.kind,
        "occurredAt": moment(event.at),
        "transactionId": event.transaction_id,
        "sourceType": event.source,
        "sourceId": event.source_id,
        "updatedBy": event.actor,
        "properties": _properties(model, event),
        "added": _associations(event.added),
        "removed": _associations(event.removed),
        **(_merged(event) if event.kind == "merge" else {}),
    }


def _merged(event: Event) -> Body:
    told: Body = {
        "receivedAdded": _associations(event.received_added),
        "receivedRemoved": _associations(event.received_removed),
    }
    return told if event.merged_into is None else {**told, "mergedInto": event.merged_into.partition(":")[2]}


def _properties(model: DataModel, event: Event) -> list[Body]:
    found = model.find_object_type(event.object_type_id)
    presenters = found.presenters if found else {}

    def shown(name: str, value: Any) -> str | None:
        # What is no longer defined is shown as it is stored.
        return None if value is None else presenters.get(name, str)(value)

    return [
        {"name": name, "before": shown(name, event.before[name]), "after": shown(name, after)}
        for name, after in event.after.items()
    ]


def _associations(ends: Iterable[tuple[str, int]]) -> list[Body]:
    found = []
    for far_key, type_id in ends:
        object_type_id, _, object_id = far_key.partition(":")
        found.append({"toObjectTypeId": object_type_id, "toObjectId": object_id, "associationTypeId": type_id})
    return found
