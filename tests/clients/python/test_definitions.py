"""Properties, schemas and pipelines, as the client defines them."""

from __future__ import annotations

import json

import pytest
from hubspot.crm.pipelines import (
    PipelineInput,
    PipelinePatchInput,
    PipelineStageInput,
    PipelineStagePatchInput,
)
from hubspot.crm.properties import (
    BatchInputPropertyCreate,
    BatchInputPropertyName,
    BatchReadInputPropertyName,
    OptionInput,
    PropertyCreate,
    PropertyGroupCreate,
    PropertyGroupUpdate,
    PropertyName,
    PropertyUpdate,
)
from hubspot.crm.schemas import (
    AssociationDefinitionEgg,
    ObjectSchemaEgg,
    ObjectTypeDefinitionLabels,
    ObjectTypeDefinitionPatch,
    ObjectTypePropertyCreate,
)

from tests.clients.python.calling import Watched, calls
from tests.factories import unique

pytestmark = pytest.mark.slow


@calls(
    "crm.properties",
    *(f"core_api.{name}" for name in ("create", "get_all", "get_by_name", "update", "archive")),
    *(f"batch_api.{name}" for name in ("create", "read", "archive")),
    *(f"groups_api.{name}" for name in ("create", "get_all", "get_by_name", "update", "archive")),
)
def test_properties_and_their_groups(hubspot: Watched) -> None:
    properties, of = hubspot.crm.properties, "deals"
    group, label, names = unique("client_"), unique("Group "), [unique("client_") for _ in range(3)]
    properties.groups_api.create(of, PropertyGroupCreate(name=group, label=unique(), display_order=3))
    properties.groups_api.update(of, group, PropertyGroupUpdate(label=label))
    read = properties.groups_api.get_by_name(of, group)
    assert (read.label, read.display_order, read.archived) == (label, 3, False)
    assert (group, label) in {(each.name, each.label) for each in properties.groups_api.get_all(of).results}
    option = OptionInput(label=unique("Option "), value=unique(), display_order=1, hidden=False)
    kinds = [{"type": "string", "field_type": "textarea"}] * 2
    kinds.append({"type": "enumeration", "field_type": "select", "options": [option]})
    given = [
        PropertyCreate(name=name, label=unique("Property "), group_name=group, **kind)
        for name, kind in zip(names, kinds, strict=True)
    ]
    made = properties.core_api.create(of, given[0])
    assert (made.hubspot_defined, made.modification_metadata.archivable) == (False, True)
    properties.batch_api.create(of, BatchInputPropertyCreate(inputs=given[1:]))
    changed = unique("Property ")
    properties.core_api.update(of, names[0], PropertyUpdate(label=changed))
    read = properties.core_api.get_by_name(of, names[0])
    assert (read.label, read.field_type, read.group_name) == (changed, "textarea", group)
    inputs = [PropertyName(name=each) for each in names]
    wanted = BatchReadInputPropertyName(inputs=inputs, archived=False)
    labels = {names[0]: changed, **{each.name: each.label for each in given[1:]}}
    batch = properties.batch_api.read(of, wanted).results
    assert {each.name: each.label for each in batch} == labels
    assert [(each.label, each.value) for each in batch[2].options] == [(option.label, option.value)]
    assert labels.items() <= {each.name: each.label for each in properties.core_api.get_all(of).results}.items()
    properties.core_api.archive(of, names[0])
    properties.batch_api.archive(of, BatchInputPropertyName(inputs=inputs[1:]))
    assert not {each.name for each in properties.core_api.get_all(of).results} & {*names}
    assert {*names} <= {each.name for each in properties.core_api.get_all(of, archived=True).results}
    assert properties.core_api.get_by_name(of, names[0], archived=True).label == changed
    properties.groups_api.archive(of, group)
    assert group not in {each.name for each in properties.groups_api.get_all(of).results}


