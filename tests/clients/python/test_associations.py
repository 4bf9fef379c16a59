"""Associations, their labels and their limits, in both versions that the client speaks."""

from __future__ import annotations

import secrets

import pytest
from hubspot.crm import associations as third
from hubspot.crm.associations import v4
from hubspot.crm.associations.v4 import schema

from tests.clients.python.calling import Watched, calls
from tests.factories import Make, unique

pytestmark = pytest.mark.slow

OWN = "USER_DEFINED"


@pytest.fixture
def far(make: Make) -> list[str]:
    """Four new contacts."""
    return [str(make.contact().id) for _ in range(4)]


@pytest.fixture
def near(make: Make) -> str:
    """A new deal."""
    return str(make.deal().id)


@calls("crm.associations.v4.schema", *(f"definitions_api.{name}" for name in ("create", "get_all", "update", "remove")))
@calls("crm.associations.v4", *(f"basic_api.{name}" for name in ("create", "create_default", "get_page", "archive")))
def test_an_association_and_its_labels(hubspot: Watched, near: str, far: list[str]) -> None:
    basic, labels = hubspot.crm.associations.v4.basic_api, hubspot.crm.associations.v4.schema.definitions_api
    pair, other = ("deals", "contacts"), unique("Other ")
    given = schema.PublicAssociationDefinitionCreateRequest(
        name=unique("client_"), label=unique("Label "), inverse_label=unique("Back ")
    )

    def associated() -> dict[str, set[str | None]]:
        found, after = {}, None
        while True:
            page = basic.get_page("deals", near, "contacts", after=after, limit=1)
            found |= {each.to_object_id: {found.label for found in each.association_types} for each in page.results}
            if page.paging is None:
                return found
            after = page.paging.next.after

    there, back = labels.create(*pair, given).results
    assert (there.label, back.label, there.category) == (given.label, given.inverse_label, OWN)
    default = basic.create_default("deals", near, "contacts", far[0])
    assert (default.status, {(each._from.id, each.to.id) for each in default.results}) == (
        "COMPLETE",
        {(near, far[0]), (far[0], near)},
    )
    spec = v4.AssociationSpec(association_category=OWN, association_type_id=there.type_id)
    made = basic.create("deals", near, "contacts", far[1], [spec])
    assert (made.from_object_id, made.to_object_id, made.labels) == (near, far[1], [given.label])
    assert associated() == {far[0]: {None}, far[1]: {None, given.label}}
    seen = basic.get_page("contacts", far[1], "deals").results[0]
    assert {each.label for each in seen.association_types} == {None, given.inverse_label}
    labels.update(
        *pair, schema.PublicAssociationDefinitionUpdateRequest(association_type_id=there.type_id, label=other)
    )
    assert (there.type_id, other) in {(each.type_id, each.label) for each in labels.get_all(*pair).results}
    assert back.type_id in {each.type_id for each in labels.get_all(*reversed(pair)).results}
    basic.archive("deals", near, "contacts", far[0])
    assert associated() == {far[1]: {None, other}}
    labels.remove(*pair, there.type_id)
    assert {there.type_id, back.type_id}.isdisjoint({each.type_id for each in labels.get_all(*pair).results})


