"""The overview shows every object type and every pair, and nothing in it lies on anything else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crm_graph.definitions.object_type import CATEGORIES
from crm_graph.diagram import layout
from crm_graph.diagram.counts import Counts
from crm_graph.diagram.parts import CARD_WIDTHS
from tests.unit.diagram.faults import faults
from tests.unit.diagram.models import counts, model

LONG = "An object type whose name nobody would ever say aloud " * 4
NAMES = [
    LONG[:200],
    "سجل العميل " * 19,
    "<script>alert(1)</script>",
    "漢字" * 100,
    "e\u0301" * 100,
    "\u202etxet",
    "\n\t",
]


@pytest.mark.parametrize("custom", [0, 1, 6, 7, 20, 60])
def test_nothing_overlaps_and_no_line_passes_behind_a_card(custom: int) -> None:
    found = model(custom, inactive=range(0, custom, 3))
    assert list(faults(layout.overview(found, counts(found)))) == []


def test_names_of_any_kind_leave_the_picture_intact() -> None:
    found = model(len(NAMES), names=NAMES)
    drawing = layout.overview(found, counts(found, records=123_456_789))
    assert list(faults(drawing)) == []
    assert {each.box.width for each in drawing.cards} == {CARD_WIDTHS[1]}
    cut = next(each.name for each in drawing.cards if each.type == "thing0")
    assert cut.text.endswith("…")
    assert cut.whole == NAMES[0]


@pytest.mark.parametrize(
    "hidden",
    [
        ("service", "activities"),
        ("core", "marketing", "other"),
        ("sales", "commerce"),
        ("core",),
        ("activities",),
        CATEGORIES,
    ],
)
def test_a_model_without_some_categories_is_drawn_without_gaps_or_overlaps(hidden: tuple[str, ...]) -> None:
    found = model()
    types = {name: each for name, each in found.object_types.items() if each.category not in hidden}
    pairs = {name: each for name, each in found.pairs.items() if {each.source, each.target} <= types.keys()}
    drawing = layout.overview(replace(found, object_types=types, pairs=pairs), Counts())
    assert list(faults(drawing)) == []
    assert len(drawing.cards) == len(types)
    assert drawing.width <= layout.overview(found, Counts()).width


def test_every_object_type_and_every_pair_is_drawn() -> None:
    found = model(20)
    drawing = layout.overview(found, Counts())
    assert {each.type for each in drawing.cards} == {each.plural for each in found.object_types.values()}
    assert len(drawing.cards) == 54
    ends = {frozenset((each.source, each.target)) for each in drawing.lines}
    assert ends == {
        frozenset(found.object_types[end].plural for end in (pair.source, pair.target)) for pair in found.pairs.values()
    }
    assert len(drawing.lines) == len(found.pairs)


def test_an_archived_object_type_is_not_drawn() -> None:
    found = model(2)
    gone = replace(found.object_types["thing1"], archived=True)
    pairs = {name: each for name, each in found.pairs.items() if "thing1" not in (each.source, each.target)}
    drawing = layout.overview(
        replace(found, object_types={**found.object_types, "thing1": gone}, pairs=pairs), Counts()
    )
    assert "thing1" not in {each.type for each in drawing.cards}


def test_lines_of_activities_are_folded_whichever_end_is_one() -> None:
    found = model()
    folded = {
        frozenset((each.source, each.target)) for each in layout.overview(found, Counts()).lines if each.is_folded
    }
    assert frozenset(("tasks", "projects")) in folded
    assert frozenset(("contacts", "notes")) in folded
    assert frozenset(("contacts", "companies")) not in folded


def test_the_heading_of_activities_says_on_how_many_types_they_are() -> None:
    found, more = model(), model(1)
    headings = [
        next(each.heading.text for each in layout.overview(which, Counts()).blocks if each.category == "activities")
        for which in (found, more)
    ]
    assert headings == ["Activities, on 14 types", "Activities, on 15 types"]


def test_lines_with_associations_are_thicker_the_more_there_are() -> None:
    found = model()
    few, many = (layout.overview(found, counts(found, associations=number)).lines[1].width for number in (3, 30_000))
    none = layout.overview(found, Counts()).lines[1]
    assert none.width < few < many
    assert not none.is_used


def test_the_same_model_looks_the_same() -> None:
    found = model(5)
    assert layout.overview(found, counts(found)) == layout.overview(found, counts(found))
