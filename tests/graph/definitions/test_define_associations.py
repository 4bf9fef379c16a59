"""Association labels and limits."""

from __future__ import annotations

import pytest

from crm_graph.definitions.association import Direction
from crm_graph.definitions.changes import association_types
from crm_graph.definitions.changes.association_types import Limit
from crm_graph.errors import (
    DefinitionExists,
    DefinitionNotFound,
    InvalidInput,
    UndefinedAssociation,
    WrongDirection,
)
from tests.graph.definitions.conftest import Worker


def label(
    worker: Worker, near: str, far: str, name: str, text: str, inverse: str | None = None
) -> tuple[Direction, ...]:
    return worker.do(
        lambda unit: association_types.create_label(
            unit, unit.model.object_type(near), unit.model.object_type(far), name, text, inverse
        )
    )


def seen(worker: Worker, near: str, far: str) -> dict[int, str | None]:
    model = worker.model()
    directions = model.directions(model.object_type(near), model.object_type(far))
    return {direction.type_id: direction.association_label for direction in directions}


def test_a_paired_label_reads_under_the_right_name_from_each_side(worker: Worker, other: Worker, name: str) -> None:
    ahead, back = label(worker, "company", "deal", name, f"Manager {name}", f"Employee {name}")

    assert (ahead.near, ahead.association_label) == ("company", f"Manager {name}")
    assert seen(other, "company", "deal")[ahead.type_id] == f"Manager {name}"
    assert seen(other, "deal", "company")[back.type_id] == f"Employee {name}"
    assert ahead.type_id != back.type_id


def test_a_single_label_has_an_id_for_each_direction(worker: Worker, name: str) -> None:
    rows = label(worker, "contact", "deal", name, f"Friend {name}")

    assert len({row.type_id for row in rows}) == 2
    assert {row.association_label for row in rows} == {f"Friend {name}"}


def test_a_single_label_between_records_of_one_type_is_its_own_inverse(worker: Worker, name: str) -> None:
    rows = label(worker, "contact", "contact", name, f"Colleague {name}")

    assert len(rows) == 1
    assert rows[0].type.is_symmetric


def test_a_name_or_label_in_use_is_refused(worker: Worker, name: str) -> None:
    label(worker, "contact", "deal", name, f"A {name}")

    with pytest.raises(DefinitionExists):
        label(worker, "contact", "deal", name, f"B {name}")
    with pytest.raises(DefinitionExists):
        label(worker, "deal", "contact", f"{name}_b", f"a {name}")


@pytest.mark.parametrize("bad", ["has-hyphen", "1st", "", "a b"])
def test_a_name_that_breaks_the_rule_is_refused(worker: Worker, bad: str) -> None:
    with pytest.raises(InvalidInput, match="name"):
        label(worker, "contact", "deal", bad, "Never")


def test_no_label_without_a_definition(worker: Worker, name: str) -> None:
    with pytest.raises(UndefinedAssociation):
        label(worker, "tax", "course", name, "Never")


def test_a_label_is_renamed_from_either_side(worker: Worker, other: Worker, name: str) -> None:
    ahead, back = label(worker, "contact", "deal", name, f"M {name}", f"E {name}")

    worker.do(
        lambda unit: association_types.rename_label(
            unit,
            unit.model.object_type("deal"),
            unit.model.object_type("contact"),
            back.type_id,
            f"Report {name}",
            None,
        )
    )

    assert seen(other, "deal", "contact")[back.type_id] == f"Report {name}"
    assert seen(other, "contact", "deal")[ahead.type_id] == f"M {name}"


def test_a_label_that_is_removed_is_gone_from_both_sides(worker: Worker, other: Worker, name: str) -> None:
    ahead, back = label(worker, "contact", "deal", name, f"M {name}", f"E {name}")
    contact_deal = ("contact", "deal")

    worker.do(
        lambda unit: association_types.archive_label(unit, *map(unit.model.object_type, contact_deal), ahead.type_id)
    )

    assert ahead.type_id not in seen(other, "contact", "deal")
    assert back.type_id not in seen(other, "deal", "contact")
    with pytest.raises(DefinitionNotFound):
        worker.do(
            lambda unit: association_types.archive_label(
                unit, *map(unit.model.object_type, contact_deal), ahead.type_id
            )
        )


def test_a_built_in_type_is_neither_renamed_nor_removed(worker: Worker) -> None:
    with pytest.raises(InvalidInput, match="not a custom label"):
        worker.do(
            lambda unit: association_types.archive_label(
                unit, unit.model.object_type("contact"), unit.model.object_type("company"), 279
            )
        )


def limit(worker: Worker, near: str, far: str, type_id: int, maximum: int | None) -> list[Direction]:
    wanted = [Limit(category="USER_DEFINED", type_id=type_id, maximum=maximum)]
    return worker.do(
        lambda unit: association_types.set_limits(
            unit, unit.model.object_type(near), unit.model.object_type(far), wanted
        )
    )


def test_a_limit_holds_in_its_direction_alone(worker: Worker, other: Worker, name: str) -> None:
    ahead, back = label(worker, "company", "contact", name, f"M {name}", f"E {name}")

    assert limit(worker, "company", "contact", ahead.type_id, 5)[0].limit == 5

    model = other.model()
    directions = model.pair(model.object_type("company"), model.object_type("contact")).directions
    assert (directions[ahead.type_id].limit, directions[back.type_id].limit) == (5, None)


def test_a_limit_is_taken_back(worker: Worker, other: Worker, name: str) -> None:
    ahead, _ = label(worker, "company", "contact", name, f"M {name}", f"E {name}")
    limit(worker, "company", "contact", ahead.type_id, 5)
    limit(worker, "company", "contact", ahead.type_id, None)

    model = other.model()
    pair = model.pair(model.object_type("company"), model.object_type("contact"))
    assert pair.directions[ahead.type_id].limit is None


def test_the_index_that_counts_is_there_before_the_limit(worker: Worker, name: str) -> None:
    ahead, _ = label(worker, "company", "contact", name, f"M {name}", f"E {name}")
    limit(worker, "company", "contact", ahead.type_id, 5)

    with worker.crm.graph.driver.session() as session:
        row = session.run(
            "SHOW INDEXES YIELD name, state WHERE name = 'CONTACT_TO_COMPANY_received' RETURN collect(state) AS states"
        ).single(strict=True)
    assert row["states"] == ["ONLINE"]


def test_a_limit_of_the_wrong_direction_is_refused(worker: Worker, name: str) -> None:
    ahead, _ = label(worker, "company", "contact", name, f"M {name}", f"E {name}")

    with pytest.raises(WrongDirection):
        limit(worker, "contact", "company", ahead.type_id, 5)


def test_a_limit_below_one_is_refused(worker: Worker, name: str) -> None:
    ahead, _ = label(worker, "company", "contact", name, f"M {name}", f"E {name}")

    with pytest.raises(InvalidInput, match="maxToObjectIds"):
        limit(worker, "company", "contact", ahead.type_id, 0)
