"""What a batch costs in statements, counted at the doors."""

from __future__ import annotations

from collections import Counter

from tests.graph.transfer.conftest import Sample


def statements_of(sample: Sample) -> Counter[str]:
    """How often each statement ran in an import of the sample, those that read definitions and owners left out."""
    names: Counter[str] = Counter()

    def count(statement: object, parameters: object) -> None:
        names[statement.name] += 1  # type: ignore[attr-defined]

    sample.crm.graph.observers.append(count)
    try:
        sample.run()
    finally:
        sample.crm.graph.observers.remove(count)
    return Counter({name: n for name, n in names.items() if name.partition(".")[0] not in ("definitions", "accounts")})


def one_batch(sample: Sample, *files: str) -> Sample:
    """The sample with four good lines in each file, which is one batch."""
    for file in files:
        lines = (sample.directory / file).read_text("utf-8").splitlines()[:5]
        sample.write(file, "\n".join(lines) + "\n")
    return sample


def test_a_batch_of_new_records_with_associations_takes_at_most_four_statements(sample: Sample) -> None:
    sample.run()
    lines = (sample.directory / "sales_pipeline.csv").read_text("utf-8").splitlines()
    new = [line.replace(line.partition(",")[0], f"N{n}", 1) for n, line in enumerate(lines[1:5])]
    for file in ("accounts.csv", "products.csv", "sales_teams.csv"):
        one_batch(sample, file)
        header = (sample.directory / file).read_text("utf-8").splitlines()[0]
        sample.write(file, header + "\n")
    sample.write("sales_pipeline.csv", "\n".join([lines[0], *new]) + "\n")
    found = statements_of(sample)
    found.pop("ids.reserve", None)
    # Deals: looked up, made, associated with companies. Line items: looked up, products read, made, associated.
    assert found == {"transfer.resolve": 2, "records.create": 2, "associations.write": 2, "records.read_whole": 1}


def test_a_batch_that_changes_nothing_takes_a_look_and_one_statement_for_its_associations(sample: Sample) -> None:
    one_batch(sample, "sales_pipeline.csv", "accounts.csv").run()
    found = statements_of(sample)
    assert not any(name.startswith("records.") for name in found)
    # Owners aside: products, companies, deals, line items and late associations are looked up, three have associations.
    assert found["transfer.resolve"] == 5
    assert found["associations.write"] <= 3
