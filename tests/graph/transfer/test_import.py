"""Files become records, associations and owners; bad rows are left out, and a second run changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import CRMError, ReadTooLong, WriteTooLong
from crm_graph.transfer import importer
from crm_graph.transfer.reading import MappingRefused
from crm_graph.transfer.sorting import SortedRows
from crm_graph.transfer.source import SourceRefused
from crm_graph.unit import Unit
from tests.graph.transfer.conftest import Sample

COMPANY, DEAL, PRODUCT, LINE_ITEM, CONTACT = "0-2", "0-3", "0-7", "0-8", "0-1"


def counts(report: object, name: str) -> dict[str, int]:
    return {step.title: getattr(step, name) for step in report.steps}  # type: ignore[attr-defined]


def test_the_sample_goes_in_but_for_its_bad_rows(sample: Sample) -> None:
    report, _ = sample.run()
    assert counts(report, "created") == {
        "owners": 3,
        "products": 3,
        "companies": 6,
        "deals": 10,
        "line items": 9,
        "associations of companies": 0,
    }
    assert [sample.count(kind) for kind in (PRODUCT, COMPANY, DEAL, LINE_ITEM)] == [3, 6, 10, 9]


@pytest.mark.parametrize(("fit", "error"), [(1, WriteTooLong), (2, WriteTooLong), (2, ReadTooLong)])
def test_a_batch_that_takes_too_long_goes_in_by_parts(
    sample: Sample, monkeypatch: pytest.MonkeyPatch, fit: int, error: type[CRMError]
) -> None:
    """As where a machine is too slow to look a batch up or to write it in the time that there is."""
    write = importer.write

    def slow(unit: Unit, object_type: ObjectType, found: SortedRows, *rest: Any) -> Any:
        if len(found.new) + len(found.known) > fit:
            raise error("It took longer than it may; nothing was written.")
        return write(unit, object_type, found, *rest)

    monkeypatch.setattr(importer, "write", slow)
    report, errors = sample.run()
    assert sum(counts(report, "created").values()) == 31
    assert [sample.count(kind) for kind in (PRODUCT, COMPANY, DEAL, LINE_ITEM)] == [3, 6, 10, 9]
    assert len(errors) == 3


def test_bad_rows_are_told_with_line_column_value_and_reason(sample: Sample) -> None:
    _, errors = sample.run()
    assert [(e.file, e.line, e.object_type, e.column, e.value, e.reason) for e in errors] == [
        (
            "sales_pipeline.csv",
            8,
            "deal",
            "engage_date",
            "13/45/2016",
            "'13/45/2016' is not a date written as %m/%d/%Y",
        ),
        ("sales_pipeline.csv", 10, "deal", "opportunity_id", "Q2", "line 3 has the same key"),
        ("sales_pipeline.csv", 9, "line_item", "product", "Rack 9000", "there is no product with this key"),
    ]


def test_a_deal_is_in_its_stage_with_owner_dates_and_amount(sample: Sample) -> None:
    sample.run()
    deal = sample.ask("AND r.opportunity_id = 'Q1' RETURN properties(r) AS values", kind=DEAL)[0]["values"]
    assert (deal["pipeline"], deal["dealstage"], deal["amount"]) == ("crm-sales", "crm-sales-won", 1000)
    assert deal["hs_is_closed_won"] is True
    assert deal["engage_date"].iso_format() == "2016-10-20"
    assert deal["closedate"].iso_format() == "2017-03-01T00:00:00.000000000+00:00"
    owners, _, _ = sample.crm.graph.driver.execute_query(
        "MATCH (o:_Owner {id: $id}) RETURN o.first_name AS first, o.last_name AS last, o.manager AS manager, "
        "o.office AS office",
        id=deal["hubspot_owner_id"],
    )
    assert owners[0].data() == {
        "first": "Ada",
        "last": f"Brook-{sample.name}",
        "manager": "Ina Moor",
        "office": "North",
    }


def test_won_deals_have_the_sum_of_the_file(sample: Sample) -> None:
    sample.run()
    assert sample.ask("AND r.hs_is_closed_won RETURN sum(r.amount) AS won", kind=DEAL) == [{"won": 1535}]


def test_a_value_map_corrects_an_option(sample: Sample) -> None:
    sample.run()
    rows = sample.ask(
        "AND r.name = 'Northwind Labs' RETURN r.sector AS sector, r.annualrevenue AS revenue", kind=COMPANY
    )
    assert rows == [{"sector": "technology", "revenue": 12_500_000}]


def test_a_parent_may_stand_below_its_subsidiaries(sample: Sample) -> None:
    sample.run()
    rows = sample.ask(
        "MATCH (r)-[x:COMPANY_TO_COMPANY {label: 'Parent Company'}]-(parent) WHERE NOT parent.name = r.name "
        "RETURN r.name AS child, parent.name AS parent, startNode(x) = r AS is_child_first",
        kind=COMPANY,
    ) + sample.ask(
        "MATCH (r)-[x:COMPANY_TO_COMPANY {label: 'Child Company'}]->(child) "
        "RETURN r.name AS parent, child.name AS child",
        kind=COMPANY,
    )
    pairs = {(row["child"], row["parent"]) for row in rows}
    assert {("Northwind Labs", "Zephyr Group"), ("Ölwerk", "Zephyr Group")} <= pairs


def test_a_line_item_copies_its_product_and_has_the_price_of_the_deal(sample: Sample) -> None:
    sample.run()
    rows = sample.ask(
        "MATCH (deal:Deal)-[:DEAL_TO_LINE_ITEM]-(r) "
        "RETURN deal.opportunity_id AS deal, r.name AS name, r.price AS price, r.quantity AS quantity",
        kind=LINE_ITEM,
    )
    lines = {row["deal"]: (row["name"], row["price"], row["quantity"]) for row in rows}
    assert len(lines) == 9
    assert lines["Q3"] == ("Lamp Basic", 55, 1)
    assert lines["Q2"] == ("GTX Pro", 480, 1)


def test_an_opportunity_without_account_is_a_deal_without_company(sample: Sample) -> None:
    sample.run()
    rows = sample.ask("AND NOT EXISTS { (r)-[:DEAL_TO_COMPANY]-() } RETURN r.opportunity_id AS deal", kind=DEAL)
    assert rows == [{"deal": "Q4"}]


def test_revisions_say_which_import_wrote(sample: Sample) -> None:
    sample.run()
    rows = sample.ask(
        "MATCH (v:_Revision {record_key: r._key, version: 1}) RETURN DISTINCT v.source AS source, v.source_id AS id",
        kind=DEAL,
    )
    assert rows == [{"source": "IMPORT", "id": sample.name}]


def test_a_second_run_changes_nothing(sample: Sample) -> None:
    sample.run()
    versions = "RETURN r._key AS key, r._version AS version ORDER BY key"
    before = [sample.ask(versions, kind=kind) for kind in (PRODUCT, COMPANY, DEAL, LINE_ITEM)]
    report, errors = sample.run()
    assert counts(report, "created") == dict.fromkeys(counts(report, "created"), 0)
    assert counts(report, "updated") == dict.fromkeys(counts(report, "updated"), 0)
    assert counts(report, "associated") == dict.fromkeys(counts(report, "associated"), 0)
    assert counts(report, "unchanged")["deals"] == 10
    assert report.definitions == []
    assert len(errors) == 3
    assert [sample.ask(versions, kind=kind) for kind in (PRODUCT, COMPANY, DEAL, LINE_ITEM)] == before


def test_a_changed_row_changes_its_record_alone(sample: Sample) -> None:
    sample.run()
    sample.edit("accounts.csv", "Tinplate,medical,1979,44.04,310", "Tinplate,medical,1979,44.04,320")
    report, _ = sample.run()
    assert counts(report, "updated") == {**dict.fromkeys(counts(report, "updated"), 0), "companies": 1}
    rows = sample.ask("AND r.name = 'Tinplate' RETURN r.numberofemployees AS n, r._version AS v", kind=COMPANY)
    assert rows[0]["n"] == 320


def test_a_corrected_row_goes_in_at_the_next_run(sample: Sample) -> None:
    sample.run()
    sample.edit("sales_pipeline.csv", "13/45/2016", "12/15/2016")
    report, errors = sample.run()
    assert counts(report, "created")["deals"] == 1
    assert counts(report, "created")["line items"] == 1
    assert [error.line for error in errors] == [10, 9]


def test_a_dry_run_says_what_would_be_and_writes_nothing(sample: Sample) -> None:
    dry, dry_errors = sample.run(is_dry_run=True)
    assert [sample.count(kind) for kind in (PRODUCT, COMPANY, DEAL, LINE_ITEM)] == [0, 0, 0, 0]
    real, errors = sample.run()
    assert counts(dry, "created") == counts(real, "created")
    assert dry_errors == errors


def test_a_dry_run_after_an_import_finds_everything_unchanged(sample: Sample) -> None:
    sample.run()
    report, _ = sample.run(is_dry_run=True)
    assert counts(report, "created") == dict.fromkeys(counts(report, "created"), 0)
    assert counts(report, "updated") == dict.fromkeys(counts(report, "updated"), 0)


def test_a_mapping_that_does_not_fit_writes_nothing(sample: Sample) -> None:
    sample.mapping = sample.mapping.replace('numberofemployees = "employees"', 'number_of_employees = "employees"')
    with pytest.raises(MappingRefused, match="did you mean 'numberofemployees'"):
        sample.run()
    assert sample.count(PRODUCT) == 0


def test_a_missing_file_writes_nothing(sample: Sample) -> None:
    (sample.directory / "products.csv").unlink()
    with pytest.raises(SourceRefused, match=r"products\.csv is not in"):
        sample.run()
    assert sample.count(COMPANY) == 0


PEOPLE = """
name = "{name}"
[[files]]
path = "people.csv"
[[files.records]]
object_type = "contact"
key = {{ column = "mail", property = "email" }}
[files.records.properties]
firstname = "first"
"""


def test_contacts_are_found_by_e_mail_in_any_case(small: Sample) -> None:
    small.mapping = PEOPLE.format(name=small.name)
    small.write("people.csv", f"mail,first\nann@{small.name}.example,Ann\n")
    assert counts(small.run()[0], "created") == {"contacts": 1}
    small.write("people.csv", f"mail,first\nANN@{small.name}.example,Anna\n")
    assert counts(small.run()[0], "updated") == {"contacts": 1}


def test_an_invalid_value_is_told_with_its_column(small: Sample) -> None:
    small.mapping = PEOPLE.format(name=small.name)
    small.write("people.csv", f"mail,first\nno address,Ann\nben@{small.name}.example,Ben\n")
    report, errors = small.run()
    assert counts(report, "created") == {"contacts": 1}
    assert [(error.line, error.column, error.value) for error in errors] == [(2, "mail", "no address")]


def test_companies_are_found_by_domain_when_mapped_so(small: Sample) -> None:
    small.mapping = f"""
