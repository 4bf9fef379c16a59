"""The data model as GraphML: a node for each object type, an edge for each association type."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from crm_graph.definitions.association import AssociationPair, AssociationType
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.diagram.counts import Counts
from crm_graph.diagram.parts import live_types
from crm_graph.diagram.xml import escaped

Value = str | int | bool | None


class Key(NamedTuple):
    """An attribute as GraphML declares it; its id in the file begins with the kind of what has it."""

    kind: str
    name: str
    type: str


NODE_KEYS = (
    Key("node", "objectTypeId", "string"),
    Key("node", "label", "string"),
    Key("node", "category", "string"),
    Key("node", "nodeLabel", "string"),
    Key("node", "builtIn", "boolean"),
    Key("node", "active", "boolean"),
    Key("node", "properties", "int"),
    Key("node", "records", "long"),
    Key("node", "archivedRecords", "long"),
)
EDGE_KEYS = (
    Key("edge", "typeId", "long"),
    Key("edge", "inverseTypeId", "long"),
    Key("edge", "category", "string"),
    Key("edge", "name", "string"),
    Key("edge", "label", "string"),
    Key("edge", "inverseLabel", "string"),
    Key("edge", "default", "boolean"),
    Key("edge", "primary", "boolean"),
    Key("edge", "maxPerSource", "long"),
    Key("edge", "maxPerTarget", "long"),
    Key("edge", "relationshipType", "string"),
    Key("edge", "associationsOfPair", "long"),
)


def written(model: DataModel, counts: Counts) -> str:
    """The file."""
    return "\n".join(
        [
            '<?xml version="1.0" encoding="UTF-8"?>',
            '<graphml xmlns="http://graphml.graphdrawing.org/xmlns" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
            'xsi:schemaLocation="http://graphml.graphdrawing.org/xmlns '
            'http://graphml.graphdrawing.org/xmlns/1.0/graphml.xsd">',
            *map(_key, (*NODE_KEYS, *EDGE_KEYS)),
            '<graph id="data-model" edgedefault="directed">',
            *(_node(each, counts) for each in live_types(model)),
            *_edges(model, counts),
            "</graph>",
            "</graphml>",
            "",
        ]
    )


def _key(key: Key) -> str:
    return f'<key id="{key.kind}.{key.name}" for="{key.kind}" attr.name="{key.name}" attr.type="{key.type}"/>'


def _node(object_type: ObjectType, counts: Counts) -> str:
    values = (
        object_type.id,
        object_type.display_name,
        object_type.category,
        object_type.node_label,
        object_type.built_in,
        object_type.active,
        len(object_type.live_properties),
        counts.records_of(object_type),
        counts.archived.get(object_type.name, 0),
    )
    return f'<node id="{escaped(object_type.plural)}">{_data(NODE_KEYS, values)}</node>'


def _edges(model: DataModel, counts: Counts) -> Iterator[str]:
    for pair in model.pairs.values():
        ends = [escaped(model.object_types[each].plural) for each in (pair.source, pair.target)]
        for each in pair.types:
            if not each.archived:
                data = _data(EDGE_KEYS, _values(pair, each, counts))
                yield f'<edge id="association-{each.id}" source="{ends[0]}" target="{ends[1]}">{data}</edge>'


def _values(pair: AssociationPair, found: AssociationType, counts: Counts) -> tuple[Value, ...]:
    return (
        found.id,
        found.inverse_id,
        found.category,
        found.name,
        found.association_label,
        found.inverse_label,
        found.is_default,
        found.is_primary,
        found.source_max,
        found.target_max,
        pair.relationship_type,
        counts.associations_of(pair),
    )


def _data(keys: tuple[Key, ...], values: tuple[Value, ...]) -> str:
    """What is known of one thing; what there is none of is left out."""
    return "".join(
        f'<data key="{key.kind}.{key.name}">{_text(value)}</data>'
        for key, value in zip(keys, values, strict=True)
        if value is not None
    )


def _text(value: str | int | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else escaped(str(value))
