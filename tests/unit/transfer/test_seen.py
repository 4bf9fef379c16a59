"""Keys and bad lines are remembered on disk."""

from __future__ import annotations

from crm_graph.transfer.seen import Seen


def test_a_key_met_again_is_told_with_its_first_line() -> None:
    with Seen() as seen:
        seen.meet("deals", [("Q1", 2), ("Q2", 3)])
        assert seen.meet("deals", [("Q2", 4), ("Q3", 5)]) == {4: 3}


def test_a_key_met_twice_in_one_batch_is_told() -> None:
    with Seen() as seen:
        assert seen.meet("deals", [("Q1", 2), ("Q1", 3)]) == {3: 2}


def test_the_same_key_of_another_space_is_another() -> None:
    with Seen() as seen:
        seen.meet("deals", [("Q1", 2)])
        assert seen.meet("companies", [("Q1", 2)]) == {}


def test_keys_of_bad_lines_are_not_good() -> None:
    with Seen() as seen:
        seen.meet("deals", [("Q1", 2), ("Q2", 3)])
        seen.spoil([("deals.csv", 3)])
        assert seen.good("deals", "deals.csv", {"Q1", "Q2", "Q3"}) == {"Q1"}


def test_more_keys_than_one_statement_takes_are_found() -> None:
    with Seen() as seen:
        seen.meet("deals", [(f"Q{number}", number) for number in range(1_200)])
        assert len(seen.lines_of("deals", {f"Q{number}" for number in range(2_000)})) == 1_200
