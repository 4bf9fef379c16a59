"""The picture of what is around a record: nothing on top of anything else, everything within it."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest

from crm_graph.definitions import catalogue
from crm_graph.diagram.mind_map import mind_map
from crm_graph.records.neighbourhood import Neighbour, Neighbourhood, Neighbours, Reference
from crm_graph.records.record import Record

MODEL = catalogue.load()


def reference(name: str, number: int) -> Reference:
    """A record of an object type."""
    return Reference(MODEL.object_types[name], number, f"{name} number {number} with quite a long name")


def neighbourhood(*far: str, each: int = 2, beyond: int = 2, label: str = "Decision maker") -> Neighbourhood:
    """A contact with so many records of these object types around it, each with deals behind it."""
    around = []
    for place, name in enumerate(far):
        shown = tuple(
            Neighbour(
                record=reference(name, place * 100 + n),
                labels=(label,) if n == 0 and label else (),
                is_primary=False,
                since=0,
                beyond=tuple(reference("deal", 9_000 + place * 100 + n * 10 + further) for further in range(beyond)),
            )
            for n in range(each)
        )
        around.append(Neighbours(MODEL.object_types[name], shown, has_more=False))
    contact = MODEL.object_types["contact"]
    record = Record(object_type=contact, id=1, properties={}, created_at=0, updated_at=0)
    return Neighbourhood(record, "Ada", tuple(around), ())


SHAPES = {
    "alone": neighbourhood(),
    "one": neighbourhood("company", each=1, beyond=0),
    "without labels": neighbourhood("company", "ticket", label=""),
    "many": neighbourhood("company", "deal", "ticket", "note", "order", each=8, beyond=4),
    "long label": neighbourhood("company", "ticket", label="Contact with a primary company of great importance " * 3),
}


@pytest.mark.parametrize("name", SHAPES)
def test_cards_and_captions_are_apart_and_within_the_picture(name: str) -> None:
    drawing = mind_map(SHAPES[name])
    boxes = [card.box for card in drawing.cards] + [caption.box for caption in drawing.captions]
    assert not [(one, other) for one, other in combinations(boxes, 2) if one.overlaps(other)]
    assert all(
        box.x >= 0 and box.y >= -2 and box.right <= drawing.width and box.bottom <= drawing.height for box in boxes
    )


def test_each_record_is_drawn_once_and_what_is_met_again_is_reached_by_a_dotted_line() -> None:
    found = neighbourhood("company", "ticket", each=1, beyond=0, label="")
    company, ticket = (each.shown[0] for each in found.around)
    crossed = Neighbours(
        MODEL.object_types["company"],
        (Neighbour(company.record, (), is_primary=False, since=0, beyond=(ticket.record,)),),
        has_more=False,
    )
    drawing = mind_map(Neighbourhood(found.record, found.name, (crossed, found.around[1]), ()))
    paths = [card.type for card in drawing.cards]
    assert sorted(paths) == sorted({"contacts/1", company.record.path, ticket.record.path})
    assert [(line.source, line.target) for line in drawing.lines if not line.is_used] == [
        (company.record.path, ticket.record.path)
    ]


def test_short_label_is_shown_whole() -> None:
    assert [caption.text for caption in mind_map(neighbourhood("company", each=1, label="Primary")).captions] == [
        "Primary"
    ]


def test_both_sides_have_about_as_many_rows() -> None:
    drawing = mind_map(SHAPES["many"])
    middle = next(card.box.centre.x for card in drawing.cards if card.is_chosen)
    left = sum(card.box.right < middle for card in drawing.cards)
    right = sum(card.box.x > middle for card in drawing.cards)
    assert abs(left - right) <= 12


def test_rows_of_a_column_do_not_touch() -> None:
    drawing = mind_map(SHAPES["many"])
    for x in {card.box.x for card in drawing.cards}:
        column = sorted((card.box for card in drawing.cards if card.box.x == x), key=lambda box: box.y)
        assert all(one.bottom < other.y for one, other in pairwise(column))
