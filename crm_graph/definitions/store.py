"""Reads the data model: the built-in one from its tables, with what the graph holds laid over it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from crm_graph.config import Settings
from crm_graph.definitions import catalogue, constraints
from crm_graph.definitions.association import AssociationPair
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.overlay import overlaid
from crm_graph.graph.database import Graph
from crm_graph.graph.queries import load as load_queries


def load(graph: Graph, settings: Settings, previous: DataModel | None = None) -> tuple[DataModel, int]:
    """The data model and the access version as they are now; `previous` itself where only access moved."""
    queries = load_queries("definitions")
    if previous is not None:
        versions = graph.plain(queries.versions)
        if versions["model_version"] == previous.version:
            return previous, versions["access_version"]
    stored = graph.plain(queries.load)
    model = overlaid(catalogue.load(), stored, settings.account_id)
    return model, stored["access_version"]


def prepare(graph: Graph, settings: Settings) -> bool:
    """Make every constraint and index that the data model needs; whether any could be missing.

    Nothing is asked of the schema where the built-in model needs what it needed at the last start: what was
    defined since, and what pairs need that were used since, was made before it was published.
    """
    queries = load_queries("definitions")
    digest = hashlib.sha256("\n".join(constraints.of_model(catalogue.load(), every_pair=True)).encode()).hexdigest()
    if graph.plain(queries.prepared)["digest"] == digest:
        return False
    graph.define(constraints.of_model(load(graph, settings)[0]))
    graph.plain(queries.set_prepared, digest=digest)
    return True


def ensure_pairs(graph: Graph, pairs: Sequence[AssociationPair]) -> None:
    """Make what the relationships of pairs need, and let every process know that it is there."""
    graph.define(constraints.of_pairs(pairs))
    types = [pair.relationship_type for pair in pairs]
    graph.plain(load_queries("definitions").publish_pairs, relationship_types=types)
