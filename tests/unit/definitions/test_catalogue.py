"""The built-in definitions: counted, walked, and compared by hand with what users of such a system know."""

from __future__ import annotations

from itertools import combinations_with_replacement

import pytest

from crm_graph.definitions import catalogue
from crm_graph.definitions.association import AssociationPair
from crm_graph.definitions.data_model import DataModel
from crm_graph.errors import UndefinedAssociation, UnknownObjectType

IDS = {
    "contact": "0-1", "company": "0-2", "deal": "0-3", "ticket": "0-5", "product": "0-7", "line_item": "0-8",
    "conversation": "0-11", "quote": "0-14", "communication": "0-18", "feedback_submission": "0-19", "task": "0-27",
    "campaign": "0-35", "note": "0-46", "meeting": "0-47", "call": "0-48", "email": "0-49", "invoice": "0-53",
    "marketing_event": "0-54", "subscription": "0-69", "goal_target": "0-74", "discount": "0-84", "fee": "0-85",
    "tax": "0-86", "commerce_payment": "0-101", "user": "0-115", "postal_mail": "0-116", "order": "0-123",
    "lead": "0-136", "cart": "0-142", "service": "0-162", "course": "0-410", "listing": "0-420",
    "appointment": "0-421", "project": "0-970",
}  # fmt: skip
"""34 of the 36 entries: owners are no object type, custom objects a template."""

PERMITTED_PAIRS = 190
"""Unordered pairs with at least one type id among the object types above, counted in the public lists."""


@pytest.fixture(scope="module")
def model() -> DataModel:
    return catalogue.load()


def pair(model: DataModel, first: str, second: str) -> AssociationPair:
    return model.pair(model.object_type(first), model.object_type(second))


def test_every_object_type_has_an_icon_of_its_own(model: DataModel) -> None:
    icons = [found.icon for found in (*model.object_types.values(), catalogue.custom_object_template())]
    assert len(set(icons)) == len(icons) == 35
    assert model.object_type("deals").icon == "handshake"


def test_every_object_type_has_its_id(model: DataModel) -> None:
    assert {name: found.id for name, found in model.object_types.items()} == IDS


@pytest.mark.parametrize("name", ["CONTACT", "contacts", "0-1", "commerce_payments", "payments", "0-101", "p_services"])
def test_an_object_type_is_found_by_any_of_its_names(model: DataModel, name: str) -> None:
    assert model.object_type(name).name in ("contact", "commerce_payment", "service")


def test_owners_are_no_object_type(model: DataModel) -> None:
    with pytest.raises(UnknownObjectType):
        model.object_type("owners")


def test_every_object_type_is_active(model: DataModel) -> None:
    assert [found.name for found in model.object_types.values() if not found.active] == []


def test_a_super_admin_activates_five_object_types(model: DataModel) -> None:
    needing = {found.name for found in model.object_types.values() if found.needs_activation}
    assert needing == {"service", "listing", "appointment", "course", "project"}


def test_a_service_stands_in_sales_and_in_service(model: DataModel) -> None:
    assert set(model.object_type("service").categories) == {"sales", "service"}


@pytest.mark.parametrize(
    ("name", "required"),
    [
        ("contact", ()),
        ("company", (("name", "domain"),)),
        ("deal", (("dealname",), ("dealstage",), ("pipeline",))),
        ("email", (("hs_timestamp",), ("hs_email_direction",))),
        ("conversation", ()),
    ],
)
def test_what_a_new_record_must_have(model: DataModel, name: str, required: tuple[tuple[str, ...], ...]) -> None:
    assert model.object_type(name).required == required


@pytest.mark.parametrize(
    ("name", "properties"),
    [
        ("contact", {"createdate", "email", "firstname", "hs_object_id", "lastmodifieddate", "lastname"}),
        ("lead", {"createdate", "hs_lastmodifieddate", "hs_object_id"}),
        ("note", {"hs_createdate", "hs_lastmodifieddate", "hs_object_id"}),
        ("tax", {"hs_createdate", "hs_lastmodifieddate", "hs_object_id"}),
    ],
)
def test_what_a_read_gives_when_nothing_is_chosen(model: DataModel, name: str, properties: set[str]) -> None:
    assert set(model.object_type(name).default_properties) == properties


