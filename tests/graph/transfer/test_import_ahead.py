"""A batch is looked up while the one before it is written, and becomes what it would have become after it.

Batches have five rows here: what stands on line 7 is in another batch than what stands on line 2.
"""

from __future__ import annotations

from tests.graph.transfer.conftest import Sample
from tests.graph.transfer.test_import import counts

PEOPLE = """
name = "{name}"
[[files]]
path = "people.csv"
[[files.records]]
object_type = "contact"
key = {{ column = "key", property = "email" }}
[files.records.properties]
firstname = "first"
email = "mail"
hs_additional_emails = "other"
"""

FIRMS = """
name = "{name}"
[[files]]
path = "firms.csv"
[[files.records]]
object_type = "company"
key = {{ column = "key", property = "domain" }}
[files.records.properties]
name = "firm"
domain = "domain"
"""

HEADER = "key,first,mail,other"


def lines(sample: Sample, first: str, last: str) -> str:
    """Two lines with four between them that have nothing to do with them; `@` stands for the domain of the sample."""
    between = [f"filler{n}@,Filler,," for n in range(4)]
    return "\n".join([HEADER, first, *between, last, ""]).replace("@", f"@{sample.name}.example")


def first_names(sample: Sample, *mails: str) -> list[str | None]:
    found, _, _ = sample.crm.graph.driver.execute_query(
        "UNWIND $mails AS mail OPTIONAL MATCH (c:Contact {email: mail}) RETURN c.firstname AS name",
        mails=[f"{mail}@{sample.name}.example" for mail in mails],
    )
    return [row["name"] for row in found]


def test_a_record_that_the_batch_before_made_is_found(small: Sample) -> None:
    small.mapping = PEOPLE.format(name=small.name)
    small.write("people.csv", lines(small, "ann@,Ann,,anna@", "anna@,Anna,,"))
    report, errors = small.run()
    assert errors == []
    assert (counts(report, "created"), counts(report, "updated")) == ({"contacts": 5}, {"contacts": 1})
    assert first_names(small, "ann") == ["Anna"]


def test_a_value_that_the_batch_before_changed_is_changed_back(small: Sample) -> None:
    small.mapping = PEOPLE.format(name=small.name)
    small.write("people.csv", lines(small, "ann@,Ann,,anna@", "ben@,Ben,,"))
    small.run()
    small.write("people.csv", lines(small, "anna@,Anna,,", "ann@,Ann,,"))
    report, _ = small.run()
    assert counts(report, "updated") == {"contacts": 2}
    assert first_names(small, "ann") == ["Ann"]


def test_a_key_that_the_batch_before_gave_up_is_free(small: Sample) -> None:
    small.mapping = PEOPLE.format(name=small.name)
    small.write("people.csv", lines(small, "ann@,Ann,,anna@", "ben@,Ben,,"))
    small.run()
    small.write("people.csv", lines(small, "anna@,Anna,married@,", "ann@,Other,,"))
    report, errors = small.run()
    assert errors == []
    assert counts(report, "created") == {"contacts": 1}
    assert first_names(small, "married", "ann") == ["Anna", "Other"]


def test_an_indexed_text_that_the_batch_before_wrote_is_found(small: Sample) -> None:
    small.mapping = FIRMS.format(name=small.name)
    between = [f"filler{n}-{small.name}.example,Filler," for n in range(4)]
    old, new = f"old-{small.name}.example", f"new-{small.name}.example"
    rows = [f"{old},Firm,{new}", *between, f"{new},Better Firm,"]
    small.write("firms.csv", "\n".join(["key,firm,domain", *rows, ""]))
    report, _ = small.run()
    assert (counts(report, "created"), counts(report, "updated")) == ({"companies": 5}, {"companies": 1})
