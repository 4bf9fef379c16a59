"""The data model as plain values, ready to be JSON: what the API answers and the command prints."""

from __future__ import annotations

from typing import Any

from crm_graph.definitions.association import AssociationPair, AssociationType
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import CATEGORIES, ObjectType
from crm_graph.definitions.pipeline import Pipeline, Stage
from crm_graph.definitions.property import Property
from crm_graph.diagram.counts import Counts, PairCount
from crm_graph.diagram.parts import live_types

Body = dict[str, Any]


def shown(model: DataModel, counts: Counts) -> Body:
    """Everything that is defined, object types by their name in paths, with how much there is of each."""
    object_types = live_types(model)
    types = sum(not each.archived for pair in model.pairs.values() for each in pair.types)
    return {
        "version": model.version,
        "accountId": model.account_id,
        "totals": {
            "objectTypes": len(object_types),
            "associationTypes": types,
            "records": sum(counts.records.values()),
            "associations": sum(each.associations for each in counts.pairs.values()),
        },
        "categories": [
            {"name": name, "label": name.capitalize(), "displayOrder": place} for place, name in enumerate(CATEGORIES)
        ],
        "objectTypes": {each.plural: _object_type(each, counts) for each in object_types},
        "associations": [_pair(model, each, counts) for each in model.pairs.values()],
    }


def _object_type(object_type: ObjectType, counts: Counts) -> Body:
    return {
        "objectTypeId": object_type.id,
        "name": object_type.name,
        "plural": object_type.plural,
        "fullyQualifiedName": object_type.fully_qualified_name,
        "labels": {"singular": object_type.display_name, "plural": object_type.display_name_plural},
        "description": object_type.description,
        "category": object_type.category,
        "categories": list(object_type.categories),
        "icon": object_type.icon,
        "nodeLabel": object_type.node_label,
        "archivedNodeLabel": object_type.archived_label,
        "records": counts.records_of(object_type),
        "archivedRecords": counts.archived.get(object_type.name, 0),
        "builtIn": object_type.built_in,
        "needsActivation": object_type.needs_activation,
        "active": object_type.active,
        "tier": object_type.tier,
        "tools": list(object_type.tools),
        "operations": list(object_type.operations),
        "primaryDisplayProperties": list(object_type.primary),
        "secondaryDisplayProperties": list(object_type.secondary),
        "requiredProperties": [list(group) for group in object_type.required],
        "uniqueProperties": list(object_type.unique_properties),
        "searchableProperties": list(object_type.searchable),
        "pipelineProperty": object_type.pipeline_property,
        "stageProperty": object_type.stage_property,
        "groups": [
            {"name": each.name, "label": each.display_name, "displayOrder": each.display_order}
            for each in object_type.groups.values()
            if not each.archived
        ],
        "properties": [_property(object_type, each) for each in object_type.live_properties.values()],
        "pipelines": [_pipeline(each) for each in object_type.live_pipelines],
    }


def _property(object_type: ObjectType, found: Property) -> Body:
    return {
        "name": found.name,
        "label": found.display_name,
        "description": found.description,
        "groupName": found.group,
        "type": found.type,
        "fieldType": found.field_type,
        "options": [
            {"value": each.value, "label": each.display_name, "hidden": each.hidden}
            for each in object_type.options_of(found)
        ],
        "optionsFrom": found.options_from,
        "required": (found.name,) in object_type.required,
        "unique": found.unique,
        "readOnly": found.read_only,
        "calculated": found.calculated,
        "indexed": found.indexed,
        "searchable": found.name in object_type.searchable,
        "hidden": found.hidden,
        "builtIn": found.built_in,
    }


def _pipeline(pipeline: Pipeline) -> Body:
    return {
        "id": pipeline.id,
        "label": pipeline.display_name,
        "displayOrder": pipeline.display_order,
        "stages": [
            {
                "id": each.id,
                "label": each.display_name,
                "displayOrder": each.display_order,
                "probability": _probability(each),
                "closed": each.is_closed,
                "metadata": dict(each.metadata),
            }
            for each in pipeline.live_stages
        ],
    }


def _probability(stage: Stage) -> float | None:
    """Chance to win, 0..1; a stage of a type without such a thing may have any text of that name."""
    try:
        return stage.probability
    except ValueError:
        return None


def _pair(model: DataModel, pair: AssociationPair, counts: Counts) -> Body:
    count = counts.pairs.get(pair.relationship_type, PairCount())
    return {
        "from": model.object_types[pair.source].plural,
        "to": model.object_types[pair.target].plural,
        "relationshipType": pair.relationship_type,
        "pastRelationshipType": pair.past_relationship_type,
        "associations": count.associations,
        "stored": count.stored,
        "fromLive": count.from_live,
        "toLive": count.to_live,
        "types": [_type(each) for each in pair.types if not each.archived],
    }


def _type(found: AssociationType) -> Body:
    """An association type with both its directions: the plain names are those of the pair's `from`."""
    return {
        "typeId": found.id,
        "inverseTypeId": found.inverse_id,
        "category": found.category,
        "name": found.name,
        "inverseName": found.inverse_name,
        "label": found.association_label,
        "inverseLabel": found.inverse_label,
        "maxToObjectIds": found.source_max,
        "inverseMaxToObjectIds": found.target_max,
        "default": found.is_default,
        "primary": found.is_primary,
    }
