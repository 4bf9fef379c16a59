"""What is typed into forms of the data model, read."""

from __future__ import annotations

import pytest

from api.web.changes.form import Field, Form, lines, slug, whole_number
from crm_graph.errors import InvalidInput, TooMany
from crm_graph.modelling.wish import Wish


def form(*fields: Field, **initial: str) -> Form:
    """A form that asks for nothing."""
    return Form(
        key="f",
        title="F",
        button="Do",
        back="/",
        fields=fields,
        initial=initial,
        wish=lambda values: Wish([], list, ""),
    )


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("red = Red\n\nblue", [("red", "Red"), ("blue", "")]),
        ("red=Red", [("red", "Red")]),
        (">=100 = Big", [(">=100", "Big")]),
        (">=100", [(">=100", "")]),
        ("a = b = c", [("a", "b = c")]),
        ("  \n", []),
    ],
)
def test_lines_are_divided_at_the_first_sign(typed: str, read: list[tuple[str, str]]) -> None:
    assert lines(typed) == read


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Favourite drink", "favourite_drink"),
        ("2nd name", "p_2nd_name"),
        ("Größe", "gr_e"),
        ("x" * 200, "x" * 100),
        ("", ""),
    ],
)
def test_name_for_programs_is_made_of_the_one_for_people(text: str, name: str) -> None:
    assert slug(text) == name


def test_texts_without_latin_letters_have_names_of_their_own() -> None:
    assert slug("عميل") != slug("زميل")
    assert slug("عميل").startswith("p_")


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "x", "1" * 11])
def test_number_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        whole_number("most", text)


def test_empty_number_is_no_limit() -> None:
    assert whole_number("most", "  ") is None
    assert whole_number("most", " 007 ") == 7


def test_fault_stands_beside_the_field_that_it_concerns() -> None:
    given = form(Field(name="one", label="One", concerns=("labels.singular",)))
    error = InvalidInput(
        "labels.singular '': must not be empty.", field=["labels.singular"], rule=["must not be empty"]
    )
    assert given.faults(error) == {"one": "Must not be empty."}


def test_fault_of_too_many_is_told_as_a_sentence() -> None:
    given = form(Field(name="options", label="Options"))
    error = TooMany("options: 1,001 are more than 1,000.", field=["options"], value=["1001"], rule=["1000"])
    assert given.faults(error) == {"options": "options: 1,001 are more than 1,000."}


def test_fault_that_concerns_no_field_is_told_above_them() -> None:
    assert form().faults(InvalidInput("It cannot be.")) == {"": "It cannot be."}


def test_state_of_a_form_is_another_when_what_it_was_drawn_from_is() -> None:
    assert form(a="1").state == form(a="1").state
    assert form(a="1").state != form(a="2").state