name = "{small.name}"
[[files]]
path = "firms.csv"
[[files.records]]
object_type = "company"
key = {{ column = "domain", property = "domain" }}
[files.records.properties]
name = "firm"
"""
    small.write("firms.csv", f"domain,firm\n{small.name}.example,Firm\n")
    assert counts(small.run()[0], "created") == {"companies": 1}
    small.write("firms.csv", f"domain,firm\n{small.name.upper()}.example,Firm\n")
    report, _ = small.run()
    assert counts(report, "created") == {"companies": 0}


def test_unknown_record_ids_are_error_rows(small: Sample) -> None:
    small.mapping = PEOPLE.format(name=small.name)
    small.write("people.csv", f"mail,first\nann@{small.name}.example,Ann\n")
    small.run()
    rows, _, _ = small.crm.graph.driver.execute_query(
        "MATCH (c:Contact {email: $mail}) RETURN c._id AS id", mail=f"ann@{small.name}.example"
    )
    small.mapping = PEOPLE.format(name=small.name).replace(
        'column = "mail", property = "email"', 'column = "id", property = "hs_object_id"'
    )
    small.write("people.csv", f"id,first\n{rows[0]['id']},Anna\n999999999999,Ben\nx7,Cora\n")
    report, errors = small.run()
    assert counts(report, "updated") == {"contacts": 1}
    assert [(error.line, error.reason) for error in errors] == [
        (3, "there is no contact with this key"),
        (4, "'x7' is no record id"),
    ]


def test_a_flat_file_makes_each_company_once_and_associates_its_people(small: Sample) -> None:
    small.mapping = (
        PEOPLE.format(name=small.name).replace(
            "[[files.records]]",
            """[[files.records]]
