"""The focus shows one object type with all its neighbours, what they are to it and how many there may be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crm_graph.definitions.association import AssociationPair, AssociationType
from crm_graph.definitions.data_model import DataModel
from crm_graph.diagram import layout
from crm_graph.diagram.counts import Counts
from crm_graph.diagram.parts import Drawing, Label
from tests.unit.diagram.faults import faults
from tests.unit.diagram.models import counts, labelled, model

LONG = "A label that says at length what a record is to another one " * 4


def focus(found: DataModel, name: str) -> Drawing:
    return layout.focus(found, counts(found), found.object_type(name))


def captions(drawing: Drawing, neighbour: str) -> list[Label]:
    """What stands on the line of a neighbour, from above."""
    line = next(each.box.centre.y for each in drawing.cards if each.type == neighbour)
    left = next(each.box.x for each in drawing.cards if each.type == neighbour) < drawing.width / 2
    found = [each for each in drawing.captions if abs(each.box.centre.y - line) < 20]
    return sorted((each for each in found if (each.box.x < drawing.width / 2) == left), key=lambda each: each.box.y)


def limited(found: DataModel, near: str, far: str, near_max: int | None, far_max: int | None) -> DataModel:
    """The model in which a near record has `near_max` far ones at most, and a far one `far_max` near ones."""
    pair = found.pair(found.object_type(near), found.object_type(far))
    is_source = pair.source == found.object_type(near).name
    limits = (near_max, far_max) if is_source else (far_max, near_max)

    def changed(each: AssociationType) -> AssociationType:
        return replace(each, source_max=limits[0], target_max=limits[1]) if each.is_default else each

    made: AssociationPair = replace(pair, types=tuple(map(changed, pair.types)))
    return replace(found, pairs={**found.pairs, pair.relationship_type: made})


@pytest.mark.parametrize("name", sorted(model().object_types))
def test_nothing_overlaps_whichever_type_is_looked_at(name: str) -> None:
    assert list(faults(focus(model(), name))) == []


def test_a_hub_with_fifty_neighbours_has_them_all() -> None:
    found = labelled(model(30), "contact", "deal", "Decision maker", "Champion", LONG[:200], "شريك")
    drawing = focus(found, "contacts")
    assert list(faults(drawing)) == []
    assert len(drawing.cards) == 1 + 23 + 30
    assert {each.size >= 12 for each in drawing.captions} == {True}


def test_neighbours_are_those_of_the_data_model() -> None:
    drawing = focus(model(1), "thing0")
    assert {each.type for each in drawing.cards} == {
        "emails", "meetings", "notes", "tasks", "calls", "conversations", "contacts", "companies", "thing0",
    }  # fmt: skip
    assert [each.type for each in drawing.cards if each.is_chosen] == ["thing0"]


def test_as_many_labels_are_shown_as_there_is_room_for() -> None:
    found = labelled(model(), "contact", "deal", "Decision maker", "Champion", "Budget holder", "Adviser")
    above, line = captions(focus(found, "deals"), "contacts")
    assert above.text == "Decision maker, Champion +2"
    assert above.whole == "Decision maker, Champion, Budget holder, Adviser"
    assert line.text == "many to many"


def test_one_label_that_is_too_long_is_cut() -> None:
    found = labelled(model(), "contact", "deal", LONG[:200])
    above, _ = captions(focus(found, "deals"), "contacts")
    assert above.text.startswith("A label that says at length")
    assert above.text.endswith("…")
    assert above.whole == LONG[:200]


def test_a_label_says_how_many_may_have_it() -> None:
    above, _ = captions(focus(model(), "deals"), "companies")
    assert above.text == "Primary (max 1)"


@pytest.mark.parametrize(
    ("name", "neighbour", "text"),
    [("deals", "contacts", "many to 1"), ("contacts", "deals", "1 to many")],
)
def test_a_limit_stands_at_the_end_of_which_there_may_be_so_many(name: str, neighbour: str, text: str) -> None:
    found = limited(model(), "contacts", "deals", 1, None)  # a contact has one deal at most
    drawing = focus(found, name)
    card = next(each for each in drawing.cards if each.type == neighbour)
    is_left = card.box.x < drawing.width / 2
    assert captions(drawing, neighbour)[-1].text == (text if is_left else " ".join(reversed(text.split(" "))))


def test_an_object_type_alone_is_drawn_alone() -> None:
    found = model()
    drawing = layout.focus(replace(found, pairs={}), Counts(), found.object_type("deals"))
    assert [each.type for each in drawing.cards] == ["deals"]
    assert drawing.lines == ()
    assert list(faults(drawing)) == []
