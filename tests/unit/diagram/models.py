"""Data models to draw: the built-in one with as many custom object types as a test wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from crm_graph.definitions import catalogue
from crm_graph.definitions.association import AssociationPair, AssociationType
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.naming import relationship_type
from crm_graph.definitions.overlay import custom_object_type
from crm_graph.diagram.counts import Counts, PairCount

ALWAYS = ("email", "meeting", "note", "task", "call", "conversation", "contact", "company")
"""Built-in object types with which a custom one is associated."""

_FIRST_ID = 100_000


def model(custom: int = 0, *, names: Sequence[str] = (), inactive: Sequence[int] = ()) -> DataModel:
    """The built-in data model with custom object types, each associated with others and with itself."""
    found = catalogue.load()
    types, pairs = dict(found.object_types), dict(found.pairs)
    for number in range(custom):
        name = f"thing{number}"
        shown = names[number] if number < len(names) else f"Roast batch {number}"
        made = custom_object_type(
            {
                "id": f"2-{number}",
                "name": name,
                "plural": name,
                "node_label": f"Thing{number}",
                "display_name": shown,
                "display_name_plural": shown,
                "active": number not in inactive,
            }
        )
        types[name] = made
        for place, far in enumerate((*ALWAYS, name)):
            pair = _pair(name, far, _FIRST_ID + 100 * number + 2 * place)
            pairs[pair.relationship_type] = pair
    return replace(found, object_types=types, pairs=pairs)


def labelled(found: DataModel, source: str, target: str, *labels: str) -> DataModel:
    """The model with association labels on a pair; a label is the same from both ends."""
    pair = found.pair(found.object_type(source), found.object_type(target))
    types = [
        AssociationType(
            id=200_000 + 2 * place,
            inverse_id=200_001 + 2 * place,
            source=pair.source,
            target=pair.target,
            association_label=label,
            inverse_label=label,
        )
        for place, label in enumerate(labels)
    ]
    changed = replace(pair, types=(*pair.types, *types))
    return replace(found, pairs={**found.pairs, pair.relationship_type: changed})


def counts(found: DataModel, records: int = 1_234, associations: int = 56) -> Counts:
    """The same number of records of every type; every other pair has associations."""
    return Counts(
        records=dict.fromkeys(found.object_types, records),
        pairs={
            name: PairCount(associations, associations, associations) if place % 2 else PairCount()
            for place, name in enumerate(found.pairs)
        },
    )


def _pair(source: str, target: str, type_id: int) -> AssociationPair:
    name = relationship_type(source, target)
    default = AssociationType(id=type_id, inverse_id=type_id + 1, source=source, target=target, is_default=True)
    return AssociationPair(source=source, target=target, relationship_type=name, types=(default,))