@pytest.mark.parametrize(
    ("name", "created", "modified"),
    [
        ("contact", "createdate", "lastmodifieddate"),
        ("line_item", "createdate", "hs_lastmodifieddate"),
        ("lead", "hs_createdate", "hs_lastmodifieddate"),
    ],
)
def test_how_the_dates_of_a_record_are_called(model: DataModel, name: str, created: str, modified: str) -> None:
    found = model.object_type(name)
    assert (found.created_property, found.modified_property) == (created, modified)


def test_a_contact_is_identified_by_each_of_its_addresses(model: DataModel) -> None:
    contact = model.object_type("contact")
    assert contact.claiming_properties["hs_additional_emails"] == "email"
    assert contact.properties["hs_additional_emails"].is_multiple


def test_a_company_is_not_identified_by_its_domain(model: DataModel) -> None:
    assert "domain" not in model.object_type("company").unique_properties


def test_feedback_is_read_only(model: DataModel) -> None:
    refusing = {found.name for found in model.object_types.values() if not found.permits("create")}
    assert refusing == {"feedback_submission"}


def test_deals_go_through_seven_stages(model: DataModel) -> None:
    stages = model.object_type("deal").live_pipelines[0].stages
    assert [stage.id for stage in stages][-2:] == ["closedwon", "closedlost"]
    assert [stage.probability for stage in stages] == [0.2, 0.4, 0.6, 0.8, 0.9, 1.0, 0.0]
    assert [stage.is_closed for stage in stages] == [False] * 5 + [True] * 2


def test_tickets_are_closed_in_the_last_of_four_stages(model: DataModel) -> None:
    pipeline = model.object_type("ticket").live_pipelines[0]
    assert pipeline.id == "0"
    assert [(stage.id, stage.is_closed) for stage in pipeline.stages] == [
        ("1", False),
        ("2", False),
        ("3", False),
        ("4", True),
    ]


def test_every_staged_object_type_has_a_pipeline_with_an_open_and_a_closed_stage(model: DataModel) -> None:
    faults = [
        found.name
        for found in model.object_types.values()
        if found.stage_property
        and {stage.is_closed for pipeline in found.live_pipelines for stage in pipeline.stages} != {True, False}
    ]
    assert faults == []


def test_every_name_that_an_object_type_gives_is_one_of_its_properties(model: DataModel) -> None:
    faults = [
        f"{found.name}.{name}"
        for found in model.object_types.values()
        for name in (
            *found.primary,
            *found.secondary,
            *found.searchable,
            *found.default_properties,
            *(name for group in found.required for name in group),
            "hs_object_id",
            found.created_property,
            found.modified_property,
        )
        if name not in found.properties
    ]
    assert faults == []


def test_every_property_stands_in_a_group_of_its_object_type(model: DataModel) -> None:
    faults = [
        f"{found.name}.{name}"
        for found in model.object_types.values()
        for name, each in found.properties.items()
        if each.group not in found.groups
    ]
    assert faults == []


def test_every_property_can_be_read_and_shown(model: DataModel) -> None:
    for found in model.object_types.values():
        assert found.parsers.keys() == found.presenters.keys() == found.properties.keys()


def test_names_and_node_labels_are_distinct(model: DataModel) -> None:
    labels = [label for found in model.object_types.values() for label in (found.node_label, found.archived_label)]
    plurals = [found.plural for found in model.object_types.values()]
    assert len(set(labels)) == len(labels) == 2 * len(IDS)
    assert len(set(plurals)) == len(IDS)


