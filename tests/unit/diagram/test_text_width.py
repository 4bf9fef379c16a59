"""How wide a text is and what of it fits."""

from __future__ import annotations

import pytest

from crm_graph.diagram.text import fitted, is_right_to_left, one_line, width


def test_wide_characters_are_an_em_and_marks_are_nothing() -> None:
    assert width("漢字", 10) == 20
    assert width("e\u0301", 10) == width("e", 10)
    assert width("é", 10) == width("e", 10)


def test_a_text_that_fits_is_left_as_it_is() -> None:
    assert fitted("Contact", 13, 200) == "Contact"


@pytest.mark.parametrize("room", [20, 60, 100])
def test_a_cut_text_with_its_ellipsis_is_no_wider_than_its_room(room: float) -> None:
    cut = fitted("A name that is too long for its card", 13, room)
    assert cut.endswith("…")
    assert width(cut, 13) <= room


def test_breaks_and_marks_of_direction_are_not_drawn() -> None:
    assert one_line(" a\n\tb \u202e<c>\x00 ") == "a b <c>"


@pytest.mark.parametrize(
    ("text", "expected"), [("عميل 1", True), ("12 אבג", True), ("Deal עסקה", False), ("12", False)]
)
def test_the_first_letter_says_from_where_a_text_is_written(text: str, expected: bool) -> None:
    assert is_right_to_left(text) is expected
