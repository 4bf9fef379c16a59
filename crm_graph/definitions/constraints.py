"""Constraints and indexes that follow from definitions, as schema commands for `Graph.define`.

One of the two modules that compose Cypher; every identifier comes from a definition and passes
through `quote`. All commands say IF NOT EXISTS, so that two processes may run them at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crm_graph.definitions.association import AssociationPair, AssociationType
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.graph.identifiers import quote

_OWNER = "hubspot_owner_id"


def of_model(model: DataModel, *, every_pair: bool = False) -> list[str]:
    """Everything that the object types and the used pairs of the model need, or could if every pair was used."""
    commands = [text for found in model.object_types.values() if not found.archived for text in _object_type(found)]
    commands += [text for pair in model.pairs.values() if every_pair or pair.is_indexed for text in _pair(pair)]
    return commands


def of_object_type(object_type: ObjectType) -> list[str]:
    """Uniqueness of ids among live and among archived records, and the indexes of one object type."""
    return list(_object_type(object_type))


def of_property(object_type: ObjectType, found: Property) -> list[str]:
    """The index of one property that is marked as indexed."""
    return [_node_index(object_type.node_label, _stored_key(found))]


def without_property(object_type: ObjectType, found: Property) -> list[str]:
    """The command that removes the index of one property."""
    return [f"DROP INDEX {quote(_name(object_type.node_label, _stored_key(found)))} IF EXISTS"]


def of_pairs(pairs: Sequence[AssociationPair]) -> list[str]:
    """What the relationships of pairs need before the first of them is made."""
    return [command for pair in pairs for command in _pair(pair)]


def of_limit(pair: AssociationPair, found: AssociationType) -> list[str]:
    """The indexes by which the limits of one association type are counted."""
    return list(_limits(pair, (found,)))


def without_object_type(object_type: ObjectType) -> list[str]:
    """Commands that remove everything `of_object_type` made, for a type that is purged."""
    names = [_name(object_type.node_label, key) for key in _indexed_keys(object_type)]
    unique = [_name(each, "_id") for each in (object_type.node_label, object_type.archived_label)]
    return [f"DROP CONSTRAINT {quote(name)} IF EXISTS" for name in unique] + [
        f"DROP INDEX {quote(name)} IF EXISTS" for name in names
    ]


def _stored_key(found: Property) -> str:
    # Strings are searched folded, and the folded value is cut: a range index refuses a key of more than 8 kB.
    return f"_f_{found.name}" if found.indexed and found.type == "string" else found.name


def _object_type(object_type: ObjectType) -> Iterator[str]:
    for node_label in (object_type.node_label, object_type.archived_label):
        yield (
            f"CREATE CONSTRAINT {quote(_name(node_label, '_id'))} IF NOT EXISTS "
            f"FOR (r:{quote(node_label)}) REQUIRE r._id IS UNIQUE"
        )
    for key in _indexed_keys(object_type):
        yield _node_index(object_type.node_label, key)


def _indexed_keys(object_type: ObjectType) -> Sequence[str]:
    always = (_OWNER, object_type.pipeline_property, object_type.stage_property)
    indexed = [found for found in object_type.live_properties.values() if found.indexed or found.name in always]
    return ["_created_at", "_updated_at", *(_stored_key(found) for found in indexed)]


def _node_index(node_label: str, key: str) -> str:
    return f"CREATE INDEX {quote(_name(node_label, key))} IF NOT EXISTS FOR (r:{quote(node_label)}) ON (r.{quote(key)})"


def _pair(pair: AssociationPair) -> Iterator[str]:
    yield _relationship_unique(pair.relationship_type, "pair", "from_id", "to_id", "type_id")
    yield _relationship_index(pair.relationship_type, "back", "to_id", "from_id")
    yield _relationship_index(pair.past_relationship_type, "to", "to_id", "until")
    yield _relationship_index(pair.past_relationship_type, "from", "from_id", "until")
    if any(found.is_primary for found in pair.types):
        yield _relationship_unique(pair.relationship_type, "one", "one_of")
    yield from dict.fromkeys(_limits(pair, pair.types))


def _limits(pair: AssociationPair, types: Sequence[AssociationType]) -> Iterator[str]:
    # A type that is its own inverse is counted from both sides, whichever limit is set.
    limits = [(found.source_max, found.target_max, found.is_symmetric) for found in types if not found.archived]
    if any(source or (symmetric and target) for source, target, symmetric in limits):
        yield _relationship_index(pair.relationship_type, "sent", "from_id", "type_id")
    if any(target or (symmetric and source) for source, target, symmetric in limits):
        yield _relationship_index(pair.relationship_type, "received", "to_id", "type_id")


def _relationship_index(relationship_type: str, suffix: str, *keys: str) -> str:
    on = ", ".join(f"x.{quote(key)}" for key in keys)
    name = quote(_name(relationship_type, suffix))
    return f"CREATE INDEX {name} IF NOT EXISTS FOR ()-[x:{quote(relationship_type)}]-() ON ({on})"


def _relationship_unique(relationship_type: str, suffix: str, *keys: str) -> str:
    on = ", ".join(f"x.{quote(key)}" for key in keys)
    name = quote(_name(relationship_type, suffix))
    return f"CREATE CONSTRAINT {name} IF NOT EXISTS FOR ()-[x:{quote(relationship_type)}]-() REQUIRE ({on}) IS UNIQUE"


def _name(subject: str, key: str) -> str:
    return f"{subject}_{key}"