object_type = "company"
key = "firm"
repeats = "skip"
[files.records.properties]
name = "firm"
[[files.records]]""",
        )
        + """
[[files.records.associations]]
object_type = "company"
key = "firm"
"""
    )
    lines = [f"{name}@{small.name}.example,{name},{firm}" for name, firm in (("ann", "A"), ("ben", "A"), ("cora", ""))]
    small.write("people.csv", "mail,first,firm\n" + "\n".join(lines) + "\n")
    report, errors = small.run()
    assert errors == []
    assert counts(report, "created") == {"companies": 1, "contacts": 3}
    assert counts(report, "skipped") == {"companies": 2, "contacts": 0}
    rows = small.ask("MATCH (p:Contact)-[:CONTACT_TO_COMPANY]->(r) RETURN count(DISTINCT p) AS n", kind=COMPANY)
    assert rows == [{"n": 2}]


def test_a_taken_unique_value_spoils_its_row_alone(small: Sample) -> None:
    small.mapping = PEOPLE.format(name=small.name) + 'hs_additional_emails = "other"\n'
    mails = [f"{name}@{small.name}.example" for name in ("ann", "ben", "cora", "dora")]
    rows = [
        f"{mails[0]},Ann,x@{small.name}.example",
        f"{mails[1]},Ben,x@{small.name}.example",
        f"{mails[2]},Cora,",
        f"{mails[3]},Dora,",
    ]
    small.write("people.csv", "mail,first,other\n" + "\n".join(rows) + "\n")
    report, errors = small.run()
    assert counts(report, "created") == {"contacts": 3}
    assert [error.line for error in errors] == [3]