@calls(
    "crm.schemas",
    *(f"core_api.{name}" for name in ("create", "get_all", "get_by_id", "update", "archive")),
    "core_api.create_association",
    "core_api.archive_association",
)
def test_a_schema(hubspot: Watched) -> None:
    schemas, name, text = hubspot.crm.schemas.core_api, unique("client_"), unique("What it is ")
    labels = ObjectTypeDefinitionLabels(singular=unique("One "), plural=unique("Many "))
    model, serial = (
        ObjectTypePropertyCreate(
            name=each, label=unique(), type="string", field_type="text", has_unique_value=is_unique
        )
        for each, is_unique in (("model", False), ("serial", True))
    )
    egg = ObjectSchemaEgg(
        name=name,
        labels=labels,
        properties=[model, serial],
        required_properties=["model"],
        searchable_properties=["model", "serial"],
        secondary_display_properties=[],
        primary_display_property="model",
        associated_objects=["CONTACT", "CONVERSATION"],
    )
    made = schemas.create(egg)
    assert (made.object_type_id, made.fully_qualified_name) == (f"2-{made.id}", f"p1_{name}")
    assert (made.labels.plural, made.primary_display_property) == (labels.plural, "model")
    assert (made.required_properties, sorted(made.searchable_properties)) == (["model"], ["model", "serial"])
    targets = [each.to_object_type_id for each in made.associations]
    assert (targets.count("0-1"), targets.count("0-11")) == (1, 1)
    assert schemas.update(name, ObjectTypeDefinitionPatch(description=text)).description == text
    read = schemas.get_by_id(made.object_type_id)
    assert (read.name, read.description) == (name, text)
    shown = {each.name: (each.label, each.has_unique_value) for each in read.properties}
    assert (shown["model"], shown["serial"]) == ((model.label, False), (serial.label, True))
    assert shown.keys() >= {"hs_object_id", "hubspot_owner_id"}
    assert name in {each.name for each in schemas.get_all(archived=False).results}
    ends = {"from_object_type_id": made.object_type_id, "to_object_type_id": "0-7", "name": unique("client_")}
    definition = schemas.create_association(name, AssociationDefinitionEgg(**ends))
    assert (definition.from_object_type_id, definition.to_object_type_id) == (made.object_type_id, "0-7")
    assert definition.id in {each.id for each in schemas.get_by_id(name).associations}
    schemas.archive_association(name, definition.id)
    assert definition.id not in {each.id for each in schemas.get_by_id(name).associations}
    schemas.archive(name, archived=False)
    assert name not in {each.name for each in schemas.get_all(archived=False).results}
    assert name in {each.name for each in schemas.get_all(archived=True).results}


@pytest.mark.parametrize(
    ("of", "metadata"),
    [("deals", {"probability": "0.5"}), ("tickets", {"ticketState": "OPEN"}), ("orders", {})],
    ids=lambda value: value if isinstance(value, str) else "",
)
@calls(
    "crm.pipelines",
    *(f"pipelines_api.{name}" for name in ("create", "get_all", "get_by_id", "replace", "update", "archive")),
    *(f"pipeline_stages_api.{name}" for name in ("create", "get_all", "get_by_id", "replace", "update", "archive")),
    "pipeline_audits_api.get_audit",
    "pipeline_stage_audits_api.get_audit",
)
def test_a_pipeline_and_its_stages(hubspot: Watched, of: str, metadata: dict[str, str]) -> None:
    pipelines, stages = hubspot.crm.pipelines.pipelines_api, hubspot.crm.pipelines.pipeline_stages_api

    def stage() -> PipelineStageInput:
        return PipelineStageInput(label=unique("Stage "), display_order=0, metadata=metadata)

    def pipeline() -> PipelineInput:
        return PipelineInput(label=unique("Pipeline "), display_order=9, stages=[stage(), stage()])

    first, second, third = pipeline(), pipeline(), unique("Pipeline ")
    made = pipelines.create(of, first)
    assert {each.label for each in made.stages} == {each.label for each in first.stages}
    assert pipelines.get_by_id(of, made.id).label == first.label
    assert pipelines.replace(of, made.id, second).label == second.label
    assert pipelines.update(of, made.id, PipelinePatchInput(label=third)).label == third
    assert (made.id, third) in {(each.id, each.label) for each in pipelines.get_all(of).results}
    new, replaced, changed = stage(), stage(), unique("Stage ")
    added = stages.create(of, made.id, new)
    read = stages.get_by_id(of, made.id, added.id)
    assert (read.label, metadata.items() <= read.metadata.items()) == (new.label, True)
    assert stages.replace(of, made.id, added.id, replaced).label == replaced.label
    stages.update(of, made.id, added.id, PipelineStagePatchInput(label=changed, metadata=metadata))
    labels = {each.label for each in stages.get_all(of, made.id).results}
    assert labels == {changed, *(each.label for each in second.stages)}
    told = hubspot.crm.pipelines.pipeline_stage_audits_api.get_audit(of, added.id).results
    assert [(each.identifier, each.action) for each in told] == [
        (added.id, "UPDATE"),
        (added.id, "UPDATE"),
        (added.id, "CREATE"),
    ]
    assert changed in json.dumps(told[0].raw_object)
    stages.archive(of, made.id, added.id)
    audit = hubspot.crm.pipelines.pipeline_audits_api.get_audit(of, made.id).results
    assert (audit[0].identifier, third in json.dumps(audit[0].raw_object)) == (made.id, True)
    pipelines.archive(of, made.id)
    assert made.id not in {each.id for each in pipelines.get_all(of).results}
