"""What people call a record, and how values read: for pages, never for the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType

_PERSON = ("firstname", "lastname")
"""Primary properties that are one name together."""
_LENGTH = 200


def name_of(object_type: ObjectType, record_id: int, values: Mapping[str, Any]) -> str:
    """The record's name by its primary properties, else by its type and id; at most 200 characters, in one line.

    The first primary property with a value is the name; first and last name are one together.
    """
    texts = {name: " ".join(str(value).split()) for name, value in values.items() if value not in (None, "")}
    person = " ".join(texts[name] for name in _PERSON if name in texts and name in object_type.primary)
    found = person or next((texts[name] for name in object_type.primary if texts.get(name)), "")
    return found[:_LENGTH] or f"{object_type.display_name} {record_id}"


def names_read(model: DataModel) -> list[str]:
    """The properties that name records of any object type: what is to be read of a record whose type is not known."""
    return sorted({name for each in model.object_types.values() if not each.archived for name in each.primary})


def value_text(object_type: ObjectType, name: str, text: str) -> str:
    """A value as it is shown: options, pipelines and stages by their names, everything else as the wire has it."""
    found = object_type.properties.get(name)
    if found is None or found.type != "enumeration" or found.options_from == "owners":
        return text
    names = {option.value: option.display_name for option in found.options}
    if found.options_from == "pipelines":
        names = {pipeline.id: pipeline.display_name for pipeline in object_type.pipelines}
    elif found.options_from == "stages":
        names = {stage.id: stage.display_name for each in object_type.pipelines for stage in each.stages}
    return ", ".join(names.get(each, each) for each in text.split(";"))
