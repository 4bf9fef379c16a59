"""How many records an account has, by object type."""

from __future__ import annotations

from typing import Any

from crm_graph.crm import Crm
from crm_graph.search import totals
from crm_graph.search.compiler import compile_totals
from tests.factories import SUPER_ADMIN, Make


def operators(plan: dict[str, Any]) -> list[str]:
    """Names of the operators of a plan, with what they work on."""
    own = f"{plan['operatorType'].partition('@')[0]} {plan['args'].get('Details', '')}"
    return [own, *(name for child in plan.get("children", ()) for name in operators(child))]


def test_totals_come_from_the_count_store(crm: Crm) -> None:
    object_types = [crm.model.object_type("contact"), crm.model.object_type("deal")]
    with crm.graph.driver.session() as session:
        plan = session.run("EXPLAIN " + compile_totals(object_types).text).consume().plan
    assert plan is not None
    found = operators(plan)
    assert len([name for name in found if name.startswith("NodeCountFromCountStore")]) == 2
    assert not [name for name in found if "Scan" in name and "_State" not in name]


def test_object_type_stands_in_each_of_its_categories(crm: Crm, make: Make) -> None:
    make.contact()
    categories = dict(crm.run(SUPER_ADMIN, totals.by_category))
    assert next(iter(categories)) == "core"
    assert [each.object_type.name for each in categories["core"]] == ["contact", "company"]
    assert categories["core"][0].records > 0
    assert all("service" in [each.object_type.name for each in categories[name]] for name in ("sales", "service"))