def test_all_pairs_either_have_a_default_type_in_each_direction_or_are_refused(model: DataModel) -> None:
    permitted = 0
    for first, second in combinations_with_replacement(model.object_types.values(), 2):
        if model.find_pair(first, second) is None:
            with pytest.raises(UndefinedAssociation):
                model.pair(first, second)
            continue
        permitted += 1
        for near, far in ((first, second), (second, first)):
            defaults = [each for each in model.directions(near, far) if each.type.is_default]
            assert len(defaults) == 1, f"{near.name} → {far.name}"
            assert (defaults[0].near, defaults[0].far) == (near.name, far.name)
            assert defaults[0].association_label is None
    assert permitted == PERMITTED_PAIRS


@pytest.mark.parametrize(("first", "second"), [("product", "contact"), ("user", "company"), ("tax", "ticket")])
def test_a_pair_that_nobody_defined_is_refused(model: DataModel, first: str, second: str) -> None:
    with pytest.raises(UndefinedAssociation):
        pair(model, first, second)


def test_a_type_id_stands_for_one_direction_of_one_type(model: DataModel) -> None:
    seen: dict[int, str] = {}
    for found in model.pairs.values():
        for each in found.types:
            for type_id in {each.id, each.inverse_id}:
                assert type_id not in seen, f"{type_id} in {found.relationship_type} and {seen[type_id]}"
                seen[type_id] = found.relationship_type
    assert max(seen) < 1_000_000, "ids of accounts begin there"


@pytest.mark.parametrize(
    ("near", "far", "expected"),
    [
        ("contact", "company", {(279, None), (1, "Primary"), (931, "Billing contact")}),
        ("company", "contact", {(280, None), (2, "Contact with Primary Company"), (930, "Billing contact")}),
        ("deal", "contact", {(3, None)}),
        ("contact", "contact", {(449, None)}),
        ("company", "company", {(450, None), (13, "Child Company"), (14, "Parent Company")}),
    ],
)
def test_the_type_ids_and_labels_that_one_end_sees(
    model: DataModel, near: str, far: str, expected: set[tuple[int, str | None]]
) -> None:
    seen = model.directions(model.object_type(near), model.object_type(far))
    assert {(each.type_id, each.association_label) for each in seen} == expected


def test_a_label_stands_once_in_each_direction(model: DataModel) -> None:
    for found in model.pairs.values():
        for near in {found.source, found.target}:
            shown = [each.association_label for each in found.seen_from(near) if each.association_label]
            assert len(set(shown)) == len(shown), found.relationship_type


def test_eight_pairs_have_a_primary_type_and_its_source_is_who_has_one(model: DataModel) -> None:
    primary = {(each.id, each.source) for found in model.pairs.values() for each in found.types if each.is_primary}
    assert primary == {
        (1, "contact"),
        (5, "deal"),
        (26, "ticket"),
        (509, "order"),
        (578, "lead"),
        (580, "lead"),
        (582, "lead"),
        (1299, "project"),
    }


@pytest.mark.parametrize(
    ("near", "far", "type_id", "name"),
    [
        ("contact", "company", 1, "contact_to_company"),
        ("contact", "company", 279, "contact_to_company_unlabeled"),
        ("deal", "company", 341, "deal_to_company_unlabeled"),
        ("company", "company", 13, "parent_to_child_company"),
        ("meeting", "contact", 200, "meeting_event_to_contact"),
        ("order", "commerce_payment", 523, "order_to_commerce_payment"),
    ],
)
def test_types_have_the_names_of_the_older_interface(
    model: DataModel, near: str, far: str, type_id: int, name: str
) -> None:
    seen = model.directions(model.object_type(near), model.object_type(far))
    assert next(each.name for each in seen if each.type_id == type_id) == name


def test_a_custom_object_type_starts_with_the_system_properties() -> None:
    template = catalogue.custom_object_template()
    assert len(template.properties) == 30
    assert {"hs_object_id", "hs_createdate", "hs_lastmodifieddate", "hubspot_owner_id"} <= template.properties.keys()
    assert not template.built_in
