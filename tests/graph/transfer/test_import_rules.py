"""Rules of an object type say which rows go in, and a dry run knows of the records that it would have made."""

from __future__ import annotations

import pytest

from crm_graph.definitions.changes import properties, validations
from crm_graph.definitions.property import Property
from crm_graph.definitions.validations import Rule
from crm_graph.unit import Actor, Unit
from tests.graph.transfer.conftest import Sample
from tests.graph.transfer.test_import import counts

MAPPING = """
name = "{name}"
[[files]]
path = "deals.csv"
[[files.records]]
object_type = "deal"
key = "deal"
[files.records.properties]
dealname = "deal"
[[files]]
path = "quotes.csv"
[[files.records]]
object_type = "quote"
key = "quote"
[files.records.properties]
hs_title = "quote"
hs_status = "status"
hs_expiration_date = "until"
[[files.records.associations]]
object_type = "deal"
key = "deal"
"""


@pytest.mark.parametrize("is_dry_run", [True, False])
def test_a_finalised_quote_needs_a_deal_of_the_same_import(small: Sample, is_dry_run: bool) -> None:
    small.mapping = MAPPING.format(name=small.name)
    small.write("deals.csv", "deal\nD1\n")
    rows = ["Q1,APPROVED,2030-01-01,D1", "Q2,APPROVED,2030-01-01,", "Q3,DRAFT,2030-01-01,"]
    small.write("quotes.csv", "\n".join(["quote,status,until,deal", *rows, ""]))

    report, errors = small.run(is_dry_run=is_dry_run)

    assert counts(report, "created") == {"deals": 1, "quotes": 2}
    assert [(error.line, error.value, error.code) for error in errors] == [(3, "Q2", "RuleBroken")]
    assert errors[0].reason.startswith("A quote cannot be finalised")
    assert report.steps[1].reasons == {"RuleBroken": 1}


@pytest.mark.parametrize("is_dry_run", [True, False])
def test_a_value_that_breaks_a_rule_of_its_property_is_one_bad_row(small: Sample, is_dry_run: bool) -> None:
    code = f"x{small.name.rpartition('-')[2]}"

    def define(unit: Unit) -> None:
        wanted = Property(name=code, display_name=code, type="string", field_type="text", group="dealinformation")
        properties.create(unit, unit.model.object_type("deal"), [wanted])

    def rule(unit: Unit) -> None:
        validations.put(unit, unit.model.object_type("deal"), code, Rule("REGEX", ("[a-c]+",), normalises=True))

    for work in (define, rule):
        small.crm.run(Actor(user_id=1, is_super_admin=True), work)
    first = MAPPING.partition('[[files]]\npath = "quotes')[0]
    small.mapping = first.format(name=small.name) + f'{code} = "code"\n'
    small.write("deals.csv", "deal,code\nD1, abc \nD2,xyz\n")

    report, errors = small.run(is_dry_run=is_dry_run)

    assert counts(report, "created") == {"deals": 1}
    assert [(error.line, error.code) for error in errors] == [(3, f"{code}: REGEX")]