@calls(
    "crm.associations.v4.schema",
    *(f"definition_configurations_api.batch_{name}" for name in ("create", "update", "remove")),
)
@calls(
    "crm.associations.v4.schema",
    "definition_configurations_api.get_all",
    "definition_configurations_api.get_all_between_two_object_types",
)
@calls(
    "crm.associations.v4",
    *(f"batch_api.{name}" for name in ("create", "create_default", "get_page", "archive_labels", "archive")),
)
def test_a_batch_of_associations_and_its_limits(hubspot: Watched, near: str, far: list[str]) -> None:
    batch, api = hubspot.crm.associations.v4.batch_api, hubspot.crm.associations.v4.schema
    limits, pair, text = api.definition_configurations_api, ("deals", "contacts"), unique("Label ")
    label = schema.PublicAssociationDefinitionCreateRequest(name=unique("client_"), label=text)
    made = api.definitions_api.create(*pair, label).results[0].type_id
    types = [v4.AssociationSpec(association_category=OWN, association_type_id=made)]
    ends = [{"_from": v4.PublicObjectId(id=near), "to": v4.PublicObjectId(id=each)} for each in far]
    labelled = [v4.PublicAssociationMultiPost(**each, types=types) for each in ends]

    def associated(label: str | None = None) -> set[str]:
        asked = v4.PublicFetchAssociationsBatchRequest(id=near)
        answer = batch.get_page(*pair, v4.BatchInputPublicFetchAssociationsBatchRequest(inputs=[asked]))
        to = [each for result in answer.results for each in result.to]
        return {each.to_object_id for each in to if label in {found.label for found in each.association_types}}

    def limit(found: list[schema.PublicAssociationDefinitionUserConfiguration]) -> int | None:
        return next((each.user_enforced_max_to_object_ids for each in found if each.type_id == made), None)

    defaults = [v4.PublicDefaultAssociationMultiPost(**each) for each in ends[:2]]
    batch.create_default(*pair, v4.BatchInputPublicDefaultAssociationMultiPost(inputs=defaults))
    answer = batch.create(*pair, v4.BatchInputPublicAssociationMultiPost(inputs=labelled[2:]))
    assert [(each.to_object_id, each.labels) for each in answer.results] == [(far[2], [text]), (far[3], [text])]
    assert (associated(), associated(text)) == ({*far}, {*far[2:]})
    batch.archive_labels(*pair, v4.BatchInputPublicAssociationMultiPost(inputs=labelled[2:3]))
    assert associated(text) == {far[3]}
    gone = v4.PublicAssociationMultiArchive(_from=v4.PublicObjectId(id=near), to=[v4.PublicObjectId(id=far[0])])
    batch.archive(*pair, v4.BatchInputPublicAssociationMultiArchive(inputs=[gone]))
    assert associated() == {*far[1:]}
    first, second = (secrets.randbelow(1000) + 5 for _ in range(2))
    for most, name, change in (
        (first, "Create", limits.batch_create),
        (second, "Update", limits.batch_update),
    ):
        model = f"PublicAssociationDefinitionConfiguration{name}Request"
        row = getattr(schema, model)(type_id=made, category=OWN, max_to_object_ids=most)
        [told] = change(*pair, getattr(schema, f"BatchInput{model}")(inputs=[row])).results
        assert (told.type_id, told.user_enforced_max_to_object_ids) == (made, most)
        assert limit(limits.get_all().results) == most
        assert limit(limits.get_all_between_two_object_types(*pair).results) == most
    spec = schema.PublicAssociationSpec(type_id=made, category=OWN)
    limits.batch_remove(*pair, schema.BatchInputPublicAssociationSpec(inputs=[spec]))
    assert limit(limits.get_all_between_two_object_types(*pair).results) is None


@calls("crm.associations", *(f"batch_api.{name}" for name in ("create", "read", "archive")))
@calls("crm.associations.schema", "types_api.get_all")
def test_an_association_of_the_third_version(hubspot: Watched, near: str, far: list[str]) -> None:
    batch, pair = hubspot.crm.associations.batch_api, ("deals", "contacts")
    names = {each.name for each in hubspot.crm.associations.schema.types_api.get_all(*pair).results}
    assert "deal_to_contact" in names
    ends = {"_from": third.PublicObjectId(id=near), "to": third.PublicObjectId(id=far[0])}
    inputs = third.BatchInputPublicAssociation(inputs=[third.PublicAssociation(**ends, type="deal_to_contact")])
    asked = third.BatchInputPublicObjectId(inputs=[third.PublicObjectId(id=near)])
    [made] = batch.create(*pair, inputs).results
    assert (made._from.id, made.to.id, made.type) == (near, far[0], "deal_to_contact")
    [read] = batch.read(*pair, asked).results
    assert (read._from.id, [(each.id, each.type) for each in read.to]) == (near, [(far[0], "deal_to_contact")])
    batch.archive(*pair, inputs)
    left = batch.read(*pair, asked)
    assert (left.results, left.num_errors) == ([], 1)
