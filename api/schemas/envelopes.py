"""What is around the results of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.schemas.moments import moment
from crm_graph.unit import Unit

Body = dict[str, Any]


def completed(unit: Unit, results: Sequence[Body], errors: Sequence[Body] = ()) -> Body:
    """The body of a batch that came to its end; with errors it is answered as 207."""
    at = moment(unit.clock.read())
    body: Body = {"status": "COMPLETE", "results": list(results), "startedAt": at, "completedAt": at}
    if errors:
        body |= {"numErrors": len(errors), "errors": list(errors)}
    return body
