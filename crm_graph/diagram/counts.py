"""How many records and associations there are of each kind, from Neo4j's count store: exact, and no scan.

A statement with a COUNT expression for each number costs 5 ms of planning an expression, four
seconds for all built-in types and pairs, at the first call and again whenever a pair is used
first or an object type is defined. `db.stats.retrieve` hands out the same store in some 40 ms,
always. It is an administrator's procedure, so on an Enterprise server whose user may not call it
the expressions are used after all, for pairs that have associations.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crm_graph.definitions.association import AssociationPair
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.graph.failures import ProcedureRefused
from crm_graph.graph.queries import load
from crm_graph.search.compiler import Ends, compile_counts
from crm_graph.unit import Unit


@dataclass(frozen=True, slots=True)
class PairCount:
    """How many relationships of one pair are stored, those of archived records included, and how many of live ones.

    An association type between two records is one relationship, the unlabelled type included.
    """

    stored: int = 0
    from_live: int = 0
    to_live: int = 0

    @property
    def associations(self) -> int:
        """How many associations live records have with each other.

        Exact unless archived records at both ends have associations with live ones; then it is too high by the number
        at the end that has fewer, as the count store never knows both ends of a relationship.
        """
        return min(self.from_live, self.to_live)


@dataclass(frozen=True, slots=True)
class Counts:
    """Live and archived records by the name of their object type, associations by relationship type."""

    records: Mapping[str, int] = field(default_factory=dict)
    archived: Mapping[str, int] = field(default_factory=dict)
    pairs: Mapping[str, PairCount] = field(default_factory=dict)

    def records_of(self, object_type: ObjectType) -> int:
        """Live records of the object type."""
        return self.records.get(object_type.name, 0)

    def associations_of(self, pair: AssociationPair) -> int:
        """Associations of the pair, as PairCount tells them."""
        return self.pairs.get(pair.relationship_type, PairCount()).associations


def counted(unit: Unit) -> Counts:
    """The counts of this moment, by one statement."""
    model = unit.model
    object_types = [each for each in model.object_types.values() if not each.archived]
    labels = [label for each in object_types for label in (each.node_label, each.archived_label)]
    try:
        row = unit.graph.ask(load("diagram").counts, node_labels=labels, relationship_types=list(model.pairs))
        by_label = dict(row["nodes"])
        by_ends = {(name, start, end): count for name, start, end, count in row["relationships"]}
    except ProcedureRefused:
        known = [ends for pair in model.pairs.values() if pair.is_indexed for ends in _ends(model, pair)]
        row = unit.graph.ask(compile_counts(labels, known))
        by_label = dict(zip(labels, row["nodes"], strict=True))
        by_ends = dict(zip(known, row["relationships"], strict=True))
    return Counts(
        records={each.name: by_label.get(each.node_label, 0) for each in object_types},
        archived={each.name: by_label.get(each.archived_label, 0) for each in object_types},
        pairs={
            name: PairCount(*(by_ends.get(ends, 0) for ends in _ends(model, pair)))
            for name, pair in model.pairs.items()
        },
    )


def _ends(model: DataModel, pair: AssociationPair) -> tuple[Ends, Ends, Ends]:
    """What is counted of a pair, in the order of PairCount."""
    name = pair.relationship_type
    source, target = (model.object_types[each].node_label for each in (pair.source, pair.target))
    return (name, None, None), (name, source, None), (name, None, target)
