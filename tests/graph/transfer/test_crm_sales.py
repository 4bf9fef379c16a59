"""The public data set itself, where `CRM_SALES_DIR` names the directory that has it."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from crm_graph.crm import Crm
from tests.graph.transfer.conftest import EXAMPLE, Sample
from tests.patience import PATIENT

COMPANY, DEAL, PRODUCT, LINE_ITEM = "0-2", "0-3", "0-7", "0-8"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("CRM_SALES_DIR" not in os.environ, reason="CRM_SALES_DIR names no directory with the data set"),
]


@pytest.fixture
def usual(crm: Crm) -> Iterator[Crm]:
    """The account with batches of the usual size."""
    made = Crm(replace(crm.settings, limits=PATIENT))
    yield made
    made.close()


def test_the_data_set_goes_in_whole(usual: Crm) -> None:
    name = f"sales-{secrets.token_hex(5)}"
    mapping = EXAMPLE.read_text("utf-8").replace('name = "crm-sales"', f'name = "{name}"', 1)
    sample = Sample(usual, name, Path(os.environ["CRM_SALES_DIR"]), mapping)
    report, errors = sample.run()
    assert errors == []
    [owners] = [step for step in report.steps if step.title == "owners"]
    assert owners.created + owners.updated + owners.unchanged == 35
    assert [sample.count(kind) for kind in (COMPANY, PRODUCT, DEAL, LINE_ITEM)] == [85, 7, 8_800, 8_800]
    assert sample.ask("AND r.hs_is_closed_won RETURN sum(r.amount) AS won", kind=DEAL) == [{"won": 10_005_534}]
    without = "AND NOT EXISTS { (r)-[:DEAL_TO_COMPANY]-() } RETURN count(r) AS n"
    assert sample.ask(without, kind=DEAL) == [{"n": 1_425}]
    children = (
        "AND EXISTS { (r)-[x:COMPANY_TO_COMPANY]-() WHERE (x.label = 'Child Company' AND endNode(x) = r) "
        "OR (x.label = 'Parent Company' AND startNode(x) = r) } RETURN count(r) AS n"
    )
    assert sample.ask(children, kind=COMPANY) == [{"n": 15}]
    lines = "AND COUNT { (r)-[:DEAL_TO_LINE_ITEM]-() } = 1 RETURN count(r) AS n"
    assert sample.ask(lines, kind=LINE_ITEM) == [{"n": 8_800}]
    assert sample.ask("AND r.name = 'GTX Pro' RETURN count(r) AS n", kind=LINE_ITEM) == [{"n": 1_480}]
